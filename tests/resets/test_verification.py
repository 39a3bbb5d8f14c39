"""The second look at a completed reset, and what `/readyz` says of stuck ones."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from resets import actions, sweeper, tasks, undo, verification
from resets.models import CourseResetAudit, ResetJob
from resets.timeline import timeline
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status
MINUTE = timedelta(minutes=1)


@pytest.fixture
def done():
    """A completed reset of a learner who had some state."""
    enrollment = resettable()
    factories.StudentModuleFactory.create_batch(2, enrollment=enrollment)
    factories.CourseGradeFactory(enrollment=enrollment)
    audit = actions.start_reset(enrollment_id=enrollment.pk, memo="Wrong run", actor=factories.support())
    assert actions.run_reset(audit.pk, worker="w")
    return CourseResetAudit.objects.select_related("job", "course_enrollment", "reset_by").get(pk=audit.pk)


def last_step(audit):
    return timeline(CourseResetAudit.objects.select_related("job", "reset_by").get(pk=audit.pk))[-1]


# --- What came back --------------------------------------------------------------------------


def test_nothing_came_back(done):
    tasks.verify_reset(done.pk)
    assert ResetJob.objects.get().came_back == {}
    step = last_step(done)
    assert (step.title, step.tone) == ("Verified: nothing came back", "success")
    assert step.at is not None


def test_grades_of_a_late_task_are_warned_about(done):
    factories.CourseGradeFactory(enrollment=done.course_enrollment)
    factories.SubsectionGradeFactory.create_batch(2, enrollment=done.course_enrollment)
    assert verification.verify(done.pk) == {"course_grades": 1, "subsection_grades": 2}
    step = last_step(done)
    assert (step.title, step.tone) == ("3 rows appeared since", "warning")
    assert "Course grade: 1" in step.detail
    assert "undo this reset" in step.detail


def test_a_learner_who_has_started_again_is_no_error(done):
    factories.StudentModuleFactory(enrollment=done.course_enrollment)
    factories.CourseGradeFactory(enrollment=done.course_enrollment)
    verification.verify(done.pk)
    step = last_step(done)
    assert (step.title, step.tone) == ("2 rows appeared since", "info")
    assert "may have started again" in step.detail


def test_one_row_is_one_row(done):
    factories.StudentModuleFactory(enrollment=done.course_enrollment)
    verification.verify(done.pk)
    assert last_step(done).title == "1 row appeared since"


def test_other_learners_and_other_runs_do_not_count(done):
    factories.StudentModuleFactory(enrollment=factories.EnrollmentFactory(course_id=done.course_enrollment.course_id))
    factories.StudentModuleFactory(enrollment=factories.EnrollmentFactory(user=done.course_enrollment.user))
    assert verification.verify(done.pk) == {}


def test_an_owner_that_is_gone_is_named_by_its_key(done):
    ResetJob.objects.update(verified_at=timezone.now(), came_back={"of_a_removed_app": 4})
    assert "of_a_removed_app: 4" in last_step(done).detail


def test_the_first_look_stands(done):
    verification.verify(done.pk)
    factories.StudentModuleFactory(enrollment=done.course_enrollment)
    assert verification.verify(done.pk) is None
    assert ResetJob.objects.get().came_back == {}


def test_what_an_undo_put_back_did_not_come_back(done):
    undo.undo_reset(audit_id=done.pk, memo="Wrong learner", actor=factories.support())
    assert verification.verify(done.pk) is None
    assert ResetJob.objects.get().verified_at is None


@pytest.mark.parametrize("status", [Status.ENQUEUED, Status.IN_PROGRESS, Status.FAILED])
def test_only_complete_resets_are_verified(status):
    assert verification.verify(factories.AuditFactory(status=status).pk) is None


def test_the_page_says_so(done, client_of):
    verification.verify(done.pk)
    page = client_of(factories.support()).get(reverse("resets:detail", args=[done.pk]))
    assert "Verified: nothing came back" in page.text


# --- When it is rung for ---------------------------------------------------------------------


@pytest.fixture
def sweep(django_capture_on_commit_callbacks):
    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return sweeper.sweep()

    return run


def finished(ago, **job):
    audit = factories.AuditFactory(status=Status.COMPLETE)
    ResetJob.objects.filter(pk=audit.pk).update(finished_at=timezone.now() - ago, mailed_at=timezone.now(), **job)
    return audit


def test_the_sweep_rings_for_it(sweep, queued):
    audit = finished(6 * MINUTE)
    assert sweep()["verifying"] == 1
    assert queued() == [("lectern.verify_reset", audit.pk)]
    tasks.verify_reset(audit.pk)
    assert sweep()["verifying"] == 0


def test_how_long_it_waits_is_a_setting(sweep, settings):
    settings.LECTERN_VERIFY_AFTER_MINUTES = 10
    finished(6 * MINUTE)
    assert sweep()["verifying"] == 0


@pytest.mark.parametrize(
    ("ago", "job"),
    [(4 * MINUTE, {}), (timedelta(days=1, hours=1), {}), (6 * MINUTE, {"undone_at": timezone.now()})],
    ids=["too early", "too late", "undone"],
)
def test_resets_that_are_not_looked_at_again(sweep, ago, job):
    finished(ago, **job)
    assert sweep()["verifying"] == 0


# --- Stuck resets ----------------------------------------------------------------------------


def readyz(client):
    response = client.get(reverse("console:readyz"))
    assert response.status_code == 503, "no worker runs in a test"
    return response.json()["resets"]


def state(status, *, modified, **job):
    audit = factories.AuditFactory(status=status, created=timezone.now() - modified)
    ResetJob.objects.filter(pk=audit.pk).update(**job)


def test_ready_without_resets(client):
    assert readyz(client) == "ok"


@pytest.mark.parametrize(("minutes", "answer"), [(9, "ok"), (11, "failing")])
def test_an_enqueued_reset_that_nobody_takes(client, minutes, answer):
    state(Status.ENQUEUED, modified=minutes * MINUTE)
    assert readyz(client) == answer


@pytest.mark.parametrize(("minutes", "answer"), [(-1, "ok"), (9, "ok"), (11, "failing")])
def test_a_lease_that_nobody_takes_over(client, minutes, answer):
    state(Status.IN_PROGRESS, modified=60 * MINUTE, lease_until=timezone.now() - minutes * MINUTE)
    assert readyz(client) == answer


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.FAILED])
def test_finished_resets_are_not_stuck(client, status):
    state(status, modified=60 * MINUTE)
    assert readyz(client) == "ok"


def test_a_reset_of_open_edx_own_tool_is_not_ours_to_report(client):
    factories.AuditFactory(job=None, created=timezone.now() - 60 * MINUTE)
    assert readyz(client) == "ok"
