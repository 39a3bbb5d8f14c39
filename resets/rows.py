"""Rows of any table as the database has them: read for an archive, deleted, changed and put back.

Only column names are known here, so that columns which Lectern does not map are kept too. The
database itself writes each row as JSON: thousands of rows need not become Python's objects for
that. What JSON cannot hold exactly is written as the text that gives exactly this value back, and
SQLite, which has no such text, hands such values over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from django.db import DatabaseError, connection

from console.platform import database
from console.transactions import OvertakenError
from resets import rowtext

# How many rows one statement deletes or inserts by their ids, and how many a part of an archive holds.
CHUNK = 1000
# What the database writes into JSON as it is, by the engine's name of the type.
EXACT = {"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "boolean"}
BINARY = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit"}
SQLITE_EXACT = ("int", "bool", "char", "text", "date", "time")
ARRAY = {"sqlite": "json_array({})", "postgresql": "json_build_array({})::text", "mysql": "JSON_ARRAY({})"}


@dataclass(frozen=True)
class Where:
    """Which rows of one table are meant: a condition on its columns, and the condition's parameters."""

    condition: str
    parameters: tuple = ()


def among(ids: Sequence[int]) -> Where:
    """Return the condition that a row has one of these ids."""
    # Numbers in the statement itself: drivers take their time over a thousand parameters.
    return Where(f"{_name('id')} IN ({', '.join(map(str, map(int, ids)))})")


def chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    """Yield ids in ascending order, as many at a time as a statement takes."""
    return slices(sorted(ids))


def slices(items: Sequence) -> Iterator[Sequence]:
    """Yield some items after the other, as many at a time as a statement takes."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def columns_of(table: str) -> tuple[str, ...]:
    """Return the names of a table's columns as they are now, also after an upgrade of the LMS."""
    with connection.cursor() as cursor:
        # Django's introspection looks at much more than names, and parses SQLite's table definitions for it.
        cursor.execute(f"SELECT * FROM {_name(table)} WHERE 1 = 0")
        return tuple(column[0] for column in cursor.description)


def read(table: str, where: Where) -> tuple[list[str], list]:
    """Lock the rows that are meant; return the columns and the rows, by id, for `rowtext.dump`."""
    columns, _, rows = _read(table, where)
    return columns, rows


def take(table: str, where: Where) -> tuple[list[str], list]:
    """Delete the rows that are meant; return what `read` would have.

    Columns are taken for those that the database had when it was last looked at. That they still
    were is to be asked of `require_current` in the same transaction.
    """
    if connection.vendor == "postgresql":
        columns, selected = _form(table)
        gone = f"DELETE FROM {_name(table)} WHERE {where.condition} RETURNING {selected}"
        return columns, [text for _, text in _by_id(gone, where)]
    columns, ids, rows = _read(table, where)
    if connection.vendor == "sqlite" and ids:
        delete(table, where)  # Nobody else writes meanwhile.
        return columns, rows
    for some in slices(ids):  # By id: a row may have come that was not read.
        delete(table, among(some))
    return columns, rows


def _read(table, where):
    """Return columns, ids and rows; locked, where there are locks."""
    columns, selected = _form(table)
    lock = "" if connection.vendor == "sqlite" else " FOR UPDATE"
    texts = _by_id(f"SELECT {selected} FROM {_name(table)} WHERE {where.condition}{lock}", where)
    ids = [row[0] for row in texts]
    if any(row[1] is None for row in texts):  # MySQL: a row that is larger as JSON than a packet may be.
        plain = f"SELECT {_list(columns)} FROM {_name(table)} WHERE {among(ids).condition} ORDER BY {_name('id')}"
        return columns, ids, fetch(plain)
    return columns, ids, [_whole(text, apart) for _, text, *apart in texts]


def _by_id(statement, where):
    return sorted(fetch(statement, where.parameters), key=itemgetter(0))


def require_current(tables: Sequence[str]) -> None:
    """Make sure that rows of these tables, which this transaction has locked, were read with all of their columns.

    Raises:
        OvertakenError: an upgrade of the LMS has changed a table since it was looked at.
    """
    if database.have_changed(tables):
        raise OvertakenError(f"The columns of {', '.join(tables)} are not what they were.")


def _form(table):
    """Return the columns and the SELECT list that gives the id, the row as JSON, and what does not fit into that."""
    kinds = ((name, column.type.lower()) for name, column in database.tables()[table].items())
    return _form_of(tuple(kinds))


@lru_cache(maxsize=256)
def _form_of(kinds):
    kinds = {name: kind if connection.vendor == "sqlite" else re.match(r"\w+", kind)[0] for name, kind in kinds}
    apart = [name for name, kind in kinds.items() if connection.vendor == "sqlite" and not _is_exact_on_sqlite(kind)]
    inside = [name for name in kinds if name not in apart]
    values = ", ".join(_value(name, kinds[name]) for name in inside)
    # An expression has no declared type for which Django would convert its values.
    selected = [_name("id"), ARRAY[connection.vendor].format(values), *(f"+{_name(name)}" for name in apart)]
    return [*inside, *apart], ", ".join(selected)


def _is_exact_on_sqlite(kind):
    return any(word in kind for word in SQLITE_EXACT)


def _value(column, kind):
    name = _name(column)
    if kind in EXACT or connection.vendor == "sqlite":
        return name
    if connection.vendor == "postgresql":
        return f"{name}::text"
    # Tagged as `rowtext` does it.
    return f"JSON_OBJECT('bytes', TO_BASE64({name}))" if kind in BINARY else f"CAST({name} AS CHAR)"


def _whole(text, apart):
    return f"{text[:-1]},{','.join(map(rowtext.value_of, apart))}]" if apart else text


def change(table: str, where: Where, values: dict) -> int:
    """Set columns of the rows that are meant; return how many there were."""
    assignments = ", ".join(f"{_name(column)} = %s" for column in values)
    statement = f"UPDATE {_name(table)} SET {assignments} WHERE {where.condition}"
    return execute(statement, [*values.values(), *where.parameters])


def delete(table: str, where: Where) -> None:
    """Delete the rows that are meant."""
    execute(f"DELETE FROM {_name(table)} WHERE {where.condition}", where.parameters)


def existing(table: str, ids: Sequence[int]) -> set[int]:
    """Return those of the ids that rows of `table` have."""
    return {key for (key,) in fetch(f"SELECT {_name('id')} FROM {_name(table)} WHERE {among(ids).condition}")}


def insert(table: str, columns: Sequence[str], rows: list) -> None:
    """Insert rows with all of their columns, ids included."""
    if not rows:
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_name(table)} ({_list(columns)}) VALUES ({marks})", rows)


def copy(table: str, where: Where, columns: Sequence[str], *, into: str, values: dict) -> None:
    """Insert a row into another table for each of the rows that are meant.

    Args:
        table, where: the rows.
        columns: what is taken over, under the same names.
        into: the other table.
        values: further columns of the new rows, the same in each.
    """
    marks = "".join(", %s" for _ in values)
    found = f"SELECT {_list(columns)}{marks} FROM {_name(table)} WHERE {where.condition}"
    statement = f"INSERT INTO {_name(into)} ({_list([*columns, *values])}) {found}"
    execute(statement, [*values.values(), *where.parameters])


def insert_with_new_id(table: str, row: dict) -> int:
    """Insert one row, whatever its `id` is, and return the id that it got."""
    values = {column: value for column, value in row.items() if column != "id"}
    statement = f"INSERT INTO {_name(table)} ({_list(values)}) VALUES ({', '.join(['%s'] * len(values))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{statement} RETURNING {_name('id')}", [*values.values()])
            return cursor.fetchone()[0]
        cursor.execute(statement, [*values.values()])
        return cursor.lastrowid


def execute(statement: str, parameters: Sequence | None = None) -> int:
    """Execute one statement; return how many rows it was about."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def fetch(statement: str, parameters: Sequence | None = None) -> list[tuple]:
    """Return what one statement finds."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
    except DatabaseError:
        database.forget()  # Perhaps a column is gone.
        raise


def _list(columns):
    return ", ".join(_name(column) for column in columns)


def _name(name):
    return connection.ops.quote_name(name)
