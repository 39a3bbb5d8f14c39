"""Bulk resets from confirm to the last learner, with the real worker functions."""

import contextlib
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from console.plans import changes
from console.plans.changes import PlanRefusedError
from groups.models import UserCourseTag
from resets import retention, sweeper, tasks
from resets.actions import ResetRefusedError, run_claimed
from resets.bulk import actions, run
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.parse import Line
from resets.bulk.plan import make_draft
from resets.bulk.queue import QUEUE
from resets.models import CourseResetAudit, ResetJob, StudentModule
from resets.undo import undo_reset
from tests import factories

pytestmark = pytest.mark.django_db
State, Item = BulkReset.State, BulkItem.State
Status = CourseResetAudit.Status


@pytest.fixture
def course():
    course = factories.CourseOverviewFactory()
    factories.OptInFactory(course=course)
    return course


@pytest.fixture
def draft(course, agent):
    """Return a function that makes a draft for some fresh learners with state in the course."""

    def make(count, *more):
        enrollments = factories.EnrollmentFactory.create_batch(count, course=course)
        for enrollment in enrollments:
            factories.StudentModuleFactory(enrollment=enrollment)
        return upload(course, agent, *[enrollment.user.username for enrollment in enrollments], *more)

    return make


@pytest.fixture
def running(draft, agent):
    """Return a function that makes and confirms one."""

    def make(count, *more):
        bulk = draft(count, *more)
        actions.confirm(bulk_id=bulk.pk, actor=agent)
        return bulk

    return make


def upload(course, agent, *typed):
    lines = [Line(number, text) for number, text in enumerate(typed, 1)]
    return make_draft(lines=lines, course_key=course.id, memo="Wrong run", actor=agent)


def work_until_idle(bulk):
    """Do what a worker does for as long as it is rung for."""
    while run.work(bulk.pk, worker="worker"):
        pass


@contextlib.contextmanager
def at_statement(verb, table, act):
    """Let something happen right before the first statement of this kind reaches the database."""
    waiting = [act]

    def watch(execute, sql, params, many, context):
        if waiting and verb in sql and table in sql:
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def _break():
    raise RuntimeError("out of luck")


def _die():
    raise KeyboardInterrupt


def states(bulk):
    return list(bulk.items.order_by("line").values_list("state", flat=True))


def state(bulk):
    bulk.refresh_from_db()
    return bulk.state


# --- From confirm to done --------------------------------------------------------------------


def test_everybody_in_the_plan_is_reset_once(running, agent, queued, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bulk = running(25, "ghost")
    assert queued() == [("lectern.run_bulk", bulk.pk)]
    work_until_idle(bulk)
    assert states(bulk) == [Item.DONE] * 25 + [Item.SKIPPED]
    assert state(bulk) == State.DONE
    assert bulk.finished_at is not None
    audits = CourseResetAudit.objects.all()
    assert audits.count() == audits.filter(status=Status.COMPLETE, comment="Wrong run", reset_by=agent).count() == 25
    assert audits.values("course_enrollment").distinct().count() == 25
    assert not StudentModule.objects.exists()
    assert not run.work(bulk.pk, worker="late")


def test_a_worker_takes_a_few_and_rings_for_the_next(running, queued, django_capture_on_commit_callbacks):
    bulk = running(QUEUE.batch + 1)
    with django_capture_on_commit_callbacks(execute=True):
        assert run.work(bulk.pk, worker="worker") == QUEUE.batch
    assert queued().count(("lectern.run_bulk", bulk.pk)) == 1
    assert states(bulk) == [Item.DONE] * QUEUE.batch + [Item.PENDING]
    assert state(bulk) == State.RUNNING


def test_the_task_does_the_same(running):
    bulk = running(2)
    tasks.run_bulk(bulk.pk)
    assert states(bulk) == [Item.DONE] * 2


def test_the_same_list_again_resets_nobody(running, course, agent):
    bulk = running(3)
    work_until_idle(bulk)
    again = upload(course, agent, *bulk.items.values_list("typed", flat=True))
    assert (again.will_reset, again.cannot) == (0, 3)
    with pytest.raises(PlanRefusedError, match="Nothing in this list"):
        actions.confirm(bulk_id=again.pk, actor=agent)


def test_the_same_list_again_resets_nobody_where_several_resets_are_allowed_either(running, course, agent, settings):
    settings.LECTERN_RESETS_PER_ENROLLMENT = 2
    bulk = running(2)
    work_until_idle(bulk)
    again = upload(course, agent, *bulk.items.values_list("typed", flat=True))
    assert (again.will_reset, again.cannot) == (0, 2)
    assert "Already reset in this course run. Reset this learner alone" in again.items.first().reason
    audit = CourseResetAudit.objects.first()
    undo_reset(audit_id=audit.pk, memo="Not this one", actor=agent)
    again = upload(course, agent, *bulk.items.values_list("typed", flat=True))
    assert (again.will_reset, again.cannot) == (1, 1), "one that was undone does not count"


def test_two_drafts_of_the_same_list_reset_once(draft, course, agent):
    bulk = draft(3)
    twin = upload(course, agent, *bulk.items.values_list("typed", flat=True))
    for one in (bulk, twin):
        actions.confirm(bulk_id=one.pk, actor=agent)
        work_until_idle(one)
    assert states(twin) == [Item.FAILED] * 3
    assert set(twin.items.values_list("reason", flat=True)) == {"This learner’s resets in this course run are used up."}
    assert state(twin) == State.DONE
    assert CourseResetAudit.objects.count() == 3


def test_what_changed_since_the_check_is_refused_with_a_reason(running, course):
    bulk = running(4)
    passing, left, gone, tried = [item.enrollment for item in bulk.items.order_by("line")]
    factories.CourseGradeFactory(enrollment=passing, letter_grade="A")
    left.is_active = False
    left.save()
    StudentModule.objects.filter(student=gone.user).delete()
    gone.delete()
    factories.AuditFactory(course_enrollment=tried, status="failed")
    work_until_idle(bulk)
    assert list(bulk.items.order_by("line").values_list("state", "reason")) == [
        (Item.FAILED, "The learner has a passing grade in this course run."),
        (Item.FAILED, "The learner is not actively enrolled in this course run."),
        (Item.FAILED, run.NOT_ENROLLED),
        (Item.FAILED, run.STATUS_CHANGED),
    ]
    assert StudentModule.objects.count() == 3, "nobody's state was touched"


def test_an_agent_who_lost_the_role_resets_nobody_any_more(running, agent):
    bulk = running(2)
    agent.course_access_roles.all().delete()
    work_until_idle(bulk)
    assert set(bulk.items.values_list("state", "reason")) == {(Item.FAILED, run.NOT_ALLOWED)}
    assert not CourseResetAudit.objects.exists()


@pytest.mark.parametrize("superuser", [True, False])
def test_an_agent_who_was_retired_resets_nobody_any_more(running, agent, superuser):
    bulk = running(2)
    get_user_model().objects.filter(pk=agent.pk).update(username="retired__user_1", is_superuser=superuser)
    work_until_idle(bulk)
    assert set(bulk.items.values_list("state", "reason")) == {(Item.FAILED, run.NOT_ALLOWED)}
    assert not CourseResetAudit.objects.exists()


def test_a_reset_that_fails_is_shown_and_can_be_retried(running, agent):
    bulk = running(2)
    with at_statement("DELETE FROM", "courseware_studentmodule", _break):
        run.work(bulk.pk, worker="worker")
    assert states(bulk) == [Item.FAILED, Item.DONE]
    assert "RuntimeError" in bulk.items.order_by("line").first().reason
    assert state(bulk) == State.DONE

    assert actions.retry(bulk_id=bulk.pk, actor=agent) == 1
    assert (state(bulk), bulk.finished_at) == (State.RUNNING, None)
    work_until_idle(bulk)
    assert states(bulk) == [Item.DONE] * 2
    assert state(bulk) == State.DONE
    assert CourseResetAudit.objects.filter(status=Status.COMPLETE).count() == 2


def test_retrying_without_failures_is_refused(running, agent):
    bulk = running(1)
    work_until_idle(bulk)
    with pytest.raises(PlanRefusedError, match="has failed"):
        actions.retry(bulk_id=bulk.pk, actor=agent)


# --- Pause, resume, cancel -------------------------------------------------------------------


def test_paused_nothing_starts_until_it_is_resumed(running, agent):
    bulk = running(3)
    actions.pause(bulk_id=bulk.pk, actor=agent)
    work_until_idle(bulk)
    assert states(bulk) == [Item.PENDING] * 3
    actions.resume(bulk_id=bulk.pk, actor=agent)
    work_until_idle(bulk)
    assert states(bulk) == [Item.DONE] * 3


def test_a_pause_takes_effect_between_two_learners_and_gives_the_claims_back(running, agent):
    bulk = running(3)
    with at_statement("DELETE FROM", "courseware_studentmodule", lambda: actions.pause(bulk_id=bulk.pk, actor=agent)):
        run.work(bulk.pk, worker="worker")
    assert states(bulk) == [Item.DONE, Item.PENDING, Item.PENDING]
    assert set(bulk.items.filter(state=Item.PENDING).values_list("worker", "claimed_until")) == {("", None)}


def test_cancelling_leaves_out_what_was_not_started_and_keeps_the_rest(running, agent):
    bulk = running(QUEUE.batch + 2)
    run.work(bulk.pk, worker="worker")
    assert actions.cancel(bulk_id=bulk.pk, actor=agent) == 2
    work_until_idle(bulk)
    assert states(bulk) == [Item.DONE] * QUEUE.batch + [Item.SKIPPED] * 2
    assert state(bulk) == State.CANCELLED
    assert bulk.finished_at is not None
    assert bulk.items.last().reason == changes.CANCELLED


def test_what_is_started_when_it_is_cancelled_is_finished(running, agent):
    bulk = running(2)
    first = QUEUE.claim(bulk.pk, "worker")[0]
    audit_id = run._start(first, BulkReset.objects.get(pk=bulk.pk), "worker").pk
    actions.cancel(bulk_id=bulk.pk, actor=agent)
    assert (state(bulk), bulk.finished_at) == (State.CANCELLED, None)
    assert run_claimed(audit_id, worker="worker")
    QUEUE.finish(run.settle(audit_id))
    assert states(bulk) == [Item.DONE, Item.SKIPPED]
    assert state(bulk) == State.CANCELLED
    assert bulk.finished_at is not None


def test_a_claim_from_before_the_cancel_starts_nothing(running, agent):
    bulk = running(1)
    item = QUEUE.claim(bulk.pk, "worker")[0]
    actions.cancel(bulk_id=bulk.pk, actor=agent)
    with pytest.raises(run.NotMineError):
        run._start(item, BulkReset.objects.get(pk=bulk.pk), "worker")
    assert not CourseResetAudit.objects.exists()


def test_a_claim_that_another_worker_has_by_now_starts_nothing(running):
    bulk = running(2)
    mine = QUEUE.claim(bulk.pk, "slow")
    bulk.items.update(claimed_until=long_ago())
    QUEUE.claim(bulk.pk, "next")
    assert not run._do(mine[0], BulkReset.objects.get(pk=bulk.pk), "slow")
    assert states(bulk) == [Item.PENDING] * 2
    assert not CourseResetAudit.objects.exists()
    assert StudentModule.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ("confirm", State.RUNNING),
        ("discard", State.RUNNING),
        ("pause", State.PAUSED),
        ("pause", State.DRAFT),
        ("resume", State.RUNNING),
        ("cancel", State.DONE),
        ("cancel", State.DRAFT),
        ("retry", State.DRAFT),
        ("retry", State.PAUSED),
    ],
)
def test_changes_that_come_too_late_are_refused(draft, agent, change, at):
    bulk = draft(1)
    BulkReset.objects.update(state=at)
    with pytest.raises(PlanRefusedError, match=f"is {at.label.lower()} by now"):
        getattr(actions, change)(bulk_id=bulk.pk, actor=agent)


@pytest.mark.parametrize("change", ["confirm", "discard", "pause", "resume", "cancel", "retry"])
def test_only_support_may_change_anything(draft, course, change):
    bulk = draft(1)
    with pytest.raises(PermissionDenied):
        getattr(actions, change)(bulk_id=bulk.pk, actor=factories.course_staff(course.id))


def test_every_change_is_in_the_audit_log(running, draft, agent):
    bulk = running(1)
    actions.pause(bulk_id=bulk.pk, actor=agent)
    actions.resume(bulk_id=bulk.pk, actor=agent)
    actions.cancel(bulk_id=bulk.pk, actor=agent)
    other = draft(1)
    actions.discard(bulk_id=other.pk, actor=agent)
    entries = LogEntry.objects.filter(user=agent, content_type__model="bulkreset").order_by("pk")
    words = [entry.change_message.split(":")[0].split(" ")[0] for entry in entries]
    assert words == ["List", "Confirmed", "Paused", "Resumed", "Cancelled", "List", "Draft"]
    assert list(BulkReset.objects.values_list("pk", flat=True)) == [bulk.pk]


def test_a_draft_of_yesterday_cannot_be_confirmed_and_goes(draft, agent):
    bulk = draft(1)
    BulkReset.objects.update(expires_at=timezone.now())
    with pytest.raises(PlanRefusedError, match="too long ago"):
        actions.confirm(bulk_id=bulk.pk, actor=agent)
    sweeper.sweep()
    assert not BulkItem.objects.exists()
    assert not BulkReset.objects.exists()


# --- Workers that die ------------------------------------------------------------------------


def long_ago():
    return timezone.now() - timedelta(hours=1)


def test_the_claims_of_a_dead_worker_are_taken_over(running, queued, django_capture_on_commit_callbacks):
    bulk = running(2)
    QUEUE.claim(bulk.pk, "dead")
    assert not run.work(bulk.pk, worker="next"), "not while its lease holds"
    bulk.items.update(claimed_until=long_ago())
    BulkReset.objects.update(rung_at=long_ago())
    queued()
    with django_capture_on_commit_callbacks(execute=True):
        sweeper.sweep()
        sweeper.sweep()
    assert queued() == [("lectern.run_bulk", bulk.pk)]
    work_until_idle(bulk)
    assert states(bulk) == [Item.DONE] * 2


def test_a_reset_whose_worker_died_after_starting_it_is_finished_by_another(running, queued):
    bulk = running(1)
    item = QUEUE.claim(bulk.pk, "dead")[0]
    audit_id = run._start(item, BulkReset.objects.get(pk=bulk.pk), "dead").pk
    work_until_idle(bulk)
    assert states(bulk) == [Item.STARTED], "it has its reset: nobody starts another"
    ResetJob.objects.update(lease_until=long_ago())
    assert sweeper.sweep()["taken_over"] == 1
    tasks.run_reset(audit_id)
    assert states(bulk) == [Item.DONE]
    assert state(bulk) == State.DONE


@pytest.mark.parametrize("outcome", ["complete", "failed"])
def test_an_outcome_that_nobody_noted_is_noted_by_the_sweeper(running, outcome):
    bulk = running(1)
    item = QUEUE.claim(bulk.pk, "dead")[0]
    audit_id = run._start(item, BulkReset.objects.get(pk=bulk.pk), "dead").pk
    CourseResetAudit.objects.filter(pk=audit_id).update(status=outcome)
    ResetJob.objects.update(reason="The disk was full.")
    sweeper.sweep()
    item.refresh_from_db()
    expected = {"complete": (Item.DONE, ""), "failed": (Item.FAILED, "The disk was full.")}
    assert (item.state, item.reason) == expected[outcome]
    assert state(bulk) == State.DONE


def test_a_crash_between_claim_and_audit_leaves_no_trace(running):
    bulk = running(1)
    item = QUEUE.claim(bulk.pk, "worker")[0]
    with at_statement("INSERT", "support_courseresetaudit", _die), pytest.raises(KeyboardInterrupt):
        run._start(item, BulkReset.objects.get(pk=bulk.pk), "worker")
    item.refresh_from_db()
    assert (item.state, item.audit_id) == (Item.PENDING, None)
    assert not CourseResetAudit.objects.exists()


# --- Choices, and how long typed addresses are kept ------------------------------------------


@pytest.fixture
def tagged(course):
    """A learner with the tag that says which group of an experiment they were drawn into."""
    enrollment = factories.EnrollmentFactory(course=course)
    UserCourseTag.objects.create(
        user=enrollment.user, course_id=course.id, key="xblock.partition_service.partition_50", value="7"
    )
    return enrollment


@pytest.mark.parametrize(("choices", "left"), [(["partition_tags"], 0), ([], 1)])
def test_what_is_offered_is_cleared_when_it_was_ticked(course, agent, tagged, choices, left):
    lines = [Line(1, tagged.user.username)]
    bulk = make_draft(lines=lines, course_key=course.id, memo="Wrong run", actor=agent, choices=choices)
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    work_until_idle(bulk)
    assert bulk.items.get().state == Item.DONE
    assert ResetJob.objects.get().choices == choices
    assert UserCourseTag.objects.count() == left


def test_a_choice_that_is_none_is_refused(course, agent):
    for choice in ("ghost", "certificate", "student_modules"):
        with pytest.raises(ResetRefusedError, match=f"no choice “{choice}”"):
            make_draft(lines=[Line(1, "x")], course_key=course.id, memo="m", actor=agent, choices=[choice])
    assert not BulkReset.objects.exists()


def test_typed_addresses_are_removed_after_the_retention_time(course, agent, settings):
    settings.LECTERN_ARCHIVE_DAYS = 100
    old, young = (upload(course, agent, "ghost@example.com", "someone") for _ in range(2))
    BulkReset.objects.filter(pk=old.pk).update(created=factories.days_ago(101))
    assert retention.forget_typed() == 1
    assert list(old.items.order_by("line").values_list("typed", flat=True)) == ["(removed)", "someone"]
    assert list(young.items.order_by("line").values_list("typed", flat=True)) == ["ghost@example.com", "someone"]
    assert retention.forget_typed() == 0


def test_what_was_typed_for_a_retired_learner_is_removed_at_once(course, agent):
    user = factories.EnrollmentFactory(course=course).user
    bulk = upload(course, agent, user.username, user.email, "ghost@example.com")
    type(user).objects.filter(pk=user.pk).update(username="retired__user_9", email="")
    assert retention.forget_typed() == 2
    typed = list(bulk.items.order_by("line").values_list("typed", flat=True))
    assert typed == ["(removed)", "(removed)", "ghost@example.com"]
