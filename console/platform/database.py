"""The tables and columns that the connected database really has.

What an LMS keeps depends on its age and its plugins. The list is read in one query and kept for
some minutes; a page that meets a missing table has it read again at once (`forget`).
"""

import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from console.platform import uses_existing_tables

KEPT_SECONDS = 600
TABLE_NAME = {"sqlite": "m.name", "postgresql": "t.relname", "mysql": "table_name"}
# Table, column, type, whether it may be NULL, and whether the database fills it when an INSERT does not.
# PostgreSQL's information_schema would hide what the account may not read.
COLUMNS = {
    "sqlite": """
        SELECT m.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0, c.dflt_value IS NOT NULL OR c.pk > 0
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'
    """,
    "postgresql": """
        SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
            a.atthasdef OR a.attidentity <> ''
        FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
        WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p')
            AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "mysql": """
        SELECT table_name, column_name, column_type, is_nullable = 'YES', column_default IS NOT NULL OR extra <> ''
        FROM information_schema.columns WHERE table_schema = DATABASE()
    """,
}
# The first that fits says what kind of values a type holds; what is not named here is a kind of its own.
KINDS = (
    ("naive moment", r"timestamp(\(\d\))? without"),
    ("moment", r"datetime|timestamp"),
    ("text", r".*char|.*text|character|json$|clob"),
    ("whole number", r".*int|.*serial|bool$"),
    ("number", r"double|float|real|decimal|numeric"),
    ("bytes", r".*blob|bytea|.*binary"),
    ("text or UUID", r"uuid"),
)


@dataclass(frozen=True)
class Column:
    """One column as the database has it.

    Attributes:
        type: the database's own words, such as `varchar(255)`.
        nullable: whether it may be NULL.
        filled: whether an INSERT may leave it out although it must not be NULL.
    """

    type: str
    nullable: bool
    filled: bool

    @property
    def kind(self) -> str:
        return kind_of(self.type)

    @property
    def length(self) -> int | None:
        """How many characters fit; None for what is no text or has no limit."""
        match = re.search(r"char\w*(?: varying)?\((\d+)\)", self.type)
        return int(match[1]) if match else None


_kept: tuple[float, dict[str, dict[str, Column]]] | None = None


def tables() -> dict[str, dict[str, Column]]:
    """Return the columns of every table of the connected database, by table and name."""
    global _kept  # noqa: PLW0603 (one answer for the whole process)
    if _kept is None or (uses_existing_tables() and time.monotonic() - _kept[0] > KEPT_SECONDS):
        _kept = (time.monotonic(), _read())
    return _kept[1]


def have_changed(names: Collection[str]) -> bool:
    """Say whether any of these tables has other columns by now than `tables` tells; if so, that is read again."""
    now = _read(names) if names else {}
    changed = any(now.get(name) != tables().get(name) for name in names)
    if changed:
        forget()
    return changed


def forget() -> None:
    """Read the tables again when they are next asked for."""
    global _kept  # noqa: PLW0603
    _kept = None


def kind_of(type_name: str) -> str:
    """Return what kind of values a column type holds, in words that are alike for all engines."""
    type_name = type_name.lower()
    return next((kind for kind, pattern in KINDS if re.match(pattern, type_name)), type_name.partition("(")[0])


def _read(names=()):
    found: dict[str, dict[str, Column]] = {}
    among = f" AND {TABLE_NAME[connection.vendor]} IN ({', '.join(['%s'] * len(names))})" if names else ""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS[connection.vendor] + among, [*names])
        for table, name, type_name, nullable, filled in cursor.fetchall():
            found.setdefault(table, {})[name] = Column(_text(type_name), bool(nullable), bool(filled))
    return found


def _text(value):
    return value.decode() if isinstance(value, bytes) else value
