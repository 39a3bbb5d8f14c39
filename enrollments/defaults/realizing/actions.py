"""The state changes of a realization plan as a whole; `run` does its learners.

All raise PermissionDenied when the actor is no admin, and PlanRefusedError with a sentence when the
plan is in another state by now.
"""

from console import history
from console.plans import changes
from console.rules import Permission
from console.transactions import atomic_with_retries
from enrollments.defaults.realizing.queue import QUEUE


@atomic_with_retries
def confirm(plan_id: int, actor) -> None:
    """Start a draft: from now on workers realize for its learners, in the name of the actor."""
    plan = changes.confirm(QUEUE, plan_id, **_by(actor))
    history.record(actor=actor, obj=plan, message=f"Confirmed: {plan.will_change} learners, memo: {plan.memo}")


@atomic_with_retries
def discard(plan_id: int, actor) -> None:
    """Delete a draft with its list."""
    changes.discard(QUEUE, plan_id, **_by(actor))


@atomic_with_retries
def pause(plan_id: int, actor) -> None:
    """Start no further learner until it is resumed."""
    changes.pause(QUEUE, plan_id, **_by(actor))


@atomic_with_retries
def resume(plan_id: int, actor) -> None:
    """Go on where it was paused."""
    changes.resume(QUEUE, plan_id, **_by(actor))


@atomic_with_retries
def cancel(plan_id: int, actor) -> int:
    """Leave out the learners that were not done yet; return how many."""
    return changes.cancel(QUEUE, plan_id, **_by(actor))


@atomic_with_retries
def retry(plan_id: int, actor) -> int:
    """Try the failed ones again; what each needs is decided anew. Return how many."""
    return changes.retry(QUEUE, plan_id, **_by(actor))


def _by(actor):
    return {"actor": actor, "allowed": actor.has_perm(Permission.ADMINISTER)}
