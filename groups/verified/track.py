"""The switch of verified-track cohorting in a course run, what is in its way, and whom it would move."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from console.platform import features
from enrollments.defaults.models import CourseEnrollmentHistory
from enrollments.models import CourseEnrollment
from groups.cohorts import membership
from groups.models import COHORT_TABLES, CohortMembership, CourseCohort, CourseUserGroup, VerifiedTrackCohortedCourse

DEFAULT_NAME = "Verified Learners"
# Whoever has one of these is in the verified cohort (verified_track_content/tasks.py).
VERIFIED_MODES = ("verified", "credit")
OFF = "Verified-track cohorting is off in this course run."
NOT_COHORTED = "Cohorts are off in this course run, so nobody is moved. Turn them on above."
NO_COHORT = "The course run has no cohort with exactly this name, so nobody is moved."
NOT_MANUAL = "The cohort of this name takes learners automatically, so nobody is moved. Make it manual."


@dataclass(frozen=True)
class Track:
    """Verified-track cohorting of a course run.

    Attributes:
        course_key: the run.
        is_enabled: whether the switch is on.
        name: of the verified cohort, whether it exists or not.
        cohort: the cohort of exactly this name, or None.
        obstacle: why nobody is moved, in a sentence; empty where learners are.
    """

    course_key: object
    is_enabled: bool
    name: str
    cohort: CourseUserGroup | None
    obstacle: str

    @property
    def lacks_cohort(self) -> bool:
        return self.obstacle == NO_COHORT

    @property
    def is_automatic(self) -> bool:
        return self.obstacle == NOT_MANUAL


def track_of(course_key) -> Track:
    """Return the switch of a run as it is now; a run without a row has it off."""
    row = VerifiedTrackCohortedCourse.objects.filter(course_key=course_key).first()
    if row is None:
        return Track(course_key, is_enabled=False, name=DEFAULT_NAME, cohort=None, obstacle=OFF)
    named = CourseUserGroup.objects.cohorts().filter(course_id=course_key, name=row.verified_cohort_name)
    # Once more, exactly: MySQL finds "verified" when asked for "Verified".
    cohort = next((found for found in named if found.name == row.verified_cohort_name), None)
    obstacle = _obstacle(course_key, cohort) if row.enabled else OFF
    return Track(course_key, row.enabled, row.verified_cohort_name, cohort, obstacle)


def _obstacle(course_key, cohort):
    if not membership.is_cohorted(course_key):
        return NOT_COHORTED
    if cohort is None:
        return NO_COHORT
    manual = CourseCohort.AssignmentType.MANUAL
    is_manual = CourseCohort.objects.filter(course_user_group=cohort, assignment_type=manual).exists()
    return "" if is_manual else NOT_MANUAL


def out_of_line(track: Track) -> QuerySet:
    """Return the active enrollments of learners who are in the wrong cohort by their mode.

    Those are who is verified and not in the verified cohort, and who is in it and not verified.
    Unenrolled learners keep their cohort.
    """
    # By the key of learner and run: databases like to go through all members of a cohort for each learner instead.
    held = CohortMembership.objects.filter(user=OuterRef("user"), course_id=OuterRef("course_id"))
    cohort_id = Coalesce(Subquery(held.values("course_user_group")[:1]), Value(0), output_field=IntegerField())
    verified, inside = Q(mode__in=VERIFIED_MODES), Q(held_cohort=track.cohort.pk)
    rows = CourseEnrollment.objects.filter(course_id=track.course_key, is_active=True).annotate(held_cohort=cohort_id)
    return rows.filter((verified & ~inside) | (~verified & inside))


def mode_changed(enrollments: QuerySet, since: datetime) -> QuerySet:
    """Return those of the enrollments whose mode is another one than before `since`, new ones included."""
    rows = CourseEnrollmentHistory.objects.filter(course_id=OuterRef("course_id"), user_id=OuterRef("user_id"))
    # On MySQL text of two tables can only be compared in one collation: the connection's.
    before = rows.filter(history_date__lt=since).order_by("-history_date").values(text=Cast("mode", CharField()))[:1]
    is_new = Q(mode_before=None, created__gte=since)
    is_other = Q(mode_before__isnull=False) & ~Q(mode_before=Cast("mode", CharField()))
    found = enrollments.annotate(mode_before=Subquery(before))
    return found.filter(is_new | is_other, Exists(rows.filter(history_date__gte=since)))


def sees_changes() -> bool:
    """Say whether changes of mode can be found: only the enrollments' history tells of them."""
    return features.has(VerifiedTrackCohortedCourse, CourseEnrollmentHistory, *COHORT_TABLES)
