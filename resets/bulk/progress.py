"""How far a bulk reset has come, counted from its items alone."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from resets.bulk.models import BulkItem, BulkReset

State = BulkItem.State


@dataclass(frozen=True)
class Progress:
    """Learners of the plan by what became of them; lines that were left out from the start do not count."""

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


def progress_of(bulks: list[BulkReset]) -> dict[int, Progress]:
    """Return the progress of each, by its id, with one query for all of them."""
    items = BulkItem.objects.filter(bulk__in=bulks, verdict=BulkItem.Verdict.WILL_RESET)
    rows = items.order_by().values_list("bulk", "state").annotate(count=Count("pk"))
    counts = {bulk.pk: Counter() for bulk in bulks}
    for bulk_id, state, count in rows:
        counts[bulk_id][state] = count
    return {bulk_id: _progress(counted) for bulk_id, counted in counts.items()}


def _progress(counts):
    return Progress(
        done=counts[State.DONE],
        failed=counts[State.FAILED],
        running=counts[State.STARTED],
        waiting=counts[State.PENDING],
        cancelled=counts[State.SKIPPED],
    )
