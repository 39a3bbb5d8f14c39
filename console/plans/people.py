"""Whose a plan is. An LMS may delete the account, for no constraint keeps it; then its number stands for it."""

import django_tables2 as tables


def name_of(user_id: int, username: str | None) -> str:
    """Return how an account is named that may be gone."""
    return username or f"user {user_id}, deleted"


class MakerColumn(tables.Column):
    """Who made a plan, by an annotation of `username_of("created_by_id")`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, empty_values=(), **kwargs)

    def render(self, record, value):
        return name_of(record.created_by_id, value)
