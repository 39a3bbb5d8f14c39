"""Studio's rules for group configurations, and what may not be taken away."""

import json
from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.configurations import actions, studio, usage
from groups.configurations.studio import ConfigurationRefusedError, GroupEdit, Wanted
from groups.errors import GroupStaleError
from groups.models import CourseContent, LearnerGroup, LearnerGroupLink, PartitionGroup, UserPartition
from groups.olx import export
from groups.olx.rows import stored_partitions
from groups.partitions import MAX_ID, Group, Partition, PartitionError, read_partition, read_partitions
from tests import factories
from tests.groups.made_course import KEY, MadeCourse
from tests.resets.test_concurrency import at_the_same_time


@pytest.fixture
def run(db):
    """A run with content groups A and B, an experiment, and one of an unknown kind."""
    made = MadeCourse()
    made.partition(1000, groups={2001: "A", 2002: "B"})
    made.partition(3000, "Films", groups={3001: "Short", 3002: "Long"}, scheme="random")
    made.partition(4000, "Plugin", groups={4001: "X"}, scheme="stars")
    return made


@pytest.fixture
def actor(db):
    return factories.course_staff(KEY)


def now(run):
    """Return the partitions as they are stored, by id."""
    return {partition.id: partition for partition in stored_partitions(run.content)}


def act(action, run, actor, **given):
    """Do an edit from what is stored now."""
    if action is not actions.create:
        given = {"seen": seen(run, given.get("partition_id"), given.get("up")), **given}
    return action(course_key=run.key, actor=actor, **given)


def seen(run, partition_id=None, up=None):
    """Return what a page says it shows: one configuration, its neighbour where it moves, or all."""
    partitions = stored_partitions(run.content)
    if partition_id is None:
        return actions.fingerprint(*partitions)
    ids = [partition.id for partition in partitions]
    if partition_id not in ids:
        return ""
    if up is None:
        return actions.fingerprint(now(run)[partition_id])
    place = ids.index(partition_id) + (-1 if up else 1)
    return str(ids[place]) if 0 <= place < len(ids) else ""


def wanted(*groups, name="Content Groups", description=""):
    """Return a form's wish; groups are new names or (name, id)."""
    edits = [GroupEdit(*group) if isinstance(group, tuple) else GroupEdit(group) for group in groups]
    return Wanted(name, description, tuple(edits))


A, B = ("A", 2001), ("B", 2002)


# --- Create ----------------------------------------------------------------------------------


def test_a_new_one_gets_ids_in_range_that_nothing_has(run, actor):
    made = act(actions.create, run, actor, scheme="cohort", wanted=wanted("North", "South", name="  Region "))

    assert now(run)[made.id] == made
    assert (made.name, made.scheme, made.version, made.active) == ("Region", "cohort", 3, True)
    ids = [made.id, *(group.id for group in made.groups)]
    assert len(set(ids)) == 3
    assert all(100 <= number <= MAX_ID for number in ids)
    assert list(now(run)) == [1000, 3000, 4000, made.id]


def test_ids_that_something_still_names_are_taken(run):
    run.block("Old", rule={777: [888]})
    factories.link(factories.CohortFactory(course_id=KEY), 999, 111)
    taken = actions.taken_ids(stored_partitions(run.content), usage.usage_of(run.content))
    assert {777, 888, 999, 111, 1000, 2001, 3002} <= taken


def test_an_id_is_drawn_that_is_free(monkeypatch):
    drawn = iter([0, 1, 2])
    monkeypatch.setattr(studio.secrets, "randbelow", lambda _: next(drawn))
    assert studio.draw_id({100, 101}) == 102


@pytest.mark.parametrize(
    ("scheme", "wish", "field_and_message"),
    [
        ("cohort", wanted("A", name=" "), "name: must have a name"),
        ("cohort", wanted("A", name="n" * 256), "name: at most 255"),
        ("cohort", wanted(), "groups: must have at least one group"),
        ("cohort", wanted("A", "a"), "groups: Two groups are called “a”"),
        ("cohort", wanted("A", " "), "groups: Each group must have a name"),
        ("cohort", wanted(("A", 5)), "groups: Group 5 is not of this configuration"),
        *[(scheme, wanted("A"), "scheme: Unable") for scheme in ("team", "enrollment_track", "group", "verification")],
    ],
)
def test_what_studio_refuses_is_refused(run, actor, scheme, wish, field_and_message):
    before, (field, message) = now(run), field_and_message.split(": ")
    with pytest.raises(ConfigurationRefusedError, match=message) as caught:
        act(actions.create, run, actor, scheme=scheme, wanted=wish)
    assert caught.value.field == field
    assert now(run) == before


def test_nothing_is_made_before_an_import(actor):
    with pytest.raises(ConfigurationRefusedError, match="not imported yet"):
        actions.create(course_key=KEY, scheme="cohort", wanted=wanted("A"), actor=actor)


# --- Edit ------------------------------------------------------------------------------------


def test_renaming_adding_and_ordering_keeps_ids_and_rows(run, actor):
    rows = dict(PartitionGroup.objects.values_list("group_id", "pk"))
    act(actions.edit, run, actor, partition_id=1000, wanted=wanted("New", B, ("Alpha", 2001), name="Renamed"))

    after = now(run)[1000]
    assert after.name == "Renamed"
    assert [group.name for group in after.groups] == ["New", "B", "Alpha"]
    assert [group.id for group in after.groups][1:] == [2002, 2001]
    assert {key: pk for key, pk in PartitionGroup.objects.values_list("group_id", "pk") if key in rows} == rows


def test_a_group_that_nothing_uses_can_go(run, actor):
    run.block("Uses A", rule={1000: [2001]})
    act(actions.edit, run, actor, partition_id=1000, wanted=wanted(A))
    assert [group.id for group in now(run)[1000].groups] == [2001]


def test_content_groups_may_be_none_but_an_experiment_keeps_one(run, actor):
    act(actions.edit, run, actor, partition_id=1000, wanted=wanted())
    assert now(run)[1000].groups == ()
    with pytest.raises(ConfigurationRefusedError, match="must keep at least one group"):
        act(actions.edit, run, actor, partition_id=3000, wanted=wanted(name="Films"))


def test_other_kinds_are_left_alone(run, actor):
    for change in (
        lambda: act(actions.edit, run, actor, partition_id=4000, wanted=wanted(("X", 4001))),
        lambda: act(actions.set_active, run, actor, partition_id=4000, active=False),
    ):
        with pytest.raises(ConfigurationRefusedError, match="Unable to load this type"):
            change()


def test_a_configuration_is_switched_off_and_on(run, actor):
    act(actions.set_active, run, actor, partition_id=1000, active=False)
    assert now(run)[1000].active is False
    act(actions.set_active, run, actor, partition_id=1000, active=True)
    assert now(run)[1000].active is True


def test_configurations_change_places(run, actor):
    act(actions.move, run, actor, partition_id=3000, up=True)
    assert list(now(run)) == [3000, 1000, 4000]
    with pytest.raises(ConfigurationRefusedError, match="the first already"):
        act(actions.move, run, actor, partition_id=3000, up=True)
    with pytest.raises(ConfigurationRefusedError, match="the last already"):
        act(actions.move, run, actor, partition_id=4000, up=False)


def test_what_is_gone_cannot_be_edited(run, actor):
    with pytest.raises(ConfigurationRefusedError, match="no longer there"):
        act(actions.edit, run, actor, partition_id=5, wanted=wanted("A"))


# --- In use ----------------------------------------------------------------------------------


def learner_group_link(run):
    group = factories.CohortFactory(name="Crew", course_id=KEY, group_type="groups")
    made = LearnerGroup.objects.create(course_user_group=group, created=factories.days_ago(1), created_by_id=1)
    LearnerGroupLink.objects.create(group=made, partition_id=1000, group_id_in_partition=2002, created=made.created)


USES = {
    "1 block": lambda run: run.block("Rule", rule={1000: [2002]}),
    "2 blocks": lambda run: [run.block(f"Rule {name}", rule={1000: [2001, 2002]}) for name in "xy"],
    "1 cohort": lambda run: factories.link(factories.CohortFactory(course_id=KEY), 1000, 2002),
    "1 learner group": learner_group_link,
}


@pytest.mark.parametrize("used", USES)
def test_a_group_in_use_is_not_deleted_and_it_is_said_by_what(run, actor, used):
    USES[used](run)
    with pytest.raises(ConfigurationRefusedError, match=f"“B” of “Content Groups” is in use by {used} and cannot"):
        act(actions.edit, run, actor, partition_id=1000, wanted=wanted(A))
    with pytest.raises(ConfigurationRefusedError, match=f"“Content Groups” is in use by {used} and cannot"):
        act(actions.delete, run, actor, partition_id=1000)
    assert len(now(run)[1000].groups) == 2


def test_an_experiment_that_a_block_runs_is_not_deleted(run, actor):
    run.block("Test", block_type="split_test", user_partition_id=3000, group_id_to_child={"3001": "x"})
    with pytest.raises(ConfigurationRefusedError, match="“Films” is in use by 1 block"):
        act(actions.delete, run, actor, partition_id=3000)
    with pytest.raises(ConfigurationRefusedError, match="“Short” of “Films” is in use"):
        act(actions.edit, run, actor, partition_id=3000, wanted=wanted(("Long", 3002), name="Films"))
    act(actions.edit, run, actor, partition_id=3000, wanted=wanted(("Short", 3001), name="Films"))


def test_links_of_another_run_are_no_use_here(run, actor):
    other = factories.CohortFactory(course_id=factories.CourseOverviewFactory().id)
    factories.link(other, 1000, 2002)
    act(actions.delete, run, actor, partition_id=1000)
    assert 1000 not in now(run)


def test_an_empty_list_uses_nothing(run, actor):
    run.block("Open", rule={1000: []})
    act(actions.delete, run, actor, partition_id=1000)


def test_uses_are_named_by_their_path(run):
    unit = run.path("1")[2]
    run.block("Quiz", unit, rule={1000: [2001, 5]})
    use = usage.usage_of(run.content).blocks_of(1000, 2001)[0]
    assert use.path == "Section 1 / Subsection 1 / Unit 1 / Quiz"
    assert use.groups == (2001, 5)


def test_usage_takes_the_same_queries_for_many_blocks(run, django_assert_num_queries):
    unit = run.path("1")[2]
    for number in range(30):
        run.block(f"Quiz {number}", unit, rule={1000: [2001]})
    with django_assert_num_queries(3):
        assert len(usage.usage_of(run.content).blocks_of(1000)) == 30


# --- Who, and when ---------------------------------------------------------------------------


def test_only_those_who_manage_the_course_may_edit(run):
    for person in (factories.course_staff("course-v1:OtherX+O1+2026"), factories.support(), factories.LearnerFactory()):
        with pytest.raises(PermissionDenied):
            act(actions.delete, run, person, partition_id=1000)


CHANGES = {
    "edit": (actions.edit, {"wanted": wanted(A)}),
    "switch": (actions.set_active, {"active": False}),
    "delete": (actions.delete, {}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_somebody_else_changed_is_not_changed_over_it(run, actor, change):
    old = seen(run, 1000)
    act(actions.edit, run, actor, partition_id=1000, wanted=wanted(A, B, name="Theirs"))
    action, given = CHANGES[change]
    with pytest.raises(GroupStaleError, match="Somebody changed this configuration in the meantime"):
        action(course_key=KEY, partition_id=1000, seen=old, actor=actor, **given)
    assert (now(run)[1000].name, now(run)[1000].active, len(now(run)[1000].groups)) == ("Theirs", True, 2)


@pytest.mark.parametrize("change", CHANGES)
def test_what_somebody_changed_elsewhere_in_the_run_is_in_nobodys_way(run, actor, change):
    mine = seen(run, 1000)
    act(actions.edit, run, actor, partition_id=3000, wanted=wanted(("Short", 3001), name="Theirs"))
    act(actions.create, run, actor, scheme="cohort", wanted=wanted("North", name="Theirs too"))
    run.block("Imported since")
    action, given = CHANGES[change]
    action(course_key=KEY, partition_id=1000, seen=mine, actor=actor, **given)
    others = [partition.name for partition in now(run).values() if partition.id != 1000]
    assert others == ["Theirs", "Plugin", "Theirs too"]
    assert seen(run, 1000) != mine


def test_it_may_be_as_it_was_again(run, actor):
    old = seen(run, 1000)
    act(actions.set_active, run, actor, partition_id=1000, active=False)
    act(actions.set_active, run, actor, partition_id=1000, active=True)
    actions.delete(course_key=KEY, partition_id=1000, seen=old, actor=actor)


def test_a_move_goes_by_the_neighbour_that_was_seen(run, actor):
    act(actions.move, run, actor, partition_id=4000, up=True)
    with pytest.raises(GroupStaleError, match="Somebody changed the order"):
        actions.move(course_key=KEY, partition_id=4000, up=True, seen="3000", actor=actor)
    assert list(now(run)) == [1000, 4000, 3000]


def test_all_as_json_goes_by_all_of_them(run, actor):
    old, partitions = seen(run), tuple(now(run).values())
    act(actions.move, run, actor, partition_id=3000, up=True)
    with pytest.raises(GroupStaleError, match="Somebody changed this course’s configurations"):
        actions.replace_all(course_key=KEY, partitions=partitions, seen=old, actor=actor)
    assert list(now(run)) == [3000, 1000, 4000]


@pytest.mark.django_db(transaction=True)
def test_edits_of_two_configurations_at_once_both_hold(run, actor):
    pages = {number: seen(run, number) for number in (1000, 3000)}

    def add_group(number):
        groups = [(group.name, group.id) for group in now(run)[number].groups]
        wish = wanted(*groups, "New", name=f"Edited {number}")
        person = get_user_model().objects.get(pk=actor.pk)
        actions.edit(course_key=KEY, partition_id=number, wanted=wish, seen=pages[number], actor=person)

    outcomes = at_the_same_time(*(partial(add_group, number) for number in pages))

    assert outcomes == [None, None]
    after = now(run)
    assert [after[number].name for number in pages] == ["Edited 1000", "Edited 3000"]
    ids = [group.id for partition in after.values() for group in partition.groups]
    assert len(set(ids)) == len(ids) == 7
    assert {part["id"]: part["name"] for part in policy(run)} == {part.id: part.name for part in after.values()}


def policy(run):
    """Return the partitions of the exported policy.json."""
    blocks = json.loads(export.exported_policy(CourseContent.objects.get(pk=run.content.pk)))
    return next(iter(blocks.values()))["user_partitions"]


def test_edits_are_in_the_history(run, actor):
    act(actions.edit, run, actor, partition_id=1000, wanted=wanted(("Alpha", 2001), B))
    assert "group renamed: Content Groups / Alpha was “A”" in LogEntry.objects.get(user=actor).change_message


def test_an_edit_that_changes_nothing_leaves_no_trace(run, actor):
    act(actions.edit, run, actor, partition_id=1000, wanted=wanted(A, B))
    assert not LogEntry.objects.exists()
    assert CourseContent.objects.get().revision == 1


# --- JSON ------------------------------------------------------------------------------------


def replaced(run, actor, change):
    """Send what is stored as JSON, after `change` had it."""
    value = [partition.to_json() for partition in now(run).values()]
    change(value)
    act(actions.replace_all, run, actor, partitions=read_partitions(value))


def test_json_that_was_not_changed_changes_nothing(run, actor):
    replaced(run, actor, lambda value: None)
    assert CourseContent.objects.get().revision == 1


def test_json_edits_and_adds(run, actor):
    made = Partition(5000, "Made", "cohort", groups=(Group(5001, "M"),), version=2)

    def change(value):
        value[0]["name"] = "Renamed"
        value.append(made.to_json())

    replaced(run, actor, change)
    assert now(run)[1000].name == "Renamed"
    assert (now(run)[5000].name, now(run)[5000].version) == ("Made", 3)


@pytest.mark.parametrize(
    ("change", "field_and_message"),
    [
        (lambda value: value[0].update(scheme="team"), "[0].scheme: cannot be made or changed here"),
        (lambda value: value[0].update(scheme="random"), "[0].scheme: scheme of a configuration cannot be changed"),
        (lambda value: value[2].update(name="Other"), "[2].scheme: cannot be made or changed here"),
        (lambda value: value[0].update(name=" "), "[0].name: must have a name"),
        (lambda value: value.append({**value[0], "id": 50, "groups": []}), "[3].id: below 100 are reserved"),
        (lambda value: value.append({**value[0], "id": 5000}), "[3].groups: also in “Content Groups”"),
        (lambda value: value[0]["groups"].append({"id": 7, "name": "x", "version": 1}), "[0].groups: reserved"),
        (lambda value: value[0]["groups"].append({"id": 2003, "name": "a", "version": 1}), "[0].groups: Two groups"),
        (lambda value: value[1].update(groups=[]), "[1].groups: at least one group"),
        (lambda value: value.append({**value[0], "id": 6000, "scheme": "group"}), "[3].scheme: cannot be made"),
    ],
)
def test_json_under_the_same_rules(run, actor, change, field_and_message):
    before, (field, message) = now(run), field_and_message.split(": ")
    with pytest.raises(ConfigurationRefusedError, match=message) as caught:
        replaced(run, actor, change)
    assert caught.value.field == field
    assert now(run) == before


def test_json_does_not_take_away_what_is_in_use(run, actor):
    USES["1 cohort"](run)
    with pytest.raises(ConfigurationRefusedError, match="in use by 1 cohort"):
        replaced(run, actor, lambda value: value[0]["groups"].pop())
    with pytest.raises(ConfigurationRefusedError, match="in use by 1 cohort"):
        replaced(run, actor, lambda value: value.pop(0))


def test_old_ids_below_the_range_may_stay(run, actor):
    UserPartition.objects.filter(partition_id=1000).update(partition_id=0)
    PartitionGroup.objects.filter(group_id=2001).update(group_id=0)
    replaced(run, actor, lambda value: value[0].update(name="Old"))
    assert now(run)[0].groups[0].id == 0


# --- What is a partition ---------------------------------------------------------------------

SOUND = {
    "id": 1, "name": "P", "description": "", "version": 3, "scheme": "cohort",
    "groups": [{"id": 1, "name": "A", "version": 1}],
}  # fmt: skip


def changed(place, value):
    made = json.loads(json.dumps(SOUND))
    target = made["groups"][0] if place.startswith("groups.") else made
    target[place.removeprefix("groups.")] = value
    return made


def without(place):
    made = changed(place, None)
    (made["groups"][0] if place.startswith("groups.") else made).pop(place.removeprefix("groups."))
    return made


@pytest.mark.parametrize("place", ["id", "name", "description", "version", "groups", "scheme"])
def test_required_keys_are_required(place):
    with pytest.raises(PartitionError, match=f"has no “{place}”"):
        read_partition(without(place))


@pytest.mark.parametrize("place", ["id", "name", "version"])
def test_required_keys_of_a_group_are_required(place):
    with pytest.raises(PartitionError, match=f"has no “{place}”") as caught:
        read_partition(without(f"groups.{place}"))
    assert caught.value.place == ".groups[0]"


@pytest.mark.parametrize(
    ("place", "value", "where"),
    [
        ("id", "x", ".id"),
        ("id", True, ".id"),
        ("id", -1, ".id"),
        ("id", 2**31, ".id"),
        ("id", 1.5, ".id"),
        ("version", 0, ".version"),
        ("active", 1, ".active"),
        ("parameters", [], ".parameters"),
        ("groups", {}, ".groups"),
        ("groups", ["x"], ".groups[0]"),
        ("groups", SOUND["groups"] * 2, ".groups[1].id"),
        ("name", 5, ".name"),
        ("scheme", "", ".scheme"),
        ("groups.version", 2, ".groups[0].version"),
        ("groups.name", None, ".groups[0].name"),
    ],
)
def test_a_partition_that_is_none_is_refused_at_its_place(place, value, where):
    with pytest.raises(PartitionError) as caught:
        read_partition(changed(place, value))
    assert caught.value.place == where


def test_version_one_is_an_experiment_and_ids_may_be_quoted():
    partition = read_partition({**without("scheme"), "version": 1, "id": "12"})
    assert (partition.scheme, partition.id) == ("random", 12)


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
IDS = st.integers(0, MAX_ID)
GROUPS = st.lists(st.builds(Group, IDS, NAMES), max_size=5, unique_by=lambda group: group.id).map(tuple)
PARTITIONS = st.lists(
    st.builds(
        Partition, IDS, NAMES, st.sampled_from(["cohort", "random", "stars"]), NAMES, GROUPS,
        st.dictionaries(NAMES, IDS, max_size=2), st.booleans(), st.integers(2, 9),
    ),
    max_size=4,
    unique_by=lambda partition: partition.id,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTITIONS)
def test_whatever_is_written_is_read_back(partitions):
    text = json.dumps([partition.to_json() for partition in partitions])
    assert list(read_partitions(json.loads(text))) == partitions


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SOUND, "active"]), inner, max_size=7),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_json_is_read_or_refused_at_a_place(value):
    error, partitions = None, ()
    try:
        partitions = read_partitions(value, "user_partitions")
    except PartitionError as refusal:
        error = refusal
    assert error is None or error.place.startswith("user_partitions")
    assert all(0 <= partition.id <= MAX_ID for partition in partitions)
