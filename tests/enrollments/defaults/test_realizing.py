"""Realizing: a checked list, confirmed, carried out once, with every row and version that the original writes."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.plans.changes import PlanRefusedError
from enrollments import tasks
from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultRealization,
    EnterpriseCourseEnrollment,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalLicensedEnrollment,
    HistoricalRealization,
    LicensedEnrollment,
)
from enrollments.defaults.realizing import actions, run
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.defaults.realizing.plan import make_draft
from enrollments.defaults.realizing.queue import QUEUE
from enrollments.defaults.realizing.realize import realize
from enrollments.defaults.status import Status
from enrollments.models import CourseEnrollment
from tests import factories
from tests.enrollments.defaults.scene import RUN, Scene, version
from tests.resets.test_concurrency import at_the_same_time

pytestmark = pytest.mark.django_db
Item, Verdict, State = RealizeItem.State, RealizeItem.Verdict, RealizePlan.State


@pytest.fixture
def admin():
    return factories.admin_user()


@pytest.fixture
def scene():
    return Scene()


def draft(scene, actor, **more):
    return make_draft(intention_uuid=scene.intention.pk, actor=actor, memo="Asked for by the customer", **more)


def carried_out(scene, actor):
    plan = draft(scene, actor)
    actions.confirm(plan.pk, actor)
    while run.work(plan.pk, worker="worker"):
        pass
    plan.refresh_from_db()
    return plan


def outcomes(plan):
    return dict(plan.items.values_list("username", "state"))


# --- The check -------------------------------------------------------------------------------


def test_a_draft_says_who_would_be_enrolled_and_who_is_left_out_and_changes_nothing(scene, admin):
    ready, without = scene.learner(), scene.learner(licensed=False)
    gone = scene.learner()
    scene.record(gone, unenrolled=True, revoked=True)
    version(scene.enroll(gone, active=False), active=True, days=5)
    plan = draft(scene, admin)
    assert dict(plan.items.values_list("user_id", "verdict")) == {
        ready.user_id: Verdict.ENROLL,
        without.user_id: Verdict.CANNOT,
        gone.user_id: Verdict.CANNOT,
    }
    assert (plan.will_change, plan.left_out, plan.state) == (1, 2, State.DRAFT)
    assert all(item.reason for item in plan.items.filter(verdict=Verdict.CANNOT))
    assert not DefaultRealization.objects.exists()


def test_what_is_realized_already_is_not_listed(scene, admin):
    learner = scene.learner()
    scene.enroll(learner)
    factories.RealizationFactory(
        intended_enrollment=scene.intention, realized_enrollment=scene.record(learner, revoked=False)
    )
    with pytest.raises(PlanRefusedError, match="No learner"):
        draft(scene, admin)


def test_only_some_learners(scene, admin):
    chosen, _ = scene.learner(), scene.learner()
    assert [item.user_id for item in draft(scene, admin, user_ids=[chosen.user_id]).items.all()] == [chosen.user_id]


def test_no_draft_for_who_is_no_admin_nor_without_memo_run_or_intention(scene, admin):
    scene.learner()
    with pytest.raises(PermissionDenied):
        draft(scene, factories.support())
    for memo in ("", "  ", "x" * 256):
        with pytest.raises(PlanRefusedError, match="memo"):
            make_draft(intention_uuid=scene.intention.pk, actor=admin, memo=memo)
    scene.intention.is_removed = True
    scene.intention.save()
    with pytest.raises(PlanRefusedError, match="removed"):
        draft(scene, admin)


def test_a_course_without_a_known_run_cannot_be_realized(admin):
    scene = Scene(content_key="MineX+M1")
    scene.course.delete()
    scene.learner()
    with pytest.raises(PlanRefusedError, match="not known which course run"):
        draft(scene, admin)


# --- Carrying out ----------------------------------------------------------------------------


def test_enrolling_writes_every_row_with_its_version(scene, admin):
    learner = scene.learner()
    plan = carried_out(scene, admin)
    assert (plan.state, list(outcomes(plan).values())) == (State.DONE, [Item.DONE])
    enrollment = CourseEnrollment.objects.get(user_id=learner.user_id)
    assert (enrollment.course_id, enrollment.mode, enrollment.is_active) == (RUN, "verified", True)
    record = EnterpriseCourseEnrollment.objects.get(enterprise_customer_user=learner)
    assert (record.course_id, record.unenrolled, record.saved_for_later) == (RUN, None, False)
    assert not LicensedEnrollment.objects.get(enterprise_course_enrollment=record).is_revoked
    assert DefaultRealization.objects.get().realized_enrollment_id == record.pk
    for table in (
        CourseEnrollmentHistory,
        HistoricalEnterpriseCourseEnrollment,
        HistoricalLicensedEnrollment,
        HistoricalRealization,
    ):
        row = table.objects.get()
        assert (row.history_type, row.history_user_id) == ("+", admin.pk)
    assert scene.status(learner) == Status.REALIZED


def test_an_audit_seat_is_upgraded(scene, admin):
    learner = scene.learner()
    scene.enroll(learner, mode="audit")
    scene.record(learner)
    carried_out(scene, admin)
    assert CourseEnrollment.objects.get().mode == "verified"
    assert CourseEnrollmentHistory.objects.get().history_type == "~"
    assert scene.status(learner) == Status.REALIZED


def test_who_enrolled_already_is_recorded_and_not_changed(scene, admin):
    learner = scene.learner(licensed=False)
    scene.enroll(learner)
    carried_out(scene, admin)
    assert scene.status(learner) == Status.REALIZED
    assert not CourseEnrollmentHistory.objects.exists()
    assert not LicensedEnrollment.objects.exists()


def test_an_abandoned_checkout_is_activated(scene, admin):
    learner = scene.learner()
    version(scene.enroll(learner, mode="audit", active=False), active=False, days=20)
    carried_out(scene, admin)
    enrollment = CourseEnrollment.objects.get()
    assert (enrollment.is_active, enrollment.mode) == (True, "verified")


def test_the_same_again_does_nothing(scene, admin):
    scene.learner()
    carried_out(scene, admin)
    with pytest.raises(PlanRefusedError, match="No learner"):
        draft(scene, admin)
    assert DefaultRealization.objects.count() == 1


def test_who_leaves_between_check_and_run_is_not_enrolled(scene, admin):
    learner = scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    scene.enroll(learner, active=False)
    run.work(plan.pk, worker="worker")
    item = plan.items.get()
    assert (item.state, bool(item.reason)) == (Item.FAILED, True)
    assert not DefaultRealization.objects.exists()


def test_an_intention_that_was_removed_meanwhile_realizes_nobody(scene, admin):
    scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    scene.intention.is_removed = True
    scene.intention.save()
    run.work(plan.pk, worker="worker")
    assert plan.items.get().reason == run.REMOVED


@pytest.mark.parametrize(
    "change", [{"is_superuser": False, "is_staff": False}, {"is_active": False}, {"username": "retired__user_1a2b"}]
)
def test_an_admin_who_is_none_any_more_realizes_nobody(scene, admin, change):
    scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    get_user_model().objects.filter(pk=admin.pk).update(**change)
    run.work(plan.pk, worker="worker")
    assert plan.items.get().reason == run.NOT_ALLOWED
    assert not CourseEnrollment.objects.exists()


def test_an_admin_whose_account_is_gone_realizes_nobody(scene, admin):
    """No constraint guards it; the audit log's own rows go with the account."""
    scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    LogEntry.objects.all().delete()
    admin.profile.delete()
    get_user_model().objects.filter(pk=admin.pk).delete()
    run.work(plan.pk, worker="worker")
    plan.refresh_from_db()
    assert (plan.state, plan.items.get().reason) == (State.DONE, run.NOT_ALLOWED)


def test_a_record_of_another_intention_is_refused_with_its_reason(scene, admin):
    learner = scene.learner()
    scene.enroll(learner)
    record = scene.record(learner, revoked=False)
    old = factories.IntentionFactory(enterprise_customer=scene.customer, content_key="MineX+M1", is_removed=True)
    factories.RealizationFactory(intended_enrollment=old, realized_enrollment=record)
    plan = carried_out(scene, admin)
    assert "another intention" in plan.items.get().reason


def test_failed_ones_are_tried_again(scene, admin):
    learner = scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    enrollment = scene.enroll(learner, active=False)
    run.work(plan.pk, worker="worker")
    enrollment.delete()
    assert actions.retry(plan.pk, admin) == 1
    run.work(plan.pk, worker="worker")
    assert plan.items.get().state == Item.DONE


@pytest.mark.parametrize("change", [actions.confirm, actions.discard, actions.pause, actions.cancel, actions.retry])
def test_only_admins_change_a_plan(scene, admin, change):
    scene.learner()
    plan = draft(scene, admin)
    with pytest.raises(PermissionDenied):
        change(plan.pk, factories.support())


def test_the_sweeper_rings_for_a_plan_that_was_not_heard(scene, admin, queued, django_capture_on_commit_callbacks):
    scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    QUEUE.claim(plan.pk, "dead")
    later = timezone.now() + timedelta(hours=2)
    RealizeItem.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        run.sweep(later)
    assert tasks.run_realization.name in [message[0] for message in queued()]


# --- Many at once ----------------------------------------------------------------------------


def test_each_of_a_batch_has_an_outcome_of_its_own(scene, admin):
    new, audit, here, left = (scene.learner() for _ in range(4))
    scene.enroll(audit, mode="audit")
    scene.record(audit)
    scene.enroll(here)
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    scene.enroll(left, active=False)
    assert run.work(plan.pk, worker="worker") == 4
    names = {learner.user.username: learner for learner in (new, audit, here, left)}
    assert {names[name]: state for name, state in outcomes(plan).items()} == {
        new: Item.DONE,
        audit: Item.DONE,
        here: Item.DONE,
        left: Item.FAILED,
    }
    statuses = [scene.status(learner) for learner in (new, audit, here, left)]
    assert statuses == [Status.REALIZED] * 3 + [Status.INACTIVE]


def test_an_unlinked_learner_of_a_batch_is_left_out(scene, admin):
    stays, gone = scene.learner(), scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    gone.delete()
    run.work(plan.pk, worker="worker")
    assert outcomes(plan)[stays.user.username] == Item.DONE
    assert "no longer linked" in plan.items.get(user_id=gone.user_id).reason


def test_what_fails_for_one_learner_fails_for_nobody_else(scene, admin, refusing):
    learners = [scene.learner() for _ in range(3)]
    refusing(learners[1].user_id)
    plan = carried_out(scene, admin)
    states = dict(plan.items.values_list("user_id", "state"))
    assert [states[learner.user_id] for learner in learners] == [Item.DONE, Item.FAILED, Item.DONE]
    assert "Nothing was changed" in plan.items.get(state=Item.FAILED).reason
    assert CourseEnrollment.objects.count() == LicensedEnrollment.objects.count() == 2
    assert DefaultRealization.objects.count() == LogEntry.objects.filter(change_message__startswith="Realized").count()


@pytest.fixture
def refusing(monkeypatch):
    """Return a function that lets the database refuse an enrollment of this account."""
    real = CourseEnrollment.objects.bulk_create

    def refuse(user_id):
        def create(rows):
            if user_id in [row.user_id for row in rows]:
                raise DatabaseError("refused")
            return real(rows)

        monkeypatch.setattr(CourseEnrollment.objects, "bulk_create", create)

    return refuse


def test_a_batch_takes_the_same_number_of_queries_for_few_and_many(scene, admin):
    def queries(number):
        for _ in range(number):
            scene.learner()
        plan = draft(scene, admin)
        actions.confirm(plan.pk, admin)
        with CaptureQueriesContext(connection) as captured:
            assert run.work(plan.pk, worker="worker") == number
        return len(captured)

    queries(1)
    assert queries(2) == queries(12)


def test_of_a_batch_that_is_paused_nothing_is_done(scene, admin):
    scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)
    actions.pause(plan.pk, admin)
    assert run.work(plan.pk, worker="worker") == 0
    assert not CourseEnrollment.objects.exists()


# --- Two at the same time --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_two_workers_realize_the_same_learners_once(_round):
    scene, admin = Scene(), factories.admin_user()
    users = [scene.learner().user_id for _ in range(5)]

    def once(user_ids):
        return lambda: realize(intention=scene.intention, content=scene.content(), user_ids=user_ids, actor=admin)

    answers = at_the_same_time(once(users), once(users[::-1]))
    for user_id in users:
        assert sorted(bool(answer[user_id]) for answer in answers) == [False, True], answers
    assert CourseEnrollment.objects.count() == DefaultRealization.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_plan_and_realize_each_learner_once(monkeypatch):
    monkeypatch.setattr(run, "QUEUE", replace(QUEUE, batch=3))
    scene, admin = Scene(), factories.admin_user()
    for _ in range(20):
        scene.learner()
    plan = draft(scene, admin)
    actions.confirm(plan.pk, admin)

    def worker(name):
        def work():
            while run.work(plan.pk, worker=f"{name} {uuid4()}"):
                pass

        return work

    at_the_same_time(worker("one"), worker("two"))
    plan.refresh_from_db()
    assert (plan.state, set(outcomes(plan).values())) == (State.DONE, {Item.DONE})
    assert CourseEnrollment.objects.count() == DefaultRealization.objects.count() == 20
    assert LicensedEnrollment.objects.count() == HistoricalRealization.objects.count() == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer: nobody gets in between")
def test_an_enrollment_that_the_lms_makes_meanwhile_is_found(monkeypatch):
    scene, admin = Scene(), factories.admin_user()
    learner, other = scene.learner(), scene.learner()
    real, calls = CourseEnrollment.objects.bulk_create, []

    def overtaken(rows):
        calls.append(rows)
        if len(calls) == 1:
            at_the_same_time(lambda: factories.EnrollmentFactory(user=learner.user, course_id=RUN, mode="verified"))
        return real(rows)

    monkeypatch.setattr(CourseEnrollment.objects, "bulk_create", overtaken)
    users = [learner.user_id, other.user_id]
    outcome = realize(intention=scene.intention, content=scene.content(), user_ids=users, actor=admin)
    assert outcome == dict.fromkeys(users, "")
    assert CourseEnrollment.objects.count() == DefaultRealization.objects.count() == 2
    assert connection.is_usable()
