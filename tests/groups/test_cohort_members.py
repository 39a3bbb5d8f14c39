"""Members of cohorts: both tables together, outcomes of adding by text, automatic assignment, repair."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from opaque_keys.edx.keys import CourseKey

from groups.cohorts import drift, members, people
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
from tests.groups.states import RUN, cohort_of, tracked

pytestmark = pytest.mark.django_db
OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")


@pytest.fixture
def actor():
    return factories.course_staff(RUN)


@pytest.fixture
def alpha():
    return factories.CohortFactory(name="Alpha", course_id=RUN)


@pytest.fixture
def beta():
    return factories.CohortFactory(name="Beta", course_id=RUN)


@pytest.fixture
def add(actor, alpha):
    def into(*texts, cohort=alpha):
        return members.add_learners(course_key=RUN, cohort_id=cohort.pk, texts=texts, actor=actor)

    return into


def outcomes(added):
    return [(one.typed, one.outcome.value) for one in added]


# --- Adding by text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("anna, ben\r\ncarl;dora\temil  fritz", ["anna", "ben", "carl", "dora", "emil", "fritz"]),
        (" ,, \n\n", []),
        ("li na\nanna ben", ["li na", "anna", "ben"]),
    ],
)
def test_pasted_text_is_split_as_in_the_lms_but_for_usernames_with_spaces(text, pieces):
    factories.LearnerFactory(username="li na")
    assert people.split(text) == pieces


def test_every_outcome_of_adding(add, alpha, beta):
    anna, ben, carl = (factories.LearnerFactory(username=name) for name in ("anna", "ben", "carl"))
    factories.join_cohort(beta, ben)
    factories.join_cohort(alpha, carl)
    factories.LearnerFactory(username="retired__user_1234")
    added = add("anna", "BEN@example.com", "carl", "ghost", "new@example.com", "no@address@", "retired__user_1234")
    assert outcomes(added) == [
        ("anna", "added"),
        ("BEN@example.com", "changed"),
        ("carl", "present"),
        ("ghost", "unknown"),
        ("new@example.com", "preassigned"),
        ("no@address@", "invalid"),
        ("retired__user_1234", "not_allowed"),
    ]
    assert (added[1].username, added[1].previous) == ("ben", "Beta")
    assert all(one.reason for one in added[3:4] + added[5:])
    assert [cohort_of(learner) for learner in (anna, ben, carl)] == [alpha.pk] * 3
    assert UnregisteredLearnerCohortAssignment.objects.get().email == "new@example.com"


def test_a_move_keeps_the_row_of_the_membership(add, alpha, beta):
    learner = factories.LearnerFactory(username="anna")
    row = factories.join_cohort(beta, learner)
    add("anna")
    assert CohortMembership.objects.get().pk == row.pk
    assert cohort_of(learner) == alpha.pk


def test_who_is_named_twice_counts_once(add):
    factories.LearnerFactory(username="anna")
    assert outcomes(add("anna", "anna@example.com", "new@x.org", "NEW@x.org", "ghost")) == [
        ("anna", "added"),
        ("new@x.org", "preassigned"),
        ("ghost", "unknown"),
    ]


def test_an_address_of_several_accounts_is_not_guessed(add):
    factories.LearnerFactory(email="same@example.com")
    try:
        with transaction.atomic():
            factories.LearnerFactory(email="SAME@example.com")
    except IntegrityError:
        assert connection.vendor != "postgresql", "its unique key minds letter case"
        return
    (one,) = add("same@example.com")
    assert one.outcome == "unknown"
    assert "2 accounts" in one.reason
    assert not CohortMembership.objects.exists()


def test_a_username_that_is_somebody_elses_address_is_the_username(add, alpha):
    """The LMS fails there: its one query finds two accounts."""
    named = factories.LearnerFactory(username="j@ne.org", email="other@example.com")
    factories.LearnerFactory(username="jane", email="j@ne.org")
    add("j@ne.org")
    assert cohort_of(named) == alpha.pk
    assert CohortMembership.objects.count() == 1


def test_nobody_needs_to_be_enrolled(add, alpha):
    learner = factories.LearnerFactory(username="anna")
    add("anna")
    assert cohort_of(learner) == alpha.pk


def test_a_preassignment_is_repointed_and_stays_one(add, alpha, beta):
    add("New@Example.com")
    add("new@example.com", cohort=beta)
    assert UnregisteredLearnerCohortAssignment.objects.get().course_user_group == beta


def test_more_than_a_thousand_are_refused_whole(add):
    with pytest.raises(CohortRefusedError, match="Upload a CSV"):
        add(*[f"learner{number}" for number in range(1001)])


def test_what_was_done_is_in_the_history_of_the_cohort(add, alpha):
    factories.LearnerFactory(username="anna")
    add("anna", "ghost", "new@x.org")
    assert LogEntry.objects.get(object_id=str(alpha.pk)).change_message == "Added to the cohort: anna, new@x.org"


# --- Move, remove ----------------------------------------------------------------------------


def test_moving_takes_only_people_of_this_course(actor, alpha, beta):
    member, enrolled, stranger = factories.LearnerFactory.create_batch(3)
    factories.join_cohort(beta, member)
    factories.EnrollmentFactory(user=enrolled, course_id=RUN)
    ids = [member.pk, enrolled.pk, stranger.pk]
    placed = members.move(course_key=RUN, cohort_id=alpha.pk, learner_ids=ids, actor=actor)
    assert {pk: place.outcome.value for pk, place in placed.items()} == {member.pk: "changed", enrolled.pk: "added"}
    assert cohort_of(stranger) is None


def test_removing_goes_by_the_cohort_that_was_named(actor, alpha, beta):
    """The LMS removes whoever it is from whatever cohort they have."""
    learner = factories.LearnerFactory()
    factories.join_cohort(beta, learner)
    take_out = {"course_key": RUN, "learner_ids": [learner.pk], "actor": actor}
    assert members.remove(cohort_id=alpha.pk, **take_out) == 0
    assert cohort_of(learner) == beta.pk
    assert members.remove(cohort_id=beta.pk, **take_out) == 1
    assert cohort_of(learner) is None


def test_preassignments_are_removed_from_their_own_cohort_only(actor, alpha, beta):
    row = factories.preassign(beta, "a@example.com")
    forget = {"course_key": RUN, "ids": [row.pk], "actor": actor}
    assert members.remove_preassignments(cohort_id=alpha.pk, **forget) == 0
    assert members.remove_preassignments(cohort_id=beta.pk, **forget) == 1
    assert not UnregisteredLearnerCohortAssignment.objects.exists()


@pytest.mark.parametrize("person", [factories.LearnerFactory, factories.support, lambda: factories.course_staff(OTHER)])
def test_only_course_staff_of_the_run_change_members(alpha, person):
    stranger, learner = person(), factories.LearnerFactory()
    for act in (
        lambda: members.add_learners(course_key=RUN, cohort_id=alpha.pk, texts=["x"], actor=stranger),
        lambda: members.move(course_key=RUN, cohort_id=alpha.pk, learner_ids=[learner.pk], actor=stranger),
        lambda: members.remove(course_key=RUN, cohort_id=alpha.pk, learner_ids=[learner.pk], actor=stranger),
        lambda: members.remove_preassignments(course_key=RUN, cohort_id=alpha.pk, ids=[1], actor=stranger),
        lambda: members.assign_automatically(course_key=RUN, learner_ids=[learner.pk], actor=stranger),
        lambda: drift.repair(course_key=RUN, actor=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_cohort_of_another_course_is_not_found_though_one_manages_both(alpha):
    actor = factories.admin_user()
    for act in (
        lambda: members.add_learners(course_key=OTHER, cohort_id=alpha.pk, texts=["x"], actor=actor),
        lambda: members.move(course_key=OTHER, cohort_id=alpha.pk, learner_ids=[1], actor=actor),
    ):
        with pytest.raises(NoSuchCohortError):
            act()


# --- Automatic assignment --------------------------------------------------------------------


@pytest.fixture
def cohorted():
    return CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)


@pytest.fixture
def assign(actor, cohorted):
    def one(learner):
        ids = [learner.pk]
        return members.assign_automatically(course_key=RUN, learner_ids=ids, actor=actor)[learner.pk]

    return one


def test_a_learner_is_drawn_among_the_automatic_cohorts(assign, alpha):
    automatic = {factories.CohortFactory(course_id=RUN, assignment_type="random").pk for _ in range(3)}
    drawn = set()
    for learner in factories.LearnerFactory.create_batch(40):
        placed = assign(learner)
        assert placed.outcome == "added"
        assert cohort_of(learner) == placed.cohort.pk
        drawn.add(placed.cohort.pk)
    assert drawn == automatic, "all three are drawn among 40 draws"


def test_the_default_cohort_is_made_when_none_is_automatic(assign, alpha):
    first, second = factories.LearnerFactory.create_batch(2)
    made = assign(first).cohort
    assert (made.name, CourseCohort.objects.get(course_user_group=made).assignment_type) == ("Default Group", "random")
    assert assign(second).cohort == made


def test_a_manual_cohort_with_the_default_name_is_in_the_way(assign):
    factories.CohortFactory(name="Default Group", course_id=RUN)
    with pytest.raises(CohortRefusedError, match="Make one cohort automatic"):
        assign(factories.LearnerFactory())


def test_a_preassignment_goes_first_and_is_used_up(assign, alpha):
    factories.CohortFactory(course_id=RUN, assignment_type="random")
    factories.preassign(alpha, "Late@Example.com")
    learner = factories.LearnerFactory(email="late@example.com")
    assert assign(learner).cohort == alpha
    assert not UnregisteredLearnerCohortAssignment.objects.exists()


def test_whoever_has_a_cohort_stays_and_uses_no_preassignment_up(assign, alpha, beta):
    learner = factories.LearnerFactory(email="late@example.com")
    factories.join_cohort(beta, learner)
    factories.preassign(alpha, "late@example.com")
    assert assign(learner).outcome == "present"
    assert cohort_of(learner) == beta.pk
    assert UnregisteredLearnerCohortAssignment.objects.exists()


def test_an_account_without_an_address_uses_no_preassignment_up(assign, alpha):
    factories.preassign(alpha, "")
    assert assign(factories.LearnerFactory(email="")).cohort != alpha


def test_nobody_is_assigned_where_cohorts_are_off(actor):
    with pytest.raises(CohortRefusedError, match="Cohorts are off"):
        members.assign_automatically(course_key=RUN, learner_ids=[actor.pk], actor=actor)
    assert not CohortMembership.objects.exists()


# --- Drift -----------------------------------------------------------------------------------


def join(cohort, learner, *, membership, member):
    if membership:
        CohortMembership.objects.create(course_user_group=cohort, user=learner, course_id=RUN)
    if member:
        GroupMember.objects.create(courseusergroup=cohort, user=learner)


def test_agreement_is_no_drift(alpha):
    factories.join_cohort(alpha, factories.LearnerFactory())
    group = factories.CohortFactory(course_id=RUN, group_type="groups")
    GroupMember.objects.create(courseusergroup=group, user=factories.LearnerFactory())
    assert drift.count(RUN) == 0
    assert drift.find(RUN) == []


def test_the_member_row_is_right(actor, alpha, beta):
    """Each kind of drift, mended as the LMS's `post_cohort_membership_fix` does it."""
    dropped, added, followed, twice, both = factories.LearnerFactory.create_batch(5)
    join(alpha, dropped, membership=True, member=False)
    join(alpha, added, membership=False, member=True)
    join(alpha, followed, membership=True, member=False)
    join(beta, followed, membership=False, member=True)
    join(alpha, twice, membership=True, member=True)
    join(beta, twice, membership=False, member=True)
    join(alpha, both, membership=False, member=True)
    join(beta, both, membership=False, member=True)
    assert drift.count(RUN) == 7
    assert drift.repair(course_key=RUN, actor=actor) == 5
    assert drift.count(RUN) == 0
    assert [cohort_of(learner) for learner in (dropped, added, followed, twice, both)] == [
        None,
        alpha.pk,
        beta.pk,
        alpha.pk,
        alpha.pk,
    ]
    assert drift.repair(course_key=RUN, actor=actor) == 0


def test_adding_mends_what_it_touches(add, alpha, beta):
    learner = factories.LearnerFactory(username="anna")
    join(alpha, learner, membership=True, member=False)
    join(beta, learner, membership=False, member=True)
    assert outcomes(add("anna")) == [("anna", "present")]
    assert cohort_of(learner) == alpha.pk


def test_automatic_assignment_follows_a_member_row(assign, alpha):
    learner = factories.LearnerFactory()
    join(alpha, learner, membership=False, member=True)
    assert assign(learner).cohort == alpha


def test_the_repair_of_another_course_touches_nothing_here(alpha):
    join(alpha, factories.LearnerFactory(), membership=True, member=False)
    assert drift.repair(course_key=OTHER, actor=factories.admin_user()) == 0
    assert drift.count(RUN) == 1


# --- Tracking events -------------------------------------------------------------------------


def named(events):
    return [(event["name"].removeprefix("edx.cohort."), event["event"]) for event in events]


def test_events_of_a_move_in_their_order(add, alpha, beta, caplog, django_capture_on_commit_callbacks):
    learner = factories.LearnerFactory(username="anna")
    factories.join_cohort(beta, learner)
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        add("anna")
    assert named(events) == [
        ("user_removed", {"cohort_id": beta.pk, "cohort_name": "Beta", "user_id": learner.pk}),
        ("user_added", {"cohort_id": alpha.pk, "cohort_name": "Alpha", "user_id": learner.pk}),
        (
            "user_add_requested",
            {
                "user_id": learner.pk,
                "cohort_id": alpha.pk,
                "cohort_name": "Alpha",
                "previous_cohort_id": beta.pk,
                "previous_cohort_name": "Beta",
            },
        ),
    ]


def test_events_of_adding_present_and_preassigning(add, alpha, caplog, django_capture_on_commit_callbacks):
    anna = factories.LearnerFactory(username="anna")
    factories.join_cohort(alpha, factories.LearnerFactory(username="ben"))
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        add("anna", "ben", "new@x.org", "ghost")
    assert [name for name, _ in named(events)] == ["user_added", "user_add_requested", "email_address_preassigned"]
    assert named(events)[1][1]["previous_cohort_id"] is None
    assert named(events)[1][1]["user_id"] == anna.pk
    assert named(events)[2][1] == {"user_email": "new@x.org", "cohort_id": alpha.pk, "cohort_name": "Alpha"}


def test_events_of_the_first_automatic_assignment(assign, caplog, django_capture_on_commit_callbacks):
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        assign(factories.LearnerFactory())
    assert [name for name, _ in named(events)] == ["created", "user_added", "user_add_requested"]


def test_a_removal_is_told_once(actor, alpha, caplog, django_capture_on_commit_callbacks):
    learner = factories.LearnerFactory()
    factories.join_cohort(alpha, learner)
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        members.remove(course_key=RUN, cohort_id=alpha.pk, learner_ids=[learner.pk], actor=actor)
    assert named(events) == [("user_removed", {"cohort_id": alpha.pk, "cohort_name": "Alpha", "user_id": learner.pk})]


def test_learner_groups_are_not_cohorts(alpha):
    assert list(CourseUserGroup.objects.cohorts()) == [alpha]
