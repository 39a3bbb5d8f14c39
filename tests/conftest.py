"""What every test may use."""

import pytest
from django.core.cache import cache
from django.test import Client

from console.celery import app as celery_app


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


@pytest.fixture
def queued():
    """Return a function that takes what was put on the (in-memory) broker: task name and ids."""
    with celery_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("lectern")
        queue.clear()

        def take() -> list[tuple]:
            messages = [queue.get_nowait() for _ in range(queue.qsize())]
            for message in messages:
                message.ack()
            return [(message.headers["task"], *message.payload[0]) for message in messages]

        yield take
        queue.clear()
        queue.close()
