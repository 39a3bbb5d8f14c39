"""Database rows as text and back, with their types: a JSON list, the columns first and then row by row."""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from uuid import UUID

_WRITE = {
    datetime: lambda value: {"datetime": value.isoformat()},
    date: lambda value: {"date": value.isoformat()},
    time: lambda value: {"time": value.isoformat()},
    timedelta: lambda value: {"microseconds": value // timedelta(microseconds=1)},
    Decimal: lambda value: {"decimal": str(value)},
    bytes: lambda value: {"bytes": base64.b64encode(value).decode()},
    memoryview: lambda value: {"bytes": base64.b64encode(value).decode()},
    UUID: lambda value: {"uuid": value.hex},
}
_READ = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "microseconds": lambda value: timedelta(microseconds=value),
    "decimal": Decimal,
    "bytes": lambda value: None if value is None else base64.b64decode(value),
    "uuid": UUID,
}


def dump(columns: Sequence[str], rows: Sequence[Sequence | str]) -> bytes:
    """Write rows down.

    Args:
        columns: their names, in the order of the values.
        rows: values as a database driver gives them, or each row as JSON that the database wrote.

    Raises:
        TypeError: a value of a type that is not foreseen.
    """
    if rows and isinstance(rows[0], str):
        return f"[{','.join([json.dumps(columns), *rows])}]".encode()
    # Rows hold no lists that could hold themselves; looking for those takes half of the time.
    return json.dumps([columns, *rows], default=_write, check_circular=False).encode()


def value_of(value: object) -> str:
    """Return one value in the form of `dump`."""
    if type(value) is float and isfinite(value):
        return repr(value)  # As `json` does it, without its preparations for anything else.
    return "null" if value is None else json.dumps(value, default=_write)


def load(text: bytes) -> tuple[list[str], list[list]]:
    """Return columns and rows as they were given to `dump`."""
    columns, *rows = json.loads(text, object_hook=_read)
    return columns, rows


def _write(value):
    try:
        return _WRITE[type(value)](value)
    except KeyError:
        raise TypeError(f"A value of type {type(value).__name__} cannot be archived.") from None


def _read(tagged: dict):
    ((kind, value),) = tagged.items()
    return _READ[kind](value)
