"""The state changes of a bulk reset as a whole; `run` does its items.

Each takes the lock of the bulk reset's row first, so that two agents, or an agent and a worker
that finishes the last item, come one after the other.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils import timezone

from console import history, tracking
from console.celery import ring
from console.transactions import atomic_with_retries
from resets import tasks
from resets.actions import ResetRefusedError
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.plan import CHUNK
from resets.models import CourseResetAudit
from resets.rules import Permission

State = BulkReset.State
Item = BulkItem.State
CANCELLED = "Cancelled before it was started."


@atomic_with_retries
def confirm(*, bulk_id: int, actor) -> None:
    """Start a draft: from now on workers reset its learners.

    Args:
        bulk_id: the draft.
        actor: the signed-in agent, who is recorded as the one who reset.

    Raises:
        PermissionDenied: the actor may not reset.
        ResetRefusedError: no draft any more, too old, or nobody in it can be reset.
    """
    bulk = _lock(bulk_id, actor, State.DRAFT)
    now = timezone.now()
    if bulk.expires_at <= now:
        raise ResetRefusedError("This list was checked more than a day ago. Upload it again.")
    if not bulk.will_reset:
        raise ResetRefusedError("Nobody in this list can be reset.")
    _go_on(bulk, confirmed_at=now, confirmed_by_id=actor.pk)
    _record(bulk, actor, f"Confirmed: {bulk.will_reset} learners, memo: {bulk.memo}")
    tracking.emit(
        "lectern.bulk_course_reset.confirmed",
        actor=actor,
        learner_id=None,
        course_key=bulk.course_id,
        data={"bulk_reset_id": bulk.pk, "learners": bulk.will_reset, "memo": bulk.memo},
    )


@atomic_with_retries
def discard(*, bulk_id: int, actor) -> None:
    """Delete a draft with its list. Raises as `confirm`."""
    bulk = _lock(bulk_id, actor, State.DRAFT)
    _record(bulk, actor, "Draft discarded", flag=history.DELETION)
    delete(bulk)


def delete(bulk: BulkReset) -> None:
    """Delete a draft in two statements, however long it is; the caller holds its lock."""
    BulkItem.objects.filter(bulk=bulk).delete()
    bulk.delete()


@atomic_with_retries
def pause(*, bulk_id: int, actor) -> None:
    """Start no further learner until it is resumed. Raises as `confirm`."""
    bulk = _lock(bulk_id, actor, State.RUNNING)
    BulkReset.objects.filter(pk=bulk.pk).update(state=State.PAUSED)
    _record(bulk, actor, "Paused")


@atomic_with_retries
def resume(*, bulk_id: int, actor) -> None:
    """Go on where it was paused. Raises as `confirm`."""
    bulk = _lock(bulk_id, actor, State.PAUSED)
    _go_on(bulk)
    _record(bulk, actor, "Resumed")


@atomic_with_retries
def cancel(*, bulk_id: int, actor) -> int:
    """Leave out the learners that were not started yet; what is started is finished, what is done stays.

    Returns:
        How many are left out.

    Raises:
        PermissionDenied, ResetRefusedError: as `confirm`.
    """
    bulk = _lock(bulk_id, actor, State.RUNNING, State.PAUSED)
    waiting = BulkItem.objects.filter(bulk=bulk, state=Item.PENDING)
    skipped = waiting.update(state=Item.SKIPPED, reason=CANCELLED, worker="", claimed_until=None)
    running = BulkItem.objects.filter(bulk=bulk, state=Item.STARTED).exists()
    finished_at = None if running else timezone.now()
    BulkReset.objects.filter(pk=bulk.pk).update(state=State.CANCELLED, finished_at=finished_at)
    _record(bulk, actor, f"Cancelled: {skipped} learners left out")
    return skipped


@atomic_with_retries
def retry(*, bulk_id: int, actor) -> int:
    """Try the failed ones again; whether each may be reset is decided anew when it starts.

    Returns:
        How many are tried again.

    Raises:
        PermissionDenied: the actor may not reset.
        ResetRefusedError: it is a draft, or none has failed.
    """
    bulk = _lock(bulk_id, actor, State.RUNNING, State.PAUSED, State.CANCELLED, State.DONE)
    failed = list(BulkItem.objects.filter(bulk=bulk, state=Item.FAILED).only("enrollment_id"))
    if not failed:
        raise ResetRefusedError("No learner of this list has failed.")
    for start in range(0, len(failed), CHUNK):
        _wait_again(failed[start : start + CHUNK])
    _go_on(bulk, finished_at=None, confirmed_by_id=actor.pk)
    _record(bulk, actor, f"Retried: {len(failed)} failed learners")
    return len(failed)


def _wait_again(items):
    """Put failed items back in the queue, with the newest reset as it is known now."""
    audits = CourseResetAudit.objects.filter(course_enrollment__in=[item.enrollment_id for item in items])
    newest = dict(audits.order_by().values_list("course_enrollment").annotate(newest=Max("pk")))
    for item in items:
        item.seen_audit_id = newest.get(item.enrollment_id)
        item.state, item.reason, item.worker, item.claimed_until = Item.PENDING, "", "", None
    BulkItem.objects.bulk_update(items, ["seen_audit_id", "state", "reason", "worker", "claimed_until"])


def _lock(bulk_id, actor, *states):
    """Return the locked bulk reset when the actor may change it and it is in one of the states."""
    if not actor.has_perm(Permission.RESET):
        raise PermissionDenied
    bulk = BulkReset.objects.select_for_update().filter(pk=bulk_id).first()
    if bulk is None:
        raise ResetRefusedError("This bulk reset is no longer there.")
    if bulk.state not in states:
        raise ResetRefusedError(f"This bulk reset is {bulk.get_state_display().lower()} by now.")
    return bulk


def _go_on(bulk, **values):
    BulkReset.objects.filter(pk=bulk.pk).update(state=State.RUNNING, rung_at=timezone.now(), **values)
    ring(tasks.run_bulk, bulk.pk)


def _record(bulk, actor, message, flag=history.CHANGE):
    history.record(actor=actor, obj=bulk, message=message, flag=flag)
