"""What a query can compare: DjangoQL's fields without their guesses.

DjangoQL suggests stored values, hands keys to the database unread and cannot compare a date with a
month or with "a week ago". These fields suggest listed words only, and read their values themselves.
"""

import re
from datetime import datetime, timedelta
from operator import eq, ge, gt, le, lt
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import timezone
from djangoql import schema as djangoql
from opaque_keys import InvalidKeyError
from opaque_keys.edx.django.models import OpaqueKeyField

from console.conditions import found
from console.fields import UnreadableKey


class RefusedValueError(ValueError):
    """A value that its field cannot be compared with.

    Args:
        message: why, in plain words.
        value: which one, when it stands in a list.
        suggestion: what was probably meant.
    """

    def __init__(self, message, value=None, suggestion=""):
        super().__init__(message)
        self.value = value
        self.suggestion = suggestion


class ListedOptionsMixin:
    """Suggests the field's choices, or the words it was given: never what people wrote.

    Args:
        column: what is compared, in Django's notation; by default what the field is called.
    """

    codes: tuple[str, ...] = ()

    def __init__(self, column="", **kwargs):
        super().__init__(**kwargs)
        self.column = column

    def get_lookup_name(self):
        return self.column or self.name

    @property
    def has_options(self) -> bool:
        return bool(self.codes or self._field_choices())

    def get_options(self, search):
        words = [str(label) for _, label in self._field_choices() or []] or list(self.codes)
        return [word for word in words if search.lower() in word.lower()]


class Text(ListedOptionsMixin, djangoql.StrField):
    """Text.

    Args:
        codes: the words that the completion offers; others can be asked for, too.
    """

    def __init__(self, codes=(), **kwargs):
        super().__init__(**kwargs)
        self.codes = tuple(codes)


class Integer(ListedOptionsMixin, djangoql.IntField):
    """A whole number, or the label of one of its choices."""


class Number(ListedOptionsMixin, djangoql.FloatField):
    """A number with or without a fraction."""


class Flag(ListedOptionsMixin, djangoql.BoolField):
    """True or False."""


class Key(ListedOptionsMixin, djangoql.StrField):
    """A course or usage key: whole with = and in, any part of its text with ~, startswith, endswith.

    Args:
        key_class: the class of `opaque_keys` that reads a whole key.
    """

    def __init__(self, key_class=None, **kwargs):
        super().__init__(**kwargs)
        self.key_class = key_class

    def get_lookup(self, path, operator, value):
        if operator in {">", ">=", "<", "<="}:
            raise RefusedValueError("Keys have no order. Use =, ~, startswith, endswith or in.")
        return super().get_lookup(path, operator, self._prepared(operator, value))

    def _prepared(self, operator, value):
        if operator in {"=", "!="}:
            return self._parsed(value)
        return [self._parsed(item) for item in value] if operator in {"in", "not in"} else value

    def _parsed(self, text):
        if text is None or self.key_class is None:
            return text
        if not text:
            return UnreadableKey("")
        try:
            return self.key_class.from_string(text)
        except InvalidKeyError as error:
            raise RefusedValueError(
                f"“{text}” is not a whole {self.name.replace('_', ' ')}. Use ~ to search for a part of one.", text
            ) from error


class Uuid(ListedOptionsMixin, djangoql.StrField):
    """A UUID, with or without dashes; whole, because databases store it in different ways."""

    def get_lookup(self, path, operator, value):
        if operator not in {"=", "!=", "in", "not in"}:
            raise RefusedValueError("A UUID is compared as a whole. Use =, !=, in or not in.")
        parsed = [self._parsed(item) for item in value] if isinstance(value, list) else self._parsed(value)
        return super().get_lookup(path, operator, parsed)

    def _parsed(self, text):
        try:
            return None if text is None else UUID(text)
        except ValueError as error:
            raise RefusedValueError(
                f"“{text}” is no UUID, such as 6ae013d4-c5c4-474d-8da9-0e559b2448e2.", text
            ) from error


class Word(Text):
    """One of a few words that say what a row and others meet together.

    A database that works out the word of each row, to compare it, takes several times as long as
    for the condition behind the word.

    Args:
        conditions: for each word what its rows meet, and no others.
    """

    def __init__(self, conditions: dict[str, models.Q], **kwargs):
        super().__init__(codes=conditions, **kwargs)
        self.conditions = conditions

    def get_lookup(self, path, operator, value):
        word, is_negative = operator.removeprefix("not ").removeprefix("!"), operator[0] in "!n"
        meets = _WORD_TESTS[word]
        condition = _any(condition for each, condition in self.conditions.items() if meets(str(each), value))
        return ~condition if is_negative else condition


_WORD_TESTS = {
    "=": eq,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "in": lambda word, values: word in values,
    "~": lambda word, text: text.lower() in word,
    "startswith": lambda word, text: word.startswith(text.lower()),
    "endswith": lambda word, text: word.endswith(text.lower()),
}


class Fact(ListedOptionsMixin, djangoql.BoolField):
    """True or False, by a condition.

    Args:
        condition: what the rows meet of which it is true.
    """

    def __init__(self, condition: models.Q, **kwargs):
        super().__init__(**kwargs)
        self.condition = condition

    def get_lookup(self, path, operator, value):
        wanted = value if isinstance(value, list) else [value]
        condition = _any(self.condition if each else ~self.condition for each in wanted)
        return ~condition if operator in {"!=", "not in"} else condition


class OtherRowMixin:
    """A field of another row, which no relation leads to. Without that row the field is empty.

    Args:
        rows: the queryset that finds it by `OuterRef`, at most one for each.
    """

    def __init__(self, rows: models.QuerySet, **kwargs):
        super().__init__(nullable=True, **kwargs)
        self.rows = rows

    def get_lookup(self, path, operator, value):
        if value is None:
            is_there = found(self.rows)
            return is_there if operator == "!=" else ~is_there
        return found(self.rows.filter(super().get_lookup([], operator, value)))


class OtherText(OtherRowMixin, Text):
    """Text of another row."""


class OtherFlag(OtherRowMixin, Flag):
    """True or False of another row."""


MOMENT_HELP = "a date such as 2026-11-21, a month such as 2026-11, today, or -7d for seven days ago"
_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?$")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?[ T]\d\d?:\d\d(:\d\d)?$")
_AGO = re.compile(r"([+-])(\d{1,5})(min|h|d|w)$")
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Moment(ListedOptionsMixin, djangoql.DateTimeField):
    """A moment, compared with a year, month, day, minute, or a time from now ("-7d").

    A date stands for its whole span: `= "2026-11-21"` is any moment of that day, `> "2026-11-21"` is
    after it, and `~ "2026-11"` is any moment of that month. Dates are of the site's time zone.
    """

    value_types_description = MOMENT_HELP

    def validate(self, value):
        """Check the type; what the text says is read in `get_lookup`."""
        djangoql.DjangoQLField.validate(self, value)

    def get_lookup(self, path, operator, value):
        column = "__".join([*path, self.get_lookup_name()])
        if operator in {"endswith", "not endswith"}:
            raise RefusedValueError("Dates cannot be compared by their end. Use ~ with a year, a month or a day.")
        condition = self._condition(column, operator.removeprefix("not ").removeprefix("!"), value)
        return ~condition if operator.startswith(("not ", "!")) else condition

    def _condition(self, column, operator, value):
        if isinstance(value, list):
            return _any(self._condition(column, "=", item) for item in value)
        if value is None:
            return models.Q(**{f"{column}__isnull": True})
        start, end = read_span(value)
        if operator in {"=", "~", "startswith"}:
            return models.Q(**{f"{column}__gte": start, f"{column}__lt": _not_instant(value, start, end)})
        lookup, bound = _bound(operator, start, end)
        return models.Q(**{f"{column}__{lookup}": bound})


def _any(conditions):
    result = models.Q(pk__in=[])
    for condition in conditions:
        result |= condition
    return result


def _bound(operator, start, end):
    """Return the lookup for <, <=, > and >=: a span counts as a whole, an instant as itself."""
    if end is None:
        return {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}[operator], start
    return {"<": ("lt", start), "<=": ("lt", end), ">": ("gte", end), ">=": ("gte", start)}[operator]


def _not_instant(value, start, end):
    if end is not None:
        return end
    if _AGO.match(value.strip()) or value.strip() == "now":
        raise RefusedValueError(f"“{value}” is a single instant. Compare with >, >=, < or <=.", value)
    return start + timedelta(seconds=1 if value.count(":") > 1 else 60)


def read_span(text: str) -> tuple[datetime, datetime | None]:
    """Return the start and the (excluded) end of the time that a query's text names.

    The end is None for an instant: a date with a time, `now`, or a time from now such as `-7d`.
    Raises RefusedValueError when the text names no time.
    """
    text = text.strip()
    try:
        if text in _NAMED_DAYS:
            return _days(timezone.localdate() + timedelta(days=_NAMED_DAYS[text]))
        if date := _DATE.match(text):
            return _calendar_span(*date.groups())
        return _instant(text), None
    except (ValueError, OverflowError) as error:
        raise RefusedValueError(f"“{text}” is no date. Write {MOMENT_HELP}.", text) from error


def _instant(text):
    if text == "now":
        return timezone.now()
    if ago := _AGO.match(text):
        sign, amount, unit = ago.groups()
        return timezone.now() + timedelta(**{_UNITS[unit]: int(sign + amount)})
    if not (match := _TIME.match(text)):
        raise ValueError(text)
    mask = "%Y-%m-%d %H:%M:%S" if match[1] else "%Y-%m-%d %H:%M"
    return timezone.make_aware(datetime.strptime(text.replace("T", " "), mask))  # noqa: DTZ007 (made aware at once)


def _calendar_span(year, month, day):
    first = datetime(int(year), int(month or 1), int(day or 1)).date()  # noqa: DTZ001 (a date)
    if day:
        return _days(first)
    if month:
        return _days(first, (first + timedelta(days=31)).replace(day=1))
    return _days(first, first.replace(year=first.year + 1))


def _days(first, end=None):
    """Return the moments where the day `first` starts and where `end` (by default the next day) starts."""
    end = end or first + timedelta(days=1)
    return tuple(timezone.make_aware(datetime.combine(day, datetime.min.time())) for day in (first, end))


class Record(djangoql.RelationField):
    """A related record: a step on the way to its fields, or compared with None (is there one or not)."""

    def get_lookup_name(self):
        """Ask a column that is never NULL where only a join can tell that the record is missing.

        Django answers a comparison of a plain join with None from the near side's own column.
        """
        relation = self.model._meta.get_field(self.name)
        if not isinstance(relation, models.ForeignObject) or isinstance(relation, models.ForeignKey):
            return self.name
        columns = self.related_model._meta.concrete_fields
        return f"{self.name}__{next(field.name for field in columns if not field.primary_key and not field.null)}"


# Django's classes in order: a subclass stands before its base.
_FIELD_CLASSES = (
    (OpaqueKeyField, Key),
    (models.UUIDField, Uuid),
    (models.CharField, Text),
    (models.TextField, Text),
    (models.BooleanField, Flag),
    (models.IntegerField, Integer),
    (models.FloatField, Number),
    (models.DecimalField, Number),
    (models.DateTimeField, Moment),
)


def field_for(model: type[models.Model], name: str) -> djangoql.DjangoQLField:
    """Return the query field of a plain model field. Types that nobody thought about are refused."""
    field = model._meta.get_field(name)
    for field_class, query_class in _FIELD_CLASSES:
        if isinstance(field, field_class):
            more = {"key_class": field.KEY_CLASS} if query_class is Key else {}
            return query_class(model=model, name=name, nullable=field.null, **more)
    raise ImproperlyConfigured(f"{model.__name__}.{name} has no field class for queries.")
