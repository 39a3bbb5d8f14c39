"""API tokens: made, looked up, revoked. What a program sends is never stored, only its hash."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from console import history
from console.learners import RETIRED_PREFIX
from console.models import ApiToken
from console.transactions import atomic_with_retries

PREFIX = "lectern_"
NAME_LENGTH = 100
# When a token was used last is noted at most this often: reading must not mean writing.
NOTED_EVERY = timedelta(minutes=1)


class TokenRefusedError(Exception):
    """A token that cannot be made; the text says why."""


@atomic_with_retries
def create(*, user, name: str, days: int, actor) -> tuple[ApiToken, str]:
    """Make a token with which a program acts as `user`.

    Args:
        user: whose permissions the token has.
        name: what it is for, 1 to 100 characters.
        days: how long it lasts, 1 to LECTERN_TOKEN_DAYS.
        actor: who makes it: a superuser for anybody, others for themselves only.

    Returns:
        The stored row, and the secret, which nobody can read again.

    Raises:
        TokenRefusedError: as `check`.
    """
    check(user=user, name=name, days=days, actor=actor)
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=_digest(secret),
        created_at=now,
        created_by=actor,
        expires_at=now + timedelta(days=days),
    )
    history.record(actor=actor, obj=token, flag=history.ADDITION, message=f"API token made for {days} days.")
    return token, secret


def check(*, user, name: str, days: int, actor) -> None:
    """Say whether `create` would make this token.

    Raises:
        TokenRefusedError: name or days out of range, the account is inactive, or somebody else's
            and the actor is no superuser.
    """
    if not (actor.is_superuser or actor.pk == user.pk):
        raise TokenRefusedError("Only superusers make tokens for other accounts.")
    if not (name.strip() and len(name) <= NAME_LENGTH):
        raise TokenRefusedError(f"Say what the token is for, in at most {NAME_LENGTH} characters.")
    if not 1 <= days <= settings.LECTERN_TOKEN_DAYS:
        raise TokenRefusedError(f"A token lasts 1 to {settings.LECTERN_TOKEN_DAYS} days.")
    if not user.is_active:
        raise TokenRefusedError("This account is inactive: a token of it would not work.")


@atomic_with_retries
def revoke(*, token: ApiToken, actor) -> bool:
    """End a token at once. Returns False when it was revoked already."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    history.record(actor=actor, obj=token, message="API token revoked.")
    return True


def find(secret: str) -> ApiToken | None:
    """Return the token that a program sent, with its user; None when it is unknown, expired, revoked or inactive."""
    now = timezone.now()
    valid = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)
    valid = valid.exclude(user__username__startswith=RETIRED_PREFIX)
    token = valid.select_related("user").filter(digest=_digest(secret)).first()
    if token is not None and (token.last_used_at is None or token.last_used_at < now - NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret):
    """Return the hash. Plain, because a secret of 256 random bits cannot be guessed, salted or not."""
    return hashlib.sha256(secret.encode()).hexdigest()
