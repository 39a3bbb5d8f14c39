"""The journal: the only way in which a reset changes the platform's rows, and how it is taken back.

Every row is written down, complete and typed, before it is deleted or changed, and every row that
is added is noted. The journal is stored in the same transaction as the changes, compressed and
with a checksum, so that there is never a change without its archive. `play_back` walks it
backwards: what was deleted is inserted with its old id, what was changed gets its old values, what
was added goes.

Rows are read and written as the database has them, by column name: columns that Lectern does not
know are kept too.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from resets import rowtext
from resets.models import ArchivePart, ResetArchive

CHUNK = 1000
# A part stays well below MySQL's smallest usual max_allowed_packet (16 MiB), compressed or not.
PART_BYTES = 4 * 1024 * 1024
# A sixth more space than at zlib's default, in less than half of the time.
COMPRESSION = 1

Operation = ArchivePart.Operation


class DamagedArchiveError(Exception):
    """An archive that cannot be played back; the text says why."""


@dataclass
class Journal:
    """What one reset, or one undo that replaces, does to the platform's tables.

    Attributes:
        archive: where it is written down.
        owner: key of the owner that is at work; kept with each part.
    """

    archive: ResetArchive
    owner: str = ""
    _number: int = field(default=0, init=False)

    @classmethod
    def start(cls, audit_id: int, kind: str) -> "Journal":
        """Begin the journal of an audit row, inside the transaction that changes the rows."""
        return cls(ResetArchive.objects.create(audit_id=audit_id, kind=kind, created=timezone.now()))

    def delete(self, table: str, keys: list[int]) -> int:
        """Write down and delete the rows of `table` with these ids; return how many there were."""
        deleted = 0
        for chunk in _chunks(keys):
            deleted += self._write_down(Operation.DELETED, table, chunk)
            _execute(f"DELETE FROM {_name(table)} WHERE {_name('id')} IN ({_marks(chunk)})", chunk)
        return deleted

    def update(self, table: str, keys: list[int], values: dict) -> int:
        """Write down the rows of `table` with these ids and set some of their columns."""
        changed = 0
        assignments = ", ".join(f"{_name(column)} = %s" for column in values)
        for chunk in _chunks(keys):
            changed += self._write_down(Operation.CHANGED, table, chunk)
            condition = f"{_name('id')} IN ({_marks(chunk)})"
            _execute(f"UPDATE {_name(table)} SET {assignments} WHERE {condition}", [*values.values(), *chunk])
        return changed

    def add(self, table: str, values: dict) -> int:
        """Insert one row into `table`, note it, and return its id.

        Args:
            table: a table of the platform; its columns have no default.
            values: every column that must not be empty, except `id`.
        """
        key = _insert_with_new_id(table, ["id", *values], [None, *values.values()], place=0)
        self.added(table, [key])
        return key

    def added(self, table: str, keys: list[int]) -> None:
        """Note rows that were added, so that playing back removes them."""
        for chunk in _chunks(keys):
            self._store(Operation.ADDED, table, ["id"], [[key] for key in chunk])

    def close(self, rows: int) -> None:
        """Note how many rows were cleared in all."""
        ResetArchive.objects.filter(pk=self.archive.pk).update(rows=rows)

    def _write_down(self, operation, table, keys):
        columns, rows = _read(table, keys)
        if rows:
            self._store(operation, table, columns, rows)
        return len(rows)

    def _store(self, operation, table, columns, rows):
        text = rowtext.dump(columns, rows)
        if len(text) > PART_BYTES and len(rows) > 1:
            middle = len(rows) // 2
            self._store(operation, table, columns, rows[:middle])
            self._store(operation, table, columns, rows[middle:])
            return
        payload = zlib.compress(text, COMPRESSION)
        self._number += 1
        ArchivePart.objects.create(
            archive=self.archive,
            number=self._number,
            owner=self.owner,
            table=table,
            operation=operation,
            rows=len(rows),
            payload=payload,
            sha256=hashlib.sha256(payload).hexdigest(),
        )


def play_back(archive: ResetArchive) -> None:
    """Undo everything that is written down in `archive`, in the caller's transaction.

    Rows come back with their old ids; one whose id is taken by now gets a new one, and rows that
    refer to it follow.

    Raises:
        DamagedArchiveError: a checksum is wrong, a part is missing, or a table has lost columns.
    """
    parts = list(archive.parts.order_by("-number"))
    if not parts and archive.rows:
        raise DamagedArchiveError("The archive is empty.")
    if [part.number for part in parts] != list(range(len(parts), 0, -1)):
        raise DamagedArchiveError("A part of the archive is missing.")
    moved: dict[tuple[str, int], int] = {}
    for part in parts:
        columns, rows = _open(part)
        _PLAY[part.operation](part.table, columns, rows, moved)


def _open(part) -> tuple[list[str], list[list]]:
    payload = bytes(part.payload)
    if hashlib.sha256(payload).hexdigest() != part.sha256:
        raise DamagedArchiveError(f"Part {part.number} of the archive is damaged: its checksum is wrong.")
    columns, rows = rowtext.load(zlib.decompress(payload))
    lost = set(columns) - _columns(part.table)
    if lost:
        raise DamagedArchiveError(f"The table {part.table} no longer has the column {', '.join(sorted(lost))}.")
    return columns, rows


def _insert_back(table, columns, rows, moved):
    _follow(table, columns, rows, moved)
    place = columns.index("id")
    taken = _taken(table, [row[place] for row in rows])
    _insert(table, columns, [row for row in rows if row[place] not in taken])
    for row in rows:
        if row[place] in taken:
            moved[table, row[place]] = _insert_with_new_id(table, columns, row, place)


def _write_back(table, columns, rows, moved):
    place = columns.index("id")
    rest = [column for column in columns if column != "id"]
    assignments = ", ".join(f"{_name(column)} = %s" for column in rest)
    statement = f"UPDATE {_name(table)} SET {assignments} WHERE {_name('id')} = %s"
    for row in rows:
        values = [value for number, value in enumerate(row) if number != place]
        _execute(statement, [*values, row[place]])


def _remove(table, columns, rows, moved):
    for chunk in _chunks([row[0] for row in rows]):
        _execute(f"DELETE FROM {_name(table)} WHERE {_name('id')} IN ({_marks(chunk)})", chunk)


_PLAY = {Operation.DELETED: _insert_back, Operation.CHANGED: _write_back, Operation.ADDED: _remove}


def _follow(table, columns, rows, moved):
    """Point rows at the new ids of rows that they refer to."""
    if not moved:
        return
    with connection.cursor() as cursor:
        relations = connection.introspection.get_relations(cursor, table)
    for column, relation in relations.items():
        target = relation[1]
        if column not in columns:
            continue
        place = columns.index(column)
        for row in rows:
            row[place] = moved.get((target, row[place]), row[place])


def _taken(table, ids) -> set[int]:
    taken = set()
    for chunk in _chunks(ids):
        found = _fetch(f"SELECT {_name('id')} FROM {_name(table)} WHERE {_name('id')} IN ({_marks(chunk)})", chunk)
        taken.update(row[0] for row in found)
    return taken


def _insert(table, columns, rows):
    if not rows:
        return
    names = ", ".join(_name(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_name(table)} ({names}) VALUES ({_marks(columns)})", rows)


def _insert_with_new_id(table, columns, row, place):
    rest = [value for number, value in enumerate(row) if number != place]
    names = ", ".join(_name(column) for column in columns if column != "id")
    statement = f"INSERT INTO {_name(table)} ({names}) VALUES ({_marks(rest)})"
    with connection.cursor() as cursor:
        if connection.features.can_return_columns_from_insert and connection.vendor == "postgresql":
            cursor.execute(f"{statement} RETURNING {_name('id')}", rest)
            return cursor.fetchone()[0]
        cursor.execute(statement, rest)
        return cursor.lastrowid


def _read(table, keys) -> tuple[list[str], list[tuple]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM {_name(table)} WHERE {_name('id')} IN ({_marks(keys)}) ORDER BY {_name('id')}", keys
        )
        return [column[0] for column in cursor.description], cursor.fetchall()


def _columns(table) -> set[str]:
    with connection.cursor() as cursor:
        # Django's introspection looks at much more than names, and parses SQLite's table definitions for it.
        cursor.execute(f"SELECT * FROM {_name(table)} WHERE 1 = 0")
        return {column[0] for column in cursor.description}


def _execute(statement, parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _fetch(statement, parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _name(name: str) -> str:
    return connection.ops.quote_name(name)


def _marks(values) -> str:
    return ", ".join(["%s"] * len(values))


def _chunks(keys) -> Iterator[list[int]]:
    keys = sorted(keys)
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
