"""What became of a bulk assignment, as the LMS's own report lays it out.

Header and meaning after lms/djangoapps/instructor_task/tasks_helper/misc.py (`cohort_results`). It
counts who was added or moved and does not name who was there already: the full list does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from console.plans.models import ItemState
from groups.models import BulkAssignment, BulkAssignmentItem

HEADER = [
    "Cohort Name",
    "Exists",
    "Learners Added",
    "Learners Not Found",
    "Invalid Email Addresses",
    "Preassigned Learners",
]
Outcome = BulkAssignmentItem.Outcome


@dataclass
class _Line:
    exists: bool = True
    added: int = 0
    named: dict[str, set[str]] = field(
        default_factory=lambda: {Outcome.UNKNOWN: set(), Outcome.INVALID: set(), Outcome.PREASSIGNED: set()}
    )


def summary(bulk: BulkAssignment) -> Iterator[list[str]]:
    """Yield the report's header, and a line for each cohort name of the list in the list's order."""
    lines: dict[str, _Line] = {}
    rows = BulkAssignmentItem.objects.filter(bulk=bulk).order_by("line")
    for name, outcome, state, typed in rows.values_list("cohort_name", "outcome", "state", "typed").iterator():
        _count(lines.setdefault(name, _Line()), outcome, state, typed)
    yield HEADER
    for name, line in lines.items():
        yield [name, str(line.exists), str(line.added), *(", ".join(sorted(names)) for names in line.named.values())]


def _count(line, outcome, state, typed):
    is_done = state == ItemState.DONE
    if outcome == Outcome.NO_COHORT:
        line.exists = False
    elif is_done and outcome in {Outcome.ADDED, Outcome.CHANGED}:
        line.added += 1
    elif outcome in {Outcome.UNKNOWN, Outcome.NOT_ALLOWED}:
        line.named[Outcome.UNKNOWN].add(typed)
    elif outcome == Outcome.INVALID or (is_done and outcome == Outcome.PREASSIGNED):
        line.named[outcome].add(typed)
