"""The kinds of facts, their columns and how a cell is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from enrollments.defaults.keys import Kind, course_of, kind_of, run_key_of
from enrollments.defaults.models import CatalogMembership, License, RunFact

# MySQL begins with the year 1000, and no time zone can show the last hours of the year 9999.
YEARS = range(1000, 9999)
YES, NO = {"true", "yes", "1", "y"}, {"false", "no", "0", "n"}


@dataclass(frozen=True)
class Column:
    """A column of an import.

    Attributes:
        read: makes the value of a text that is not empty; raises ValueError with words for people.
        empty: the value of an empty cell or a missing column; unused when it is required.
    """

    read: Callable[[str], object]
    required: bool = False
    empty: object = None


@dataclass(frozen=True)
class FactKind:
    """A kind of fact.

    Attributes:
        label: in the plural, for people.
        example: a line of CSV under the header.
        identity: columns that tell one row from another.
        derive: adds to the values of a row what the table has besides its columns.
    """

    key: str
    label: str
    model: type[models.Model]
    columns: dict[str, Column]
    identity: tuple[str, ...]
    example: str
    derive: Callable[[dict], dict] = lambda _: {}

    @property
    def header(self) -> str:
        return ",".join(self.columns)


def _uuid(text):
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError("it is no UUID") from error


def _flag(text):
    if text.lower() not in YES | NO:
        raise ValueError("it is neither true nor false")
    return text.lower() in YES


def _moment(text):
    """Read a date or moment in ISO 8601; without a time zone it is in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("it is no date such as 2026-11-21 or 2026-11-21T09:00:00Z") from error
    if moment.year not in YEARS:
        raise ValueError("it is too far away; leave it empty where there is no such date")
    return moment


def _run_key(text):
    if kind_of(text) != Kind.RUN:
        raise ValueError("it is no key of a course run, such as course-v1:Org+Number+Run")
    return run_key_of(_short(text))


def _content_key(text):
    if kind_of(text) is None:
        raise ValueError("it is no key of a course (Org+Number) or of a course run")
    return _short(text)


def _short(text):
    if len(text) > 255:  # noqa: PLR2004 (the length of every text column here)
        raise ValueError("it has more than 255 characters")
    return text


def _status(text):
    if text.lower() not in License.Status.values:
        raise ValueError(f"it is none of {', '.join(License.Status.values)}")
    return text.lower()


def _number(text):
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) < 2**31:
        raise ValueError("it is no user id")
    return int(text)


def _email(text):
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError("it is no e-mail address") from error
    return text


FETCHED = Column(_moment)
RUNS = FactKind(
    "runs",
    "Course runs",
    RunFact,
    {
        "run_key": Column(_run_key, required=True),
        "is_advertised": Column(_flag, required=True),
        "is_enrollable": Column(_flag, required=True),
        "title": Column(_short, empty=""),
        "enroll_start": Column(_moment),
        "enroll_by": Column(_moment),
        "start": Column(_moment),
        "end": Column(_moment),
        "fetched_at": FETCHED,
    },
    identity=("run_key",),
    example="course-v1:NorthU+DS101+C12,true,true,Data Science 101,,2026-12-31,2026-09-01,2027-06-30,",
    derive=lambda values: {"course_key": course_of(str(values["run_key"]))},
)
CATALOGS = FactKind(
    "catalogs",
    "Catalogs",
    CatalogMembership,
    {
        "customer_uuid": Column(_uuid, required=True),
        "catalog_uuid": Column(_uuid, required=True),
        "content_key": Column(_content_key, required=True),
        "fetched_at": FETCHED,
    },
    identity=("customer_uuid", "catalog_uuid", "content_key"),
    example="6ae013d4-c5c4-474d-8da9-0e559b2448e2,f1c7b5d2-9a0e-4b58-8f5f-0d5c1f9f4c11,NorthU+DS101,",
)
LICENSES = FactKind(
    "licenses",
    "Licenses",
    License,
    {
        "license_uuid": Column(_uuid, required=True),
        "customer_uuid": Column(_uuid, required=True),
        "catalog_uuid": Column(_uuid),
        "status": Column(_status, required=True),
        "lms_user_id": Column(_number),
        "user_email": Column(_email, empty=""),
        "expires": Column(_moment),
        "fetched_at": FETCHED,
    },
    identity=("license_uuid",),
    example="0d2f7b61-6b52-4a1e-9d63-5a1c3f0f6a10,6ae013d4-c5c4-474d-8da9-0e559b2448e2,,activated,4,,2027-06-30,",
)
KINDS = {kind.key: kind for kind in (RUNS, CATALOGS, LICENSES)}
