"""Two agents, two clicks, two workers, and workers that are killed: exactly one reset, all of it or nothing.

Real connections and, for the kills, real processes; on whichever database the suite runs.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.utils import timezone

from enrollments.models import BlockCompletion, PersistentCourseGrade
from resets import actions, sweeper, undo
from resets.models import CourseResetAudit, ResetJob, StudentModule
from tests import factories
from tests.resets.lms_tables import join, put_team, rows
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db(transaction=True)
Status = CourseResetAudit.Status


def at_the_same_time(*functions):
    """Run each in a thread with a connection of its own, started together; return what each gave or raised."""
    barrier = Barrier(len(functions))

    def run(function):
        barrier.wait()
        try:
            return function()
        except Exception as error:  # noqa: BLE001 (the answer of the thread)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result() for future in [pool.submit(run, function) for function in functions]]


def start(enrollment_id, actor_id):
    actor = get_user_model().objects.get(pk=actor_id)
    return actions.start_reset(enrollment_id=enrollment_id, memo="Two at once", actor=actor)


@pytest.mark.parametrize("_round", range(5))
def test_two_agents_confirm_at_the_same_time(_round):
    enrollment = resettable()
    agents = [factories.support().pk, factories.support().pk]
    outcomes = at_the_same_time(*[lambda pk=pk: start(enrollment.pk, pk) for pk in agents])
    refused = [outcome for outcome in outcomes if isinstance(outcome, actions.ResetRefusedError)]
    assert len(refused) == 1, outcomes
    assert CourseResetAudit.objects.count() == ResetJob.objects.count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_two_workers_take_the_same_reset(_round):
    enrollment = resettable()
    factories.StudentModuleFactory.create_batch(20, enrollment=enrollment)
    audit = start(enrollment.pk, factories.support().pk)
    workers = [lambda name=name: actions.run_reset(audit.pk, worker=name) for name in ("a", "b", "c")]
    assert sorted(at_the_same_time(*workers)) == [False, False, True]
    job = ResetJob.objects.select_related("audit").get()
    assert (job.audit.status, job.attempts, job.cleared["student_modules"]) == (Status.COMPLETE, 1, 20)


def test_a_worker_that_was_given_up_and_its_successor():
    """The first worker is slow, not dead; its successor and it finish at the same time."""
    enrollment = resettable()
    factories.StudentModuleFactory.create_batch(20, enrollment=enrollment)
    audit = start(enrollment.pk, factories.support().pk)
    actions.claim(audit.pk, worker="slow")
    ResetJob.objects.update(lease_until=factories.days_ago(1))
    sweeper.sweep()
    at_the_same_time(
        lambda: actions._clear(audit, "slow"),
        lambda: actions.run_reset(audit.pk, worker="successor"),
    )
    job = ResetJob.objects.select_related("audit").get()
    assert (job.audit.status, job.worker) == (Status.COMPLETE, "successor")
    assert job.cleared["student_modules"] == 20
    assert not StudentModule.objects.exists()


def test_members_who_leave_one_team_at_the_same_time():
    enrollments = [resettable()]
    enrollments += factories.EnrollmentFactory.create_batch(3, course_id=enrollments[0].course_id)
    team = put_team(enrollments[0].course_id)
    for enrollment in enrollments:
        join(enrollment, team)
    agent = factories.support()
    audits = [
        actions.start_reset(enrollment_id=enrollment.pk, memo="Retake", actor=agent, choices=["teams"])
        for enrollment in enrollments
    ]
    resets = [lambda pk=audit.pk: actions.run_reset(pk, worker=f"w{pk}") for audit in audits]
    assert at_the_same_time(*resets[:3]) == [True] * 3
    assert [row["team_size"] for row in rows("teams_courseteam")] == [1]
    undos = [lambda pk=audit.pk: undo.undo_reset(audit_id=pk, memo="No", actor=agent) for audit in audits[:3]]
    assert at_the_same_time(*undos, resets[3]) == [None, None, None, True]
    assert [row["team_size"] for row in rows("teams_courseteam")] == [3]
    assert len(rows("teams_courseteammembership")) == 3


# --- Killed workers --------------------------------------------------------------------------

KILLED_AT = """
import os, signal, django
django.setup()
from django.conf import settings
from django.db import connection
from resets import actions

def die(execute, sql, params, many, context):
    if {when}:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
with connection.execute_wrapper(die):
    actions.run_reset({audit}, worker="doomed")
{after}
"""
MOMENTS = {
    "before it is claimed": ("""sql.startswith("UPDATE") and "support_courseresetaudit" in sql""", Status.ENQUEUED),
    "before the first delete": (""""DELETE FROM" in sql""", Status.IN_PROGRESS),
    "in the middle of the deletes": (
        """"DELETE FROM" in sql and "courseware_studentmodule" in sql""",
        Status.IN_PROGRESS,
    ),
    "just before the commit": ("""sql.startswith("INSERT") and "django_admin_log" in sql""", Status.IN_PROGRESS),
}


def run_and_kill(audit, when, after=""):
    code = KILLED_AT.format(when=when, audit=audit.pk, after=after)
    environment = {**os.environ, "TEST_DATABASE": str(connection.settings_dict["NAME"])}
    connections.close_all()
    return subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=False, timeout=60
    ).returncode


def state_rows():
    return [model.objects.count() for model in (StudentModule, BlockCompletion, PersistentCourseGrade)]


@pytest.fixture
def with_state():
    enrollment = resettable()
    factories.StudentModuleFactory.create_batch(5, enrollment=enrollment)
    factories.BlockCompletionFactory.create_batch(4, enrollment=enrollment)
    factories.CourseGradeFactory(enrollment=enrollment)
    return start(enrollment.pk, factories.support().pk)


def expire_and_sweep():
    long_ago = factories.days_ago(1)
    ResetJob.objects.filter(lease_until__isnull=False).update(lease_until=long_ago)
    ResetJob.objects.update(rung_at=long_ago)
    return sweeper.sweep()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_leaves_nothing_half_done_and_its_reset_is_finished_later(with_state, moment):
    audit = with_state
    when, left_as = MOMENTS[moment]
    assert run_and_kill(audit, when) == -signal.SIGKILL
    audit.refresh_from_db()
    assert audit.status == left_as
    assert state_rows() == [5, 4, 1], "all or nothing"

    expire_and_sweep()
    assert actions.run_reset(audit.pk, worker="next")
    audit.refresh_from_db()
    assert audit.status == Status.COMPLETE
    assert state_rows() == [0, 0, 0]


def test_a_worker_killed_after_the_commit_has_done_its_work(with_state):
    audit = with_state
    assert run_and_kill(audit, "False", after="os.kill(os.getpid(), signal.SIGKILL)") == -signal.SIGKILL
    audit.refresh_from_db()
    assert audit.status == Status.COMPLETE
    assert state_rows() == [0, 0, 0]
    assert expire_and_sweep()["taken_over"] == 0
    assert ResetJob.objects.get().finished_at <= timezone.now()


def hang_up_at_the_deletes(execute, sql, params, many, context):
    if "DELETE FROM" in sql:
        connection.connection.close()
    return execute(sql, params, many, context)


def test_a_reset_whose_connection_is_cut_is_done_by_another_worker(with_state):
    with connection.execute_wrapper(hang_up_at_the_deletes):
        assert not actions.run_reset(with_state.pk, worker="cut off")
    with_state.refresh_from_db()
    assert with_state.status == Status.IN_PROGRESS, "it is nobody's fault, so it has not failed"
    assert state_rows() == [5, 4, 1], "all or nothing"

    expire_and_sweep()
    assert actions.run_reset(with_state.pk, worker="next")
    assert state_rows() == [0, 0, 0]
