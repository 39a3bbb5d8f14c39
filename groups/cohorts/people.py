"""Whom pasted text means: usernames and e-mail addresses, judged by the LMS's rules for adding to cohorts.

After course_groups/cohorts.py (`add_user_to_cohort`): an address without an account is remembered
until there is one; what holds an @ and is no address is invalid; retired accounts are not taken.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from console.accounts import find_accounts
from console.learners import is_retired

EMAIL_LENGTH = 255
CHUNK = 1000
_SEPARATORS = re.compile(r"[,;\t\r\n]+")


class Outcome(StrEnum):
    """What becomes, or became, of one who was to be in a cohort."""

    ADDED = "added"
    CHANGED = "changed"
    PRESENT = "present"
    PREASSIGNED = "preassigned"
    UNKNOWN = "unknown"
    INVALID = "invalid"
    NOT_ALLOWED = "not_allowed"


REASONS = {
    Outcome.UNKNOWN: "No account has this username.",
    Outcome.INVALID: "This is not a valid e-mail address, and no username.",
    Outcome.NOT_ALLOWED: "This account was retired.",
}


@dataclass(frozen=True)
class Meant:
    """What one text means: an account, else an address to remember, else why neither.

    Attributes:
        typed: the text.
        account: id, username and e-mail are read.
        email: the address that is to wait for its account.
        outcome: unknown, invalid or not allowed, where it means nobody.
        reason: why, in a sentence.
    """

    typed: str
    account: object = None
    email: str = ""
    outcome: Outcome | None = None
    reason: str = ""


def split(text: str) -> list[str]:
    """Return the pieces of pasted text: one a line, or separated by commas, semicolons and tabs, or by spaces.

    The LMS splits at every space; here a piece with spaces stays whole where it is a username.
    """
    pieces = [piece.strip() for piece in _SEPARATORS.split(text)]
    spaced = {piece for piece in pieces if " " in piece}
    usernames = find_accounts(spaced).found if spaced else {}
    found = []
    for piece in pieces:
        found += [piece] if piece in usernames else piece.split()
    return found


def meant_by(texts: Iterable[str]) -> dict[str, Meant]:
    """Return what each text means, with two queries for a thousand of them."""
    texts, found = list(dict.fromkeys(texts)), {}
    for start in range(0, len(texts), CHUNK):
        found |= _chunk(texts[start : start + CHUNK])
    return found


def meant_once(texts: Iterable[str]) -> list[Meant]:
    """Return what the texts mean, in their order; an account or address that is named twice counts once."""
    first = {}
    for one in meant_by(texts).values():
        first.setdefault(one.account.pk if one.account else one.email.casefold() or (one.typed,), one)
    return list(first.values())


def _chunk(texts):
    accounts = find_accounts(set(texts))
    people = get_user_model().objects.only("username", "email").in_bulk(set(accounts.found.values()))
    return {text: _meant(text, people.get(accounts.found.get(text)), accounts.ambiguous.get(text, 0)) for text in texts}


def _meant(text, account, sharing):
    if account is not None:
        if is_retired(account):
            return _nobody(text, Outcome.NOT_ALLOWED)
        return Meant(text, account=account)
    if sharing:
        reason = f"{sharing} accounts have this e-mail address. Give the username."
        return Meant(text, outcome=Outcome.UNKNOWN, reason=reason)
    if "@" not in text:
        return _nobody(text, Outcome.UNKNOWN)
    return Meant(text, email=text) if _is_address(text) else _nobody(text, Outcome.INVALID)


def _nobody(text, outcome):
    return Meant(text, outcome=outcome, reason=REASONS[outcome])


def _is_address(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= EMAIL_LENGTH
