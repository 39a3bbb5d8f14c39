"""What configurations add to a course's page: their tab, and that of the import."""

from groups import course_page
from groups.models import UserPartition


def register() -> None:
    """Fill the registries (called once, by `groups.contributions`)."""
    course_page.register_tab(
        course_page.CourseTab("configurations", "Configurations", "groups:configurations", 30, _count_partitions)
    )
    course_page.register_tab(course_page.CourseTab("import", "Import", "groups:import", 90))


def _count_partitions(course_key) -> int:
    return UserPartition.objects.filter(course__course_id=course_key).count()
