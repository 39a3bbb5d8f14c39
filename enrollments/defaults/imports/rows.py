"""A file as rows: CSV with a header, or a JSON list of objects."""

import json
from dataclasses import dataclass

from console import textlists
from console.textlists import ListRefusedError

MAX_ROWS = 50_000
SPLIT = f"At most {MAX_ROWS:,} rows can be imported at once: split the file by customer or organisation."


@dataclass(frozen=True)
class Row:
    """One row: its number (a line of CSV, a place in the JSON list, from 1) and its cells by column."""

    number: int
    cells: dict[str, str]


def read(data: bytes) -> list[Row]:
    """Return the rows of a file.

    Raises:
        ListRefusedError: no text, no CSV with a header, no JSON list of objects, no rows or too many.
    """
    text = textlists.decode(data, SPLIT).removeprefix("\ufeff")
    rows = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_csv(text)
    if not rows:
        raise ListRefusedError("There is nothing in this file.")
    if len(rows) > MAX_ROWS:
        raise ListRefusedError(f"The file has {len(rows):,} rows. {SPLIT}")
    return rows


def _from_csv(text):
    lines = textlists.rows(text)
    if not lines:
        return []
    _, header = lines[0]
    names = [name.lower() for name in header]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ListRefusedError(f"Two columns are named “{twice}”.")
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            has = textlists.columns(len(cells))
            raise ListRefusedError(f"Row {number} has {has}, the header has {len(header)}.")
    return [Row(number, dict(zip(names, cells, strict=True))) for number, cells in lines[1:]]


def _from_json(text):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ListRefusedError(f"This is no JSON: {error}.") from error
    # Services answer with pages; one of these is as good as the list in it.
    found = found.get("results") if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ListRefusedError("JSON must be a list of objects, or an object with such a list as “results”.")
    return [
        Row(number, {str(name).lower(): _text(number, name, value) for name, value in item.items()})
        for number, item in enumerate(found, start=1)
    ]


def _text(number, name, value):
    if isinstance(value, dict | list):
        raise ListRefusedError(f"Row {number}, {name}: a list or an object is no value.")
    text = "" if value is None else str(value).strip()
    if any(not sign.isprintable() for sign in text):
        raise ListRefusedError(f"Row {number}, {name}: it holds a character that no database can store.")
    return text
