"""The journal: the only way in which a reset changes the platform's rows, and how it is taken back.

Every row is written down, complete and typed, before it is deleted or changed, and every row that
is added is noted. The journal is stored in the same transaction as the changes, compressed and
with a checksum, so that there is never a change without its archive. `play_back` walks it
backwards: what was deleted is inserted with its old id, columns that were set get their old values,
what was added goes.

Rows are read and written as the database has them, by column name: columns that Lectern does not
know are kept too.
"""

import hashlib
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from resets import rows, rowtext
from resets.models import ArchivePart, ResetArchive

# A part stays well below MySQL's smallest usual max_allowed_packet (16 MiB), compressed or not.
PART_BYTES = 4 * 1024 * 1024
# A sixth more space than at zlib's default, in less than half of the time.
COMPRESSION = 1

Operation = ArchivePart.Operation
# By table: its columns, each with the table whose id it holds.
References = Mapping[str, Mapping[str, str]]


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
    _parts: list[ArchivePart] = field(default_factory=list, init=False)
    _tables: set[str] = field(default_factory=set, init=False)

    @classmethod
    def start(cls, audit_id: int, kind: str) -> "Journal":
        """Begin the journal of an audit row, inside the transaction that changes the rows."""
        return cls(ResetArchive(audit_id=audit_id, kind=kind, created=timezone.now(), part_count=0))

    def delete(self, table: str, keys: list[int]) -> int:
        """Write down and delete the rows of `table` with these ids; return how many there were."""
        return sum(self.delete_where(table, rows.among(chunk)) for chunk in rows.chunks(keys))

    def delete_where(self, table: str, where: rows.Where) -> int:
        """Write down and delete the rows of `table` that are meant; return how many there were."""
        columns, taken = rows.take(table, where)
        return sum(self._store(Operation.DELETED, table, columns, some) for some in rows.slices(taken))

    def update(self, table: str, keys: list[int], values: dict) -> int:
        """Write down the rows of `table` with these ids and set some of their columns."""
        changed = 0
        for chunk in rows.chunks(keys):
            where = rows.among(chunk)
            changed += self._store(Operation.CHANGED, table, *rows.read(table, where), changed=values)
            rows.change(table, where, values)
        return changed

    def add(self, table: str, values: dict) -> int:
        """Insert one row into `table`, note it, and return its id.

        Args:
            table: a table of the platform; its columns have no default.
            values: every column that must not be empty, except `id`.
        """
        key = rows.insert_with_new_id(table, values)
        self.added(table, [key])
        return key

    def added(self, table: str, keys: list[int]) -> None:
        """Note rows that were added, so that playing back removes them."""
        for chunk in rows.chunks(keys):
            self._store(Operation.ADDED, table, ["id"], [[key] for key in chunk])

    def close(self, cleared: int) -> None:
        """Write down what was not yet, and how many rows were cleared in all.

        Raises:
            OvertakenError: a table has other columns than when its rows were read.
        """
        rows.require_current(sorted(self._tables))
        self.archive.rows, self.archive.part_count = cleared, self._number
        self.archive.save()
        self._flush()

    def _store(self, operation, table, columns, taken, changed=()):
        """Add rows to the archive, with the names of the columns that are set in them; return how many."""
        if not taken:
            return 0
        self._tables.add(table)
        text = rowtext.dump(columns, taken)
        if len(text) > PART_BYTES and len(taken) > 1:
            middle = len(taken) // 2
            halves = (taken[:middle], taken[middle:])
            return sum(self._store(operation, table, columns, half, changed) for half in halves)
        payload = compress(text)
        if sum(len(part.payload) for part in self._parts) + len(payload) > PART_BYTES:
            self._flush()
        self._number += 1
        part = ArchivePart(
            archive=self.archive,
            number=self._number,
            owner=self.owner,
            table=table,
            operation=operation,
            changed=" ".join(changed),
            rows=len(taken),
            payload=payload,
        )
        part.sha256 = seal(part)
        self._parts.append(part)
        return len(taken)

    def _flush(self):
        if self.archive.pk is None:
            self.archive.save()
        ArchivePart.objects.bulk_create(self._parts)
        self._parts.clear()


def compress(text: bytes) -> bytes:
    """Return the form in which rows are kept in an archive's part."""
    return zlib.compress(text, COMPRESSION)


def seal(part: ArchivePart) -> str:
    """Return the checksum of a part: of its rows, of what is to be done with them, and of its place."""
    archive, about = part.archive, ""
    if archive.part_count is not None:
        changed = f" {part.changed}" if part.changed else ""
        about = f"{archive.audit_id} {archive.kind} {part.number} {part.operation} {part.table} {part.rows}{changed}\n"
    return hashlib.sha256(about.encode() + bytes(part.payload)).hexdigest()


def unpack(part: ArchivePart) -> tuple[list[str], list[list]]:
    """Return the columns and rows of an archive's part.

    Raises:
        DamagedArchiveError: the checksum is wrong.
    """
    if seal(part) != part.sha256:
        raise DamagedArchiveError(f"Part {part.number} of the archive is damaged: its checksum is wrong.")
    return rowtext.load(zlib.decompress(part.payload))


def contents(archive: ResetArchive, owner: str) -> list[tuple[str, dict]]:
    """Return what one owner's part of a reset took or changed: the table and the row of each.

    Raises:
        DamagedArchiveError: a checksum is wrong.
    """
    found = []
    for part in archive.parts.filter(owner=owner, operation__in=[Operation.DELETED, Operation.CHANGED]):
        columns, values = unpack(part)
        found += [(part.table, dict(zip(columns, row, strict=True))) for row in values]
    return found


def play_back(
    archive: ResetArchive, references: References | None = None, *, barred: Collection[tuple[str, int]] = ()
) -> None:
    """Undo everything that is written down in `archive`, in the caller's transaction.

    Rows come back with their old ids; one whose id is taken by now gets a new one, and rows that
    refer to it follow. A row that was changed, and is gone by now, comes back as well. Of one that
    is there only those columns are written that had been set: others may have been, since.

    Args:
        archive: of a reset, or of what its undo replaced.
        references: columns that refer to another table's id without a foreign key.
        barred: rows that stay out, by table and id.

    Raises:
        DamagedArchiveError: a checksum is wrong, a part is missing, or a table has lost columns.
    """
    parts = list(archive.parts.order_by("-number"))
    if not parts and archive.rows:
        raise DamagedArchiveError("The archive is empty.")
    if any(part.operation == Operation.MAP for part in parts):
        raise DamagedArchiveError("Of this archive only is left which blocks the history belongs to.")
    count = len(parts) if archive.part_count is None else archive.part_count
    if [part.number for part in parts] != list(range(count, 0, -1)):
        raise DamagedArchiveError("A part of the archive is missing.")
    moved: dict[tuple[str, int], int] = {}
    for part in parts:
        columns, values = _open(part)
        place = columns.index("id")
        values = [row for row in values if (part.table, row[place]) not in barred]
        _follow(part.table, columns, values, moved, (references or {}).get(part.table, {}))
        _PLAY[part.operation](part, columns, values, moved)


def _open(part) -> tuple[list[str], list[list]]:
    columns, values = unpack(part)
    lost = set(columns) - set(rows.columns_of(part.table))
    if lost:
        raise DamagedArchiveError(f"The table {part.table} no longer has the column {', '.join(sorted(lost))}.")
    return columns, values


def _insert_back(part, columns, values, moved):
    table, place = part.table, columns.index("id")
    taken = _taken(table, [row[place] for row in values])
    rows.insert(table, columns, [row for row in values if row[place] not in taken])
    for row in values:
        if row[place] in taken:
            moved[table, row[place]] = rows.insert_with_new_id(table, dict(zip(columns, row, strict=True)))


def _write_back(part, columns, values, moved):
    # Archives of older versions do not say which columns were set.
    changed = part.changed.split() or [column for column in columns if column != "id"]
    for row in values:
        were = dict(zip(columns, row, strict=True))
        if not rows.change(part.table, rows.among([were["id"]]), {column: were[column] for column in changed}):
            rows.insert(part.table, columns, [row])


def _remove(part, columns, values, moved):
    for chunk in rows.chunks([row[0] for row in values]):
        rows.delete(part.table, rows.among(chunk))


_PLAY = {Operation.DELETED: _insert_back, Operation.CHANGED: _write_back, Operation.ADDED: _remove}


def _follow(table, columns, values, moved, references):
    """Point rows at the new ids of rows that they refer to."""
    if not moved:
        return
    with connection.cursor() as cursor:
        relations = connection.introspection.get_relations(cursor, table)
    targets = {column: relation[1] for column, relation in relations.items()} | references
    for column, target in targets.items():
        if column not in columns:
            continue
        place = columns.index(column)
        for row in values:
            row[place] = moved.get((target, row[place]), row[place])


def _taken(table, ids) -> set[int]:
    return {key for chunk in rows.chunks(ids) for key in rows.existing(table, chunk)}
