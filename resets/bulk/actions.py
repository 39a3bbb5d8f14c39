"""The state changes of a bulk reset as a whole; `run` does its items."""

from django.db.models import Max

from console import history, tracking
from console.plans import changes
from console.transactions import atomic_with_retries
from resets.bulk.models import BulkItem
from resets.bulk.plan import CHUNK
from resets.bulk.queue import QUEUE
from resets.models import CourseResetAudit
from resets.rules import Permission


@atomic_with_retries
def confirm(*, bulk_id: int, actor) -> None:
    """Start a draft: from now on workers reset its learners.

    Args:
        bulk_id: the draft.
        actor: the signed-in agent, who is recorded as the one who reset.

    Raises:
        PermissionDenied: the actor may not reset.
        PlanRefusedError: no draft any more, too old, or nobody in it can be reset.
    """
    bulk = changes.confirm(QUEUE, bulk_id, **_by(actor))
    history.record(actor=actor, obj=bulk, message=f"Confirmed: {bulk.will_reset} learners, memo: {bulk.memo}")
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
    changes.discard(QUEUE, bulk_id, **_by(actor))


@atomic_with_retries
def pause(*, bulk_id: int, actor) -> None:
    """Start no further learner until it is resumed. Raises as `confirm`."""
    changes.pause(QUEUE, bulk_id, **_by(actor))


@atomic_with_retries
def resume(*, bulk_id: int, actor) -> None:
    """Go on where it was paused. Raises as `confirm`."""
    changes.resume(QUEUE, bulk_id, **_by(actor))


@atomic_with_retries
def cancel(*, bulk_id: int, actor) -> int:
    """Leave out the learners that were not started yet; return how many. Raises as `confirm`."""
    return changes.cancel(QUEUE, bulk_id, **_by(actor))


@atomic_with_retries
def retry(*, bulk_id: int, actor) -> int:
    """Try the failed ones again; whether each may be reset is decided anew when it starts.

    Returns:
        How many are tried again.

    Raises:
        PermissionDenied: the actor may not reset.
        PlanRefusedError: it is a draft, or none has failed.
    """
    failed = list(BulkItem.objects.filter(bulk=bulk_id, state=BulkItem.State.FAILED).only("enrollment_id"))
    count = changes.retry(QUEUE, bulk_id, **_by(actor))
    for start in range(0, len(failed), CHUNK):
        _remember_newest(failed[start : start + CHUNK])
    return count


def _remember_newest(items):
    """Note the newest reset of each as it is known now: only a later one is a change of plan."""
    audits = CourseResetAudit.objects.filter(course_enrollment__in=[item.enrollment_id for item in items])
    newest = dict(audits.order_by().values_list("course_enrollment").annotate(newest=Max("pk")))
    for item in items:
        item.seen_audit_id = newest.get(item.enrollment_id)
    BulkItem.objects.bulk_update(items, ["seen_audit_id"])


def _by(actor):
    return {"actor": actor, "allowed": actor.has_perm(Permission.RESET)}
