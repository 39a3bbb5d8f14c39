"""`/readyz`: each part is asked, and one that breaks is failing and never an error page."""

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from console import health
from console.tasks import heartbeat

pytestmark = pytest.mark.django_db


def readyz(client):
    response = client.get(reverse("console:readyz"))
    return response.status_code, response.json()


@pytest.fixture
def part(monkeypatch):
    """Return a function that registers a part for this test."""
    monkeypatch.setattr(health, "_checks", dict(health._checks))
    return lambda check: health.register("part", check)


def test_all_is_well(client, part):
    heartbeat()
    part(lambda: True)
    status, parts = readyz(client)
    assert status == 200
    assert set(parts.values()) == {"ok"}
    assert {"database", "migrations", "worker", "broker", "part"} <= set(parts)


def test_one_part_that_fails_is_enough(client, part):
    heartbeat()
    part(lambda: False)
    status, parts = readyz(client)
    assert (status, parts["part"], parts["worker"]) == (503, "failing", "ok")


def _break():
    raise DatabaseError("no such table")


def test_a_part_whose_table_is_missing_fails(client, part):
    part(_break)
    assert readyz(client)[1]["part"] == "failing"


def test_without_a_database_nothing_else_is_asked(client, part):
    part(lambda: True)

    def gone(execute, sql, params, many, context):
        raise DatabaseError("gone")

    with connection.execute_wrapper(gone):
        status, parts = readyz(client)
    assert status == 503
    assert {parts["database"], parts["migrations"], parts["worker"], parts["part"]} == {"failing"}
