"""The schema check: where the tables of an LMS differ from what Lectern knows, and what follows.

Columns that Lectern does not know are fine, unless a row that it inserts has to fill them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core import checks
from django.db import connection, models

from console.platform import PlatformModel, TableUse, database, platform_models, table_uses, uses_existing_tables

# A column of one of these kinds can be read as the other.
ALIKE = ({"text", "text or UUID"}, {"whole number", "number"}, {"text", "jsonb"}, {"whole number", "boolean"})


@dataclass(frozen=True)
class Difference:
    """One thing that is not as Lectern expects it.

    Attributes:
        table, what: where, and what it is.
        effect: what stops working, as a sentence.
        is_error: whether Lectern cannot do without; else a feature is off or limited.
    """

    table: str
    what: str
    effect: str
    is_error: bool

    def __str__(self):
        return f"{self.table}: {self.what}. {self.effect}"


def differences() -> list[Difference]:
    """Return every difference, errors first. An installation that made its tables itself has none."""
    if not uses_existing_tables():
        return []
    real, uses = database.tables(), table_uses()
    found = [
        difference
        for model in known_models()
        for difference in compare(model, uses[model._meta.db_table], real.get(model._meta.db_table))
    ]
    return sorted(found, key=lambda difference: (not difference.is_error, difference.table))


def known_models() -> list[type[models.Model]]:
    """Return the models whose tables an LMS has made."""
    return [get_user_model(), ContentType, LogEntry, *platform_models()]


def missing_columns(model: type[models.Model], real: dict[str, database.Column]) -> list[str]:
    """Return the columns of `model` that the real table lacks."""
    return [field.column for field in model._meta.concrete_fields if field.column not in real]


def compare(model: type[models.Model], use: TableUse, real: dict[str, database.Column] | None) -> Iterator[Difference]:
    """Yield how the real columns of a model's table differ; `real` is None when there is no table."""

    def difference(what, effect="", *, is_error=not use.optional):
        return Difference(model._meta.db_table, what, effect or use.without, is_error)

    if real is None:
        yield difference("the table is missing")
        return
    for column in missing_columns(model, real):
        yield difference(f"the column {column} is missing")
    for field in model._meta.concrete_fields:
        if field.column in real:
            yield from (difference(*told, is_error=False) for told in _of_column(field, use, real[field.column]))
    if use.insert:
        known = {field.column for field in model._meta.concrete_fields}
        for column in _unknown_and_required(real, known):
            yield difference(
                f"the column {column} is unknown and has no default", f"No row can be added. {use.without}"
            )


def _of_column(field, use: TableUse, real: database.Column) -> Iterator[tuple[str, str]]:
    expected = field.db_type(connection)
    if not _fits(database.kind_of(expected), real.kind):
        yield (
            f"the column {field.column} is of type {real.type}, not {expected}",
            f"Pages that show it may fail. {use.without}",
        )
    if field.null and not real.nullable and not real.filled and (use.insert or use.update):
        yield f"the column {field.column} must not be empty", "Rows that leave it empty are refused."
    if not field.null and real.nullable and not field.primary_key:
        yield f"the column {field.column} may be empty", "Rows without it are shown, but left out of some lists."
    if (use.insert or use.update) and real.length and (field.max_length or 0) > real.length:
        yield (
            f"the column {field.column} holds {real.length} characters, not {field.max_length}",
            "Longer texts are refused.",
        )


def _fits(expected, real):
    return expected == real or any({expected, real} <= kinds for kinds in ALIKE)


def _unknown_and_required(real, known: Iterable[str]):
    return [name for name, column in real.items() if name not in known and not column.nullable and not column.filled]


def table_state(model: type[PlatformModel]) -> str:
    """Say in a few words whether a platform model's table can be used; empty text when it can."""
    real = database.tables().get(model._meta.db_table)
    if real is None:
        return f"no table {model._meta.db_table}"
    lost = missing_columns(model, real)
    return f"no column {', '.join(lost)} in {model._meta.db_table}" if lost else ""


@checks.register(checks.Tags.database)
def check_schema(app_configs, databases, **kwargs):
    """Report every difference (`manage.py check --database default`, and `migrate` before it begins)."""
    if not databases:
        return []
    return [
        checks.Error(str(found), id="lectern.E010") if found.is_error else checks.Warning(str(found), id="lectern.W010")
        for found in differences()
    ]
