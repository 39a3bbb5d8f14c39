"""Starting, running and failing a reset."""

import json
import logging

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, DataError, connection

from console.celery import app
from enrollments.models import CourseEnrollment, PersistentCourseGrade
from resets import actions
from resets.models import CourseResetAudit, CourseResetCourseOptIn, ResetJob, StudentModule
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status


def start(enrollment, actor=None, memo="Learner asked for it", **kwargs):
    return actions.start_reset(enrollment_id=enrollment.pk, memo=memo, actor=actor or factories.support(), **kwargs)


@pytest.fixture
def tracked(caplog):
    """Return a function that reads the tracking events written so far."""
    logger = logging.getLogger("tracking")
    logger.addHandler(caplog.handler)
    yield lambda: [json.loads(r.getMessage()) for r in caplog.records if r.name == "tracking"]
    logger.removeHandler(caplog.handler)


# --- Starting --------------------------------------------------------------------------------


def test_start_writes_the_row_that_open_edx_would_write():
    enrollment, agent = resettable(), factories.support()
    audit = start(enrollment, agent, memo="  Wrong run  ")
    audit.refresh_from_db()
    assert audit.status == Status.ENQUEUED
    assert audit.comment == "Wrong run"
    assert audit.reset_by_id == agent.pk
    assert audit.course_enrollment_id == enrollment.pk
    assert audit.course.course_id == enrollment.course_id
    assert audit.completed_at is None


def test_start_is_in_the_admin_log():
    agent = factories.support()
    audit = start(resettable(), agent, memo="Wrong run")
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.object_id) == (agent.pk, str(audit.pk))
    assert "Wrong run" in entry.change_message


def test_start_rings_a_worker_only_after_the_commit(queued, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        audit = start(resettable())
        assert queued() == []
    assert queued() == [("lectern.run_reset", audit.pk)]


def test_a_broker_that_is_down_loses_no_reset(django_capture_on_commit_callbacks):
    app.conf.broker_url, before = "redis://127.0.0.1:1/0", app.conf.broker_url
    try:
        with django_capture_on_commit_callbacks(execute=True):
            audit = start(resettable())
    finally:
        app.conf.broker_url = before
    assert CourseResetAudit.objects.get(pk=audit.pk).status == Status.ENQUEUED


@pytest.mark.parametrize("memo", ["", "   ", "\n", "\x00"])
def test_no_memo_no_reset(memo):
    with pytest.raises(actions.ResetRefusedError, match="memo"):
        start(resettable(), memo=memo)
    assert not CourseResetAudit.objects.exists()


def test_memo_of_255_characters_is_the_longest():
    start(resettable(), memo="m" * 255)
    with pytest.raises(actions.ResetRefusedError, match="256 characters"):
        start(resettable(), memo="m" * 256)


def refuse_emoji(execute, sql, params, many, context):
    """Be a MySQL whose table is in three-byte `utf8`."""
    if sql.startswith("INSERT") and "support_courseresetaudit" in sql:
        raise DataError(1366, "Incorrect string value: '\\xF0\\x9F\\x98\\x80' for column 'comment' at row 1")
    return execute(sql, params, many, context)


def test_a_memo_that_the_database_cannot_store_is_refused():
    enrollment = resettable()
    with connection.execute_wrapper(refuse_emoji), pytest.raises(actions.ResetRefusedError, match="emoji"):
        start(enrollment, memo="Done 😀")
    assert not CourseResetAudit.objects.exists()


@pytest.mark.parametrize("who", ["learner", "instructor"])
def test_only_support_and_admins_may_start(who):
    enrollment = resettable()
    actor = factories.LearnerFactory() if who == "learner" else factories.course_staff(enrollment.course_id)
    with pytest.raises(PermissionDenied):
        start(enrollment, actor)
    assert not CourseResetAudit.objects.exists()


def test_global_staff_may_start():
    start(resettable(), factories.LearnerFactory(is_staff=True))


def test_a_second_start_is_refused():
    enrollment = resettable()
    start(enrollment)
    with pytest.raises(actions.ResetRefusedError, match="already waiting"):
        start(enrollment)
    assert CourseResetAudit.objects.count() == 1


def test_an_ended_course_is_refused():
    with pytest.raises(actions.ResetRefusedError, match="has ended"):
        start(resettable(end=factories.days_ago(1)))


def test_a_stale_dialog_is_refused():
    """Somebody else's reset failed while the dialog was open: look again first."""
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    with pytest.raises(actions.ResetRefusedError, match="changed since you opened"):
        start(enrollment, seen_audit_id=None)


def test_after_a_failure_it_may_be_tried_again():
    enrollment = resettable()
    failed = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    assert start(enrollment, seen_audit_id=failed.pk).pk != failed.pk


# --- Running ---------------------------------------------------------------------------------


def test_run_clears_and_completes():
    enrollment = resettable()
    factories.StudentModuleFactory.create_batch(3, enrollment=enrollment)
    audit = start(enrollment)
    assert actions.run_reset(audit.pk, worker="w1")
    audit = CourseResetAudit.objects.select_related("job").get(pk=audit.pk)
    assert audit.status == Status.COMPLETE
    assert audit.completed_at is not None
    assert audit.job.cleared["student_modules"] == 3
    assert (audit.job.attempts, audit.job.lease_until) == (1, None)
    assert not StudentModule.objects.exists()


def test_run_twice_clears_once():
    enrollment = resettable()
    audit = start(enrollment)
    assert actions.run_reset(audit.pk, worker="w1")
    later = factories.StudentModuleFactory(enrollment=enrollment)
    assert not actions.run_reset(audit.pk, worker="w2")
    assert StudentModule.objects.get() == later


def test_open_edx_own_resets_are_left_to_it():
    audit = factories.AuditFactory(job=None)
    assert not actions.run_reset(audit.pk, worker="w1")
    audit.refresh_from_db()
    assert audit.status == Status.ENQUEUED


def refuse_to_delete_modules(execute, sql, params, many, context):
    """Be a database that breaks in the middle: after the grades, before the modules."""
    if "DELETE FROM" in sql and "courseware_studentmodule" in sql:
        raise DatabaseError("disk full: secret details")
    return execute(sql, params, many, context)


def test_a_failure_clears_nothing_and_says_why():
    enrollment = resettable()
    factories.StudentModuleFactory(enrollment=enrollment)
    factories.CourseGradeFactory(enrollment=enrollment)
    audit = start(enrollment)
    with connection.execute_wrapper(refuse_to_delete_modules):
        assert not actions.run_reset(audit.pk, worker="w1")
    audit = CourseResetAudit.objects.select_related("job").get(pk=audit.pk)
    assert audit.status == Status.FAILED
    assert "Nothing was cleared" in audit.job.reason
    assert "secret" not in audit.job.reason
    assert (StudentModule.objects.count(), PersistentCourseGrade.objects.count()) == (1, 1)


def _pass(enrollment):
    factories.CourseGradeFactory(enrollment=enrollment, letter_grade="A")


def _opt_out(enrollment):
    CourseResetCourseOptIn.objects.filter(course_id=enrollment.course_id).update(active=False)


def _leave(enrollment):
    CourseEnrollment.objects.filter(pk=enrollment.pk).update(is_active=False)


def _retire(enrollment):
    type(enrollment.user).objects.filter(pk=enrollment.user_id).update(username="retired__user_5")


def _certify(enrollment):
    factories.CertificateFactory(enrollment=enrollment)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_pass, "passing grade"),
        (_opt_out, "not opted in"),
        (_leave, "not actively enrolled"),
        (_retire, "account was retired"),
        (_certify, "Certificate issued"),
    ],
)
def test_what_changed_while_it_waited_for_a_worker_stands_against_it(change, words):
    """A broker may be down for hours: the learner goes on meanwhile."""
    enrollment = resettable()
    factories.StudentModuleFactory(enrollment=enrollment)
    audit = start(enrollment)
    change(enrollment)
    assert not actions.run_reset(audit.pk, worker="w1")
    audit = CourseResetAudit.objects.select_related("job").get(pk=audit.pk)
    assert audit.status == Status.FAILED
    assert words in audit.job.reason
    assert audit.job.reason.endswith("That was so when its turn came. Nothing was cleared.")
    assert StudentModule.objects.count() == 1


def test_what_was_overridden_or_ticked_still_counts_when_its_turn_comes(settings):
    settings.LECTERN_ADMIN_OVERRIDES = ["passing"]
    enrollment = resettable()
    _pass(enrollment)
    _certify(enrollment)
    audit = start(enrollment, factories.admin_user(), overrides=["passing"], choices=["certificate"])
    assert actions.run_reset(audit.pk, worker="w1")


def test_a_worker_whose_reset_was_taken_over_writes_nothing():
    enrollment = resettable()
    factories.StudentModuleFactory(enrollment=enrollment)
    audit = start(enrollment)
    actions.claim(audit.pk, worker="slow")
    ResetJob.objects.filter(pk=audit.pk).update(worker="other")
    with pytest.raises(actions.LeaseLostError):
        actions._clear(audit, "slow")
    assert not actions.fail(audit.pk, worker="slow", reason="late")
    audit.refresh_from_db()
    assert audit.status == Status.IN_PROGRESS


def test_what_is_noted_with_a_reset_is_written_with_it_or_not_at_all():
    enrollment = resettable()
    factories.StudentModuleFactory(enrollment=enrollment)
    audit = start(enrollment, worker="w1")

    def die():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.run_claimed(audit.pk, worker="w1", started=audit, note=die)
    audit.refresh_from_db()
    assert audit.status == Status.IN_PROGRESS
    assert StudentModule.objects.count() == 1


def test_events_are_in_the_lms_layout(tracked, django_capture_on_commit_callbacks):
    enrollment = resettable()
    with django_capture_on_commit_callbacks(execute=True):
        audit = start(enrollment)
        actions.run_reset(audit.pk, worker="w1")
    enqueued, completed = tracked()
    assert [enqueued["event_type"], completed["event_type"]] == [
        "lectern.course_reset.enqueued",
        "lectern.course_reset.completed",
    ]
    assert completed["context"] == {
        "course_id": str(enrollment.course_id),
        "org_id": enrollment.course_id.org,
        "user_id": enrollment.user_id,
        "path": "",
    }
    assert completed["event"]["reset_id"] == audit.pk
    assert completed["event_source"] == "server"


def test_the_enrollment_itself_is_untouched():
    enrollment = resettable()
    before = CourseEnrollment.objects.filter(pk=enrollment.pk).values().get()
    actions.run_reset(start(enrollment).pk, worker="w1")
    assert CourseEnrollment.objects.filter(pk=enrollment.pk).values().get() == before
