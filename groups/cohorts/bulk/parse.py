"""Reading an upload: a CSV file with a column `cohort`, and `username`, `email` or both.

The columns are those of the LMS's own upload (lms/djangoapps/instructor), others are ignored. Unlike
there a byte order mark, UTF-16, semicolons and tabs are understood, and a fault names its line.
"""

from dataclasses import dataclass

from console.textlists import ListRefusedError, columns, decode, rows
from groups.models.assignments import TYPED_LENGTH

MAX_ROWS = 50_000
TOO_MANY = f"At most {MAX_ROWS:,} learners can be assigned at once: split the list."
NO_COHORT_COLUMN = "The first line must name the columns, and one of them must be “cohort”."
NO_LEARNER_COLUMN = "The first line must name a column “username”, “email” or both."
COHORT, USERNAME, EMAIL = "cohort", "username", "email"


@dataclass(frozen=True)
class Row:
    """A learner and the name of a cohort, as typed, with the line (from 1) where."""

    number: int
    cohort: str
    typed: str


def read(data: bytes) -> list[Row]:
    """Return the rows of an uploaded file. An e-mail address goes before a username, as in the LMS.

    Raises:
        ListRefusedError: no CSV text, columns missing or named twice, a row with more cells than
            the header, no row, or more than 50,000.
    """
    table = rows(decode(data, TOO_MANY))
    if not table:
        raise ListRefusedError("The file is empty.")
    at = _columns(table[0][1])
    found = [_row(number, cells, table[0][1], at) for number, cells in table[1:]]
    if not found:
        raise ListRefusedError("There is no learner in this file, only a header.")
    if len(found) > MAX_ROWS:
        raise ListRefusedError(f"The file has {len(found):,} learners. {TOO_MANY}")
    return found


def _columns(header):
    """Return the place of each column that is known."""
    names = [cell.casefold() for cell in header]
    if COHORT not in names:
        raise ListRefusedError(NO_COHORT_COLUMN)
    if USERNAME not in names and EMAIL not in names:
        raise ListRefusedError(NO_LEARNER_COLUMN)
    for name in (COHORT, USERNAME, EMAIL):
        if names.count(name) > 1:
            raise ListRefusedError(f"Two columns are named “{name}”.")
    return {name: names.index(name) for name in (COHORT, USERNAME, EMAIL) if name in names}


def _row(number, cells, header, at):
    if len(cells) > len(header):
        raise ListRefusedError(f"Line {number} has {columns(len(cells))}, the header has {len(header)}.")
    values = {name: cells[place] if place < len(cells) else "" for name, place in at.items()}
    typed = values.get(EMAIL) or values.get(USERNAME, "")
    for text in (values[COHORT], typed):
        if len(text) > TYPED_LENGTH:
            raise ListRefusedError(f"Line {number} has a cell of {len(text):,} characters; at most {TYPED_LENGTH}.")
    return Row(number, values[COHORT], typed)
