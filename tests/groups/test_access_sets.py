"""Effective sets: in which groups a learner is, through what, and what contributes nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from groups.access import course as facts
from groups.access import sets
from groups.models import CohortMembership, UserCourseTag
from tests import factories
from tests.groups.made_course import KEY, MadeCourse

pytestmark = pytest.mark.django_db
AB = {1: "A", 2: "B"}


@pytest.fixture
def learner():
    return factories.LearnerFactory(username="anna")


@pytest.fixture
def run():
    course = MadeCourse()
    course.partition(100, groups=AB)
    return course


def groups(run, learner, partition=100):
    return sorted(run.sets_of(learner).groups(partition))


# --- Cohorts ---------------------------------------------------------------------------------


def test_a_cohort_reaches_the_content_group_of_its_link(run, learner):
    run.cohort("Day", learner, link=(100, 1))
    (way,) = run.sets_of(learner).ways
    assert (way.partition_id, way.group_id, way.kind, way.name) == (100, 1, "cohort", "Day")


def test_no_cohort_counts_while_cohorts_are_off(learner):
    run = MadeCourse(is_cohorted=False)
    run.partition(100, groups=AB)
    run.cohort("Day", learner, link=(100, 1))
    assert groups(run, learner) == []
    assert "Cohorts are off" in run.sets_of(learner).notes[0]


def test_without_a_settings_row_the_content_says_whether_there_are_cohorts(learner):
    run = MadeCourse(is_cohorted=None, cohort_config={"cohorted": True})
    run.partition(100, groups=AB)
    run.cohort("Day", learner, link=(100, 1))
    assert groups(run, learner) == [1]
    run.content.cohort_config = {}
    run.content.save()
    assert groups(run, learner) == []


@pytest.mark.parametrize(("link", "note"), [((100, 9), "group 9"), ((77, 1), "group configuration 77")])
def test_a_dangling_link_contributes_nothing_and_is_reported(run, learner, link, note):
    run.cohort("Day", learner, link=link)
    learner_sets = run.sets_of(learner)
    assert learner_sets.ways == []
    assert [note in text and "no longer exists" in text for text in learner_sets.notes] == [True]


def test_a_missing_link_is_reported(run, learner):
    run.cohort("Day", learner)
    assert run.sets_of(learner).notes == ["The cohort “Day” is linked to no content group."]


def test_a_cohort_linked_to_a_partition_of_another_scheme_contributes_nothing(run, learner):
    run.partition(200, "Experiment", groups=AB, scheme="random")
    run.cohort("Day", learner, link=(200, 1))
    assert groups(run, learner, 200) == []
    assert "does not go by cohorts" in " ".join(run.sets_of(learner).notes)


def test_looking_assigns_nobody_to_a_cohort(run, learner):
    run.cohort("Automatic", automatic=True, link=(100, 1))
    factories.EnrollmentFactory(user=learner, course_id=KEY)
    assert groups(run, learner) == []
    assert "the next visit puts the learner into “Automatic”" in run.sets_of(learner).notes[0]
    assert not CohortMembership.objects.exists()


# --- Learner groups --------------------------------------------------------------------------


def test_the_set_is_the_union_of_all_memberships(run, learner):
    run.cohort("Day", learner, link=(100, 1))
    run.learner_group("Tutors", learner, links=[(100, 2), (100, 1)])
    learner_sets = run.sets_of(learner)
    assert sorted(learner_sets.groups(100)) == [1, 2]
    assert [way.name for way in learner_sets.by_partition[100][1]] == ["Day", "Tutors"]


def test_of_two_groups_the_platform_sees_the_cohorts(run, learner):
    run.learner_group("Tutors", learner, links=[(100, 2)])
    run.cohort("Day", learner, link=(100, 1))
    learner_sets = run.sets_of(learner)
    assert learner_sets.crowded == [100]
    assert learner_sets.in_lms == {100: 1}


def test_a_learner_group_counts_without_cohorts(learner):
    run = MadeCourse(is_cohorted=False)
    run.partition(100, groups=AB)
    run.learner_group("Tutors", learner, links=[(100, 2)])
    assert groups(run, learner) == [2]


def test_a_dangling_link_of_a_learner_group_is_reported(run, learner):
    run.learner_group("Tutors", learner, links=[(100, 9), (100, 2)])
    learner_sets = run.sets_of(learner)
    assert sorted(learner_sets.groups(100)) == [2]
    assert any("Tutors" in note and "group 9" in note for note in learner_sets.notes)


# --- Random assignment -----------------------------------------------------------------------


@pytest.fixture
def experiment(run):
    run.partition(200, "Experiment", groups=AB, scheme="random")
    return run


def test_a_stored_tag_is_the_group(experiment, learner):
    experiment.draw(learner, 200, 2)
    assert groups(experiment, learner, 200) == [2]


def test_without_a_tag_nothing_is_drawn(experiment, learner):
    assert groups(experiment, learner, 200) == []
    assert any("No group of “Experiment” is drawn" in note for note in experiment.sets_of(learner).notes)
    assert not UserCourseTag.objects.exists()


def test_a_tag_of_a_deleted_group_counts_for_nothing(experiment, learner):
    experiment.draw(learner, 200, 9)
    assert groups(experiment, learner, 200) == []
    assert any("will draw another" in note for note in experiment.sets_of(learner).notes)


@pytest.mark.parametrize("value", ["", "two", "²", "-1"])
def test_a_tag_that_is_no_number_counts_for_nothing(experiment, learner, value):
    experiment.draw(learner, 200, value)
    assert groups(experiment, learner, 200) == []


# --- Enrollment track ------------------------------------------------------------------------


def offer(*modes):
    for mode in modes:
        factories.CourseModeFactory(course_id=KEY, mode_slug=mode)


@pytest.mark.parametrize(
    ("mode", "group"),
    [("audit", 1), ("verified", 2), ("masters", 7), ("credit", 2), ("honor", 1), ("unheard-of", 1)],
)
def test_the_track_is_the_mode_of_the_active_enrollment(run, learner, mode, group):
    """Credit counts as verified, and a mode that the run does not offer as the default."""
    offer("audit", "verified", "masters", "credit")
    factories.EnrollmentFactory(user=learner, course_id=KEY, mode=mode)
    assert groups(run, learner, 50) == [group]


def test_an_inactive_enrollment_is_in_no_track(run, learner):
    offer("audit")
    factories.EnrollmentFactory(user=learner, course_id=KEY, mode="audit", is_active=False)
    assert groups(run, learner, 50) == []


def test_credit_is_no_group_of_the_track_partition(run):
    offer("audit", "credit")
    assert run.facts().partitions[50].groups == {1: "Audit"}


def test_a_run_without_modes_offers_the_default(run):
    assert list(run.facts().partitions[50].groups) == [1]


def test_content_that_has_taken_the_id_keeps_it(run):
    run.partition(50, "Ours", groups=AB)
    assert run.facts().partitions[50].name == "Ours"


# --- Teams -----------------------------------------------------------------------------------

TEAM_SETS = {"team_sets": [{"id": "set", "name": "Projects", "user_partition_id": 300}, {"id": "other", "name": "X"}]}


def test_a_team_is_a_group_of_its_team_sets_partition(learner):
    run = MadeCourse(team_partitions=True, teams_configuration=TEAM_SETS)
    team = run.team("Red", learner)
    run.team("Blue", learner, team_set="other")
    assert groups(run, learner, 300) == [team.pk]
    assert run.facts().partitions[300].name == "Team Group: Projects"
    assert run.facts().partitions[300].groups == {team.pk: "Red"}


def test_without_the_courses_flag_there_are_no_team_partitions(learner):
    run = MadeCourse(teams_configuration=TEAM_SETS)
    run.team("Red", learner)
    assert 300 not in run.facts().partitions
    assert run.sets_of(learner).ways == []


def test_two_teams_of_one_team_set_are_shown_as_two(learner):
    run = MadeCourse(team_partitions=True, teams_configuration=TEAM_SETS)
    first, second = run.team("Red", learner), run.team("Blue", learner)
    learner_sets = run.sets_of(learner)
    assert sorted(learner_sets.groups(300)) == sorted([first.pk, second.pk])
    assert (learner_sets.crowded, learner_sets.in_lms) == ([300], {300: first.pk})


# --- Staff, other runs, content that is missing ----------------------------------------------


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: factories.course_staff(KEY), True),
        (lambda: factories.course_staff(KEY, role="staff"), True),
        (lambda: factories.course_staff(KEY, role="limited_staff"), True),
        (lambda: factories.org_staff("minex"), True),
        (lambda: factories.LearnerFactory(is_staff=True), True),
        (lambda: factories.course_staff(KEY, role="beta_testers"), False),
        (lambda: factories.course_staff("course-v1:MineX+M1+2027"), False),
        (lambda: factories.org_staff("OtherX"), False),
        (factories.support, False),
    ],
)
def test_who_is_staff_of_the_run(run, make, expected):
    assert run.sets_of(make()).is_staff is expected


def test_memberships_of_another_run_do_not_count(run, learner):
    other = MadeCourse(CourseKey.from_string("course-v1:OtherX+O1+2026"))
    other.cohort("Theirs", learner, link=(100, 1))
    other.learner_group("Theirs too", learner, links=[(100, 2)])
    other.draw(learner, 100, 1)
    factories.EnrollmentFactory(user=learner, course_id=other.key)
    assert run.sets_of(learner).ways == []


def test_without_content_the_memberships_are_still_told(learner):
    run = MadeCourse()
    run.cohort("Day", learner, link=(100, 1))
    run.draw(learner, 200, 2)
    run.content.blocks.all().delete()
    run.content.delete()
    learner_sets, course = run.sets_of(learner), run.facts()
    assert (sorted(learner_sets.groups(100)), sorted(learner_sets.groups(200))) == ([1], [2])
    assert course.partitions[100].name == "Partition 100"
    assert course.partitions[100].group_name(1) == "group 1"


def test_the_number_of_queries_is_the_same_for_few_and_for_many(run):
    run.partition(200, "Experiment", groups=AB, scheme="random")
    keys = [KEY, CourseKey.from_string("course-v1:OtherX+O1+2026")]
    people = factories.LearnerFactory.create_batch(12)
    for person in people:
        run.cohort(f"Cohort of {person}", person, link=(100, 1))
        run.learner_group(f"Group of {person}", person, links=[(100, 2)])
        run.draw(person, 200, 1)
        factories.EnrollmentFactory(user=person, course_id=KEY)

    def queries(courses, learners):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found = sets.for_learners(facts.load(courses), [person.pk for person in learners])
        assert [len(of_run) for of_run in found.values()] == [len(learners)] * len(courses)
        return len(captured)

    assert queries(keys, people) == queries(keys[:1], people[:1])


def test_many_learners_are_read_in_chunks(run):
    people = [person.pk for person in factories.LearnerFactory.create_batch(7)]
    found = list(sets.for_course(run.facts(), people, chunk=3))
    assert [learner.user_id for learner in found] == people
