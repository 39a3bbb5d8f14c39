"""How far bulk assignments have come, and what their lines are or became."""

from django.db.models import Count

from console.plans import progress
from console.plans.progress import Progress
from groups.models import BulkAssignment, BulkAssignmentItem

Outcome = BulkAssignmentItem.Outcome
PLANNED = (Outcome.ADDED, Outcome.CHANGED, Outcome.PRESENT, Outcome.PREASSIGNED, Outcome.ASSIGNED)


def progress_of(bulks: list[BulkAssignment]) -> dict[int, Progress]:
    """Return the progress of each, by its id, with one query for all of them."""
    return progress.count(bulks, BulkAssignmentItem.objects.filter(outcome__in=PLANNED), "bulk")


def outcomes_of(bulk: BulkAssignment) -> list[tuple[str, int]]:
    """Return the outcomes that occur, in words, with how many lines have them."""
    rows = BulkAssignmentItem.objects.filter(bulk=bulk).order_by().values_list("outcome").annotate(count=Count("pk"))
    counts = dict(rows)
    return [(outcome.label, counts[outcome]) for outcome in Outcome if counts.get(outcome)]
