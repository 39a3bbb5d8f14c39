"""A reset from the confirm dialog to the learner's e-mail: a real web process, a real worker, each broker."""

import re
import shutil
import sqlite3

import pytest

from console import demo
from tests import services
from tests.engines.processes import Installation, wait_for

pytestmark = pytest.mark.services

LEARNER = f"/learners/{demo.EVERY_STATUS}/courses/"
DATABASE = "lectern.sqlite3"
BROKERS = {"embedded": None, "redis": "LECTERN_TEST_REDIS", "rabbitmq": "LECTERN_TEST_RABBITMQ"}
NOWHERE = ("redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//")

# One hour ago, in the form in which Django writes moments into SQLite.
AGED = """
    UPDATE lectern_resets_job SET rung_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 hour')
    WHERE audit_id = (SELECT id FROM support_courseresetaudit WHERE comment = 'Over a real broker')
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A data folder with the demo site, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    installation = _installation(folder)
    installation.manage("migrate")
    installation.manage("collectstatic", "--noinput")
    installation.manage("load_demo")
    return folder


@pytest.fixture
def folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "data")


@pytest.fixture(params=BROKERS)
def broker(request):
    """The address of a broker that is switched on; the embedded one has none."""
    switch = BROKERS[request.param]
    return switch and services.require(switch)


def _installation(folder, address=None):
    environment = {"CELERY_BROKER_URL": address} if address else {}
    return Installation(f"sqlite:///{folder / DATABASE}", folder, **environment)


def _rows(folder, sql):
    with sqlite3.connect(folder / DATABASE, timeout=20) as connection:
        return connection.execute(sql).fetchall()


def _confirm(browser):
    """Start the first reset that the page offers; return the id of its audit row's enrollment."""
    browser.post("/login/", username=demo.SUPPORT, password=demo.PASSWORD)
    enrollment = re.search(r"/resets/enrollments/(\d+)/confirm/", browser.get(LEARNER).text)[1]
    browser.post(f"/resets/enrollments/{enrollment}/confirm/", memo="Over a real broker")
    assert browser.address == LEARNER, browser.text
    return int(enrollment)


def _state(folder):
    """Return the status of the one reset of this test, and when its learner was written to."""
    sql = """
        SELECT status, mailed_at FROM support_courseresetaudit JOIN lectern_resets_job ON audit_id = id
        WHERE comment = 'Over a real broker'
    """
    ((status, mailed_at),) = _rows(folder, sql)
    return status, mailed_at


def _is_done(folder):
    status, mailed_at = _state(folder)
    assert status != "failed"
    return status == "complete" and mailed_at


def test_a_reset_runs_over_the_broker(broker, folder):
    installation = _installation(folder, broker)
    with installation.web() as browser, installation.worker():
        enrollment = _confirm(browser)
        wait_for(lambda: _is_done(folder), "the reset and its e-mail")
        assert "Complete" in browser.get(f"/resets/enrollments/{enrollment}/status/").text
    (kept,) = _rows(
        folder,
        f"""
        SELECT COUNT(*) FROM courseware_studentmodule JOIN student_courseenrollment
          ON student_id = user_id AND courseware_studentmodule.course_id = student_courseenrollment.course_id
        WHERE student_courseenrollment.id = {enrollment}
        """,
    )
    assert kept == (0,)
    assert len(list((folder / "mail").iterdir())) == 1


def test_a_reset_waits_for_a_worker(broker, folder):
    installation = _installation(folder, broker)
    with installation.web() as browser:
        _confirm(browser)
    assert _state(folder)[0] == "enqueued"
    with installation.worker():
        wait_for(lambda: _is_done(folder), "the reset")


@pytest.mark.parametrize("nowhere", NOWHERE)
def test_a_broker_that_is_down_loses_no_reset(nowhere, folder):
    with _installation(folder, nowhere).web() as browser:
        _confirm(browser)
    assert _state(folder)[0] == "enqueued"
    # As if it had waited for an hour: the worker's sweeper rings for what nobody heard.
    _rows(folder, AGED)
    with _installation(folder).worker():
        wait_for(lambda: _is_done(folder), "the sweeper")
