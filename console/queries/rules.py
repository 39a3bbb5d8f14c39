"""Who may change a saved query. Who may see one is `SavedQueryQuerySet.visible_to`."""

from enum import StrEnum

import rules

from console.rules import is_admin


class Permission(StrEnum):
    """Permissions on a saved query that one can see."""

    CHANGE = "lectern_queries.change"


@rules.predicate
def is_owner(user, query) -> bool:
    """Whoever saved it."""
    return query.owner_id == user.pk


@rules.predicate
def is_shared(user, query) -> bool:
    """A private query is nobody else's business, an admin's included."""
    return query.is_shared


# An admin keeps shared queries in order, also those of people who left.
rules.add_perm(Permission.CHANGE, is_owner | (is_admin & is_shared))
