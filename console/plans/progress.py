"""How far plans have come, counted from their items alone."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from console.plans.models import ItemState, Plan


@dataclass(frozen=True)
class Progress:
    """Items of a plan by what became of them; lines that were left out from the start do not count."""

    done: int
    failed: int
    running: int
    waiting: int
    cancelled: int

    @property
    def total(self) -> int:
        return self.done + self.failed + self.running + self.waiting + self.cancelled

    @property
    def settled(self) -> int:
        return self.total - self.running - self.waiting

    @property
    def percent(self) -> int:
        return 100 * self.settled // self.total if self.total else 100


def count(plans: list[Plan], items: QuerySet, parent: str) -> dict[int, Progress]:
    """Return the progress of each plan by its id, with one query for all of them.

    Args:
        plans: of one kind.
        items: those that were planned, of any plan.
        parent: name of the item's foreign key to its plan.
    """
    rows = items.filter(**{f"{parent}__in": plans}).order_by().values_list(parent, "state").annotate(count=Count("pk"))
    counts = {plan.pk: Counter() for plan in plans}
    for plan_id, state, number in rows:
        counts[plan_id][state] = number
    return {plan_id: _progress(counted) for plan_id, counted in counts.items()}


def _progress(counts):
    return Progress(
        done=counts[ItemState.DONE],
        failed=counts[ItemState.FAILED],
        running=counts[ItemState.STARTED],
        waiting=counts[ItemState.PENDING],
        cancelled=counts[ItemState.SKIPPED],
    )
