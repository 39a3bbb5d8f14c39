"""Undoing a completed reset: the rows come back from its archive, all of them or none."""

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, DataError
from django.utils import timezone

from console import history, learners, tracking
from console.celery import ring
from console.transactions import atomic_with_retries
from enrollments.models import CourseEnrollment
from resets import actions, owners, tasks
from resets.journal import DamagedArchiveError, Journal, play_back
from resets.models import CourseResetAudit, ResetArchive, ResetJob
from resets.rules import Permission

Status = CourseResetAudit.Status
Kind = ResetArchive.Kind


class UndoRefusedError(Exception):
    """A reset that cannot be undone; the text says why."""


@dataclass(frozen=True)
class Undoability:
    """Whether a reset can be undone now.

    Attributes:
        reason: why not, in a sentence; empty when it can.
        newer: what the learner has done since, by owner; undoing needs the choice to replace it.
        barred: rows that would not come back, by table and id, and why not.
    """

    reason: str
    newer: list[tuple[owners.Owner, int]] = field(default_factory=list)
    barred: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def is_possible(self) -> bool:
        return not self.reason

    @property
    def must_replace(self) -> bool:
        return any(count for _, count in self.newer)

    @property
    def left_out(self) -> list[str]:
        """What would not come back, in sentences."""
        return [f"{reason}." for reason in dict.fromkeys(self.barred.values())]


def undoability(audit: CourseResetAudit) -> Undoability:
    """Say whether a reset can be undone, and what the learner has done since."""
    reason = _refusal(audit)
    if reason:
        return Undoability(reason)
    enrollment, choices = audit.course_enrollment, audit.job.choices
    try:
        barred = owners.barred(audit.archives.get(kind=Kind.RESET), enrollment, choices)
    except DamagedArchiveError as error:
        return Undoability(str(error))
    return Undoability("", owners.preview(enrollment, owners.deleting(choices)), barred)


def _refusal(audit):
    job = getattr(audit, "job", None)
    if job is None:
        return "This reset was done by Open edX’s own tool, which keeps no archive."
    if job.undone_at:
        return "This reset was undone already."
    if audit.status != Status.COMPLETE:
        return "Only a complete reset can be undone."
    if learners.is_retired(audit.course_enrollment.user):
        return "The learner’s account was retired; what was cleared may not come back."
    archive = audit.archives.filter(kind=Kind.RESET).first()
    if archive is None:
        return "There is no archive of this reset."
    if archive.purged_at:
        return (
            "The archive of this reset was deleted at the end of its retention time. "
            "What is left says only which blocks its history belongs to."
        )
    if _has_later_reset(audit):
        return "A later reset of the same enrollment exists; undo that one first."
    return ""


def _has_later_reset(audit):
    later = CourseResetAudit.objects.filter(course_enrollment_id=audit.course_enrollment_id, pk__gt=audit.pk)
    # A failed one changed nothing, and one that was undone has put back what it found.
    return later.exclude(status=Status.FAILED).filter(job__undone_at=None).exists()


def undo_reset(*, audit_id: int, memo: str, actor, replace: bool = False) -> None:
    """Undo a completed reset from its archive, in one transaction.

    Args:
        audit_id: the reset.
        memo: why, 1 to 255 characters.
        actor: the signed-in agent.
        replace: archive and clear what the learner has done since; without it, newer state refuses.

    Raises:
        PermissionDenied: the actor may not undo.
        UndoRefusedError: not possible, or the learner has started again and `replace` is false, or
            the archive is damaged. Nothing was changed.
        ResetRefusedError: memo missing or too long.
    """
    memo = actions.clean_memo(memo)
    try:
        _undo(audit_id, memo, actor, replace)
    except DamagedArchiveError as error:
        raise UndoRefusedError(f"{error} Nothing was changed.") from error
    except DatabaseError as error:
        raise UndoRefusedError("The database did not take the archived rows back. Nothing was changed.") from error


@atomic_with_retries
def _undo(audit_id, memo, actor, replace):
    enrollment_id = CourseResetAudit.objects.values_list("course_enrollment_id", flat=True).get(pk=audit_id)
    enrollment = CourseEnrollment.objects.select_for_update().get(pk=enrollment_id)
    actions.lock_job(audit_id)
    audit = CourseResetAudit.objects.select_related("job", "course_enrollment__user", "reset_by").get(pk=audit_id)
    if not actor.has_perm(Permission.UNDO, audit):
        raise PermissionDenied
    answer = undoability(audit)
    if not answer.is_possible:
        raise UndoRefusedError(answer.reason)
    if answer.must_replace:
        if not replace:
            raise UndoRefusedError("The learner has started again. Choose to replace what they did since, or keep it.")
        journal = Journal.start(audit_id, Kind.REPLACED)
        owners.clear(enrollment, journal=journal, actor_id=actor.pk, choices=owners.deleting(audit.job.choices))
    play_back(audit.archives.get(kind=Kind.RESET), owners.references(), barred=answer.barred)
    owners.restored(enrollment, actor_id=actor.pk, choices=audit.job.choices)
    try:
        _record(audit, memo, actor, answer)
    except DataError as error:
        raise actions.ResetRefusedError(actions.UNSTORABLE) from error


def _record(audit, memo, actor, answer):
    now, left_out = timezone.now(), " ".join(answer.left_out)
    undone = {"undone_at": now, "undone_by_id": actor.pk, "undo_memo": memo, "left_out": left_out}
    ResetJob.objects.filter(pk=audit.pk).update(**undone)
    history.record(actor=actor, obj=audit, message=f"Reset undone: {memo}")
    ring(tasks.mail_undo, audit.pk)
    tracking.emit(
        "lectern.course_reset.undone",
        actor=actor,
        learner_id=audit.course_enrollment.user_id,
        course_key=audit.course_enrollment.course_id,
        data={"reset_id": audit.pk, "memo": memo, "replaced": answer.must_replace, "left_out": answer.left_out},
    )
