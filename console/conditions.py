"""Conditions that every engine answers well."""

from django.db.models import Q, QuerySet, Subquery
from django.db.models.lookups import IsNull


def found(rows: QuerySet) -> Q:
    """Return the condition that `rows`, a queryset with an `OuterRef`, finds something.

    It says what `Exists` says, but MySQL and MariaDB cannot turn it round: with `Exists` they begin
    at the inner rows and sort whatever they find, for a page that would be full after some hundred
    rows. Joins belong into `rows`, too; those of the outer query they put in any order they like.
    """
    return Q(IsNull(Subquery(rows.values("pk")[:1]), False))  # noqa: FBT003 (as Django writes it)
