"""What owners ask of the connected database: which tables and columns it has, names and moments for SQL."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from console.platform import database
from resets import rows


def columns() -> dict[str, dict[str, database.Column]]:
    """Return the columns of every table of the connected database."""
    return database.tables()


def forget() -> None:
    """Read the database's tables again when they are next asked for."""
    database.forget()


def has_columns(table: str, names) -> bool:
    """Say whether `table` exists and has all these columns."""
    return table in columns() and columns()[table].keys() >= set(names)


def quoted(name: str) -> str:
    """Quote a name, or `table.column`, for a statement."""
    return ".".join(connection.ops.quote_name(part) for part in name.split("."))


def keys_where(table: str, column: str, value) -> list[int]:
    """Return the ids of the rows of `table` with this value."""
    found = rows.fetch(f"SELECT {quoted('id')} FROM {quoted(table)} WHERE {quoted(column)} = %s", [value])
    return [key for (key,) in found]


def moment(value: datetime | None = None) -> object:
    """Return a moment (now, unless given) as the driver of the database takes it."""
    return connection.ops.adapt_datetimefield_value(value or timezone.now())
