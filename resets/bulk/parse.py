"""Reading a list of learners: pasted text or an uploaded file, one learner a line, or CSV with a header.

A list is read whole or refused whole. What is refused names the line or the cause, because the
person who reads it has the file open and wants to know where to look.
"""

import codecs
import csv
import io
import re
from dataclasses import dataclass

from resets.bulk.models import TYPED_LENGTH

MAX_LINES = 50_000
MAX_BYTES = 10 * 1024 * 1024
# In order of preference, where a file has several of them.
COLUMNS = ("learner", "username", "email", "e-mail")
DELIMITERS = ",;\t"

BINARY = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
}
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Usernames may begin with these signs; what also holds one of the others is meant for a spreadsheet.
_FORMULA = re.compile(r"""=|[+\-@].*[()!|'"*/=]""")


class ListRefusedError(Exception):
    """A list that cannot be read; the text says where and why, for the agent to read."""


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
    if len(data) > MAX_BYTES:
        raise ListRefusedError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. {_at_most()}")
    for magic, kind in BINARY.items():
        if data.startswith(magic):
            raise ListRefusedError(f"This is {kind}, not text. Save the list as CSV (UTF-8) and upload that.")
    return read_text(_decode(data))


def read_text(text: str) -> list[Line]:
    """Return the learners of a text, in its order; empty lines are left out.

    Raises:
        ListRefusedError: a line that cannot be a learner, wrong columns, no line or more than 50,000.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _refuse_controls(text)
    rows = _rows(text)
    if rows and _header(rows[0][1]):
        lines = _from_table(rows)
    else:
        lines = [Line(number, _only_cell(number, cells)) for number, cells in rows]
    lines = [line for line in lines if line.typed]
    _refuse_count(len(lines))
    for line in lines:
        _refuse_unlikely(line)
    return lines


def _decode(data):
    encoding = "utf-16" if data.startswith(UTF16) else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        name = encoding.upper()
        raise ListRefusedError(f"Line {line} is not {name} text. Save the file as CSV UTF-8 and try again.") from error


def _refuse_controls(text):
    found = _CONTROL.search(text)
    if found is None:
        return
    number, sign = text.count("\n", 0, found.start()) + 1, found.group()
    if sign == "\x00":
        raise ListRefusedError(f"Line {number} holds a NUL character: this is no text file, or UTF-16 without mark.")
    raise ListRefusedError(f"Line {number} holds a control character (U+{ord(sign):04X}), which no learner has.")


def _rows(text):
    """Return the filled rows with the number of the line on which each begins."""
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    rows, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ListRefusedError(f"Line {begins} is no proper CSV ({error}). Check its quotation marks.") from error
    return rows


def _delimiter(text):
    """Return what separates the header's columns; spreadsheets of some countries write semicolons."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _header(cells):
    """Return the column that names learners when these cells are a header, else None."""
    names = [cell.casefold() for cell in cells]
    return next((name for name in COLUMNS if name in names), None)


def _from_table(rows):
    number, header = rows[0]
    names = [cell.casefold() for cell in header]
    column = names.index(_header(header))
    if names.count(names[column]) > 1:
        raise ListRefusedError(f"Line {number}: two columns are named “{header[column]}”.")
    for number, cells in rows[1:]:
        if len(cells) != len(header):
            raise ListRefusedError(f"Line {number} has {_columns(len(cells))}, the header has {len(header)}.")
    return [Line(number, cells[column]) for number, cells in rows[1:]]


def _only_cell(number, cells):
    if len(cells) > 1:
        raise ListRefusedError(
            f"Line {number} has {_columns(len(cells))} and there is no header. Give one learner a line, "
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


def _columns(count):
    return "1 column" if count == 1 else f"{count} columns"


def _at_most():
    return f"At most {MAX_LINES:,} learners can be reset at once: split the list."
