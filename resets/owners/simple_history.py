"""History rows as the LMS's own ORM writes them (django-simple-history), which changes by SQL would leave out."""

from resets import rows
from resets.owners import schema

ADDED, CHANGED, DELETED = "+", "~", "-"


def write(table: str, history: str, ids: list[int], actor_id: int, kind: str) -> None:
    """Copy rows as they are now to their history table; nothing where the database has none.

    Args:
        table: where the rows are.
        history: their history table.
        ids: the rows.
        actor_id: who did it.
        kind: what was done, or with `DELETED` is about to be.
    """
    about = {"history_date": schema.moment(), "history_type": kind, "history_user_id": actor_id}
    if not schema.has_columns(history, about):
        return
    shared = sorted(schema.columns()[table].keys() & schema.columns()[history].keys())
    for chunk in rows.chunks(ids):
        rows.copy(table, rows.among(chunk), shared, into=history, values=about)
