"""Queries in DjangoQL behind guards.

DjangoQL by itself reaches every table that a relation leads to, suggests stored values to anybody,
and hands whatever was typed to the database. Here a schema names each model and field that can be
asked for; a query can only narrow the rows that its caller allows; its size and its time are
limited; and whatever goes wrong is one exception with a sentence for the person who typed it.
"""

import difflib
from decimal import Decimal
from math import isinf

import structlog
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import models
from djangoql.ast import List
from djangoql.exceptions import DjangoQLError
from djangoql.queryset import build_filter
from djangoql.schema import DjangoQLField, DjangoQLSchema

from console import query_text
from console.query_fields import Record, RefusedValueError, field_for
from console.query_text import Explanation, QueryError, Token, corrected, explain, mark

__all__ = [
    "Explanation",
    "GuardedSchema",
    "QueryError",
    "check",
    "corrected",
    "describe",
    "explain",
    "mark",
    "narrow",
    "options",
    "search",
    "slow_part",
]

MAX_HOPS = 2
# What no index helps with: the text that is looked for may stand anywhere.
_SCANNING = {"~", "!~", "endswith", "not endswith"}
MAX_OPTIONS = 100
_TYPE_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotation marks",
    "bool": "True or False",
    "datetime": "a date in quotation marks",
}

log = structlog.get_logger(__name__)


class GuardedSchema(DjangoQLSchema):
    """What a query may ask for: nothing that is not listed.

    Class attributes:
        allowed: for each model the names of its plain fields and relations, or field objects (an
            annotation is one with its `name`). A relation needs its model listed as well.
    """

    allowed: dict[type[models.Model], list[str | DjangoQLField]] = {}

    @classmethod
    def rows(cls, model: type[models.Model]) -> models.QuerySet:
        """Return the rows that a query is run on; override to annotate what `allowed` names."""
        return model._default_manager.all()

    def excluded(self, model):
        return model not in self.allowed

    def get_fields(self, model):
        return self.allowed[model]

    def get_field_instance(self, model, field_name):
        field = model._meta.get_field(field_name)
        if not field.is_relation:
            return field_for(model, field_name)
        if self.excluded(field.related_model):
            raise ImproperlyConfigured(f"{type(self).__name__}: {model.__name__}.{field_name} leads out of the schema.")
        nullable = field.auto_created or field.null
        return Record(model, field_name, field.related_model, nullable=nullable)

    def resolve_name(self, name):
        """Return the field that a name leads to, which was checked before; a relation is one, too."""
        label, field = self.model_label(self.current_model), None
        for part in name.parts:
            field = self.models[label][part]
            label = getattr(field, "relation", None)
        return field


def search(queryset: models.QuerySet, text: str, schema: type[GuardedSchema]) -> models.QuerySet:
    """Return the rows of `queryset` that the query `text` describes, each once.

    Args:
        queryset: what the person may see; its order and annotations stay. Must not be sliced.
        text: DjangoQL. Empty text describes everything.
        schema: what it may ask for.

    Raises QueryError. Errors of the database come when the rows are read: do that inside
    `query_limits.time_limit`, which turns them into QueryError as well.
    """
    text = query_text.clean(text)
    if not text:
        return queryset
    matching = _matching(schema.rows(queryset.model), text, schema)
    return queryset.filter(pk__in=matching.order_by().values("pk"))


def narrow(queryset: models.QuerySet, text: str, schema: type[GuardedSchema]) -> models.QuerySet:
    """Return `queryset` under the condition `text` itself, so that a sorted page can stop early.

    For a list whose queryset has the annotations that `schema` names, and a schema without a
    relation from one row to many: over such a relation a row would come more than once. Everything
    else is as in `search`.
    """
    text = query_text.clean(text)
    return _matching(queryset, text, schema) if text else queryset


def check(text: str, model: type[models.Model], schema: type[GuardedSchema]) -> None:
    """Raise QueryError when `text` is no query on `model`; nothing is asked of the database."""
    if text := query_text.clean(text):
        _condition(text, schema(model))


def slow_part(text: str, model: type[models.Model], schema: type[GuardedSchema]) -> str:
    """Return the first comparison of a valid query that reads each row, such as `comment ~`; or empty.

    A date is compared with `~` as a span, which an index can answer.
    """
    guarded, text = schema(model), query_text.clean(text)
    for leaf in query_text.leaves(query_text.parse(text, query_text.read_tokens(text))) if text else ():
        operator = leaf.operator.operator
        if operator in _SCANNING and guarded.resolve_name(leaf.left).type == "str":
            return f"{'.'.join(leaf.left.parts)} {operator}"
    return ""


def _matching(rows, text, schema):
    condition = _condition(text, schema(rows.model))
    try:
        return rows.filter(condition)
    except (FieldError, ValidationError, ValueError, OverflowError, RecursionError) as error:
        log.warning("query_refused", error=str(error))
        raise QueryError("This query cannot be answered. Please simplify it.") from error


def _condition(text, schema):
    """Return the query as a Q object, every comparison of it checked at its place in the text."""
    tokens = query_text.read_tokens(text)
    tree = query_text.parse(text, tokens)
    for leaf, (name, values) in zip(query_text.leaves(tree), query_text.terms(tokens), strict=True):
        _check(text, schema, leaf, name, values)
    return build_filter(tree, schema)


def _check(text, schema, leaf, name: Token, values: list[Token]):
    field = _resolve(text, schema, name)
    constants = leaf.right.value if isinstance(leaf.right, List) else [leaf.right.value]
    if isinstance(field, Record):
        _check_record(text, schema, field, constants, name)
        return
    for constant, token in zip(constants, values, strict=True):
        _check_value(text, field, constant, token)
    try:
        field.get_lookup(leaf.left.parts[:-1], leaf.operator.operator, leaf.right.value)
    except RefusedValueError as refusal:
        token = next((token for token in values if token.value == refusal.value), values[0])
        raise query_text.error_at(text, token.start, token.end, str(refusal), refusal.suggestion) from refusal


def _resolve(text, schema, name: Token):
    """Return the field that a dotted name leads to: relations all the way, then one field."""
    parts = name.value.split(".")
    if len(parts) - 1 > MAX_HOPS:
        message = f"{name.value} goes over {len(parts) - 1} relations; {MAX_HOPS} are possible."
        raise query_text.error_at(text, name.start, name.end, message)
    label, start, field = schema.model_label(schema.current_model), name.start, None
    for part in parts:
        if label is None:
            message = f"{field.name} is a plain field and has no {part}."
            raise query_text.error_at(text, start - 1, start + len(part), message)
        field = schema.models[label].get(part)
        if field is None:
            raise _unknown(text, start, part, schema.models[label])
        label = field.relation if isinstance(field, Record) else None
        start += len(part) + 1
    return field


def _unknown(text, start, part, fields):
    by_lower_case = {name.lower(): name for name in fields}
    nearest = difflib.get_close_matches(part.lower(), by_lower_case, n=1, cutoff=0.6)
    suggestion = by_lower_case[nearest[0]] if nearest else ""
    names = ", ".join(sorted(fields))
    message = f"There is no field {part} here." if suggestion else f"There is no field {part} here, but: {names}."
    return query_text.error_at(text, start, start + len(part), message, suggestion)


def _check_record(text, schema, field, constants, name: Token):
    """Allow a relation to be compared with None only: is there a record or not."""
    if constants == [None]:
        return
    example = f"{name.value}.{next(iter(schema.models[field.relation]))}"
    message = f"{name.value} is a record, not a value. Ask for one of its fields, such as {example}."
    raise query_text.error_at(text, name.start, name.end, message, example)


def _check_value(text, field, constant, token: Token):
    message = _value_problem(field, constant)
    if not message:
        return
    suggestion = f'"{token.value}"' if field.type in {"str", "datetime"} and isinstance(constant, int | float) else ""
    raise query_text.error_at(text, token.start, token.end, message, suggestion)


def _value_problem(field, constant):
    """Say why a field cannot be compared with a value of this type, or return empty text."""
    if isinstance(constant, str) and not _storable(constant):
        return "This text holds characters that no database can store."
    if isinstance(constant, float | Decimal) and isinf(float(constant)):
        return "This number is too large."
    if constant is None and not field.nullable:
        return f"{field.name} is never empty, so it cannot be compared with None."
    try:
        field.validate(constant)
    except DjangoQLError:
        return f"{field.name} is compared with {_TYPE_WORDS[field.type]}."
    return ""


def _storable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def describe(schema: type[GuardedSchema], model: type[models.Model], suggestions_url: str) -> dict:
    """Return what the completion knows: models with their fields, types, relations and which have options."""
    guarded = schema(model)
    return {
        "current_model": guarded.model_label(model),
        "models": {
            label: {name: _describe_field(field) for name, field in fields.items()}
            for label, fields in guarded.models.items()
        },
        "suggestions_api_url": suggestions_url,
    }


def _describe_field(field):
    described = {"type": field.type, "nullable": bool(field.nullable), "options": getattr(field, "has_options", False)}
    return described | ({"relation": field.relation} if isinstance(field, Record) else {})


def options(schema: type[GuardedSchema], model: type[models.Model], name: str, text: str) -> list[str]:
    """Return the listed words of a field that hold `text`: choices and codes, never stored values.

    Args:
        name: `app_label.model.field` as `describe` writes the model, or a field of `model` itself.

    Raises LookupError for a field that the schema does not have.
    """
    guarded = schema(model)
    label, _, field_name = name.rpartition(".")
    field = guarded.models[label or guarded.model_label(model)][field_name]
    return field.get_options(text)[:MAX_OPTIONS] if getattr(field, "has_options", False) else []
