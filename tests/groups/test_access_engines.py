"""What the platform's own engines answer, where they differ from each other, and why."""

import pytest

from groups.access import sets
from tests import factories
from tests.groups.made_course import KEY, MadeCourse

pytestmark = pytest.mark.django_db
AB = {1: "A", 2: "B"}
IN_A, IN_NOTHING = sets.chosen({100: 1}), sets.chosen({})


@pytest.fixture
def run():
    """A run with a partition, and a cohort that is linked to group A of it."""
    course = MadeCourse()
    course.partition(100, groups=AB)
    course.cohort("Day", link=(100, 1))
    return course


def answers(run, who, block):
    verdict = run.verdict(who, block)[1]
    return verdict.visible, verdict.answers.pages, verdict.answers.navigation, verdict.answers.outline


def why(run, who, block):
    """Return the sentences by engine."""
    explanation, verdict = run.verdict(who, block)
    return {one.engine: one.why for one in explanation.differences(verdict)}


# --- Where all agree -------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "sees"), [(IN_A, True), (IN_NOTHING, False)])
def test_all_agree_on_an_ordinary_rule(run, who, sees):
    section, subsection, unit = run.path("1", {100: [1]})
    assert answers(run, who, section) == (sees, sees, sees, sees)
    assert answers(run, who, subsection) == (sees, sees, sees, sees)
    assert answers(run, who, unit) == (sees, sees, sees, None)
    assert why(run, who, section) == {}


def test_all_agree_on_staff_only(run):
    section, _, unit = run.path("1", visible_to_staff_only=True)
    assert answers(run, IN_A, section) == (False, False, False, False)
    assert answers(run, IN_A, unit) == (False, False, False, None)


def test_all_let_staff_in(run):
    section, _, _ = run.path("1", {77: [1]})
    assert answers(run, factories.course_staff(KEY), section) == (True, True, True, True)


# --- (b) Navigation --------------------------------------------------------------------------


def test_navigation_ignores_a_deleted_partition(run):
    *_, unit = run.path("1")
    block = run.block("Problem", unit, rule={77: [1]})
    assert answers(run, IN_A, block) == (False, False, True, None)
    assert "deleted group configurations are ignored" in why(run, IN_A, block)["Navigation and grades"]


def test_navigation_passes_over_a_deleted_group(run):
    *_, unit = run.path("1")
    block = run.block("Problem", unit, rule={100: [1, 9]})
    assert answers(run, IN_A, block) == (False, False, True, None)
    assert "Deleted groups are passed over" in why(run, IN_A, block)["Navigation and grades"]
    assert answers(run, IN_NOTHING, block) == (False, False, False, None)


def test_navigation_ignores_a_contradiction_in_an_inactive_partition(run):
    run.partition(200, "Old", groups=AB, active=False)
    *_, unit = run.path("1", {200: [1]})
    block = run.block("Problem", unit, rule={200: [2]})
    assert answers(run, IN_A, block) == (False, False, True, None)
    assert "Inactive group configurations" in why(run, IN_A, block)["Navigation and grades"]


def test_navigation_agrees_on_a_contradiction_in_an_active_partition(run):
    *_, unit = run.path("1", {100: [1]})
    block = run.block("Problem", unit, rule={100: [2]})
    assert answers(run, IN_A, block) == (False, False, False, None)


def test_navigation_removes_what_lies_in_a_removed_block(run):
    _, _, unit = run.path("1", {100: [2, 9]})
    inside = run.block("Problem", unit, rule={100: [2]})
    assert answers(run, IN_A, inside) == (False, False, False, None)


# --- (c) The outline -------------------------------------------------------------------------


def test_the_outline_filters_nothing_when_no_cohort_is_linked():
    run = MadeCourse()
    run.partition(100, groups=AB)
    section, subsection, _ = run.path("1", {100: [1]})
    assert answers(run, IN_NOTHING, section) == (False, False, False, True)
    assert answers(run, IN_NOTHING, subsection) == (False, False, False, True)
    assert "No cohort of this course run is linked" in why(run, IN_NOTHING, section)["Course outline"]


def test_the_outline_goes_by_the_partition_of_the_first_link(run):
    run.partition(200, "Second", groups=AB)
    run.cohort("Night", link=(200, 1))
    section, _, _ = run.path("1", {200: [1]})
    assert answers(run, IN_A, section) == (False, False, False, True)
    assert "only group configuration 100" in why(run, IN_A, section)["Course outline"]


def test_the_outline_goes_by_a_link_as_it_is_stored():
    """Nobody there looks whether the group still exists, nor whether the rest of the list does."""
    run, anna = MadeCourse(), factories.LearnerFactory()
    run.partition(100, groups=AB)
    run.cohort("Day", anna, link=(100, 9))
    section, _, _ = run.path("1", {100: [9]})
    assert answers(run, anna, section) == (False, False, False, True)


def test_the_outline_does_not_notice_a_deleted_partition(run):
    section, _, _ = run.path("1", {77: [1]})
    assert answers(run, IN_A, section) == (False, False, True, True)


def test_a_rule_that_all_units_share_counts_for_their_subsection(run):
    _, subsection, unit = run.path("1")
    unit.group_access = {"100": [1]}
    unit.save()
    run.block("Unit 2", subsection, "vertical", rule={100: [1]})
    assert answers(run, IN_NOTHING, subsection) == (True, True, True, False)
    other = run.block("Unit 3", subsection, "vertical")
    assert answers(run, IN_NOTHING, subsection)[3] is True
    assert answers(run, IN_NOTHING, other) == (True, True, True, None)


def test_the_outline_checks_the_enrollment_track(run):
    for mode in ("audit", "verified"):
        factories.CourseModeFactory(course_id=KEY, mode_slug=mode)
    section, _, _ = run.path("1", {50: [2]})
    assert answers(run, sets.chosen({50: 1}), section) == (False, False, False, False)
    assert answers(run, IN_NOTHING, section) == (False, False, False, True)


@pytest.fixture
def with_teams():
    team_sets = {"team_sets": [{"id": "set", "name": "Projects", "user_partition_id": 300}]}
    course = MadeCourse(team_partitions=True, teams_configuration=team_sets)
    course.partition(100, groups=AB)
    course.cohort("Day", link=(100, 1))
    return course


def test_the_outline_takes_a_cohorts_restriction_for_one_of_teams(with_teams):
    team = with_teams.team("Red")
    section, _, _ = with_teams.path("1", {100: [1]})
    in_team = sets.chosen({100: 1, 300: team.pk})
    assert answers(with_teams, in_team, section) == (True, True, True, False)
    assert "for one of teams" in why(with_teams, in_team, section)["Course outline"]
    assert answers(with_teams, IN_A, section) == (True, True, True, True)


# --- One group for each partition, and no learner groups -------------------------------------


def test_the_platform_does_not_know_learner_groups(run):
    anna = factories.LearnerFactory()
    run.learner_group("Tutors", anna, links=[(100, 1)])
    section, _, _ = run.path("1", {100: [1]})
    assert answers(run, anna, section) == (True, False, False, False)
    assert "does not know learner groups" in why(run, anna, section)["Pages"]


def test_the_platform_sees_one_team_only(with_teams):
    anna = factories.LearnerFactory()
    with_teams.team("Red", anna)
    blue = with_teams.team("Blue", anna)
    *_, unit = with_teams.path("1")
    block = with_teams.block("Problem", unit, rule={300: [blue.pk]})
    assert answers(with_teams, anna, block) == (True, False, False, None)
    assert "sees only one group" in why(with_teams, anna, block)["Pages"]
