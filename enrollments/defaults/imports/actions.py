"""The import of facts: a file replaces what was known of the courses or customers that it names."""

from collections.abc import Iterable

import structlog
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.utils import timezone

from console.rules import Permission
from console.textlists import ListRefusedError
from console.transactions import atomic_with_retries
from enrollments.defaults.imports.kinds import KINDS, RUNS, FactKind
from enrollments.defaults.imports.rows import Row, read
from enrollments.defaults.models import EnterpriseCustomer, Origin

SHOWN = 20
CHUNK = 500

log = structlog.get_logger(__name__)


class ImportRefusedError(Exception):
    """A file of which nothing was imported. `problems` are sentences that name row and column."""

    def __init__(self, problems: list[str]):
        super().__init__(" ".join(problems))
        self.problems = problems


def import_facts(kind_key: str, data: bytes, *, actor) -> int:
    """Read a file, check all of it, and replace the facts of the courses or customers that it names.

    The same file can be imported again without harm.

    Args:
        kind_key: "runs", "catalogs" or "licenses".
        data: CSV or JSON, see `imports.kinds` for the columns.
        actor: the signed-in admin; None for a command on the server.

    Returns:
        How many facts were imported.

    Raises:
        PermissionDenied: the actor is no admin.
        ImportRefusedError: the file cannot be read or has mistakes; nothing was written.
    """
    if actor is not None and not actor.has_perm(Permission.ADMINISTER):
        raise PermissionDenied
    kind = KINDS[kind_key]
    try:
        rows = read(data)
    except ListRefusedError as error:
        raise ImportRefusedError([str(error)]) from error
    facts = _facts(kind, rows)
    try:
        _replace(kind, facts)
    except DataError as error:
        raise ImportRefusedError(["The database cannot store a character of this file."]) from error
    log.info("facts_imported", kind=kind.key, count=len(facts), actor=actor and actor.pk)
    return len(facts)


# --- Checking --------------------------------------------------------------------------------


def _facts(kind, rows):
    """Return the unsaved facts of all rows, or say what is wrong with which."""
    _refuse([*_unknown_columns(kind, rows), *_missing_columns(kind, rows)])
    values, problems = [], []
    for row in rows:
        read_row, wrong = _values(kind, row)
        values.append(read_row)
        problems += wrong
    _refuse(problems)
    _refuse([*_twice(kind, rows, values), *_unknown_customers(kind, rows, values)])
    now = timezone.now()
    return [
        kind.model(**{**each, **kind.derive(each), "fetched_at": each["fetched_at"] or now}, origin=Origin.IMPORTED)
        for each in values
    ]


def _refuse(problems: Iterable[str]):
    problems = list(problems)
    if not problems:
        return
    left_out = len(problems) - SHOWN
    if left_out > 0:
        problems = [*problems[:SHOWN], f"There are {left_out:,} further mistakes."]
    raise ImportRefusedError(problems)


def _unknown_columns(kind, rows):
    named = dict.fromkeys(name for row in rows for name in row.cells)
    return [
        f"There is no column “{name}” here; the columns are {kind.header}."
        for name in named
        if name not in kind.columns
    ]


def _missing_columns(kind, rows):
    named = {name for row in rows for name in row.cells}
    return [
        f"The column {name} is missing." for name, each in kind.columns.items() if each.required and name not in named
    ]


def _values(kind: FactKind, row: Row):
    """Return the values of a row, and what is wrong with it."""
    values, problems = {}, []
    for name, column in kind.columns.items():
        text = row.cells.get(name, "")
        if column.required and not text:
            problems.append(f"Row {row.number}, {name}: it is empty.")
            continue
        try:
            values[name] = column.read(text) if text else column.empty
        except ValueError as error:
            problems.append(f"Row {row.number}, {name}: {error} (“{text[:60]}”).")
    return values, problems


def _twice(kind, rows, values):
    first = {}
    for row, each in zip(rows, values, strict=True):
        identity = tuple(str(each[name]).lower() for name in kind.identity)
        if identity in first:
            yield f"Row {row.number}, {kind.identity[-1]}: it is in row {first[identity]} already."
        first.setdefault(identity, row.number)
    if kind is RUNS:
        yield from _two_advertised(rows, values)


def _two_advertised(rows, values):
    first = {}
    for row, each in zip(rows, values, strict=True):
        course = RUNS.derive(each)["course_key"]
        if each["is_advertised"] and course in first:
            yield f"Row {row.number}, is_advertised: the run in row {first[course]} of the same course is advertised."
        if each["is_advertised"]:
            first.setdefault(course, row.number)


def _unknown_customers(kind, rows, values):
    if "customer_uuid" not in kind.columns:
        return
    wanted = {each["customer_uuid"] for each in values}
    known = set(EnterpriseCustomer.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for row, each in zip(rows, values, strict=True):
        if each["customer_uuid"] not in known:
            yield f"Row {row.number}, customer_uuid: there is no customer {each['customer_uuid']}."


# --- Writing ---------------------------------------------------------------------------------


@atomic_with_retries
def _replace(kind, facts):
    """Put the facts in the place of all others about the same courses or customers."""
    scope = "course_key" if kind is RUNS else "customer_uuid"
    named = sorted({getattr(fact, scope) for fact in facts}, key=str)
    for start in range(0, len(named), CHUNK):
        kind.model.objects.filter(**{f"{scope}__in": named[start : start + CHUNK]}).delete()
    if kind.identity == ("license_uuid",):
        # A license can have moved to another customer.
        _delete_licenses([fact.license_uuid for fact in facts])
    for fact in facts:
        fact.pk = None
    kind.model.objects.bulk_create(facts, batch_size=CHUNK)


def _delete_licenses(uuids):
    licenses = KINDS["licenses"].model.objects
    for start in range(0, len(uuids), CHUNK):
        licenses.filter(license_uuid__in=uuids[start : start + CHUNK]).delete()
