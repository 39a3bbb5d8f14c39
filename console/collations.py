"""Comparing the keys of two tables, whatever their collations.

MySQL and MariaDB refuse to compare columns in two collations of one character set. An LMS that lived through
upgrades has such tables, and edx-opaque-keys makes its columns, ours included, in a collation that need not
be the database's. Where two columns differ, the right one is brought to the collation of the left one, so
that the index of the left one serves.
"""

from django.db.models import Func
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql.query import Query

from console.columns import column_of


class _InOneCollation:
    def as_mysql(self, compiler, connection):
        lookup = self.copy()
        lookup.rhs = _aligned(self.lhs, self.rhs, connection)
        return lookup.as_sql(compiler, connection)


class KeyExact(_InOneCollation, Exact):
    """`=` between two keys."""


class KeyIn(_InOneCollation, In):
    """`IN` with the keys that a subquery finds."""


def _aligned(left, right, connection):
    if isinstance(right, Query):
        return _aligned_query(left, right, connection)
    if not (isinstance(left, Col) and isinstance(right, Col)):
        return right
    wanted, found = column_of(left.target, connection), column_of(right.target, connection)
    if wanted is None or found is None or wanted.collation in {None, found.collation}:
        return right
    template = f"CONVERT(%(expressions)s USING {wanted.charset}) COLLATE {wanted.collation}"
    return Func(right, template=template, output_field=right.output_field)


def _aligned_query(left, query, connection):
    if len(query.select) != 1:
        return query
    aligned = query.clone()
    aligned.select = (_aligned(left, query.select[0], connection),)
    return aligned
