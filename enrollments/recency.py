"""Why an enrollment counts as recently active or not: what is shown beside the answer.

The answer itself is `CourseEnrollmentQuerySet.with_recency`'s, in SQL.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Saving a completion takes the platform a moment: less than this is no work on the same block again.
_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Evidence:
    """A fact that the answer rests on, and when it happened; None for something that never did."""

    words: str
    moment: datetime | None


def evidence_of(row) -> list[Evidence]:
    """Return why `row.recently_active` is what it is, the deciding fact first.

    Of the two facts that count, a new completion and the enrollment, the newer one decides: when the
    row is active it is the one that is recent.

    Args:
        row: an enrollment from a queryset `with_recency`.
    """
    completed = row.last_new_completion_at
    enrolled = Evidence("enrolled", row.created)
    if completed is None:
        none = Evidence("no completions", None)
        return [enrolled, none] if row.recently_active else [none]
    if row.recently_active:
        is_newer = row.created is None or completed >= row.created
        return [Evidence("completed a block", completed) if is_newer else enrolled]
    found = [Evidence("last completed a block", completed)]
    if row.last_completion_at - completed > _AGAIN:
        found.append(Evidence("did old blocks again, which does not count", row.last_completion_at))
    return found
