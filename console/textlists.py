"""Reading what people paste and upload: text that a spreadsheet wrote, as rows of cells.

A list is read whole or refused whole. What is refused names the line or the cause, because the
person who reads it has the file open and wants to know where to look.
"""

import codecs
import csv
import io
import re

MAX_BYTES = 10 * 1024 * 1024
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


class ListRefusedError(Exception):
    """A list that cannot be read; the text says where and why, for the person to read."""


def decode(data: bytes, too_large: str) -> str:
    """Return the text of an uploaded file: UTF-8 with or without mark, or UTF-16 with mark.

    Args:
        data: the file, or a little more than `MAX_BYTES` of it.
        too_large: what to do about a file that is too large, as a sentence.

    Raises:
        ListRefusedError: a larger file, another kind of file, or another encoding.
    """
    if len(data) > MAX_BYTES:
        raise ListRefusedError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. {too_large}")
    for magic, kind in BINARY.items():
        if data.startswith(magic):
            raise ListRefusedError(f"This is {kind}, not text. Save the list as CSV (UTF-8) and upload that.")
    encoding = "utf-16" if data.startswith(UTF16) else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise ListRefusedError(
            f"Line {line} is not {encoding.upper()} text (byte {error.start + 1:,} of the file). "
            "Save the file as CSV UTF-8 and try again."
        ) from error


def rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the filled rows, stripped cell by cell, each with the number (from 1) of the line on which it begins.

    Lines may end in any way; cells are separated by commas, semicolons or tabs, whichever the
    first line has most of.

    Raises:
        ListRefusedError: a control character, or quotation marks that do not close.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _refuse_controls(text)
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ListRefusedError(f"Line {begins} is no proper CSV ({error}). Check its quotation marks.") from error
    return found


def columns(count: int) -> str:
    """Return the number of columns in words."""
    return "1 column" if count == 1 else f"{count} columns"


def _refuse_controls(text):
    found = _CONTROL.search(text)
    if found is None:
        return
    number, sign = text.count("\n", 0, found.start()) + 1, found.group()
    if sign == "\x00":
        raise ListRefusedError(f"Line {number} holds a NUL character: this is no text file, or UTF-16 without mark.")
    raise ListRefusedError(f"Line {number} holds a control character (U+{ord(sign):04X}), which no learner has.")


def _delimiter(text):
    """Return what separates the header's columns; spreadsheets of some countries write semicolons."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(DELIMITERS, key=first.count)
