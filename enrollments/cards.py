"""The enrollments app's cards on the home page."""

from console.rules import Permission, roles_of
from enrollments.models import CourseOverview

LIMIT = 10


def my_courses(viewer) -> dict | None:
    """Return the course runs that `viewer` staffs; None for those who see every run."""
    roles = roles_of(viewer)
    if roles.sees_everything:
        return None
    courses = CourseOverview.objects.filter(roles.course_filter("id")).order_by("display_name", "id")
    return {"courses": list(courses.only("display_name", "start", "end")[:LIMIT])}


def funnel(viewer) -> dict | None:
    """Return nothing to fill in: the card asks for its plot by itself. None for those who are no admins."""
    return {} if viewer.has_perm(Permission.ADMINISTER) else None
