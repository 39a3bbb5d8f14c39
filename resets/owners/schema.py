"""Which tables and columns the connected database has, read once per process.

What learner state an LMS keeps depends on its age and its plugins. Restart Lectern after an
upgrade of the LMS: tables that it brought are not seen before.
"""

from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.utils import timezone

COLUMNS = {
    "sqlite": """
        SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'
    """,
    "postgresql": """
        SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()
    """,
    "mysql": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()",
}


@lru_cache(maxsize=1)
def columns() -> dict[str, frozenset[str]]:
    """Return the columns of every table of the connected database."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS[connection.vendor])
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return {table: frozenset(names) for table, names in found.items()}


def forget() -> None:
    """Read the database's tables again when they are next asked for."""
    columns.cache_clear()


def has_columns(table: str, names) -> bool:
    """Say whether `table` exists and has all these columns."""
    return columns().get(table, frozenset()).issuperset(names) if table in columns() else False


def quoted(name: str) -> str:
    """Quote a name, or `table.column`, for a statement."""
    return ".".join(connection.ops.quote_name(part) for part in name.split("."))


def keys_where(table: str, column: str, value) -> list[int]:
    """Return the ids of the rows of `table` with this value."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted('id')} FROM {quoted(table)} WHERE {quoted(column)} = %s", [value])
        return [key for (key,) in cursor.fetchall()]


def moment(value: datetime | None = None) -> object:
    """Return a moment (now, unless given) as the driver of the database takes it."""
    return connection.ops.adapt_datetimefield_value(value or timezone.now())
