"""Rows of any table as the database has them: read for an archive, deleted, changed and put back.

Only column names are known here, so that columns which Lectern does not map are kept too. The
database itself writes each row as JSON: thousands of rows need not become Python's objects for
that. What JSON cannot hold exactly is written as the text that gives exactly this value back, and
SQLite, which has no such text, hands such values over.
"""

from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from resets import rowtext

# What the database writes into JSON as it is, by the engine's name of the type.
EXACT = {"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "boolean"}
BINARY = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit"}
SQLITE_EXACT = ("int", "bool", "char", "text", "date", "time")
KINDS = {
    "sqlite": "SELECT name, lower(type) FROM pragma_table_info(%s)",
    "postgresql": "SELECT column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = %s",
    "mysql": "SELECT column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = DATABASE() AND table_name = %s",
}
ARRAY = {"sqlite": "json_array({})", "postgresql": "json_build_array({})::text", "mysql": "JSON_ARRAY({})"}


def columns_of(table: str) -> tuple[str, ...]:
    """Return the names of a table's columns as they are now, also after an upgrade of the LMS."""
    with connection.cursor() as cursor:
        # Django's introspection looks at much more than names, and parses SQLite's table definitions for it.
        cursor.execute(f"SELECT * FROM {_name(table)} WHERE 1 = 0")
        return tuple(column[0] for column in cursor.description)


def read(table: str, ids: Sequence[int]) -> tuple[list[str], list]:
    """Lock the rows of `table` with these ids; return the columns and the rows, by id, for `rowtext.dump`."""
    columns, selected = _form(table, columns_of(table))
    lock = "" if connection.vendor == "sqlite" else " FOR UPDATE"
    found = f"FROM {_name(table)} WHERE {_among(ids)} ORDER BY {_name('id')}{lock}"
    texts = [_joined(*row) for row in _fetch(f"SELECT {selected} {found}")]
    if None in texts:  # MySQL: a row that is larger as JSON than a packet may be.
        return columns, _fetch(f"SELECT {_list(columns)} {found}")
    return columns, texts


def take(table: str, ids: Sequence[int]) -> tuple[list[str], list]:
    """Delete the rows of `table` with these ids; return what `read` would have."""
    if connection.vendor != "postgresql":
        taken = read(table, ids)
        delete(table, ids)
        return taken
    columns, selected = _form(table, columns_of(table))
    gone = f"WITH gone AS (DELETE FROM {_name(table)} WHERE {_among(ids)} RETURNING *)"
    return columns, [text for (text,) in _fetch(f"{gone} SELECT {selected} FROM gone ORDER BY {_name('id')}")]


@lru_cache(maxsize=256)
def _form(table, columns):
    """Return the columns and the SELECT list that gives them: JSON, and then what does not fit into it."""
    kinds = dict(_fetch(KINDS[connection.vendor], [table]))
    apart = [column for column in columns if connection.vendor == "sqlite" and not _is_exact_on_sqlite(kinds[column])]
    inside = [column for column in columns if column not in apart]
    values = ", ".join(_value(column, kinds[column]) for column in inside)
    # An expression has no declared type for which Django would convert its values.
    selected = [ARRAY[connection.vendor].format(values), *(f"+{_name(column)}" for column in apart)]
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


def _joined(text, *apart):
    return f"{text[:-1]},{','.join([rowtext.value_of(value) for value in apart])}]" if apart else text


def change(table: str, ids: Sequence[int], values: dict) -> None:
    """Set columns of the rows of `table` with these ids."""
    assignments = ", ".join(f"{_name(column)} = %s" for column in values)
    execute(f"UPDATE {_name(table)} SET {assignments} WHERE {_among(ids)}", [*values.values()])


def delete(table: str, ids: Sequence[int]) -> None:
    """Delete the rows of `table` with these ids."""
    execute(f"DELETE FROM {_name(table)} WHERE {_among(ids)}")


def existing(table: str, ids: Sequence[int]) -> set[int]:
    """Return those of the ids that rows of `table` have."""
    return {key for (key,) in _fetch(f"SELECT {_name('id')} FROM {_name(table)} WHERE {_among(ids)}")}


def insert(table: str, columns: Sequence[str], rows: list) -> None:
    """Insert rows with all of their columns, ids included."""
    if not rows:
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_name(table)} ({_list(columns)}) VALUES ({marks})", rows)


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


def execute(statement: str, parameters: Sequence | None = None) -> None:
    """Execute one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _fetch(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _list(columns):
    return ", ".join(_name(column) for column in columns)


def _name(name):
    return connection.ops.quote_name(name)


def _among(ids):
    # Numbers in the statement itself: drivers take their time over a thousand parameters.
    return f"{_name('id')} IN ({', '.join(str(int(key)) for key in ids)})"
