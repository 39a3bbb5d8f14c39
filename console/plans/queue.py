"""The items of plans as a queue: who works on which, when a plan is over, and what the sweeper does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from console.celery import ring
from console.plans.models import ItemState, Plan, PlanItem, PlanState
from console.transactions import atomic_with_retries

log = structlog.get_logger(__name__)

# Two workers that look at once see the same items, and one of them comes away empty-handed.
CLAIM_TRIES = 5
SWEEP_LIMIT = 500


@dataclass(frozen=True)
class Queue:
    """One kind of plan.

    Attributes:
        plan, item: its models.
        parent: name of the item's foreign key to its plan.
        task: returns the Celery task that does the next few items of a plan's id. A function,
            because tasks import the modules that ring them.
        batch: how many items a worker takes at once.
        lease: returns how many seconds a worker may take for them before they are given to another.
        ring_again: returns after how many seconds without a sign of a worker one is asked again.
    """

    plan: type[Plan]
    item: type[PlanItem]
    parent: str
    task: Callable
    batch: int
    lease: Callable[[], float]
    ring_again: Callable[[], float]

    def items(self, plan_id: int):
        """Return all items of a plan."""
        return self.item.objects.filter(**{self.parent: plan_id})

    def is_running(self, plan_id: int) -> bool:
        """Say whether items may be started."""
        return self.plan.objects.filter(pk=plan_id, state=PlanState.RUNNING).exists()

    def ring(self, plan_id: int) -> None:
        """Ask a worker to do the next few items."""
        ring(self.task(), plan_id)

    # --- A worker's claim ------------------------------------------------------------------------

    def claim(self, plan_id: int, worker: str) -> list[PlanItem]:
        """Claim some waiting items for this worker, by one conditional UPDATE; none when the plan does not run.

        Args:
            plan_id: the plan.
            worker: a name for this claim, different for every delivery.
        """
        if not self.is_running(plan_id):
            return []
        for _ in range(CLAIM_TRIES):
            ids = list(self.claimable(plan_id).order_by("line").values_list("pk", flat=True)[: self.batch])
            if not ids:
                return []
            until = timezone.now() + timedelta(seconds=self.lease())
            if self._mark(plan_id, ids, worker, until):
                mine = self.item.objects.filter(pk__in=ids, state=ItemState.PENDING, worker=worker)
                return list(mine.order_by("line"))
        return []

    @atomic_with_retries
    def _mark(self, plan_id, ids, worker, until):
        taken = self.claimable(plan_id).filter(pk__in=ids).update(worker=worker, claimed_until=until)
        if taken:
            self.plan.objects.filter(pk=plan_id).update(rung_at=timezone.now())
        return taken

    def claimable(self, plan_id: int):
        """Return the waiting items that nobody has, or whose lease has run out."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
        return self.items(plan_id).filter(free, state=ItemState.PENDING)

    def startable(self, item: PlanItem, worker: str) -> QuerySet:
        """Return the item, to be changed at once, as long as this worker holds it and its plan runs."""
        running = self.plan.objects.filter(pk=getattr(item, f"{self.parent}_id"), state=PlanState.RUNNING)
        return self.item.objects.filter(Exists(running), pk=item.pk, state=ItemState.PENDING, worker=worker)

    def release(self, plan_id: int, worker: str) -> None:
        """Give claims back, so that a resumed plan need not wait for the lease to run out."""
        mine = self.items(plan_id).filter(state=ItemState.PENDING, worker=worker)
        mine.update(worker="", claimed_until=None)

    def fail(self, item: PlanItem, worker: str, reason: str) -> None:
        """Note why an item that this worker still holds cannot be done."""
        mine = self.item.objects.filter(pk=item.pk, state=ItemState.PENDING, worker=worker)
        mine.update(state=ItemState.FAILED, reason=reason, claimed_until=None)

    # --- The end ---------------------------------------------------------------------------------

    @atomic_with_retries
    def finish(self, plan_id: int) -> bool:
        """Mark a plan as finished when nothing of it waits or runs; say whether this call did."""
        unfinished = self.items(plan_id).filter(state__in=[ItemState.PENDING, ItemState.STARTED])
        if unfinished.exists():
            return False
        plan = self.plan.objects.select_for_update().filter(pk=plan_id).first()
        # Once more, now that nobody can retry or cancel meanwhile.
        if plan is None or not plan.is_open or unfinished.exists():
            return False
        state = PlanState.CANCELLED if plan.state == PlanState.CANCELLED else PlanState.DONE
        self.plan.objects.filter(pk=plan_id).update(state=state, finished_at=timezone.now())
        log.info("plan_finished", kind=self.plan._meta.label_lower, plan=plan_id, state=state)
        return True

    # --- What a sweeper does ---------------------------------------------------------------------

    def open_plans(self) -> list[Plan]:
        """Return the oldest plans that are confirmed and not finished."""
        return list(
            self.plan.objects.filter(finished_at=None).exclude(state=PlanState.DRAFT).order_by("pk")[:SWEEP_LIMIT]
        )

    def sweep(self, now: datetime) -> None:
        """Finish what is over, ring for what no worker is about to do, delete drafts that are too old."""
        for plan in self.open_plans():
            if not self.finish(plan.pk):
                self.ring_if_unheard(plan.pk, now)
        for plan in self.plan.objects.filter(state=PlanState.DRAFT, expires_at__lt=now)[:SWEEP_LIMIT]:
            self._purge(plan.pk)

    def ring_if_unheard(self, plan_id: int, now: datetime) -> None:
        """Ring again for a running plan that has waiting items and gave no sign for a while."""
        unheard = self.plan.objects.filter(
            pk=plan_id, state=PlanState.RUNNING, rung_at__lt=now - timedelta(seconds=self.ring_again())
        )
        if self.claimable(plan_id).exists() and unheard.update(rung_at=now):
            self.ring(plan_id)

    def _purge(self, plan_id):
        with transaction.atomic():
            plan = self.plan.objects.select_for_update().filter(pk=plan_id, state=PlanState.DRAFT).first()
            if plan is not None:
                self.delete(plan)

    def delete(self, plan: Plan) -> None:
        """Delete a draft in two statements, however long it is; the caller holds its lock."""
        self.items(plan.pk).delete()
        plan.delete()
