"""What realizing would do for a learner, decided by the evidence alone."""

from enrollments.defaults.modes import AUDIT_MODES
from enrollments.defaults.realizing.models import RealizeItem
from enrollments.defaults.status import Evidence, Status, status_of
from enrollments.defaults.words import SENTENCES

Verdict = RealizeItem.Verdict

NO_LICENSE = "No activated license of the learner is known, and an enterprise enrollment needs one."
NO_MODE = "Every enrollment mode of the course run has expired."
RECORDED = "This is recorded already."


def decide(evidence: Evidence) -> tuple[Verdict, str]:
    """Return what is to be done, and why nothing can be when it is CANNOT.

    A learner who left, who was unenrolled, or whose license was revoked is left alone in every
    case, audit seats included; so is one who has had the same course in another run.
    """
    status = status_of(evidence)
    if status in (Status.READY, Status.UNCONFIRMED):
        return _enrolling(evidence)
    if status == Status.RECORD_ONLY and not evidence.record.unenrolled and not evidence.is_revoked:
        return _enrolling(evidence)
    if status == Status.AUDIT_UPGRADE:
        return _upgrading(evidence)
    if status in (Status.ENROLLED, Status.ENROLLED_OUTSIDE, Status.AUDIT_ONLY):
        return _recording(evidence)
    return Verdict.CANNOT, SENTENCES[status]


def _enrolling(evidence):
    if evidence.run_key is None or evidence.is_enrollable is False:
        return Verdict.CANNOT, SENTENCES[Status.RUN_CLOSED]
    if evidence.in_catalog is False:
        return Verdict.CANNOT, SENTENCES[Status.NOT_IN_CATALOG]
    if not evidence.best_live_mode:
        return Verdict.CANNOT, NO_MODE
    if not evidence.has_license:
        return Verdict.CANNOT, NO_LICENSE
    return Verdict.ENROLL, ""


def _upgrading(evidence):
    verdict, reason = _enrolling(evidence)
    if verdict == Verdict.CANNOT:
        return verdict, reason
    if evidence.best_live_mode in AUDIT_MODES:
        return Verdict.CANNOT, "The better mode has expired."
    return Verdict.UPGRADE, ""


def _recording(evidence):
    if evidence.realized_at:
        return Verdict.CANNOT, RECORDED
    if evidence.run_key is None:
        return Verdict.CANNOT, SENTENCES[Status.UNRESOLVED]
    return Verdict.RECORD, ""
