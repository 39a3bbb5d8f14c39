"""Columns that higher apps add to the enrollment tables (reset status, cohort)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django_filters import Filter
from django_tables2 import Column
from djangoql.schema import DjangoQLField


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
    """

    columns: tuple[tuple[str, Column], ...]
    annotate: Callable[[QuerySet, datetime], QuerySet]
    decorate: Callable[[list, object], None]
    filters: Callable[[], dict[str, Filter]]
    nulls_last: tuple[str, ...] = field(default=())
    query_fields: tuple[DjangoQLField, ...] = field(default=())


_contributions: list[EnrollmentColumns] = []


def register(columns: EnrollmentColumns) -> None:
    """Add columns to the enrollment tables (from `AppConfig.ready`)."""
    _contributions.append(columns)


def contributions() -> list[EnrollmentColumns]:
    """Return what was registered, in the order of registration."""
    return list(_contributions)
