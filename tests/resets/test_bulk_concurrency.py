"""Several workers and agents at one bulk reset: every learner is reset once. Real connections and threads."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, connections

from resets import sweeper, tasks
from resets.bulk import actions, run
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.parse import Line
from resets.bulk.plan import make_draft
from resets.models import CourseResetAudit, ResetJob
from tests import factories
from tests.resets.test_concurrency import at_the_same_time

pytestmark = pytest.mark.django_db(transaction=True)
State, Item = BulkReset.State, BulkItem.State


@pytest.fixture
def bulk():
    course = factories.CourseOverviewFactory()
    factories.OptInFactory(course=course)
    enrollments = factories.EnrollmentFactory.create_batch(24, course=course)
    for enrollment in enrollments:
        factories.StudentModuleFactory(enrollment=enrollment)
    lines = [Line(number, enrollment.user.username) for number, enrollment in enumerate(enrollments, 1)]
    agent = factories.support(username="agent")
    return make_draft(lines=lines, course_key=course.id, memo="All at once", actor=agent)


def agent():
    return get_user_model().objects.get(username="agent")


def work(bulk, name):
    while run.work(bulk.pk, worker=name):
        pass


def outcomes(bulk):
    return list(bulk.items.order_by("line").values_list("state", flat=True))


def audits_by_learner():
    return sorted(CourseResetAudit.objects.values_list("course_enrollment", flat=True))


def test_two_workers_share_the_work_and_do_nobody_twice(bulk):
    actions.confirm(bulk_id=bulk.pk, actor=agent())
    errors = at_the_same_time(*[lambda name=name: work(bulk, name) for name in ("a", "b")])
    assert errors == [None, None]
    # A worker that came away empty-handed leaves the rest to the next ring.
    work(bulk, "c")
    assert outcomes(bulk) == [Item.DONE] * 24
    assert audits_by_learner() == sorted(bulk.items.values_list("enrollment", flat=True))
    bulk.refresh_from_db()
    assert bulk.state == State.DONE


def test_a_cancel_in_the_middle_leaves_whole_learners(bulk):
    actions.confirm(bulk_id=bulk.pk, actor=agent())
    answers = at_the_same_time(
        lambda: work(bulk, "a"), lambda: work(bulk, "b"), lambda: actions.cancel(bulk_id=bulk.pk, actor=agent())
    )
    work(bulk, "c")
    sweeper.sweep()
    done = bulk.items.filter(state=Item.DONE)
    assert set(outcomes(bulk)) <= {Item.DONE, Item.SKIPPED}, answers
    assert audits_by_learner() == sorted(done.values_list("enrollment", flat=True))
    bulk.refresh_from_db()
    assert bulk.finished_at is not None


def test_two_agents_confirm_at_the_same_time(bulk):
    def confirm():
        actions.confirm(bulk_id=bulk.pk, actor=agent())

    answers = at_the_same_time(confirm, confirm)
    assert [type(answer).__name__ for answer in answers].count("PlanRefusedError") == 1


def test_a_retry_while_the_last_one_finishes_is_not_lost(bulk):
    actions.confirm(bulk_id=bulk.pk, actor=agent())
    work(bulk, "a")
    CourseResetAudit.objects.filter(pk__in=bulk.items.filter(line__lte=3).values("audit")).update(status="failed")
    bulk.items.filter(line__lte=2).update(state=Item.FAILED)
    bulk.items.filter(line=3).update(state=Item.STARTED)
    BulkReset.objects.update(state=State.RUNNING, finished_at=None)
    at_the_same_time(lambda: actions.retry(bulk_id=bulk.pk, actor=agent()), sweeper.sweep)
    work(bulk, "b")
    bulk.refresh_from_db()
    # The third fails just before the retry, which then takes it along, or just after.
    third = bulk.items.get(line=3).state
    assert third in {Item.FAILED, Item.DONE}
    assert outcomes(bulk) == [Item.DONE, Item.DONE, third, *[Item.DONE] * 21]
    assert bulk.state == State.DONE


# --- Killed workers --------------------------------------------------------------------------

KILLED_AT = """
import os, signal, django
django.setup()
from django.db import connection
from resets.bulk import run

def die(execute, sql, params, many, context):
    if {when}:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
with connection.execute_wrapper(die):
    run.work({bulk}, worker="doomed")
"""
ITEM = """sql.startswith("UPDATE") and "lectern_resets_bulkitem" in sql"""
MOMENTS = {
    "before it claims": ITEM,
    "before it starts a learner": f"""{ITEM} and "started" in params""",
    "before it writes the audit row": """sql.startswith("INSERT") and "support_courseresetaudit" in sql""",
    "before it notes which reset": f"""{ITEM} and "audit_id" in sql.partition("WHERE")[0]""",
    "in the middle of clearing": """"DELETE FROM" in sql and "courseware_studentmodule" in sql""",
    "before it notes the outcome": f"""{ITEM} and "done" in params""",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_anywhere_costs_nobody_a_reset_or_a_second_one(bulk, moment):
    actions.confirm(bulk_id=bulk.pk, actor=agent())
    code = KILLED_AT.format(when=MOMENTS[moment], bulk=bulk.pk)
    environment = {**os.environ, "TEST_DATABASE": str(connection.settings_dict["NAME"])}
    connections.close_all()
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=False, timeout=60
    )
    assert process.returncode == -signal.SIGKILL

    long_ago = factories.days_ago(1)
    bulk.items.exclude(claimed_until=None).update(claimed_until=long_ago)
    ResetJob.objects.exclude(lease_until=None).update(lease_until=long_ago)
    sweeper.sweep()
    for audit_id in CourseResetAudit.objects.filter(status="enqueued").values_list("pk", flat=True):
        tasks.run_reset(audit_id)
    work(bulk, "next")
    sweeper.sweep()
    assert outcomes(bulk) == [Item.DONE] * 24
    assert audits_by_learner() == sorted(bulk.items.values_list("enrollment", flat=True))
    assert set(CourseResetAudit.objects.values_list("status", flat=True)) == {"complete"}
    bulk.refresh_from_db()
    assert bulk.state == State.DONE
