"""The changes of state that every plan knows. Domain apps wrap them in actions of their own.

Each takes the lock of the plan's row first, so that two people, or one and a worker that finishes
the last item, come one after the other. All raise PermissionDenied when the actor may not, and
PlanRefusedError with a sentence when the plan is in another state by now. They belong into a
transaction (`atomic_with_retries` on the caller).
"""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from console import history
from console.plans.models import ItemState, Plan, PlanState
from console.plans.queue import Queue

CANCELLED = "Cancelled before it was started."


class PlanRefusedError(Exception):
    """A change that is not possible; the text says why, for the person to read."""


def lock(queue: Queue, plan_id: int, *states: PlanState, allowed: bool) -> Plan:
    """Return the locked plan when the actor is allowed and it is in one of the states."""
    if not allowed:
        raise PermissionDenied
    plan = queue.plan.objects.select_for_update().filter(pk=plan_id).first()
    name = queue.plan._meta.verbose_name
    if plan is None:
        raise PlanRefusedError(f"This {name} is no longer there.")
    if plan.state not in states:
        raise PlanRefusedError(f"This {name} is {plan.get_state_display().lower()} by now.")
    return plan


def confirm(queue: Queue, plan_id: int, *, actor, allowed: bool) -> Plan:
    """Start a draft: from now on workers carry it out."""
    plan = lock(queue, plan_id, PlanState.DRAFT, allowed=allowed)
    now = timezone.now()
    if plan.expires_at <= now:
        raise PlanRefusedError("This list was checked too long ago. Check it again.")
    if not queue.items(plan_id).filter(state=ItemState.PENDING).exists():
        raise PlanRefusedError("Nothing in this list can be done.")
    go_on(queue, plan, confirmed_at=now, confirmed_by_id=actor.pk)
    return plan


def go_on(queue: Queue, plan: Plan, **values) -> None:
    """Set a locked plan running, with these column values, and ring for a worker."""
    queue.plan.objects.filter(pk=plan.pk).update(state=PlanState.RUNNING, rung_at=timezone.now(), **values)
    queue.ring(plan.pk)


def discard(queue: Queue, plan_id: int, *, actor, allowed: bool) -> None:
    """Delete a draft with its list."""
    plan = lock(queue, plan_id, PlanState.DRAFT, allowed=allowed)
    history.record(actor=actor, obj=plan, message="Draft discarded", flag=history.DELETION)
    queue.delete(plan)


def pause(queue: Queue, plan_id: int, *, actor, allowed: bool) -> None:
    """Start no further item until it is resumed."""
    plan = lock(queue, plan_id, PlanState.RUNNING, allowed=allowed)
    queue.plan.objects.filter(pk=plan.pk).update(state=PlanState.PAUSED)
    history.record(actor=actor, obj=plan, message="Paused")


def resume(queue: Queue, plan_id: int, *, actor, allowed: bool) -> None:
    """Go on where it was paused."""
    plan = lock(queue, plan_id, PlanState.PAUSED, allowed=allowed)
    go_on(queue, plan)
    history.record(actor=actor, obj=plan, message="Resumed")


def cancel(queue: Queue, plan_id: int, *, actor, allowed: bool) -> int:
    """Leave out the items that were not started yet; what is started is finished, what is done stays.

    Returns:
        How many are left out.
    """
    plan = lock(queue, plan_id, PlanState.RUNNING, PlanState.PAUSED, allowed=allowed)
    waiting = queue.items(plan_id).filter(state=ItemState.PENDING)
    skipped = waiting.update(state=ItemState.SKIPPED, reason=CANCELLED, worker="", claimed_until=None)
    running = queue.items(plan_id).filter(state=ItemState.STARTED).exists()
    finished_at = None if running else timezone.now()
    queue.plan.objects.filter(pk=plan.pk).update(state=PlanState.CANCELLED, finished_at=finished_at)
    history.record(actor=actor, obj=plan, message=f"Cancelled: {skipped} left out")
    return skipped


def retry(queue: Queue, plan_id: int, *, actor, allowed: bool) -> int:
    """Try the failed items again; not while it is paused, because they would end somebody's pause.

    Returns:
        How many are tried again.
    """
    plan = lock(queue, plan_id, PlanState.RUNNING, PlanState.CANCELLED, PlanState.DONE, allowed=allowed)
    failed = queue.items(plan_id).filter(state=ItemState.FAILED)
    count = failed.update(state=ItemState.PENDING, reason="", worker="", claimed_until=None)
    if not count:
        raise PlanRefusedError("Nothing of this list has failed.")
    go_on(queue, plan, finished_at=None, confirmed_by_id=actor.pk)
    history.record(actor=actor, obj=plan, message=f"Retried: {count} failed")
    return count
