"""What learner groups add to the shared pages: a tab of a course run's page."""

from console.platform import features
from groups.course_page import CourseTab, register_tab
from groups.models import CourseUserGroup
from groups.rules import Permission


def register() -> None:
    """Fill the registry (called once, by `groups.contributions`)."""
    register_tab(
        CourseTab(
            "learner-groups",
            "Learner groups",
            "groups:learner-groups",
            order=20,
            count=_groups,
            permission=Permission.INSTRUCT,
        )
    )


def _groups(course_key):
    if not features.has(CourseUserGroup):
        return 0
    return CourseUserGroup.objects.learner_groups().filter(course_id=course_key).count()
