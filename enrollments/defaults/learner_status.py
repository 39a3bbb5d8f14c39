"""One learner's place under every default enrollment of a customer, as the original's API sorts them.

`status` says more; this is what Open edX's own clients are told. Queries do not grow with intentions.
"""

from dataclasses import dataclass
from datetime import datetime

from enrollments.defaults.content import Content, resolve
from enrollments.defaults.models import DefaultIntention, EnterpriseCourseEnrollment, EnterpriseCustomerUser
from enrollments.defaults.status import Bucket, Enrollment, Evidence, Link, Record, bucket_of
from enrollments.models import CourseEnrollment


@dataclass(frozen=True)
class Existing:
    """The enrollment that the answer shows beside an intention.

    Attributes:
        is_active, is_audit: None for an enterprise record without an enrollment.
    """

    is_active: bool | None
    is_audit: bool | None


@dataclass(frozen=True)
class Place:
    """Where one intention stands for the learner. What is not known counts as not enrollable."""

    intention: DefaultIntention
    content: Content
    bucket: Bucket
    existing: Existing | None


def live_intentions(customer_id):
    """Return a customer's intentions that are not removed, in a fixed order."""
    return DefaultIntention.objects.filter(enterprise_customer=customer_id, is_removed=False).order_by("created", "pk")


def places_of(customer_user: EnterpriseCustomerUser, now: datetime) -> list[Place]:
    """Return where each live intention of the customer stands for one linked learner."""
    intentions = list(live_intentions(customer_user.enterprise_customer_id))
    contents = resolve(intentions, now)
    runs = {content.run.key for content in contents.values() if content.run}
    records = {
        row.course_id: Record(row.pk, row.unenrolled, row.unenrolled_at, is_revoked=None)
        for row in EnterpriseCourseEnrollment.objects.filter(enterprise_customer_user=customer_user, course_id__in=runs)
    }
    enrollments = {
        row.course_id: Enrollment(row.pk, row.mode, row.is_active, row.created)
        for row in CourseEnrollment.objects.filter(user=customer_user.user_id, course_id__in=runs)
    }
    return [_place(intention, contents[intention.pk], records, enrollments) for intention in intentions]


def _place(intention, content, records, enrollments):
    run_key = content.run.key if content.run else None
    evidence = Evidence(
        is_removed=False,
        link=Link(linked=True, is_relinkable=True),
        is_pending=False,
        run_key=run_key,
        is_enrollable=content.is_enrollable,
        in_catalog=None if content.catalogs is None else bool(content.catalogs),
        has_license=None,
        best_mode=content.mode.original if content.mode else "audit",
        best_live_mode=None,
        enrollment=enrollments.get(run_key),
        record=records.get(run_key),
    )
    bucket = bucket_of(evidence)
    return Place(
        intention,
        content,
        Bucket.NOT_ENROLLABLE if bucket == Bucket.UNKNOWN else bucket,
        _existing(evidence, is_open=bool(content.is_enrollable)),
    )


def _existing(evidence, *, is_open):
    """Return the learner's enrollment through the customer.

    The original leaves out an inactive one in a paid mode that nobody left, when the run is closed.
    """
    enrollment, record = evidence.enrollment, evidence.record
    if record is None:
        return None
    if enrollment is None:
        return Existing(None, None) if is_open or record.unenrolled else None
    is_shown = is_open or enrollment.is_active or enrollment.is_audit or record.unenrolled
    return Existing(enrollment.is_active, enrollment.is_audit) if is_shown else None
