"""Columns that higher apps add to the enrollment tables (reset status, cohort)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django_filters import Filter
from django_tables2 import Column
from djangoql.schema import DjangoQLField

from console.platform import PlatformModel, features


@dataclass(frozen=True)
class EnrollmentColumns:
    """What one app adds.

    Attributes:
        columns: name and column, in order; rendered from the row's annotations.
        annotate: adds what the columns, their order and the filters need, for a given moment.
        decorate: adds to the rows of one page what takes a query of its own; gets the viewer.
        filters: makes the filters by name.
        nulls_last: annotations that may be NULL.
        query_fields: annotations that a query can ask for.
        needs: platform models without whose tables all of this is left out.
    """

    columns: tuple[tuple[str, Column], ...]
    annotate: Callable[[QuerySet, datetime], QuerySet]
    decorate: Callable[[list, object], None]
    filters: Callable[[], dict[str, Filter]]
    nulls_last: tuple[str, ...] = field(default=())
    query_fields: tuple[DjangoQLField, ...] = field(default=())
    needs: tuple[type[PlatformModel], ...] = field(default=())


_contributions: list[EnrollmentColumns] = []


def register(columns: EnrollmentColumns) -> None:
    """Add columns to the enrollment tables (from `AppConfig.ready`)."""
    _contributions.append(columns)


def contributions() -> list[EnrollmentColumns]:
    """Return what was registered and has its tables, in the order of registration."""
    return [one for one in _contributions if features.has(*one.needs)]


def left_out() -> list[str]:
    """Return a sentence for each contribution that lacks its tables."""
    return list(dict.fromkeys(note for one in _contributions for note in features.notes(*one.needs)[:1]))
