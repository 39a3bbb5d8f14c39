from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    name = "enrollments"
    label = "lectern_enrollments"
    verbose_name = "Enrollments"

    def ready(self):
        from console import cards, learner_history, learners, navigation  # noqa: PLC0415 (needs the app registry)
        from console.rules import Permission  # noqa: PLC0415
        from enrollments.cards import funnel, my_courses  # noqa: PLC0415
        from enrollments.defaults.learners.views import count_intentions  # noqa: PLC0415
        from enrollments.defaults.models import CourseEnrollmentHistory  # noqa: PLC0415
        from enrollments.defaults.pages import DefaultsMixin  # noqa: PLC0415
        from enrollments.learner_history import events  # noqa: PLC0415
        from enrollments.models import CourseEnrollment  # noqa: PLC0415
        from enrollments.views import course_jump  # noqa: PLC0415

        navigation.register(
            navigation.NavItem(
                "Enrollments", "enrollments:list", Permission.USE_CONSOLE, "book", order=30, shortcut="e"
            )
        )
        for label, name, icon, order, letter in (
            ("Default intentions", "intentions", "inbox", 34, "i"),
            ("Default realizations", "realizations", "check", 36, "z"),
        ):
            navigation.register(
                navigation.NavItem(label, f"enrollments:{name}", Permission.ADMINISTER, icon, order, letter)
            )
        learners.register_tab(
            learners.LearnerTab(
                slug="courses",
                label="Courses",
                url_name="enrollments:courses",
                order=10,
                count=lambda learner, viewer: CourseEnrollment.objects.visible_to(viewer).filter(user=learner).count(),
            )
        )
        learners.register_tab(
            learners.LearnerTab(
                slug="defaults",
                label="Defaults",
                url_name="enrollments:defaults",
                order=40,
                count=count_intentions,
            )
        )
        learner_history.register(learner_history.Source(events, needs=(CourseEnrollmentHistory,)))
        learners.register_jump(course_jump)
        cards.register(cards.Card("enrollments/_my_courses.html", my_courses, order=10))
        cards.register(cards.Card("enrollments/_funnel.html", funnel, order=50, needs=DefaultsMixin.needs))
