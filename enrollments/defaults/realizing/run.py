"""Carrying out realization plans, in workers. Any number of them may work on the same one."""

from collections import defaultdict
from datetime import datetime

import structlog
from django.utils import timezone

from console.rules import Permission, still_may
from console.transactions import atomic_with_retries
from enrollments.defaults.content import resolve
from enrollments.defaults.models import DefaultIntention
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.defaults.realizing.queue import QUEUE
from enrollments.defaults.realizing.realize import realize

log = structlog.get_logger(__name__)
Item = RealizeItem.State

NOT_ALLOWED = "Who confirmed this list is no admin any more."
REMOVED = "The intention was removed since the list was checked."
MOVED = "The intention leads to another course run since the list was checked. Check it again."
UNEXPECTED = "It failed ({}). Nothing was changed; the worker’s log has details."


def work(plan_id: int, *, worker: str) -> int:
    """Realize for a few learners of a plan, and ring for the next few.

    Args:
        plan_id: the plan; one that does not run is left alone.
        worker: a name for this worker's claim, different for every delivery.

    Returns:
        How many learners were this call's.
    """
    items = QUEUE.claim(plan_id, worker)
    if not items:
        QUEUE.finish(plan_id)
        return 0
    QUEUE.ring(plan_id)
    _Share(RealizePlan.objects.select_related("confirmed_by").get(pk=plan_id), worker).do(items)
    QUEUE.finish(plan_id)
    return len(items)


class _Share:
    """What a worker needs to know for its share of a plan, looked up once."""

    def __init__(self, plan, worker):
        self.plan, self.worker = plan, worker
        self.intention = DefaultIntention.objects.filter(pk=plan.intention_uuid).first()
        self.content = resolve([self.intention], timezone.now())[self.intention.pk] if self.intention else None
        self.problem = self._problem()

    def _problem(self):
        if not still_may(self.plan.confirmed_by, Permission.ADMINISTER):
            return NOT_ALLOWED
        if self.intention is None or self.intention.is_removed:
            return REMOVED
        if self.content.run is None or str(self.content.run.key) != self.plan.run_key:
            return MOVED
        return ""

    def do(self, items):
        """Do all at once; when that fails, one by one, so that each failure is of its own learner."""
        if self.problem:
            for item in items:
                QUEUE.fail(item, self.worker, self.problem)
            return
        if not QUEUE.is_running(self.plan.pk):
            QUEUE.release(self.plan.pk, self.worker)
            return
        try:
            self._together(items)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is looked at learner by learner)
            log.warning("realize_items_one_by_one", plan=self.plan.pk, items=len(items), error=type(error).__name__)
            self._one_by_one(items)

    @atomic_with_retries
    def _together(self, items):
        """Do the items and mark them, in one transaction: each is done once, wherever a worker dies."""
        mine = RealizeItem.objects.filter(pk__in=[item.pk for item in items], state=Item.PENDING, worker=self.worker)
        held = dict(mine.select_for_update().order_by("pk").values_list("user_id", "pk"))
        reasons = realize(user_ids=list(held), **self.task)
        refused = defaultdict(list)
        for user_id, reason in reasons.items():
            refused[reason].append(held[user_id])
        for reason, pks in refused.items():
            state = Item.FAILED if reason else Item.DONE
            RealizeItem.objects.filter(pk__in=pks).update(state=state, reason=reason, claimed_until=None)

    def _one_by_one(self, items):
        for item in items:
            if not QUEUE.is_running(self.plan.pk):
                QUEUE.release(self.plan.pk, self.worker)
                return
            try:
                self._together([item])
            except Exception as error:
                log.exception("realize_item_failed", plan=self.plan.pk, line=item.line)
                QUEUE.fail(item, self.worker, UNEXPECTED.format(type(error).__name__))

    @property
    def task(self):
        return {"intention": self.intention, "content": self.content, "actor": self.plan.confirmed_by}


def sweep(now: datetime) -> None:
    """Finish plans, ring for those that no worker is about to go on with, delete old drafts."""
    QUEUE.sweep(now)
