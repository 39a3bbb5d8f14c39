"""Several people, requests and workers at the same learners: one cohort each, in both tables. Real connections."""

from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from groups.cohorts import actions, members
from groups.cohorts.bulk import actions as bulk_actions
from groups.cohorts.bulk import run
from groups.cohorts.bulk.parse import Row
from groups.cohorts.bulk.plan import make_upload
from groups.cohorts.errors import CohortRefusedError, NoSuchCohortError
from groups.models import (
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)
from tests import factories
from tests.groups.states import RUN, cohort_of
from tests.resets.test_concurrency import at_the_same_time

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=range(4))
def actor(request):
    """Course staff of a run whose cohorts are on; each test is played four times."""
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    return factories.course_staff(RUN, username="actor")


def person(actor):
    """Return the actor as another request reads them."""
    return get_user_model().objects.get(pk=actor.pk)


def cohort(name="", assignment_type="manual"):
    more = {"name": name} if name else {}
    return factories.CohortFactory(course_id=RUN, assignment_type=assignment_type, **more)


def assign(learners, actor):
    ids = [learner.pk for learner in learners]
    placed = members.assign_automatically(course_key=RUN, learner_ids=ids, actor=person(actor))
    return {pk: place.cohort.pk for pk, place in placed.items()}


def everybody_is_in_one(learners):
    assert CohortMembership.objects.count() == GroupMember.objects.count() == len(learners)
    assert all(cohort_of(learner) for learner in learners)


def test_first_visits_at_the_same_time_end_in_one_cohort(actor):
    """In the LMS the second visit draws another cohort and moves the learner."""
    for number in range(5):
        cohort(f"Automatic {number}", "random")
    learners = factories.LearnerFactory.create_batch(10)
    answers = at_the_same_time(*[lambda: assign(learners, actor)] * 4)
    everybody_is_in_one(learners)
    where = {learner.pk: cohort_of(learner) for learner in learners}
    assert answers == [where] * 4, "everybody was told the same"


def test_first_visits_make_one_default_cohort(actor):
    learners = factories.LearnerFactory.create_batch(6)
    answers = at_the_same_time(*[lambda learner=learner: assign([learner], actor) for learner in learners])
    assert [group.name for group in CourseUserGroup.objects.all()] == ["Default Group"], answers
    assert CourseCohort.objects.count() == 1
    everybody_is_in_one(learners)


def test_a_preassignment_is_not_lost_to_a_second_visit(actor):
    promised = cohort("Promised")
    cohort("Automatic", "random")
    factories.preassign(promised, "late@example.com")
    learner = factories.LearnerFactory(email="late@example.com")
    at_the_same_time(*[lambda: assign([learner], actor)] * 4)
    assert cohort_of(learner) == promised.pk
    assert not UnregisteredLearnerCohortAssignment.objects.exists()


def test_two_instructors_put_the_same_learners_into_different_cohorts(actor):
    first, second = cohort("First"), cohort("Second")
    learners = factories.LearnerFactory.create_batch(8)
    names = [learner.username for learner in learners]

    def add(target, texts):
        return members.add_learners(course_key=RUN, cohort_id=target.pk, texts=texts, actor=person(actor))

    answers = at_the_same_time(lambda: add(first, names), lambda: add(second, names[::-1]))
    assert all(isinstance(answer, list) for answer in answers), answers
    everybody_is_in_one(learners)
    # Whoever came last moved all of them.
    assert len({cohort_of(learner) for learner in learners}) == 1


def test_the_same_address_is_preassigned_twice(actor):
    first, second = cohort("First"), cohort("Second")

    def add(target):
        return members.add_learners(course_key=RUN, cohort_id=target.pk, texts=["a@x.org"], actor=person(actor))

    answers = at_the_same_time(lambda: add(first), lambda: add(second))
    assert all(isinstance(answer, list) for answer in answers), answers
    assert UnregisteredLearnerCohortAssignment.objects.count() == 1


def test_of_two_automatic_cohorts_one_stays_automatic(actor):
    both = [cohort(name, "random") for name in ("A", "B")]

    def make_manual(one):
        return actions.change_cohort(
            course_key=RUN,
            cohort_id=one.pk,
            name=one.name,
            assignment_type="manual",
            link=None,
            actor=person(actor),
        )

    answers = at_the_same_time(*[lambda one=one: make_manual(one) for one in both])
    assert [type(answer) for answer in answers].count(CohortRefusedError) == 1, answers
    assert CourseCohort.objects.filter(assignment_type="random").count() == 1


def test_a_cohort_is_deleted_while_learners_are_added(actor):
    target = cohort("Target")
    learners = factories.LearnerFactory.create_batch(5)
    names = [learner.username for learner in learners]
    answers = at_the_same_time(
        lambda: members.add_learners(course_key=RUN, cohort_id=target.pk, texts=names, actor=person(actor)),
        lambda: actions.delete_cohort(course_key=RUN, cohort_id=target.pk, actor=person(actor)),
    )
    assert answers[1] is None, answers
    assert isinstance(answers[0], (list, NoSuchCohortError)), answers
    for model in (CourseUserGroup, CourseCohort, CohortMembership, GroupMember):
        assert not model.objects.exists()


def test_one_name_is_given_once(actor):
    def create():
        return actions.create_cohort(course_key=RUN, name="Same", assignment_type="manual", actor=person(actor))

    at_the_same_time(create, create, create)
    assert CourseUserGroup.objects.count() == CourseCohort.objects.count() == 1


def test_two_workers_share_an_upload_while_visits_go_on(actor, monkeypatch):
    monkeypatch.setattr(run, "QUEUE", replace(run.QUEUE, batch=5))
    target = cohort("Target")
    cohort("Automatic", "random")
    learners = factories.LearnerFactory.create_batch(20)
    rows = [Row(number, target.name, learner.username) for number, learner in enumerate(learners, 2)]
    bulk = make_upload(course_key=RUN, rows=rows, source="", actor=actor)
    bulk_actions.confirm(bulk_id=bulk.pk, actor=actor)

    def work(name):
        while run.work(bulk.pk, worker=name):
            pass

    answers = at_the_same_time(lambda: work("a"), lambda: work("b"), lambda: assign(learners, actor))
    work("c")
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert set(bulk.items.values_list("state", flat=True)) == {"done"}
    everybody_is_in_one(learners)
    assert {cohort_of(learner) for learner in learners} == {target.pk}


@pytest.fixture
def plugin():
    """A table that Lectern does not know points at cohorts."""
    target = "course_groups_courseusergroup"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE plugin_club (cohort_id int NOT NULL, FOREIGN KEY (cohort_id) REFERENCES {target}(id))"
        )
        yield cursor
        cursor.execute("DROP TABLE plugin_club")


def test_a_cohort_that_a_plugin_points_at_is_kept_whole(plugin):
    actor, target = factories.course_staff(RUN), cohort("Target")
    learner = factories.LearnerFactory()
    factories.join_cohort(target, learner)
    plugin.execute("INSERT INTO plugin_club (cohort_id) VALUES (%s)", [target.pk])
    with pytest.raises(CohortRefusedError, match="Another table of the LMS points at this cohort"):
        actions.delete_cohort(course_key=RUN, cohort_id=target.pk, actor=actor)
    assert cohort_of(learner) == target.pk
    assert CourseCohort.objects.count() == 1
