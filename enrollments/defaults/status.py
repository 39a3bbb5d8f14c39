"""What has become of one default enrollment intention for one learner, and what the LMS's own API would say.

Nothing is read here: `evidence` gathers the facts for many pairs at once, and this decides. The
first status whose condition holds wins. Unlike the original's buckets, a realization counts as
"already given once", and a learner who left is never one who "needs enrollment".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import TextChoices

from enrollments.defaults.modes import AUDIT_MODES


class Status(TextChoices):
    """In the order in which they are tried."""

    REMOVED = "removed", "Intention removed"
    PENDING_LINK = "pending_link", "Waits for the learner’s account"
    NOT_LINKED = "not_linked", "Not a learner of this customer"
    UNLINKED = "unlinked", "Unlinked"
    UNLINKED_BLOCKED = "unlinked_blocked", "Unlinked for good"
    STALE_LICENSE = "stale_license", "Enrolled, license record stale"
    REALIZED = "realized", "Realized"
    ENROLLED = "enrolled", "Enrolled, not by default"
    ENROLLED_OUTSIDE = "enrolled_outside", "Enrolled outside the enterprise"
    DOWNGRADED = "downgraded", "Downgraded by revocation"
    AUDIT_UPGRADE = "audit_upgrade", "Audit, upgrade possible"
    AUDIT_BLOCKED = "audit_blocked", "Audit, upgrade blocked"
    AUDIT_ONLY = "audit_only", "Audit is all there is"
    LEFT = "left", "Learner left"
    REMOVED_BY_STAFF = "removed_by_staff", "Unenrolled by staff"
    REVOKED = "revoked", "Unenrolled by revocation"
    LEFT_OR_REVOKED = "left_or_revoked", "Left or revoked"
    INACTIVE = "inactive", "Inactive, unexplained"
    RECORD_ONLY = "record_only", "Enterprise record without enrollment"
    OTHER_RUN = "other_run", "Realized in another run"
    RECORD_DELETED = "record_deleted", "Realized, record deleted"
    UNRESOLVED = "unresolved", "No course run known"
    NOT_IN_CATALOG = "not_in_catalog", "Blocked: not in a catalog"
    RUN_CLOSED = "run_closed", "Blocked: run closed"
    READY = "ready", "Ready"
    NO_LICENSE = "no_license", "Ready, no license"
    UNCONFIRMED = "unconfirmed", "Ready as far as known"


class Bucket(TextChoices):
    """Where the original's learner-status answer puts the pair."""

    ALREADY_ENROLLED = "already_enrolled", "already enrolled"
    ENROLLABLE = "enrollable", "needs enrollment, enrollable"
    NOT_ENROLLABLE = "not_enrollable", "needs enrollment, not enrollable"
    UNKNOWN = "unknown", "not known without its services"
    NOT_LISTED = "not_listed", "not listed"
    REFUSED = "refused", "refused (400)"


class EndedBy(StrEnum):
    """Who made an enrollment inactive, as the enrollment's history tells."""

    LEARNER = "learner"
    STAFF = "staff"
    SYSTEM = "system"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Enrollment:
    """The learner's `student_courseenrollment` row in the run.

    Attributes:
        pk: its id.
        mode, is_active, created: as stored.
        was_active: whether it was ever active; None when its history does not tell.
        ended_by: who made it inactive.
    """

    pk: int
    mode: str
    is_active: bool
    created: datetime | None
    was_active: bool | None = None
    ended_by: EndedBy = EndedBy.UNKNOWN

    @property
    def is_audit(self) -> bool:
        return self.mode in AUDIT_MODES


@dataclass(frozen=True)
class Record:
    """The customer's enterprise course enrollment in the run.

    Attributes:
        pk: its id.
        unenrolled: None, False or True as stored.
        unenrolled_at: when it was so marked.
        is_revoked: whether what pays for it is revoked; None when nothing pays for it.
    """

    pk: int
    unenrolled: bool | None
    unenrolled_at: datetime | None
    is_revoked: bool | None


@dataclass(frozen=True)
class Link:
    """The learner's tie to the customer."""

    linked: bool
    is_relinkable: bool


@dataclass(frozen=True)
class Evidence:
    """Everything that the decision rests on, for one learner and one intention.

    Attributes:
        is_removed: the intention's soft delete.
        link: None when the learner was never linked.
        is_pending: the customer waits for an account with the learner's e-mail address.
        run_key: the run that the intention means now; None when it is not known.
        is_enrollable, in_catalog, has_license: None when not known.
        best_mode: the original's choice, expired modes included.
        best_live_mode: the best mode that has not expired; None when all have.
        has_live_audit: whether an audit mode has not expired.
        enrollment, record: in that run (of a course whose run is not known: in any run of it).
        realized_at: when this intention was realized in that run.
        other_run, other_realized_at: another run in which this intention was realized.
        deleted_at: when a realization of this intention was deleted, if only its history remains.
        pending_mode: the mode in which the customer enrolls in that run whoever registers with the address.
    """

    is_removed: bool
    link: Link | None
    is_pending: bool
    run_key: object | None
    is_enrollable: bool | None
    in_catalog: bool | None
    has_license: bool | None
    best_mode: str
    best_live_mode: str | None
    has_live_audit: bool = True
    enrollment: Enrollment | None = None
    record: Record | None = None
    realized_at: datetime | None = None
    other_run: object | None = None
    other_realized_at: datetime | None = None
    deleted_at: datetime | None = None
    pending_mode: str | None = None

    @property
    def is_revoked(self) -> bool:
        return bool(self.record and self.record.is_revoked)


def status_of(evidence: Evidence) -> Status:
    """Return the first status whose condition the evidence meets."""
    return _of_the_link(evidence) or _of_the_enrollment(evidence) or _of_the_past(evidence) or _of_the_run(evidence)


def _of_the_link(evidence):
    if evidence.is_removed:
        return Status.REMOVED
    if evidence.link is None:
        return Status.PENDING_LINK if evidence.is_pending else Status.NOT_LINKED
    if not evidence.link.linked:
        return Status.UNLINKED if evidence.link.is_relinkable else Status.UNLINKED_BLOCKED
    return None


def _of_the_enrollment(evidence):
    enrollment = evidence.enrollment
    if enrollment is None:
        return Status.RECORD_ONLY if evidence.record else None
    if not enrollment.is_active:
        return _of_an_inactive(evidence)
    if evidence.record is None:
        return Status.ENROLLED_OUTSIDE
    return _of_an_audit_seat(evidence) if enrollment.is_audit else _of_a_paid_seat(evidence)


def _of_a_paid_seat(evidence):
    if evidence.is_revoked:
        return Status.STALE_LICENSE
    return Status.REALIZED if evidence.realized_at else Status.ENROLLED


def _of_an_audit_seat(evidence):
    if evidence.is_revoked and evidence.best_live_mode and evidence.best_live_mode not in AUDIT_MODES:
        return Status.DOWNGRADED
    if evidence.best_mode in AUDIT_MODES:
        return Status.AUDIT_ONLY
    if evidence.is_enrollable is False or evidence.in_catalog is False or evidence.is_revoked:
        return Status.AUDIT_BLOCKED
    return Status.AUDIT_UPGRADE


def _of_an_inactive(evidence):
    """Tell leaving from revocation by who did it: both leave the same rows behind.

    A row that was never active is an abandoned checkout and stands for nothing.
    """
    enrollment, record = evidence.enrollment, evidence.record
    if record is None or not record.unenrolled:
        if enrollment.was_active is False and record is None:
            return None
        return _by_whom(enrollment) or Status.INACTIVE
    return _by_whom(enrollment) or _of_a_silent_end(evidence)


def _by_whom(enrollment):
    return {EndedBy.LEARNER: Status.LEFT, EndedBy.STAFF: Status.REMOVED_BY_STAFF}.get(enrollment.ended_by)


def _of_a_silent_end(evidence):
    """Without a live audit mode, revocation has to unenroll; with one it would have downgraded."""
    if evidence.is_revoked and not evidence.has_live_audit and evidence.enrollment.ended_by == EndedBy.SYSTEM:
        return Status.REVOKED
    return Status.LEFT_OR_REVOKED if evidence.record.is_revoked is not None else Status.LEFT


def _of_the_past(evidence):
    if evidence.other_run is not None:
        return Status.OTHER_RUN
    return Status.RECORD_DELETED if evidence.deleted_at else None


def _of_the_run(evidence):
    if evidence.run_key is None:
        return Status.UNRESOLVED
    if evidence.in_catalog is False:
        return Status.NOT_IN_CATALOG
    if evidence.is_enrollable is False:
        return Status.RUN_CLOSED
    if evidence.has_license is False:
        return Status.NO_LICENSE
    known = evidence.is_enrollable and evidence.in_catalog and evidence.has_license
    return Status.READY if known else Status.UNCONFIRMED


def bucket_of(evidence: Evidence) -> Bucket:
    """Return where the original's API puts the pair (DefaultEnterpriseEnrollmentIntention learner-status).

    Its order of decision, first match wins; it knows neither history nor realizations.
    """
    if evidence.is_removed:
        return Bucket.NOT_LISTED
    if evidence.link is None or not evidence.link.linked:
        return Bucket.REFUSED
    if evidence.run_key is None:
        return Bucket.NOT_ENROLLABLE
    return _bucket_of_a_paid_record(evidence) or _bucket_of_the_run(evidence)


def _bucket_of_a_paid_record(evidence):
    """A record without an enrollment counts as a paid one."""
    record, enrollment = evidence.record, evidence.enrollment
    if record is None or (enrollment and enrollment.is_audit):
        return None
    if enrollment and enrollment.is_active:
        return Bucket.ALREADY_ENROLLED
    return Bucket.NOT_ENROLLABLE if record.unenrolled else None


def _bucket_of_the_run(evidence):
    if evidence.is_enrollable is False:
        return Bucket.NOT_ENROLLABLE
    if evidence.is_enrollable is None:
        return Bucket.UNKNOWN
    enrollment = evidence.enrollment
    is_active_audit_seat = bool(evidence.record and enrollment and enrollment.is_audit and enrollment.is_active)
    if is_active_audit_seat and evidence.best_mode in AUDIT_MODES:
        return Bucket.ALREADY_ENROLLED
    return {True: Bucket.ENROLLABLE, False: Bucket.NOT_ENROLLABLE, None: Bucket.UNKNOWN}[evidence.in_catalog]
