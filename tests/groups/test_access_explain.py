"""The explanation of a whole course run: verdicts, reasons as sentences, numbers per section."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups.access import course as facts
from groups.access import explain, merge, sets
from tests import factories
from tests.groups.made_course import KEY, MadeCourse

pytestmark = pytest.mark.django_db
AB = {1: "A", 2: "B"}


@pytest.fixture
def anna():
    return factories.LearnerFactory(username="anna")


@pytest.fixture
def run(anna):
    """A run where anna is in content group A, through her cohort."""
    course = MadeCourse()
    course.partition(100, groups=AB)
    course.cohort("Day", anna, link=(100, 1))
    return course


@pytest.fixture
def unit(run):
    return run.path("1")[2]


def test_what_nothing_restricts(run, anna, unit):
    assert run.reason(anna, unit) == "Nothing restricts it."


def test_an_allowed_group_is_told_with_the_membership(run, anna, unit):
    block = run.block("Problem", unit, rule={100: [1]})
    assert run.reason(anna, block) == "The learner is in “A” (through the cohort “Day”) of “Content Groups”."


def test_a_refusal_tells_the_allowed_groups_and_the_learners_own(run, anna, unit):
    block = run.block("Problem", unit, rule={100: [2]})
    assert run.reason(anna, block) == (
        "Only for “B” of “Content Groups”. The learner is in “A” (through the cohort “Day”)."
    )


def test_a_refusal_to_somebody_in_no_group(run, unit):
    block = run.block("Problem", unit, rule={100: [1, 2]})
    assert run.reason(factories.LearnerFactory(), block) == (
        "Only for “A” or “B” of “Content Groups”. The learner is in no group of it."
    )


def test_several_memberships_are_all_told(run, anna, unit):
    run.learner_group("Tutors", anna, links=[(100, 2), (100, 1)])
    first, second = run.block("One", unit, rule={100: [1]}), run.block("Two", unit, rule={100: [2]})
    assert run.reason(anna, first) == (
        "The learner is in “A” (through the cohort “Day” and through the learner group “Tutors”) of “Content Groups”."
    )
    assert run.reason(anna, second) == "The learner is in “B” (through the learner group “Tutors”) of “Content Groups”."


def test_several_partitions_are_all_told(run, anna, unit):
    run.partition(200, "Labs", groups={3: "Online"})
    run.learner_group("Tutors", anna, links=[(200, 3)])
    block = run.block("Problem", unit, rule={100: [1], 200: [3]})
    assert run.reason(anna, block) == (
        "The learner is in “A” (through the cohort “Day”) of “Content Groups”; "
        "“Online” (through the learner group “Tutors”) of “Labs”."
    )


def test_staff_only(run, anna, unit):
    block = run.block("Problem", unit, rule={100: [1]}, visible_to_staff_only=True)
    assert run.reason(anna, block) == "Visible to staff only."


def test_a_contradiction(run, anna):
    *_, unit = run.path("1", {100: [1]})
    block = run.block("Problem", unit, rule={100: [2]})
    assert "have no group of “Content Groups” in common" in run.reason(anna, block)
    explanation, verdict = run.verdict(anna, block)
    (detail,) = explanation.details(verdict)
    assert detail == ("“Content Groups”: no group is left. Set on the problem “Problem” and section “Section 1”.")


def test_a_deleted_partition_and_a_deleted_group(run, anna, unit):
    deleted = run.block("One", unit, rule={77: [1]})
    gone = run.block("Two", unit, rule={100: [1, 9]})
    assert "names group configuration 77, which no longer exists" in run.reason(anna, deleted)
    assert "names “group 9” of “Content Groups”, which no longer exists" in run.reason(anna, gone)


def test_staff_see_everything(run, unit):
    block = run.block("Problem", unit, rule={77: [1]}, visible_to_staff_only=True)
    assert "staff see every block" in run.reason(factories.course_staff(KEY), block)


def test_what_lies_in_a_hidden_block_names_the_topmost_one(run, anna):
    section, _, unit = run.path("1", {100: [2]})
    block = run.block("Problem", unit)
    explanation, verdict = run.verdict(anna, block)
    assert verdict.hidden_by.node.pk == section.pk
    assert not verdict.starts_here
    assert explanation.reason(verdict).startswith("Lies in the section “Section 1”, which is hidden. Only for “B”")


def test_a_block_that_is_open_itself_is_hidden_with_its_parent(run, anna):
    """The platform's check of a problem alone would let it pass; but nobody gets to it."""
    *_, unit = run.path("1", {100: [1, 9]})
    block = run.block("Problem", unit, rule={100: [1]})
    _, verdict = run.verdict(anna, block)
    assert verdict.decision.granted
    assert not verdict.visible


def test_the_release_date_is_a_fact_of_its_own(run, anna):
    section, _, unit = run.path("1", start=factories.days_ago(-3))
    _, verdict = run.verdict(anna, unit)
    assert verdict.visible
    assert verdict.is_waiting(timezone.now())
    assert verdict.node.start == section.start


def test_the_branch_of_an_experiment(run, anna, unit):
    run.partition(200, "Experiment", groups=AB, scheme="random")
    keys = [str(KEY.make_usage_key("vertical", name)) for name in ("left", "right")]
    test = run.block("Test", unit, "split_test", user_partition_id=200, group_id_to_child={"1": keys[0], "2": keys[1]})
    left, right = (run.block(name, test, "vertical") for name in ("Left", "Right"))
    assert "No group of “Experiment” is drawn" in " ".join(run.sets_of(anna).notes)
    assert not run.sees(anna, left)
    run.draw(anna, 200, 2)
    assert (run.sees(anna, left), run.sees(anna, right)) == (False, True)
    assert run.reason(anna, left) == (
        "The branch for “A” of the experiment “Experiment”. The learner is in “B” (drawn by the LMS)."
    )
    assert run.sees(factories.course_staff(KEY), left)


def test_a_chosen_group_is_in_no_other(run, unit):
    run.partition(200, "Second", groups=AB)
    first, second = run.block("One", unit, rule={100: [1]}), run.block("Two", unit, rule={200: [1]})
    who = sets.chosen({100: 1})
    assert (run.sees(who, first), run.sees(who, second)) == (True, False)


def test_sections_count_their_blocks(run, anna):
    *_, unit = run.path("1")
    run.block("Problem", unit, rule={100: [2]})
    run.path("2", {100: [2]})
    counted = [(one.verdict.node.name, one.visible, one.hidden) for one in run.explain(anna).sections()]
    assert counted == [("Section 1", 3, 1), ("Section 2", 0, 3)]
    assert run.explain(anna).visible == 4


def test_many_allowed_groups_are_counted(run, anna, unit):
    run.partition(300, "Classes", groups={number: f"Class {number}" for number in range(1, 20)})
    block = run.block("Problem", unit, rule={300: list(range(1, 20))})
    assert run.reason(anna, block).startswith("Only for 19 groups of “Classes”.")


def test_a_course_without_content_has_no_blocks(anna):
    course = facts.load_one(KEY)
    assert explain.explain(course, merge.load_tree(course), sets.for_one(course, anna.pk)).verdicts == []


def test_the_number_of_queries_does_not_depend_on_the_blocks(run, anna, unit):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            explanation = run.explain(anna)
            for verdict in explanation.verdicts:
                explanation.reason(verdict), explanation.details(verdict), explanation.differences(verdict)
        return len(captured)

    few = queries()
    for number in range(30):
        run.block(f"Problem {number}", unit, rule={100: [number % 3]})
    assert queries() == few
