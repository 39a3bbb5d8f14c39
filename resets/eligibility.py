"""Whether a learner's course may be reset, and why not: one decision for lists, dialog and lock.

The order is Lectern's (docs/decisions/0005): unlike in Open edX's own tool, a reset that exists is
never hidden by a condition that arose later. The decision is one SQL expression, so that a list
can be filtered and sorted by it; the words for it are made from the row afterwards.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from console.learners import RETIRED_PREFIX
from resets.models import CourseResetAudit, CourseResetCourseOptIn

Audit = CourseResetAudit.Status


class ResetStatus(TextChoices):
    """Every answer to "may this be reset?", in order of precedence."""

    ENQUEUED = "enqueued", "Enqueued"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETE = "complete", "Complete"
    RETIRED = "retired", "Learner retired"
    NOT_ENROLLED = "not_enrolled", "Not enrolled"
    NOT_OPTED_IN = "not_opted_in", "Course not opted in"
    NO_COURSE = "no_course", "Course run not found"
    NOT_STARTED = "not_started", "Course not started"
    ENDED = "ended", "Course ended"
    PASSING = "passing", "Learner is passing"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Undone"
    AVAILABLE = "available", "Available"


RUNNING = (ResetStatus.ENQUEUED, ResetStatus.IN_PROGRESS)
ALLOWED = (ResetStatus.FAILED, ResetStatus.UNDONE, ResetStatus.AVAILABLE)

REASONS = {
    ResetStatus.ENQUEUED: "A reset is already waiting for a worker.",
    ResetStatus.IN_PROGRESS: "A reset is already running.",
    ResetStatus.COMPLETE: "This learner’s resets in this course run are used up.",
    ResetStatus.RETIRED: "The learner’s account was retired.",
    ResetStatus.NOT_ENROLLED: "The learner is not actively enrolled in this course run.",
    ResetStatus.NOT_OPTED_IN: "This course run is not opted in to resets. An admin can opt it in.",
    ResetStatus.NO_COURSE: "This course run no longer exists on the platform.",
    ResetStatus.NOT_STARTED: "This course run has not started, or has no start date.",
    ResetStatus.ENDED: "This course run has ended.",
    ResetStatus.PASSING: "The learner has a passing grade in this course run.",
}


@dataclass(frozen=True)
class Eligibility:
    """The answer for one enrollment.

    Attributes:
        status: what holds first, by precedence.
        latest: the newest audit row, shown beside any status; None when there never was one.
    """

    status: ResetStatus
    latest: CourseResetAudit | None

    @property
    def is_allowed(self) -> bool:
        return self.status in ALLOWED

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def reason(self) -> str:
        """Say in one sentence why a reset is refused; empty when it is allowed."""
        return REASONS.get(self.status, "")


class Present(Value):
    """The moment at which a statement is put together, so that a queryset can be kept and asked again later."""

    def __init__(self):
        super().__init__(None, output_field=DateTimeField())

    def as_sql(self, compiler, connection):
        return Value(timezone.now(), output_field=self.output_field).as_sql(compiler, connection)


def with_reset_status(
    enrollments: QuerySet, now: datetime | Present, *, ignoring: Collection[ResetStatus] = ()
) -> QuerySet:
    """Annotate enrollments with `reset_status` (a ResetStatus value), `reset_audit_id` and `completed_resets`.

    Needs `with_grade()` on the same queryset for `is_passing`.

    Args:
        enrollments: a queryset of CourseEnrollment.
        now: the moment that counts; a run has started strictly after its start, and has ended
            strictly after its end, as in Open edX (lms/djangoapps/support, reset rules).
        ignoring: conditions that are overridden.
    """
    audits = CourseResetAudit.objects.filter(course_enrollment=OuterRef("pk")).order_by()
    # One that was undone does not count, nor does it hide that there was a reset.
    standing = audits.filter(status=Audit.COMPLETE, job__undone_at=None)
    completed = standing.values("course_enrollment").annotate(count=Count("pk")).values("count")
    latest = audits.order_by("-pk")
    return enrollments.annotate(
        reset_audit_id=Subquery(latest.values("pk")[:1]),
        _latest_status=Subquery(latest.values("status")[:1]),
        _latest_undone=Subquery(latest.values("job__undone_at")[:1]),
        completed_resets=Coalesce(Subquery(completed, output_field=IntegerField()), 0),
    ).annotate(
        reset_status=Case(
            *[When(condition, then=Value(status)) for status, condition in _conditions(now) if status not in ignoring],
            default=Value(ResetStatus.AVAILABLE),
            output_field=CharField(),
        )
    )


def _conditions(now):
    """Return what makes each status hold, in order of precedence."""
    audits = CourseResetAudit.objects.filter(course_enrollment=OuterRef("pk")).order_by()
    opted_in = CourseResetCourseOptIn.objects.filter(course_id=OuterRef("course_id"), active=True)
    return [
        (ResetStatus.ENQUEUED, Exists(audits.filter(status=Audit.ENQUEUED))),
        (ResetStatus.IN_PROGRESS, Exists(audits.filter(status=Audit.IN_PROGRESS))),
        (ResetStatus.COMPLETE, Q(completed_resets__gte=settings.LECTERN_RESETS_PER_ENROLLMENT)),
        (ResetStatus.RETIRED, Q(user__username__startswith=RETIRED_PREFIX)),
        (ResetStatus.NOT_ENROLLED, Q(is_active=False)),
        (ResetStatus.NOT_OPTED_IN, ~Exists(opted_in)),
        (ResetStatus.NO_COURSE, Q(overview__version=None)),
        (ResetStatus.NOT_STARTED, Q(overview__start=None) | Q(overview__start__gte=now)),
        (ResetStatus.ENDED, Q(overview__end__lt=now)),
        (ResetStatus.PASSING, ExpressionWrapper(Q(is_passing=True), output_field=BooleanField())),
        (ResetStatus.FAILED, Q(_latest_status=Audit.FAILED)),
        (ResetStatus.UNDONE, Q(_latest_undone__isnull=False)),
    ]


def eligibility_of(rows: Iterable) -> dict[int, Eligibility]:
    """Return the answer for each annotated enrollment, by its id, with one query for all of them."""
    rows = list(rows)
    audits = CourseResetAudit.objects.select_related("reset_by", "job").in_bulk(
        [row.reset_audit_id for row in rows if row.reset_audit_id]
    )
    return {row.pk: Eligibility(ResetStatus(row.reset_status), audits.get(row.reset_audit_id)) for row in rows}
