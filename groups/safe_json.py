"""JSON from outside, read strictly: what no database can store, or what may mean two things, is refused."""

import json
import math

MAX_DEPTH = 50
# A 64-bit float keeps whole numbers up to here; jsonb and JSON columns agree on them.
MAX_NUMBER = 2**53


def loads(text: str):
    """Return the value that JSON text stands for.

    Raises:
        ValueError: with a sentence: not JSON (line and column), a key that stands twice in an
            object, NaN, too deep, or text that a database cannot store (NUL, half a character).
    """
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise ValueError("is nested too deeply.") from error
    check(value)
    return value


def check(value, depth: int = 0) -> None:
    """Raise ValueError when a value out of JSON cannot be stored by every database."""
    if depth > MAX_DEPTH:
        raise ValueError("is nested too deeply.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise ValueError("has a number that is too large.")
    elif isinstance(value, dict | list):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            check(part, depth + 1)


def _check_text(text):
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("has a character that cannot be stored.")


def _object(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {json.dumps(twice)[:80]} twice in one object.")
    return found


def _no_constant(name):
    raise ValueError(f"has {name}, which is not JSON.")
