"""Carrying out realization plans, in workers. Any number of them may work on the same one."""

from datetime import datetime

import structlog
from django.utils import timezone

from console.rules import Permission
from console.transactions import atomic_with_retries
from enrollments.defaults.content import resolve
from enrollments.defaults.models import DefaultIntention
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.defaults.realizing.queue import QUEUE
from enrollments.defaults.realizing.realize import RealizeRefusedError, realize

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
    share = _Share(RealizePlan.objects.select_related("confirmed_by").get(pk=plan_id), worker)
    for item in items:
        if not QUEUE.is_running(plan_id):
            QUEUE.release(plan_id, worker)
            break
        share.do(item)
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
        if not self.plan.confirmed_by.has_perm(Permission.ADMINISTER):
            return NOT_ALLOWED
        if self.intention is None or self.intention.is_removed:
            return REMOVED
        if self.content.run is None or str(self.content.run.key) != self.plan.run_key:
            return MOVED
        return ""

    def do(self, item):
        if self.problem:
            QUEUE.fail(item, self.worker, self.problem)
            return
        try:
            self._realize(item)
        except RealizeRefusedError as refusal:
            QUEUE.fail(item, self.worker, str(refusal))
        except Exception as error:
            log.exception("realize_item_failed", plan=self.plan.pk, line=item.line)
            QUEUE.fail(item, self.worker, UNEXPECTED.format(type(error).__name__))

    @atomic_with_retries
    def _realize(self, item):
        """Mark the item and do it, in one transaction: it is done once, wherever a worker dies."""
        mine = RealizeItem.objects.filter(pk=item.pk, state=Item.PENDING, worker=self.worker)
        if mine.update(state=Item.DONE, claimed_until=None):
            realize(intention=self.intention, content=self.content, user_id=item.user_id, actor=self.plan.confirmed_by)


def sweep(now: datetime) -> None:
    """Finish plans, ring for those that no worker is about to go on with, delete old drafts."""
    QUEUE.sweep(now)
