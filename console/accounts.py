"""Whom typed text means: usernames and e-mail addresses looked up by the set. And what an account is called."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Collate, Upper


@dataclass(frozen=True)
class Accounts:
    """What a set of texts means.

    Attributes:
        found: account ids by text.
        ambiguous: how many accounts share a text that names more than one.
    """

    found: dict[str, int]
    ambiguous: dict[str, int]


def username_of(column: str) -> Subquery:
    """Return, for a query, the username of the account whose id is in a column; NULL where the account is gone.

    No constraint keeps accounts that our own tables name, and a join would drop their rows.
    """
    return Subquery(get_user_model().objects.filter(pk=OuterRef(column)).values("username"))


def find_accounts(texts: set[str]) -> Accounts:
    """Look up at most a few thousand usernames and e-mail addresses, with two queries.

    A username counts exactly as it is written; what is no username may be an e-mail address, of
    which letter case does not count.
    """
    rows = get_user_model().objects.filter(username__in=texts).values_list("username", "pk")
    # Once more, exactly: MySQL finds "Amina" when asked for "amina".
    found = {username: pk for username, pk in rows if username in texts}
    addresses = {text for text in texts if "@" in text and text not in found}
    owners = _owners(addresses) if addresses else {}
    ambiguous = {}
    for text in addresses:
        ids = owners.get(text.casefold(), [])
        if len(ids) == 1:
            found[text] = ids[0]
        elif ids:
            ambiguous[text] = len(ids)
    return Accounts(found, ambiguous)


def _owners(addresses):
    """Return account ids by folded e-mail address, through the index that each engine has for it."""
    people = get_user_model().objects
    if connection.vendor == "postgresql":
        people = people.annotate(folded=Upper("email")).filter(folded__in={text.upper() for text in addresses})
    elif connection.vendor == "sqlite":
        # NOCASE knows the letters of ASCII only.
        either = addresses | {text.lower() for text in addresses}
        people = people.annotate(folded=Collate("email", "NOCASE")).filter(folded__in=either)
    else:
        people = people.filter(email__in=addresses)
    owners = defaultdict(list)
    for email, pk in people.values_list("email", "pk"):
        owners[email.casefold()].append(pk)
    return owners
