"""Learner groups: many for each learner or exclusive, with instructors, and links of their own."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from opaque_keys.edx.keys import CourseKey

from groups.cohorts.people import Outcome
from groups.errors import GroupRefusedError
from groups.learner_groups import actions, members
from groups.learner_groups.actions import Details, details_of, fingerprint
from groups.learner_groups.errors import (
    LearnerGroupRefusedError,
    LearnerGroupStaleError,
    NoSuchLearnerGroupError,
)
from groups.models import (
    CohortContentGroup,
    CourseContent,
    CourseUserGroup,
    ExclusiveMembership,
    ExclusiveSet,
    GroupMember,
    LearnerGroup,
    LearnerGroupLink,
    PartitionGroup,
    UserPartition,
)
from groups.rules import Permission
from tests import factories
from tests.factories import days_ago
from tests.resets.test_concurrency import at_the_same_time

pytestmark = pytest.mark.django_db
RUN, OTHER_RUN = (CourseKey.from_string(f"course-v1:{name}+2026") for name in ("MineX+M1", "OtherX+O1"))


@pytest.fixture
def instructor():
    return factories.course_staff(RUN)


@pytest.fixture
def make(instructor):
    """Return a function that makes a learner group."""

    def make(name="Lab A", **details):
        return actions.create(course_key=RUN, details=Details(name, **details), actor=instructor)

    return make


def add(group, *people, actor):
    texts = [person if isinstance(person, str) else person.username for person in people]
    return members.add(course_key=RUN, group_id=group.pk, texts=texts, actor=actor)


def people_in(group):
    return set(GroupMember.objects.filter(courseusergroup=group).values_list("user", flat=True))


# --- The group -------------------------------------------------------------------------------


def test_a_group_is_one_that_stock_open_edx_ignores(make, instructor):
    helper = factories.LearnerFactory(username="helper")
    group = make("  Lab A ", description="Mondays", instructors=("helper",))
    assert (group.name, group.group_type) == ("Lab A", "groups")
    assert details_of(group) == Details("Lab A", "Mondays", "", ("helper",))
    assert LearnerGroup.objects.get().created_by == instructor
    assert helper.has_perm(Permission.INSTRUCT, group)
    assert LogEntry.objects.filter(object_id=group.pk).exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "line\nbreak"])
def test_names_that_are_none_are_refused(make, name):
    with pytest.raises(GroupRefusedError):
        make(name)
    assert not CourseUserGroup.objects.exists()


@pytest.mark.parametrize("name", ["Lab A", "LAB a", "Lab A "])
def test_a_name_is_unique_across_cohorts_and_learner_groups(make, name):
    factories.CohortFactory(name="Lab A", course_id=RUN)
    with pytest.raises(GroupRefusedError, match="cohort with this name"):
        make(name)


def test_letter_case_alone_can_be_changed(make, instructor):
    group = make("lab a")
    actions.change(course_key=RUN, group_id=group.pk, details=Details("LAB A"), actor=instructor)
    assert CourseUserGroup.objects.get().name == "LAB A"


def test_unknown_instructors_and_long_descriptions_are_refused_and_nothing_is_made(make):
    with pytest.raises(LearnerGroupRefusedError, match="No account has this username: nobody"):
        make(instructors=("nobody",))
    with pytest.raises(LearnerGroupRefusedError, match="at most 500"):
        make(description="x" * 501)
    assert not CourseUserGroup.objects.exists()


def test_a_change_on_what_somebody_else_has_changed_is_refused(make, instructor):
    group = make()
    seen = fingerprint(details_of(group))
    actions.change(course_key=RUN, group_id=group.pk, details=Details("Lab B"), actor=instructor, seen=seen)
    with pytest.raises(LearnerGroupStaleError):
        actions.change(course_key=RUN, group_id=group.pk, details=Details("Lab C"), actor=instructor, seen=seen)
    assert CourseUserGroup.objects.get().name == "Lab B"


def test_deleting_takes_members_links_and_instructors_along(make, instructor):
    group = make(exclusive_set="Labs", instructors=(factories.LearnerFactory().username,))
    add(group, factories.LearnerFactory(), actor=instructor)
    actions.delete(course_key=RUN, group_id=group.pk, actor=instructor)
    for model in (CourseUserGroup, GroupMember, LearnerGroup, ExclusiveMembership, ExclusiveSet):
        assert not model.objects.exists()


def test_cohorts_and_groups_of_other_runs_are_not_found(instructor):
    cohort = factories.CohortFactory(course_id=RUN)
    elsewhere = actions.create(course_key=OTHER_RUN, details=Details("Lab"), actor=factories.course_staff(OTHER_RUN))
    for group in (cohort, elsewhere):
        with pytest.raises(NoSuchLearnerGroupError):
            actions.delete(course_key=RUN, group_id=group.pk, actor=instructor)
        with pytest.raises(NoSuchLearnerGroupError):
            add(group, "anna", actor=instructor)


# --- Members ---------------------------------------------------------------------------------


def test_a_learner_can_be_in_many_groups_and_be_added_again(make, instructor):
    learner = factories.LearnerFactory()
    one, two = make("One"), make("Two")
    assert [row.outcome for row in add(one, learner, actor=instructor)] == [Outcome.ADDED]
    assert [row.outcome for row in add(one, learner, learner.email, actor=instructor)] == [Outcome.PRESENT]
    assert [row.outcome for row in add(two, learner, actor=instructor)] == [Outcome.ADDED]
    assert people_in(one) == people_in(two) == {learner.pk}


def test_in_an_exclusive_set_joining_moves(make, instructor):
    learner = factories.LearnerFactory()
    one, two = make("One", exclusive_set="Labs"), make("Two", exclusive_set="labs")
    add(one, learner, actor=instructor)
    [row] = add(two, learner, actor=instructor)
    assert (row.outcome, row.previous) == (Outcome.CHANGED, "One")
    assert (people_in(one), people_in(two)) == (set(), {learner.pk})
    assert ExclusiveSet.objects.count() == ExclusiveMembership.objects.count() == 1


def test_what_means_nobody_is_said_and_stored_nowhere(make, instructor):
    retired = factories.LearnerFactory(username="retired__user_1")
    rows = add(make(), "nobody", "soon@example.com", "no@address@", retired, actor=instructor)
    outcomes = [row.outcome for row in rows]
    assert outcomes == [Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.INVALID, Outcome.NOT_ALLOWED]
    assert all(row.reason for row in rows)
    assert not GroupMember.objects.exists()


def test_removing_can_be_repeated(make, instructor):
    learner, group = factories.LearnerFactory(), make(exclusive_set="Labs")
    add(group, learner, actor=instructor)
    counts = [
        members.remove(course_key=RUN, group_id=group.pk, learner_ids=[learner.pk], actor=instructor) for _ in range(2)
    ]
    assert counts == [1, 0]
    assert not ExclusiveMembership.objects.exists()


def test_a_group_joins_a_set_only_when_its_members_are_in_no_other_group_of_it(make, instructor):
    learner = factories.LearnerFactory()
    one, two = make("One", exclusive_set="Labs"), make("Two")
    for group in (one, two):
        add(group, learner, actor=instructor)
    with pytest.raises(LearnerGroupRefusedError, match="1 of its members"):
        actions.change(course_key=RUN, group_id=two.pk, details=Details("Two", exclusive_set="Labs"), actor=instructor)
    members.remove(course_key=RUN, group_id=one.pk, learner_ids=[learner.pk], actor=instructor)
    actions.change(course_key=RUN, group_id=two.pk, details=Details("Two", exclusive_set="Labs"), actor=instructor)
    assert ExclusiveMembership.objects.get().group_id == two.pk
    actions.change(course_key=RUN, group_id=two.pk, details=Details("Two"), actor=instructor)
    assert not ExclusiveMembership.objects.exists()
    assert people_in(two) == {learner.pk}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(10))
def test_two_who_add_to_an_exclusive_set_at_once_leave_a_learner_in_one_group(_round):
    actor, learner = factories.course_staff(RUN), factories.LearnerFactory()
    groups = [
        actions.create(course_key=RUN, details=Details(name, exclusive_set="Labs"), actor=actor)
        for name in ("One", "Two")
    ]
    answers = at_the_same_time(*[lambda group=group: add(group, learner, actor=actor) for group in groups])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert len([group for group in groups if learner.pk in people_in(group)]) == 1
    assert ExclusiveMembership.objects.count() == 1


# --- Who may ---------------------------------------------------------------------------------


def test_an_instructor_of_a_group_manages_its_members_and_nothing_else(make):
    helper, learner = factories.LearnerFactory(username="helper"), factories.LearnerFactory()
    own, other = make("Own", instructors=("helper",)), make("Other")
    add(own, learner, actor=helper)
    assert members.remove(course_key=RUN, group_id=own.pk, learner_ids=[learner.pk], actor=helper) == 1
    with pytest.raises(PermissionDenied):
        add(other, learner, actor=helper)
    for act in (
        lambda: actions.change(course_key=RUN, group_id=own.pk, details=Details("Mine"), actor=helper),
        lambda: actions.delete(course_key=RUN, group_id=own.pk, actor=helper),
        lambda: actions.set_links(course_key=RUN, group_id=own.pk, links=[], actor=helper),
        lambda: actions.create(course_key=RUN, details=Details("New"), actor=helper),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_support_and_staff_of_other_runs_change_nothing(make):
    group = make()
    for person in (factories.support(), factories.course_staff(OTHER_RUN), factories.LearnerFactory()):
        with pytest.raises(PermissionDenied):
            add(group, "anna", actor=person)
        with pytest.raises(PermissionDenied):
            actions.delete(course_key=RUN, group_id=group.pk, actor=person)


def test_an_instructor_of_a_group_may_use_the_console_while_active(make):
    helper = factories.LearnerFactory(username="helper")
    assert not helper.has_perm("lectern.use_console")
    make(instructors=("helper",))
    assert helper.has_perm("lectern.use_console")
    helper.is_active = False
    assert not helper.has_perm("lectern.use_console")


# --- Links -----------------------------------------------------------------------------------


@pytest.fixture
def content():
    """Make a partition 100 with content groups 1 and 2."""
    course = CourseContent.objects.create(course_id=RUN, imported_at=days_ago(1))
    partition = UserPartition.objects.create(
        course=course, partition_id=100, name="Content groups", scheme="cohort", position=0
    )
    for number in (1, 2):
        PartitionGroup.objects.create(partition=partition, group_id=number, name=f"Group {number}", position=number)


def links_of(group):
    rows = LearnerGroupLink.objects.filter(group=group.pk).order_by("group_id_in_partition")
    return list(rows.values_list("partition_id", "group_id_in_partition"))


def set_links(group, *links, actor):
    actions.set_links(course_key=RUN, group_id=group.pk, links=links, actor=actor)


def test_links_stay_out_of_the_platforms_table(make, instructor, content):
    group = make()
    set_links(group, (100, 1), (100, 2), actor=instructor)
    set_links(group, (100, 2), actor=instructor)
    assert links_of(group) == [(100, 2)]
    assert not CohortContentGroup.objects.exists()


def test_a_content_group_that_the_course_lacks_is_refused(make, instructor, content):
    group = make()
    with pytest.raises(LearnerGroupRefusedError, match="no such content group"):
        set_links(group, (100, 1), (100, 3), actor=instructor)
    assert links_of(group) == []


def test_a_dangling_link_may_stay_and_can_be_removed(make, instructor, content):
    group = make()
    set_links(group, (100, 1), (100, 2), actor=instructor)
    PartitionGroup.objects.filter(group_id=2).delete()
    set_links(group, (100, 1), (100, 2), actor=instructor)
    assert links_of(group) == [(100, 1), (100, 2)]
    set_links(group, (100, 1), actor=instructor)
    assert links_of(group) == [(100, 1)]
