"""Signing in with the platform's accounts."""

from math import ceil

from axes.helpers import get_cool_off
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.shortcuts import render

from console.learners import RETIRED_PREFIX, is_retired


class StaffBackend(BaseBackend):
    """Checks a password against `auth_user`, by username or e-mail, and never rewrites the hash.

    Django would store a stronger hash on sign-in. In an LMS database that would end the person's
    LMS sessions (their key is made from the hash) and need write access to `auth_user`.
    """

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        user = _find(username)
        if user is None:
            make_password(password)  # The same time as a real check: no hint that nobody was found.
            return None
        if not user.is_active or is_retired(user):
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id):
        """Load the signed-in person on each request; one who was made inactive or retired is out at once."""
        active = get_user_model()._default_manager.filter(pk=user_id, is_active=True)
        return active.exclude(username__startswith=RETIRED_PREFIX).first()


def _find(identifier):
    users = get_user_model()._default_manager
    by_name = users.filter(username=identifier).first()
    if by_name or "@" not in identifier:
        return by_name
    matches = list(users.filter(email__iexact=identifier)[:2])
    return matches[0] if len(matches) == 1 else None


def locked_out(request, credentials, *args, **kwargs):
    """Answer a sign-in after too many failures (called by django-axes)."""
    cooloff = get_cool_off()
    minutes = ceil(cooloff.total_seconds() / 60) if cooloff else None
    return render(request, "console/locked_out.html", {"cooloff_minutes": minutes}, status=429)
