"""Resets that no worker is about to do."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from resets import actions, sweeper
from resets.models import CourseResetAudit, GivenUp, ResetJob
from resets.timeline import timeline
from tests import factories

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status
LONG_AGO = timedelta(hours=1)


def audit_with_job(status, **job):
    audit = factories.AuditFactory(status=status)
    ResetJob.objects.filter(pk=audit.pk).update(**job)
    return audit


@pytest.fixture
def sweep(django_capture_on_commit_callbacks):
    """Return a sweep whose rings really go out."""

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return sweeper.sweep()

    return run


def test_a_fresh_enqueued_reset_is_left_to_its_worker(sweep, queued):
    factories.AuditFactory()
    assert sweep() == {"taken_over": 0, "failed": 0, "rung": 0, "mailed": 0, "verifying": 0, "given_up": 0}
    assert queued() == []


def test_an_unheard_ring_is_repeated(sweep, queued):
    audit = audit_with_job(Status.ENQUEUED, rung_at=timezone.now() - LONG_AGO)
    assert sweep()["rung"] == 1
    assert queued() == [("lectern.run_reset", audit.pk)]
    assert sweep()["rung"] == 0, "not again within the minute"


def test_a_living_lease_is_respected(sweep, queued):
    audit = audit_with_job(Status.IN_PROGRESS, worker="w", lease_until=timezone.now() + LONG_AGO, attempts=1)
    assert sweep()["taken_over"] == 0
    audit.refresh_from_db()
    assert audit.status == Status.IN_PROGRESS


def test_a_dead_workers_reset_is_enqueued_again(sweep, queued):
    audit = audit_with_job(Status.IN_PROGRESS, worker="dead", lease_until=timezone.now() - LONG_AGO, attempts=1)
    assert sweep()["taken_over"] == 1
    audit.refresh_from_db()
    assert audit.status == Status.ENQUEUED
    assert queued() == [("lectern.run_reset", audit.pk)]
    assert actions.run_reset(audit.pk, worker="alive")
    assert not actions.fail(audit.pk, worker="dead", reason="too late")


def test_after_so_many_dead_workers_it_fails_with_a_reason(sweep, queued, settings):
    audit = audit_with_job(
        Status.IN_PROGRESS,
        worker="dead",
        lease_until=timezone.now() - LONG_AGO,
        attempts=settings.LECTERN_RESET_ATTEMPTS,
    )
    assert sweep()["failed"] == 1
    audit = CourseResetAudit.objects.select_related("job").get(pk=audit.pk)
    assert audit.status == Status.FAILED
    assert "stopped in the middle 5 times" in audit.job.reason


def test_one_that_somebody_set_in_progress_by_hand_is_no_lock_for_ever(sweep, queued):
    """Open edX's admin site lets one set any status."""
    audit = audit_with_job(Status.IN_PROGRESS, attempts=1)
    assert sweep()["taken_over"] == 0, "its worker may be about to write its lease"
    CourseResetAudit.objects.filter(pk=audit.pk).update(modified=timezone.now() - LONG_AGO)
    assert not sweeper.nothing_is_stuck()
    assert sweep()["taken_over"] == 1
    assert queued() == [("lectern.run_reset", audit.pk)]


def refuse_bulk_resets(execute, sql, params, many, context):
    if "lectern_resets_bulk" in sql:
        raise DatabaseError("no such table")
    return execute(sql, params, many, context)


def test_trouble_with_bulk_resets_does_not_stop_the_others(queued):
    audit = audit_with_job(Status.IN_PROGRESS, worker="dead", lease_until=timezone.now() - LONG_AGO, attempts=1)
    with connection.execute_wrapper(refuse_bulk_resets), pytest.raises(DatabaseError):
        sweeper.sweep()
    audit.refresh_from_db()
    assert audit.status == Status.ENQUEUED


@pytest.mark.parametrize("status", [Status.ENQUEUED, Status.IN_PROGRESS])
def test_open_edx_own_resets_are_left_alone(sweep, queued, status):
    audit = factories.AuditFactory(job=None, status=status, created=timezone.now() - LONG_AGO)
    sweep()
    audit.refresh_from_db()
    assert audit.status == status
    assert queued() == []


def test_a_lease_renewed_since_it_was_read_is_spared(sweep, queued):
    audit = audit_with_job(Status.IN_PROGRESS, worker="w", lease_until=timezone.now() - LONG_AGO, attempts=1)
    seen = ResetJob.objects.get(pk=audit.pk)
    ResetJob.objects.filter(pk=audit.pk).update(lease_until=timezone.now() + LONG_AGO)
    assert sweeper._take_over(seen) == "spared"


def test_a_mail_that_was_never_sent_is_asked_for_again(sweep, queued):
    long_ago = timezone.now() - LONG_AGO
    audit = audit_with_job(Status.COMPLETE, finished_at=long_ago, rung_at=long_ago)
    assert sweep()["mailed"] == 1
    assert ("lectern.mail_learner", audit.pk) in queued()
    assert sweep()["mailed"] == 0, "not again at every sweep"


@pytest.mark.parametrize(
    "job_at",
    [
        lambda now: {"mailed_at": now},
        lambda now: {"mail_problem": "The learner has no e-mail address."},
        lambda now: {"finished_at": now - timedelta(days=3)},
        lambda now: {"finished_at": now},
    ],
)
def test_mail_that_needs_nothing(sweep, queued, job_at):
    now = timezone.now()
    audit_with_job(Status.COMPLETE, **{"finished_at": now - LONG_AGO, "rung_at": now - LONG_AGO, **job_at(now)})
    assert sweep()["mailed"] == 0


def test_the_command_says_what_it_did(capsys):
    audit_with_job(Status.ENQUEUED, rung_at=timezone.now() - LONG_AGO)
    call_command("sweep_resets")
    assert capsys.readouterr().out == "taken over: 0, failed: 0, rung: 1, mailed: 0, verifying: 0, given up: 0\n"


# --- Resets of Open edX's own tool that stand still ------------------------------------------


@pytest.fixture
def stale():
    """Return a function that makes a reset of that tool which has not moved for some hours."""

    def make(status=Status.IN_PROGRESS, hours=25):
        return factories.AuditFactory(job=None, status=status, created=timezone.now() - timedelta(hours=hours))

    return make


@pytest.mark.parametrize("status", [Status.ENQUEUED, Status.IN_PROGRESS])
def test_one_that_stands_still_is_given_up_and_says_why(sweep, stale, status):
    audit = stale(status)
    assert sweep()["given_up"] == 1
    audit = CourseResetAudit.objects.get(pk=audit.pk)
    assert (audit.status, audit.completed_at) == (Status.FAILED, None)
    step = timeline(audit)[-1]
    assert (step.title, step.tone) == ("Given up", "danger")
    assert f"{audit.Status(status).label.lower()} for more than 24 hours" in step.detail
    assert LogEntry.objects.get(object_id=str(audit.pk)).change_message.startswith("Reset given up: ")
    assert actions.decide(audit.course_enrollment_id)[1].latest == audit
    assert sweep()["given_up"] == 0


def test_one_that_moved_within_the_time_is_a_lock(sweep, stale):
    audit = stale(hours=23)
    assert sweep()["given_up"] == 0
    assert CourseResetAudit.objects.get(pk=audit.pk).status == Status.IN_PROGRESS


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.FAILED])
def test_one_that_is_over_is_left_alone(sweep, stale, status):
    stale(status, hours=999)
    assert sweep()["given_up"] == 0


def test_nothing_is_given_up_where_that_is_off(sweep, stale, settings):
    settings.LECTERN_FOREIGN_STALE_HOURS = 0
    stale(hours=9999)
    assert sweep()["given_up"] == 0


def test_a_tool_that_finishes_in_the_same_moment_wins(stale):
    seen = stale()
    now = timezone.now()
    CourseResetAudit.objects.filter(pk=seen.pk).update(status=Status.COMPLETE, modified=now, completed_at=now)
    assert not actions.give_up_foreign(seen, hours=24)
    assert CourseResetAudit.objects.get(pk=seen.pk).status == Status.COMPLETE
    assert not GivenUp.objects.exists()


def test_a_tool_that_goes_on_in_the_same_moment_is_not_given_up(stale):
    seen = stale()
    CourseResetAudit.objects.filter(pk=seen.pk).update(modified=timezone.now())
    assert not actions.give_up_foreign(seen, hours=24)
    assert CourseResetAudit.objects.get(pk=seen.pk).status == Status.IN_PROGRESS


def test_a_tool_that_finishes_later_is_told_beside_it(sweep, stale):
    audit = stale()
    sweep()
    now = timezone.now()
    CourseResetAudit.objects.filter(pk=audit.pk).update(status=Status.COMPLETE, modified=now, completed_at=now)
    titles = [step.title for step in timeline(CourseResetAudit.objects.get(pk=audit.pk))]
    assert titles[-2:] == ["Given up", "Complete"]
