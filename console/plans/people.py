"""Whose a plan is. An LMS may delete the account, for no constraint keeps it; then its number stands for it."""

import django_tables2 as tables
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery


def username_of(relation: str) -> Subquery:
    """Return, for a query of plans, the username behind a relation; NULL where the account is gone.

    A join would leave out such plans: the column cannot be empty, and so Django makes an inner one.
    """
    return Subquery(get_user_model().objects.filter(pk=OuterRef(f"{relation}_id")).values("username")[:1])


def name_of(user_id: int, username: str | None) -> str:
    """Return how an account is named that may be gone."""
    return username or f"user {user_id}, deleted"


class MakerColumn(tables.Column):
    """Who made a plan, by an annotation of `username_of("created_by")`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, empty_values=(), **kwargs)

    def render(self, record, value):
        return name_of(record.created_by_id, value)

    def value(self, record, value):
        return name_of(record.created_by_id, value)
