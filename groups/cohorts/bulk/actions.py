"""The state changes of a bulk assignment as a whole; `run` does its lines.

All raise PermissionDenied when the actor does not manage the run's groups, and PlanRefusedError
with a sentence when the bulk assignment is in another state by now.
"""

from console import history
from console.plans import changes
from console.plans.models import ItemState
from console.transactions import atomic_with_retries
from groups.cohorts.bulk.queue import QUEUE
from groups.models import BulkAssignment
from groups.rules import Permission


@atomic_with_retries
def confirm(*, bulk_id: int, actor) -> None:
    """Start a draft: from now on workers assign its learners."""
    bulk = changes.confirm(QUEUE, bulk_id, **_by(actor, bulk_id))
    count = QUEUE.items(bulk_id).filter(state=ItemState.PENDING).count()
    history.record(actor=actor, obj=bulk, message=f"Confirmed: {count} learners of {bulk.course_id}")


@atomic_with_retries
def discard(*, bulk_id: int, actor) -> None:
    """Delete a draft with its list."""
    changes.discard(QUEUE, bulk_id, **_by(actor, bulk_id))


@atomic_with_retries
def cancel(*, bulk_id: int, actor) -> int:
    """Leave out the learners that were not assigned yet; return how many."""
    return changes.cancel(QUEUE, bulk_id, **_by(actor, bulk_id))


@atomic_with_retries
def retry(*, bulk_id: int, actor) -> int:
    """Try the failed lines again; return how many."""
    return changes.retry(QUEUE, bulk_id, **_by(actor, bulk_id))


def _by(actor, bulk_id):
    course_key = BulkAssignment.objects.filter(pk=bulk_id).values_list("course_id", flat=True).first()
    return {"actor": actor, "allowed": course_key is not None and actor.has_perm(Permission.MANAGE, course_key)}
