"""Several workers and agents at one bulk reset: every learner is reset once. Real connections and threads."""

import pytest
from django.contrib.auth import get_user_model

from resets import sweeper
from resets.bulk import actions, run
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.parse import Line
from resets.bulk.plan import make_draft
from resets.models import CourseResetAudit
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
    assert [type(answer).__name__ for answer in answers].count("ResetRefusedError") == 1


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
    assert outcomes(bulk) == [Item.DONE, Item.DONE, Item.FAILED, *[Item.DONE] * 21]
    assert bulk.state == State.DONE
