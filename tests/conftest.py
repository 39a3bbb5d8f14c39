"""What every test may use."""

import pytest
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def empty_cache():
    """Start each test with an empty cache: counts and limits kept there are no other test's."""
    cache.clear()


@pytest.fixture
def client_of():
    """Return a function that gives a signed-in browser: `client_of(user).get(...)`.

    Keyword arguments go to Django's test client; `HTTP_HX_REQUEST="true"` makes it an htmx one.
    """

    def signed_in(user, **headers) -> Client:
        client = Client(**headers)
        client.force_login(user, backend="console.auth.StaffBackend")
        return client

    return signed_in
