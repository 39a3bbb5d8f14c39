"""What a realization rests on: the enrollment, the customer's record of it, what paid for it, and their history."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from console.platform import features
from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultRealization,
    EnterpriseCourseEnrollment,
    LearnerCreditEnrollment,
    LicensedEnrollment,
)

SHOWN = 200
# What `changes` needs of a version, in this order.
VERSION = ("history_date", "is_active", "mode", "history_user__username", "history_type")


@dataclass(frozen=True)
class Step:
    """A change of an enrollment.

    Attributes:
        by: username of who made it; empty for a machine, which the platform does not name.
    """

    at: datetime
    is_active: bool
    mode: str
    by: str
    is_first: bool = False

    @property
    def state(self) -> tuple[bool, str]:
        return self.is_active, self.mode

    @property
    def words(self) -> str:
        """What the row says, in words; a new row is often made inactive, before anybody is enrolled."""
        if self.is_first and not self.is_active:
            return f"Record made, not enrolled yet ({self.mode})"
        return f"Enrolled in {self.mode}" if self.is_active else f"Not enrolled ({self.mode})"


def enrollment_steps(user_id: int, course_key) -> list[Step]:
    """Return the changes of a learner's enrollment in a run, in order, the last ones if there are very many."""
    if not features.has(CourseEnrollmentHistory):
        return []
    rows = CourseEnrollmentHistory.objects.filter(user_id=user_id, course_id=course_key)
    return changes(rows.order_by("-history_date", "-pk").values_list(*VERSION)[:SHOWN])


def changes(versions) -> list[Step]:
    """Return the changes that these versions of one enrollment tell of, in order.

    The platform saves twice what it changes once: equal neighbours are one step.

    Args:
        versions: values of `VERSION`, the newest first.
    """
    steps = [
        Step(at, is_active, mode, username or "", is_first=kind == "+")
        for at, is_active, mode, username, kind in reversed(versions)
    ]
    return steps[:1] + [
        now for before, now in pairwise(steps) if (before.is_active, before.mode) != (now.is_active, now.mode)
    ]


@dataclass(frozen=True)
class Payment:
    """What pays for an enterprise enrollment: the kind in words, its own id, and whether it was revoked."""

    kind: str
    reference: str
    is_revoked: bool
    modified: datetime


def payments(enrollment: EnterpriseCourseEnrollment) -> list[Payment]:
    """Return what pays for an enterprise enrollment; the table tells the kind, not `fulfillment_type`."""
    licensed = LicensedEnrollment.objects.filter(enterprise_course_enrollment=enrollment)
    credited = LearnerCreditEnrollment.objects.filter(enterprise_course_enrollment=enrollment)
    return [
        *(Payment("License", str(row.license_uuid), row.is_revoked, row.modified) for row in licensed),
        *(Payment("Learner credit", str(row.transaction_id), row.is_revoked, row.modified) for row in credited),
    ]


def other_realizations(realization: DefaultRealization) -> list[DefaultRealization]:
    """Return what else the same learner got under the same intention: one for each advertised run in turn."""
    enrollment = realization.realized_enrollment
    others = DefaultRealization.objects.filter(
        intended_enrollment_id=realization.intended_enrollment_id,
        realized_enrollment__enterprise_customer_user_id=enrollment.enterprise_customer_user_id,
    )
    return list(others.exclude(pk=realization.pk).select_related("realized_enrollment").order_by("pk")[:SHOWN])
