"""What the columns of the connected MySQL or MariaDB are really like, read once for each table and process.

An LMS made them, and not as Django would: by the release of its day, and by what the server was set to.

`console.platform.database` reads all tables at once for checks and pages. This is asked while a
statement is put together, in migrations as well, where tables are still being made: so it reads the
one table, on the connection of that statement, and does not remember that a table is missing.
"""

from contextlib import closing
from typing import NamedTuple


class Column(NamedTuple):
    """One column: the name of its type, and for text its character set and collation."""

    type: str
    charset: str | None
    collation: str | None


_seen: dict[tuple, dict[str, Column]] = {}


def column_of(field, connection) -> Column | None:
    """Return the column of a model's field; None for a table that is not there (yet)."""
    settings, table = connection.settings_dict, field.model._meta.db_table
    place = settings["HOST"], settings["PORT"], settings["NAME"], table
    if place not in _seen:
        found = _read(connection, table)
        if not found:
            return None
        _seen[place] = found
    return _seen[place].get(field.column)


def forget() -> None:
    """Read the columns again when they are next asked for."""
    _seen.clear()


def _read(connection, table):
    connection.ensure_connection()
    # Below the layer that counts and logs the queries of a page: this one belongs to the process.
    with closing(connection.create_cursor()) as cursor:
        cursor.execute(
            "SELECT column_name, data_type, character_set_name, collation_name FROM information_schema.columns "
            "WHERE table_schema = DATABASE() AND table_name = %s",
            [table],
        )
        return {name: Column(*rest) for name, *rest in cursor.fetchall()}
