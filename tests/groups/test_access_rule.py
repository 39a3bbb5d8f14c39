"""The access rule: merged access, and the platform's check in its order."""

from hypothesis import given
from hypothesis import strategies as st

from groups.access.course import Partition
from groups.access.merge import merge, merge_for_navigation, parse
from groups.access.rule import Code, decide

A, B, C = 1, 2, 3
NAMES = {A: "A", B: "B", C: "C"}
PARTITIONS = {
    10: Partition(10, "Content Groups", "cohort", NAMES),
    20: Partition(20, "Tracks", "enrollment_track", NAMES),
    30: Partition(30, "Old", "cohort", NAMES, active=False),
}


def rule(*rules):
    """Return the merged rule of a block at the end of a path of own rules, the root's first."""
    merged = None
    for own in rules:
        merged = merge(merged, parse(own))
    return merged


def answer(*rules, groups=None, is_staff=False, staff_only=False):
    in_groups = groups or {}
    return decide(
        rule(*rules),
        PARTITIONS,
        lambda partition: in_groups.get(partition, ()),
        is_staff=is_staff,
        staff_only=staff_only,
    )


# --- Merged access ---------------------------------------------------------------------------


def test_keys_are_text_in_json_and_numbers_here():
    assert parse({"10": [A, B]}) == {10: {A, B}}


def test_no_key_null_and_an_empty_list_restrict_nothing():
    for own in (None, {}, {"10": None}, {"10": []}):
        assert answer({}, own).code == Code.OPEN


def test_a_child_inherits_its_parents_rule():
    assert rule({}, {"10": [A]}, None, {}) == {10: {A}}


def test_a_child_narrows_its_parents_rule():
    assert rule({}, {"10": [A, B]}, {"10": [B, C]}) == {10: {B}}


def test_a_child_never_widens_its_parents_rule():
    assert rule({}, {"10": [A]}, {"10": []}) == {10: {A}}
    assert rule({}, {"10": [A]}, {"10": [A, B]}) == {10: {A}}


def test_a_contradiction_is_false_and_sticks():
    assert rule({}, {"10": [A]}, {"10": [B]}) == {10: False}
    assert rule({}, {"10": [A]}, {"10": [B]}, {"10": [A, B]}) == {10: False}


def test_the_roots_own_rule_is_taken_raw():
    """An empty list there restricts nothing, and still leaves no group to any list below."""
    assert answer({"10": []}).code == Code.OPEN
    assert rule({"10": []}, {"10": [A]}) == {10: False}


def test_an_empty_list_of_a_child_is_not_the_roots():
    assert rule({}, {"10": []}, {"10": [A]}) == {10: {A}}


def test_members_that_are_no_numbers_name_no_group():
    assert answer({}, {"10": ["1"]}, groups={10: [A]}).code == Code.UNKNOWN_GROUP
    assert answer({}, {"10": [[A]]}, groups={10: [A]}).code == Code.UNKNOWN_GROUP
    assert answer({}, {"ten": [A]}, groups={10: [A]}).code == Code.UNKNOWN_PARTITION


# --- The order of the check ------------------------------------------------------------------

DELETED, GONE = {"99": [A]}, {"10": [A, 9]}


def test_1_staff_see_everything():
    assert answer({}, {"10": [A]}, {"10": [B]}, is_staff=True, staff_only=True).granted
    assert answer({}, DELETED, is_staff=True).code == Code.STAFF


def test_staff_only_beats_the_rule():
    assert answer({}, {"10": [A]}, groups={10: [A]}, staff_only=True).code == Code.STAFF_ONLY


def test_2_false_denies_even_in_an_inactive_partition():
    decision = answer({}, {"30": [A]}, {"30": [B]}, groups={30: [A, B]})
    assert (decision.code, decision.partition) == (Code.NOBODY, 30)


def test_2_false_is_found_before_a_deleted_partition():
    assert answer({}, {**DELETED, "10": [A]}, {"10": [B]}).code == Code.NOBODY


def test_3_a_deleted_partition_denies():
    decision = answer({}, DELETED, groups={99: [A]})
    assert (decision.granted, decision.code, decision.partition) == (False, Code.UNKNOWN_PARTITION, 99)


def test_4_the_rule_of_an_inactive_partition_does_not_count():
    assert answer({}, {"30": [A]}).code == Code.OPEN
    assert answer({}, {"30": [9]}).code == Code.OPEN


def test_5_a_deleted_group_denies_to_the_members_of_the_others_too():
    decision = answer({}, GONE, groups={10: [A]})
    assert (decision.granted, decision.code) == (False, Code.UNKNOWN_GROUP)


def test_5_a_deleted_group_that_the_merge_removed_does_not_matter():
    assert answer({}, GONE, {"10": [A]}, groups={10: [A]}).granted


def test_6_one_group_of_a_list_is_enough():
    assert answer({}, {"10": [A, B]}, groups={10: [B]}).code == Code.IN_GROUP
    assert answer({}, {"10": [A, B]}, groups={10: [C]}).code == Code.NOT_IN_GROUP


def test_6_every_partition_has_to_agree():
    assert answer({}, {"10": [A], "20": [B]}, groups={10: [A], 20: [B]}).granted
    decision = answer({}, {"10": [A], "20": [B]}, groups={10: [A], 20: [A]})
    assert (decision.granted, decision.partition) == (False, 20)


def test_6_several_groups_of_one_partition_never_raise():
    assert answer({}, {"10": [B]}, groups={10: [A, B, C]}).granted


def test_in_no_group_of_a_restricted_partition():
    assert answer({}, {"10": [A]}).code == Code.NOT_IN_GROUP


# --- Against a slow, obviously right model ---------------------------------------------------

partition_ids = st.sampled_from(["10", "20", "30", "99"])
group_lists = st.one_of(st.none(), st.lists(st.sampled_from([A, B, C, 9]), max_size=4))
own_rules = st.one_of(st.none(), st.dictionaries(partition_ids, group_lists, max_size=4))
paths = st.lists(own_rules, min_size=1, max_size=5)
memberships = st.dictionaries(st.sampled_from([10, 20, 30, 99]), st.sets(st.sampled_from([A, B, C, 9])), max_size=4)


def listed(own, partition):
    """Return the list of a partition in a block's own rule; None where it restricts nothing."""
    return (own or {}).get(str(partition)) or None


def model_of_one_partition(path, partition):
    """Return "no rule", "nobody" or the list of allowed groups, by looking at the whole path at once."""
    lists = [groups for own in path[1:] if (groups := listed(own, partition)) is not None]
    root = (path[0] or {}).get(str(partition))
    if root is not None:
        if root == [] and not lists:
            return "no rule, but named"
        lists.insert(0, root)
    if not lists:
        return "no rule"
    common = [group for group in (A, B, C, 9) if all(group in groups for groups in lists)]
    return common or "nobody"


def model(path, groups, *, is_staff, staff_only):
    """The rule in words: one question after the other, each asked of every partition."""
    if is_staff:
        return True
    if staff_only:
        return False
    rules = {partition: model_of_one_partition(path, partition) for partition in (10, 20, 30, 99)}
    if "nobody" in rules.values():
        return False
    if rules[99] != "no rule":
        return False
    lists = [(partition, rules[partition]) for partition in (10, 20) if isinstance(rules[partition], list)]
    if any(9 in allowed for _, allowed in lists):
        return False
    return all(any(group in groups.get(partition, ()) for group in allowed) for partition, allowed in lists)


@given(paths, memberships, st.booleans(), st.booleans())
def test_the_rule_answers_like_the_model(path, groups, is_staff, staff_only):
    expected = model(path, groups, is_staff=is_staff, staff_only=staff_only)
    assert answer(*path, groups=groups, is_staff=is_staff, staff_only=staff_only).granted is expected


@given(paths, memberships)
def test_another_group_never_takes_access_away(path, groups):
    more = {partition: set(groups.get(partition, ())) | {A} for partition in (10, 20, 30, 99)}
    assert answer(*path, groups=more).granted >= answer(*path, groups=groups).granted


@given(paths, own_rules, memberships)
def test_a_child_is_open_to_nobody_that_its_parent_keeps_out_by_groups(path, own, groups):
    parent, child = answer(*path, groups=groups), answer(*path, own, groups=groups)
    if parent.code in (Code.NOBODY, Code.UNKNOWN_PARTITION, Code.NOT_IN_GROUP):
        assert not child.granted


@given(paths)
def test_navigation_and_pages_agree_on_lists_without_deleted_groups(path):
    """They differ in the root's empty list only: there the pages leave nobody."""
    if any(groups == [] for groups in (path[0] or {}).values()):
        return
    pages, navigation = rule(*path), None
    for own in path:
        navigation = merge_for_navigation(navigation, parse(own))
    assert {partition: groups or frozenset() for partition, groups in pages.items()} == navigation
