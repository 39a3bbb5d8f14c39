"""What a status means, for people: one sentence, and how it looks."""

from datetime import datetime

from console import html
from enrollments.defaults.status import EndedBy, Evidence, Status

GOOD, WAITS, STUCK, NEUTRAL = ("success", "check"), ("info", "clock"), ("warning", "alert"), ("neutral", "minus")

LOOKS = {
    Status.REALIZED: GOOD,
    Status.ENROLLED: GOOD,
    Status.ENROLLED_OUTSIDE: GOOD,
    Status.AUDIT_ONLY: GOOD,
    Status.READY: WAITS,
    Status.UNCONFIRMED: WAITS,
    Status.AUDIT_UPGRADE: WAITS,
    Status.PENDING_LINK: WAITS,
    Status.REMOVED: NEUTRAL,
    Status.NOT_LINKED: NEUTRAL,
    Status.LEFT: NEUTRAL,
    Status.REMOVED_BY_STAFF: NEUTRAL,
}

SENTENCES = {
    Status.REMOVED: "The customer no longer wants this by default. What was realized stays.",
    Status.PENDING_LINK: "The customer has invited this e-mail address. The link is made when its account exists.",
    Status.NOT_LINKED: "The learner was never linked to this customer.",
    Status.UNLINKED: "The customer has unlinked the learner, who may be linked again.",
    Status.UNLINKED_BLOCKED: "The customer has unlinked the learner and does not allow linking again.",
    Status.STALE_LICENSE: "The learner is enrolled, but the license that is recorded for it is revoked: "
    "a new license could not be recorded.",
    Status.REALIZED: "The learner was enrolled by default and still is.",
    Status.ENROLLED: "The learner is enrolled through this customer, but no realization says that it was by default.",
    Status.ENROLLED_OUTSIDE: "The learner is enrolled, but not through this customer.",
    Status.DOWNGRADED: "The license was revoked, and the learner goes on in an audit mode.",
    Status.AUDIT_UPGRADE: "The learner is enrolled in an audit mode; a better one is on offer.",
    Status.AUDIT_BLOCKED: "The learner is enrolled in an audit mode, and cannot be moved to a better one.",
    Status.AUDIT_ONLY: "The learner is enrolled in the only kind of mode that the course run has.",
    Status.LEFT: "The learner has unenrolled and is not enrolled again.",
    Status.REMOVED_BY_STAFF: "Staff have unenrolled the learner, who is not enrolled again.",
    Status.REVOKED: "The license was revoked, and without an audit mode the learner was unenrolled.",
    Status.LEFT_OR_REVOKED: "The learner has left or the license was revoked: the records cannot tell which.",
    Status.INACTIVE: "There is an enrollment that is not active, and nothing says why.",
    Status.RECORD_ONLY: "The enterprise has a record of an enrollment that does not exist.",
    Status.OTHER_RUN: "This was realized in another run of the course before.",
    Status.RECORD_DELETED: "This was realized once; the record was deleted since.",
    Status.UNRESOLVED: "It is not known which course run is meant.",
    Status.NOT_IN_CATALOG: "No catalog of the customer contains the course run.",
    Status.RUN_CLOSED: "Nobody can enroll in the course run now.",
    Status.READY: "Nothing is in the way of enrolling the learner.",
    Status.NO_LICENSE: "The learner has no activated license for a catalog with this course run: "
    "the learner portal never enrolls them, and says nothing.",
    Status.UNCONFIRMED: "Nothing is known to be in the way, but not everything is known.",
}


def badge(status: Status):
    """Return a status as a badge."""
    tone, icon = LOOKS.get(status, STUCK)
    return html.badge(tone, status.label, icon)


def evidence_of(evidence: Evidence) -> list[tuple[str, object]]:
    """Return what a status rests on as pairs of label and value; moments are datetimes."""
    enrollment, record = evidence.enrollment, evidence.record
    facts = [("Realized", evidence.realized_at)] if evidence.realized_at or enrollment or record else []
    if evidence.other_run is not None:
        facts += [("Realized in", evidence.other_run), ("Realized there", evidence.other_realized_at)]
    if evidence.deleted_at:
        facts.append(("Realization deleted", evidence.deleted_at))
    if evidence.pending_mode:
        facts.append(("Waits to be enrolled in", evidence.pending_mode))
    if enrollment:
        facts += [("Mode", enrollment.mode), ("Active", enrollment.is_active), ("Enrolled on", enrollment.created)]
        if not enrollment.is_active and enrollment.ended_by != EndedBy.UNKNOWN:
            facts.append(("Ended by", enrollment.ended_by.value))
    if record:
        facts.append(("Marked as unenrolled", record.unenrolled_at if record.unenrolled else record.unenrolled))
        facts.append(("License revoked", record.is_revoked))
    return facts


def shown(value):
    """Return a value of the evidence for a page."""
    if isinstance(value, datetime):
        return html.ago(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else value
