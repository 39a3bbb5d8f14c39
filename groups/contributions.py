"""What groups add to the shared pages: a section in the sidebar, and what each area adds."""

from console import navigation
from groups import course_page
from groups.access import contributions as access
from groups.cohorts import contributions as cohorts
from groups.configurations import contributions as configurations
from groups.learner_groups import contributions as learner_groups
from groups.rules import Permission


def register() -> None:
    """Fill the registries of the lower floors (called once, by `AppConfig.ready`)."""
    navigation.register(
        navigation.NavItem("Groups", "groups:courses", Permission.INSTRUCT, "users", order=50, shortcut="c")
    )
    access.register()
    configurations.register()
    learner_groups.register()
    course_page.register_tab(course_page.CourseTab("mapping", "Mapping", "groups:mapping", order=30))
    cohorts.register()
