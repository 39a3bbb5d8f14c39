"""Cohorts made, renamed, linked, deleted; and the settings of the run. Rules of course_groups in edx-platform."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import connection
from opaque_keys.edx.keys import CourseKey

from groups.cohorts import actions
from groups.cohorts.errors import CohortRefusedError, CohortStaleError, NoSuchCohortError
from groups.cohorts.links import content_groups
from groups.errors import GroupRefusedError
from groups.models import (
    BulkEmailCohortTarget,
    CohortContentGroup,
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)
from tests import factories
from tests.groups.states import RUN, import_content_groups, tracked

pytestmark = pytest.mark.django_db
OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")


@pytest.fixture
def actor():
    return factories.course_staff(RUN)


@pytest.fixture
def create(actor):
    def make(name="Alpha", assignment_type="manual", **more):
        return actions.create_cohort(course_key=RUN, name=name, assignment_type=assignment_type, actor=actor, **more)

    return make


@pytest.fixture
def change(actor):
    """Return a function that changes a cohort, leaving alone what is not named."""

    def make(cohort, **given):
        now = actions.state_of(CourseUserGroup.objects.get(pk=cohort.pk))
        values = {"name": now.name, "assignment_type": now.assignment_type, "link": now.link, **given}
        return actions.change_cohort(course_key=RUN, cohort_id=cohort.pk, actor=actor, **values)

    return make


def state(cohort):
    return actions.state_of(CourseUserGroup.objects.get(pk=cohort.pk))


# --- Create ----------------------------------------------------------------------------------


def test_a_new_cohort_has_both_rows(create):
    cohort = create("  Alpha ", "random")
    assert (cohort.name, cohort.group_type, cohort.course_id) == ("Alpha", "cohort", RUN)
    assert CourseCohort.objects.get(course_user_group=cohort).assignment_type == "random"
    assert LogEntry.objects.filter(object_id=str(cohort.pk)).count() == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "a name"), (" \t ", "a name"), ("x" * 256, "at most 255"), ("a\nb", "line breaks"), ("a\x00b", "control")],
)
def test_names_that_cannot_be(create, name, words):
    with pytest.raises(GroupRefusedError, match=words):
        create(name)
    assert not CourseUserGroup.objects.exists()


@pytest.mark.parametrize("name", ["Alpha", "alpha", " ALPHA "])
def test_a_name_is_taken_whatever_its_letter_case(create, name):
    create("Alpha")
    with pytest.raises(GroupRefusedError, match="There is a cohort with this name already"):
        create(name)


def test_accents_are_the_databases_decision(create):
    create("Alpha")
    if connection.vendor != "mysql":
        create("Álpha")
        return
    with pytest.raises(GroupRefusedError, match="letter case and accents make no difference"):
        create("Álpha")


def test_a_learner_group_has_the_name_too(create):
    factories.CohortFactory(name="Alpha", group_type="groups", course_id=RUN)
    with pytest.raises(GroupRefusedError, match="There is a learner group with this name already"):
        create("ALPHA")


def test_another_run_may_have_the_name(create):
    factories.CohortFactory(name="Alpha", course_id=OTHER)
    create("Alpha")


@pytest.mark.parametrize("kind", ["", "Random", "auto"])
def test_an_assignment_type_is_one_of_two(create, kind):
    with pytest.raises(CohortRefusedError, match="Choose how learners get into"):
        create("Alpha", kind)


def test_a_refused_link_leaves_no_cohort_behind(create):
    """The LMS answers 400 there and keeps the cohort that it has made."""
    import_content_groups(RUN, {100: {7: "Verified only"}})
    with pytest.raises(CohortRefusedError, match="no such content group"):
        create("Alpha", link=(100, 8))
    assert not CourseUserGroup.objects.exists()


# --- Rename, type, link ----------------------------------------------------------------------


def test_a_rename_that_changes_letter_case_only(create, change):
    cohort = create("alpha")
    change(cohort, name="ALPHA")
    assert state(cohort).name == "ALPHA"


def test_a_rename_to_a_name_that_is_taken_changes_nothing(create, change):
    create("Beta")
    cohort = create("Alpha")
    with pytest.raises(GroupRefusedError):
        change(cohort, name="beta", assignment_type="random", link=(1, 2))
    assert state(cohort) == actions.CohortState("Alpha", "manual", None)


def test_the_last_automatic_cohort_cannot_become_manual(create, change):
    first, second = create("A", "random"), create("B", "random")
    change(first, assignment_type="manual")
    with pytest.raises(CohortRefusedError, match="last automatic cohort"):
        change(second, assignment_type="manual")
    assert state(second).assignment_type == "random"


def test_a_manual_cohort_can_be_linked_where_no_cohort_is_automatic(create, change):
    cohort = create("A", "manual")
    change(cohort, link=(100, 7))
    assert state(cohort).link == (100, 7)


def test_a_missing_type_row_is_written(create, change):
    cohort = create("A")
    CourseCohort.objects.all().delete()
    assert state(cohort).assignment_type is None
    change(cohort, assignment_type="random")
    assert state(cohort).assignment_type == "random"


def test_links_are_made_changed_and_taken_away(create, change):
    import_content_groups(RUN, {100: {7: "Verified only", 0: "Everybody"}})
    cohort = create("A", link=(100, 7))
    row = CohortContentGroup.objects.get()
    assert None not in (row.created_at, row.updated_at)
    change(cohort, link=(100, 0))
    assert state(cohort).link == (100, 0)
    change(cohort, link=None)
    assert not CohortContentGroup.objects.exists()


def test_a_dangling_link_may_stay_but_not_be_made(create, change):
    import_content_groups(RUN, {100: {7: "Verified only"}, 200: {9: "Elsewhere"}}, scheme={200: "random"})
    cohort = factories.CohortFactory(course_id=RUN)
    factories.link(cohort, 100, 99)
    assert content_groups(RUN).dangles(100, 99)
    change(cohort, name="Renamed")
    assert state(cohort) == actions.CohortState("Renamed", "manual", (100, 99))
    for link in ((100, 98), (200, 9)):
        with pytest.raises(CohortRefusedError, match="no such content group"):
            change(cohort, link=link)


def test_without_imported_content_any_ids_can_be_typed(create):
    assert not content_groups(RUN).is_known
    create("A", link=(3, 2))
    for link in ((-1, 2), (3, 2**31)):
        with pytest.raises(CohortRefusedError, match="whole numbers"):
            create("B", link=link)


def test_a_form_that_was_overtaken_is_refused(create, change):
    cohort = create("A")
    seen = actions.fingerprint(state(cohort))
    change(cohort, seen=seen, link=(1, 2))
    with pytest.raises(CohortStaleError):
        change(cohort, seen=seen, name="B")
    assert state(cohort) == actions.CohortState("A", "manual", (1, 2))


def test_saving_without_a_change_is_no_entry_in_the_history(create, change):
    cohort = create("A")
    change(cohort)
    assert LogEntry.objects.filter(object_id=str(cohort.pk)).count() == 1


# --- Delete ----------------------------------------------------------------------------------


def test_a_deletion_takes_members_link_and_preassignments_along(create, actor):
    create("Other", "random")
    cohort = create("A", "random", link=(100, 7))
    learner = factories.LearnerFactory()
    factories.join_cohort(cohort, learner)
    factories.preassign(cohort, "late@example.com")
    preview = actions.deletion_preview(cohort)
    assert (preview.members, preview.preassignments, preview.refusal) == (1, 1, "")
    actions.delete_cohort(course_key=RUN, cohort_id=cohort.pk, actor=actor)
    assert [group.name for group in CourseUserGroup.objects.all()] == ["Other"]
    for model in (CohortMembership, GroupMember, CohortContentGroup, UnregisteredLearnerCohortAssignment):
        assert not model.objects.exists()
    assert CourseCohort.objects.count() == 1
    assert "1 members, 1 pre-assignments" in LogEntry.objects.get(action_flag=3).change_message


def test_the_last_automatic_cohort_cannot_be_deleted(create, actor):
    create("Manual")
    cohort = create("A", "random")
    with pytest.raises(CohortRefusedError, match="last automatic cohort"):
        actions.delete_cohort(course_key=RUN, cohort_id=cohort.pk, actor=actor)
    assert CourseUserGroup.objects.count() == 2


def test_a_cohort_that_bulk_emails_went_to_cannot_be_deleted(create, actor):
    cohort = create("A")
    BulkEmailCohortTarget.objects.create(target_ptr_id=5, cohort=cohort)
    with pytest.raises(CohortRefusedError, match="Bulk e-mails"):
        actions.delete_cohort(course_key=RUN, cohort_id=cohort.pk, actor=actor)
    assert CourseUserGroup.objects.exists()


# --- Who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [factories.LearnerFactory, factories.support, lambda: factories.course_staff(OTHER)])
def test_only_course_staff_of_the_run_change_anything(create, person):
    cohort, stranger = create("A"), person()
    values = {"name": "B", "assignment_type": "manual", "link": None}
    for act in (
        lambda: actions.create_cohort(course_key=RUN, name="B", assignment_type="manual", actor=stranger),
        lambda: actions.change_cohort(course_key=RUN, cohort_id=cohort.pk, actor=stranger, **values),
        lambda: actions.delete_cohort(course_key=RUN, cohort_id=cohort.pk, actor=stranger),
        lambda: actions.initialise(course_key=RUN, is_cohorted=True, actor=stranger),
        lambda: actions.set_cohorted(course_key=RUN, is_cohorted=True, actor=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_cohort_of_another_run_and_a_learner_group_are_not_found(actor):
    foreign = factories.CohortFactory(course_id=OTHER)
    group = factories.CohortFactory(course_id=RUN, group_type="groups")
    for cohort in (foreign, group):
        with pytest.raises(NoSuchCohortError):
            actions.delete_cohort(course_key=RUN, cohort_id=cohort.pk, actor=actor)


# --- Settings --------------------------------------------------------------------------------


def test_settings_are_written_as_the_lms_can_read_them(actor):
    """It parses `cohorted_discussions` without asking for NULL first."""
    actions.initialise(course_key=RUN, is_cohorted=True, actor=actor)
    row = CourseCohortsSettings.objects.get()
    assert (row.is_cohorted, json.loads(row.cohorted_discussions), row.always_cohort_inline_discussions) == (
        True,
        [],
        False,
    )


def test_settings_are_never_written_over(actor):
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True, cohorted_discussions='["topic"]')
    with pytest.raises(CohortStaleError):
        actions.initialise(course_key=RUN, is_cohorted=False, actor=actor)
    actions.set_cohorted(course_key=RUN, is_cohorted=False, actor=actor)
    row = CourseCohortsSettings.objects.get()
    assert (row.is_cohorted, row.cohorted_discussions) == (False, '["topic"]')


def test_a_run_that_the_lms_never_looked_at_is_not_switched_off(actor):
    with pytest.raises(CohortStaleError, match="not initialised"):
        actions.set_cohorted(course_key=RUN, is_cohorted=False, actor=actor)
    assert not CourseCohortsSettings.objects.exists()


def test_a_switch_that_somebody_else_made_is_refused(actor):
    actions.initialise(course_key=RUN, is_cohorted=True, actor=actor)
    with pytest.raises(CohortStaleError, match="on already"):
        actions.set_cohorted(course_key=RUN, is_cohorted=True, actor=actor)


def test_turning_cohorts_off_deletes_nothing(actor, create):
    actions.initialise(course_key=RUN, is_cohorted=True, actor=actor)
    factories.join_cohort(create("A"), factories.LearnerFactory())
    actions.set_cohorted(course_key=RUN, is_cohorted=False, actor=actor)
    assert CohortMembership.objects.count() == GroupMember.objects.count() == 1


# --- Tracking events -------------------------------------------------------------------------


def test_events_of_a_cohort(create, change, actor, caplog, django_capture_on_commit_callbacks):
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        cohort = create("A")
    fields = {"cohort_id": cohort.pk, "cohort_name": "A"}
    assert [(event["name"], event["event"]) for event in events] == [
        ("edx.cohort.created", fields),
        ("edx.cohort.creation_requested", fields),
    ]
    context = events[0]["context"]
    assert (context["course_id"], context["org_id"], context["user_id"]) == (str(RUN), "MineX", actor.pk)
    assert events[0]["username"] == actor.get_username()


def test_no_event_for_rename_type_and_link(create, change, caplog, django_capture_on_commit_callbacks):
    cohort = create("A")
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        change(cohort, name="B", assignment_type="random", link=(1, 2))
    assert events == []


def test_a_deletion_removes_each_member(create, actor, caplog, django_capture_on_commit_callbacks):
    cohort = create("A")
    learners = [factories.LearnerFactory(), factories.LearnerFactory()]
    for learner in learners:
        factories.join_cohort(cohort, learner)
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        actions.delete_cohort(course_key=RUN, cohort_id=cohort.pk, actor=actor)
    assert [(event["name"], event["event"]["user_id"]) for event in events] == [
        ("edx.cohort.user_removed", learner.pk) for learner in learners
    ]
