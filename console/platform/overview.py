"""All tables of the platform that Lectern uses, each with its state and what is done there."""

from dataclasses import dataclass
from enum import IntEnum

from console.platform import TableUse, database, table_uses
from console.platform.differences import differences, known_models


class TableState(IntEnum):
    """How one table compares, the worst first."""

    BROKEN = 1
    LIMITED = 2
    MISSING = 3
    FINE = 4
    ABSENT = 5


@dataclass(frozen=True)
class TableRow:
    """One table.

    Attributes:
        name: of the table.
        state: how it compares; ABSENT is a plugin's table that this LMS does not have.
        told: what differs and what follows, a sentence or two each.
        rights: what Lectern does there: read, insert, update, delete, lock.
        need: whether Lectern cannot do without it.
    """

    name: str
    state: TableState
    told: tuple[str, ...]
    rights: tuple[str, ...]
    need: bool


def overview() -> list[TableRow]:
    """Return every table that is not Lectern's own, those that differ first."""
    real, known = database.tables(), {model._meta.db_table for model in known_models()}
    found: dict[str, list] = {}
    for difference in differences():
        found.setdefault(difference.table, []).append(difference)
    rows = [
        TableRow(
            name,
            _state(name, found.get(name, []), real, known),
            tuple(f"{one.what[0].upper()}{one.what[1:]}. {one.effect}" for one in found.get(name, [])),
            rights(use),
            not use.optional,
        )
        for name, use in table_uses().items()
    ]
    return sorted(rows, key=lambda row: (row.state, row.name))


def rights(use: TableUse) -> tuple[str, ...]:
    """Return in words what is done with a table."""
    return ("read", *(name for name in ("insert", "update", "delete", "lock") if getattr(use, name)))


def _state(name, found, real, known):
    if any(difference.is_error for difference in found):
        return TableState.BROKEN
    if name not in real:
        return TableState.MISSING if name in known else TableState.ABSENT
    return TableState.LIMITED if found else TableState.FINE
