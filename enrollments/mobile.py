"""What the mobile app is told about a learner's courses (lms/djangoapps/mobile_api of Open edX)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from opaque_keys.edx.keys import CourseKey

from console.models import CourseAccessRole
from enrollments.models import CourseEnrollment

# Those who see a run on mobile whatever its switch says, and of them the ones that are held by organisation.
PLACED_ROLES = frozenset({"instructor", "staff", "limited_staff", "beta_testers"})
ORG_ROLES = PLACED_ROLES - {"beta_testers"}


@dataclass(frozen=True)
class EnrollmentStatus:
    """One course of a learner. `course_name` may be None, as in the platform's own table."""

    course_id: CourseKey
    course_name: str | None
    recently_active: bool


def enrollment_statuses(learner, now: datetime) -> list[EnrollmentStatus]:
    """Return the learner's active enrollments in runs that exist and are available on mobile.

    As in the platform, the first LECTERN_MOBILE_ENROLLMENTS by course key are taken, and then those
    that are not available on mobile are left out. `recently_active` is `with_recency`'s rule.
    """
    rows = CourseEnrollment.objects.filter(user=learner, is_active=True, overview__version__isnull=False)
    rows = rows.with_course().with_recency(now).order_by("course_id")
    found = rows.values_list("course_id", "course_name", "recently_active", "overview__mobile_available")
    shows_all = settings.LECTERN_MOBILE_ALL_COURSES or learner.is_staff
    places = set() if shows_all else _places(learner)
    return [
        EnrollmentStatus(course_id, name, bool(recent))
        for course_id, name, recent, is_mobile in found[: settings.LECTERN_MOBILE_ENROLLMENTS]
        if is_mobile or shows_all or course_id in places or course_id.org.casefold() in places
    ]


def _places(learner):
    """Return course keys, and organisations in small letters, where the learner sees what is not on mobile."""
    rows = CourseAccessRole.objects.filter(user=learner, role__in=PLACED_ROLES)
    # Exactly: MySQL finds "Staff " when asked for "staff".
    held = [row for row in rows if row.role in (PLACED_ROLES if row.course_id else ORG_ROLES)]
    return {row.course_id or row.org.casefold() for row in held} - {""}
