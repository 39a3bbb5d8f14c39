"""`/metrics`: requests by view, what the apps count, and several processes added up."""

import os
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from console import metrics
from console.tasks import heartbeat
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client_of):
    """Return a function that gives the value of a sample, 0 when there is none."""
    client = client_of(factories.support())

    def value(name, **labels):
        text = client.get("/metrics").content.decode()
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return sum(found.value for found in samples if found.name == name and found.labels == labels)

    return value


def test_it_is_in_prometheus_text_format_whatever_is_accepted(client_of):
    response = client_of(factories.support()).get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")


def test_refusals_are_json(client):
    assert list(client.get("/metrics").json()) == ["detail"]


def test_requests_are_counted_by_view_method_and_status(read, client_of):
    labels = {"view": "console:learners", "method": "GET", "status": "200"}
    before = read("lectern_http_requests_total", **labels)
    timed = read("lectern_http_request_seconds_count", view="console:learners")
    client_of(factories.support()).get("/learners/?q=amina")
    assert read("lectern_http_requests_total", **labels) == before + 1
    assert read("lectern_http_request_seconds_count", view="console:learners") == timed + 1


def test_addresses_that_do_not_exist_and_strange_methods_make_no_labels(read, client):
    before = read("lectern_http_requests_total", view="none", method="other", status="404")
    client.generic("BREW", "/coffee/for/amina/")
    assert read("lectern_http_requests_total", view="none", method="other", status="404") == before + 1


def test_nothing_about_learners(client_of):
    factories.AuditFactory(course_enrollment__user__username="amina", comment="Wrong run")
    client = client_of(factories.support())
    client.get("/learners/amina/courses/?q=amina")
    text = client.get("/metrics").content.decode()
    assert "amina" not in text
    assert "Wrong run" not in text


def test_resets_by_state_and_how_long_the_oldest_waits(read):
    for status in ("enqueued", "enqueued", "failed"):
        factories.AuditFactory(status=status, created=factories.days_ago(1))
    assert read("lectern_resets", state="enqueued") == 2
    assert read("lectern_resets", state="failed") == 1
    assert read("lectern_resets", state="complete") == 0
    assert read("lectern_resets_oldest_enqueued_seconds") >= 24 * 60 * 60
    assert read("lectern_resets_oldest_running_seconds") == 0


def test_signs_of_life_of_the_workers(client_of):
    heartbeat()
    assert b'lectern_worker_heartbeat_age_seconds{worker="' in client_of(factories.support()).get("/metrics").content


def test_as_many_queries_for_many_resets_as_for_one(client_of, django_assert_num_queries):
    client = client_of(factories.support())
    client.get("/metrics")
    factories.AuditFactory.create_batch(5)
    with django_assert_num_queries(7):
        client.get("/metrics")


def test_the_numbers_of_several_processes_are_added_up(tmp_path):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", metrics.FOLDER_VARIABLE: str(tmp_path)}
    count = "import django; django.setup(); from console import metrics; "
    count += "metrics.REQUESTS.labels('console:home', 'GET', 200).inc(); metrics._sources.clear(); "
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    shown = subprocess.run(
        [sys.executable, "-c", count + "print(metrics.exposition().decode())"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert 'lectern_http_requests_total{method="GET",status="200",view="console:home"} 3.0' in shown
