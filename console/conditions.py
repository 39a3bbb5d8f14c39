"""Conditions that every engine answers well."""

from django.db import connection
from django.db.models import Exists, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull


def found(rows: QuerySet) -> Q:
    """Return the condition that `rows`, a queryset with an `OuterRef`, finds something: `Exists`.

    MySQL and MariaDB get it in another form, which they cannot turn round. With `Exists` they begin
    at the inner rows and sort whatever they find, for a page that would be full after some hundred
    rows. There, joins belong into `rows` too: those of the outer query they put in any order.
    """
    if connection.vendor == "mysql":
        return Q(IsNull(Subquery(rows.values("pk")[:1]), False))  # noqa: FBT003 (as Django writes it)
    return Q(Exists(rows))
