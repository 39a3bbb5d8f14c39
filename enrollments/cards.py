"""The enrollments app's card on the home page."""

from console.rules import roles_of
from enrollments.models import CourseOverview

LIMIT = 10


def my_courses(viewer) -> dict | None:
    """Return the course runs that `viewer` staffs; None for those who see every run."""
    roles = roles_of(viewer)
    if roles.sees_everything:
        return None
    courses = CourseOverview.objects.filter(roles.course_filter("id")).order_by("display_name", "id")
    return {"courses": list(courses.only("display_name", "start", "end")[:LIMIT])}
