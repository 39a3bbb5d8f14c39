"""Reading a list of learners: pasted text or an uploaded file, one learner a line, or CSV with a header.

A list is read whole or refused whole. What is refused names the line or the cause, because the
person who reads it has the file open and wants to know where to look.
"""

import re
from dataclasses import dataclass

from console.textlists import DELIMITERS, MAX_BYTES, ListRefusedError, columns, decode, rows
from resets.bulk.models import TYPED_LENGTH

__all__ = ["MAX_BYTES", "MAX_LINES", "Line", "ListRefusedError", "read_bytes", "read_text"]

MAX_LINES = 50_000
# In order of preference, where a file has several of them.
COLUMNS = ("learner", "username", "email", "e-mail")

# Usernames may begin with these signs; what also holds one of the others is meant for a spreadsheet.
_FORMULA = re.compile(r"""=|[+\-@].*[()!|'"*/=]""")


@dataclass(frozen=True)
class Line:
    """A learner as typed, and the line (from 1) where."""

    number: int
    typed: str


def read_bytes(data: bytes) -> list[Line]:
    """Return the learners of an uploaded file: UTF-8 with or without mark, or UTF-16 with mark.

    Raises:
        ListRefusedError: another kind of file or encoding, or as `read_text`.
    """
    return read_text(decode(data, _at_most()))


def read_text(text: str) -> list[Line]:
    """Return the learners of a text, in its order; empty lines are left out.

    Raises:
        ListRefusedError: a line that cannot be a learner, wrong columns, no line or more than 50,000.
    """
    table = rows(text)
    if table and _header(table[0][1]):
        lines = _from_table(table)
    else:
        lines = [Line(number, _only_cell(number, cells)) for number, cells in table]
    lines = [line for line in lines if line.typed]
    _refuse_count(len(lines))
    for line in lines:
        _refuse_unlikely(line)
    return lines


def _header(cells):
    """Return the column that names learners when these cells are a header, else None."""
    names = [cell.casefold() for cell in cells]
    return next((name for name in COLUMNS if name in names), None)


def _from_table(table):
    number, header = table[0]
    names = [cell.casefold() for cell in header]
    column = names.index(_header(header))
    if names.count(names[column]) > 1:
        raise ListRefusedError(f"Line {number}: two columns are named “{header[column]}”.")
    for number, cells in table[1:]:
        if len(cells) != len(header):
            raise ListRefusedError(f"Line {number} has {columns(len(cells))}, the header has {len(header)}.")
    return [Line(number, cells[column]) for number, cells in table[1:]]


def _only_cell(number, cells):
    if len(cells) > 1:
        raise ListRefusedError(
            f"Line {number} has {columns(len(cells))} and there is no header. Give one learner a line, "
            "or begin with a header that names a column username, email or learner."
        )
    return cells[0]


def _refuse_count(count):
    if not count:
        raise ListRefusedError("There is no learner in this list.")
    if count > MAX_LINES:
        raise ListRefusedError(f"The list has {count:,} learners. {_at_most()}")


def _refuse_unlikely(line):
    if len(line.typed) > TYPED_LENGTH:
        raise ListRefusedError(
            f"Line {line.number} has {len(line.typed)} characters; no username or e-mail address has more than "
            f"{TYPED_LENGTH}."
        )
    if _FORMULA.match(line.typed):
        raise ListRefusedError(f"Line {line.number} is a spreadsheet formula, not a learner: {line.typed[:40]}")
    if "\n" in line.typed or any(sign in line.typed for sign in DELIMITERS):
        raise ListRefusedError(f"Line {line.number} holds more than one value. Give one learner a line.")


def _at_most():
    return f"At most {MAX_LINES:,} learners can be reset at once: split the list."
