"""What is read out of an export: keys, names, rules, partitions; and what is refused, by file and cause."""

import json
from datetime import UTC, datetime

import pytest
from opaque_keys.edx.keys import CourseKey

from groups.olx.errors import OlxRefusedError
from groups.olx.reading import read_course
from groups.olx.rows import block_rows
from tests.groups.exports import SEA, SMALL, read_small, seamanship, small

WATCHES, DAY, NIGHT, EXPERIMENT = 718223341, 402113377, 1533012988, 1093344556


@pytest.fixture(scope="module")
def sea():
    return seamanship()


def by_name(course):
    return {block.name: block for block in course.blocks}


def fields(course, name):
    return by_name(course)[name].fields


# --- A realistic course ----------------------------------------------------------------------


def test_the_tree_is_in_the_learners_order(sea):
    assert [(block.depth, block.type, block.name) for block in sea.blocks if block.depth < 3] == [
        (0, "course", "2026_T1"),
        (1, "chapter", "welcome"),
        (2, "sequential", "tour"),
        (1, "chapter", "knots"),
        (2, "sequential", "hitches"),
        (2, "sequential", "bends"),
        (1, "chapter", "watch"),
        (2, "sequential", "night"),
    ]


def test_every_block_hangs_below_its_parent(sea):
    parents = {block.name: sea.blocks[block.parent].name for block in sea.blocks if block.parent is not None}
    assert parents["hello_day"] == "deck"
    assert parents["clove"] == "hitches"
    assert parents["as_film"] == "how_to_show"
    assert parents["lib2"] == "pick_two"
    assert parents["chart"] == "lights"


def test_drafts_and_settings_are_no_blocks(sea):
    assert {block.type for block in sea.blocks} == {
        *("course", "chapter", "sequential", "vertical", "html", "video", "problem", "discussion", "poll"),
        *("split_test", "library_content", "google-document"),
    }
    assert "unfinished" not in by_name(sea)


def test_the_policy_wins_over_the_xml(sea):
    assert sea.display_name == "Seamanship 101"
    assert fields(sea, "watch").display_name == "Keeping Watch"
    assert fields(sea, "watch").visible_to_staff_only is False
    assert [partition.name for partition in sea.partitions] == ["Watches", "Knots: film or drawing", "Season 2024"]


def test_the_attribute_counts_where_the_policy_says_nothing():
    course = read_small(course=f"<course user_partitions='{json.dumps([PARTITION])}'/>")
    assert [partition.id for partition in course.partitions] == [100]


def test_rules_keep_what_they_say(sea):
    assert fields(sea, "cabin").group_access == {str(WATCHES): [DAY, NIGHT], "50": [2]}
    assert fields(sea, "bunks").group_access == {"50": []}
    assert fields(sea, "deck").group_access is None
    assert fields(sea, "knots").start == datetime(2026, 3, 1, 7, tzinfo=UTC)


def test_an_experiment_knows_its_branches(sea):
    rows = {row.usage_key.block_id: row for row in block_rows(sea, SEA)}
    experiment = rows["how_to_show"]
    assert experiment.user_partition_id == EXPERIMENT
    assert set(experiment.group_id_to_child.values()) == {
        str(rows["as_film"].usage_key),
        str(rows["as_drawing"].usage_key),
    }


def test_branches_point_to_the_run_that_is_written(sea):
    other = CourseKey.from_string("course-v1:SailX+SEA101+2027_T1")
    rows = {row.usage_key.block_id: row for row in block_rows(sea, other)}
    assert all("2027_T1" in child for child in rows["how_to_show"].group_id_to_child.values())
    assert str(rows["course"].usage_key) == "block-v1:SailX+SEA101+2027_T1+type@course+block@course"


def test_teams_and_cohorts_are_kept(sea):
    assert sea.cohort_config == {"auto_cohort_groups": ["Red", "Green"], "cohorted": True}
    assert sea.teams_configuration["team_sets"][0]["user_partition_id"] == 311009


def test_a_sound_course_gives_no_warning(sea):
    assert sea.warnings == []


# --- Shapes ----------------------------------------------------------------------------------

PARTITION = {
    "id": 100, "name": "P", "description": "", "scheme": "cohort", "version": 3,
    "groups": [{"id": 1, "name": "A", "version": 1}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ('display_name="Plain"', "Plain"),
        ('display_name="&quot;In quotes&quot;"', "In quotes"),
        ('display_name="42"', "42"),
        ('display_name="null"', ""),
        ("", ""),
    ],
)
def test_names_are_json_or_bare_text(attributes, name):
    assert fields(read_small(f'<html url_name="h" {attributes} x="1"/>'), "h").display_name == name


def test_a_long_name_is_cut_with_a_warning():
    course = read_small(f'<html url_name="h" display_name="{"n" * 300}"/>')
    assert len(fields(course, "h").display_name) == 255
    assert "longer than 255" in course.warnings[0]


@pytest.mark.parametrize(
    ("start", "read"),
    [
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("&quot;2026-03-01T08:00:00+00:00&quot;", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T08:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_starts_are_read(start, read):
    assert fields(read_small(f'<html url_name="h" start="{start}"/>'), "h").start == read


@pytest.mark.parametrize("start", ["soon", "0001-01-01", "9999-12-31T23:59:59-10:00", "2026-13-01", "12", "[]"])
def test_a_start_that_cannot_be_read_is_left_out_with_a_warning(start):
    course = read_small(f'<html url_name="h" start="{start}"/>')
    assert fields(course, "h").start is None
    assert "is no date" in course.warnings[0]


@pytest.mark.parametrize(("value", "read"), [("true", True), ("True", True), ("false", False), ("1", False)])
def test_staff_only_is_read_as_the_platform_does(value, read):
    course = read_small(f'<html url_name="h" visible_to_staff_only="{value}"/>')
    assert fields(course, "h").visible_to_staff_only is read


def test_blocks_without_a_name_get_one_that_stays():
    unit = '<html display_name="One">Text</html><html display_name="Two">Text</html>'
    first, second = ([block.name for block in read_small(unit).blocks[4:]] for _ in range(2))
    assert first == second
    assert len(set(first)) == 2


def test_elements_inside_a_leaf_are_its_content():
    course = read_small('<problem url_name="p" x="1"><script url_name="no">x</script></problem>')
    assert "no" not in by_name(course)


def test_an_unknown_type_may_hold_blocks():
    course = read_small('<stepper url_name="s1"><step url_name="s2"><html url_name="s3" x="1"/></step><b/></stepper>')
    assert [block.name for block in course.blocks[4:]] == ["s1", "s2", "s3"]


def test_a_colon_in_a_name_is_a_folder():
    assert "a:b" in by_name(read_small('<html url_name="a:b"/>', **{"course/html/a/b.xml": "<html/>"}))


def test_partitions_that_the_platform_makes_itself_are_left_out():
    policy = json.dumps({"course/2026": {"user_partitions": [PARTITION, {**PARTITION, "id": 50, "scheme": "team"}]}})
    course = read_small(policy=policy)
    assert [partition.id for partition in course.partitions] == [100]
    assert "Partition 50" in course.warnings[0]


def test_an_unknown_scheme_and_an_experiment_without_configuration_are_warned_of():
    policy = json.dumps({"course/2026": {"user_partitions": [{**PARTITION, "scheme": "group"}]}})
    course = read_small('<split_test url_name="t" user_partition_id="-1"/>', policy=policy)
    assert "does not know" in course.warnings[0]
    assert "has no configuration" in course.warnings[1]


def test_without_a_policy_the_xml_counts():
    files = small()
    del files["course/policies/2026/policy.json"]
    assert "is missing" in read_course(files).warnings[0]


# --- Refusals --------------------------------------------------------------------------------

RULE = '<html url_name="h" group_access="{}"/>'


def refused(files) -> OlxRefusedError:
    with pytest.raises(OlxRefusedError) as caught:
        read_course(files)
    return caught.value


@pytest.mark.parametrize(
    ("unit", "file", "cause"),
    [
        (
            '<html url_name="gone"/>',
            "course/html/gone.xml",
            "The file is missing; course/course/2026.xml points to it.",
        ),
        ('<html url_name="../../etc/passwd"/>', "course/course/2026.xml", "cannot be the name of a block"),
        ('<html url_name="a b" x="1"/>', "course/course/2026.xml", "cannot be the name of a block"),
        (f'<html url_name="{"x" * 240}" x="1"/>', "course/course/2026.xml", "longer than 255 characters"),
        ('<html url_name="v2" x="1"/><html url_name="v2" x="1"/>', "course/course/2026.xml", "stands twice"),
        ('<html url_name="V2" x="1"/><html url_name="v2" x="1"/>', "course/course/2026.xml", "also written “V2”"),
        ('<a:b xmlns:a="urn:x" url_name="h" x="1"/>', "course/course/2026.xml", "is no type of block"),
        ("<html>", "course/course/2026.xml", "not well-formed XML"),
        (RULE.format("{1"), "course/course/2026.xml", "Attribute group_access is not JSON"),
        (RULE.format("[]"), "course/course/2026.xml", "group_access must be an object"),
        (RULE.format("{&quot;x&quot;: [1]}"), "course/course/2026.xml", "which is no partition id"),
        (RULE.format("{&quot;1&quot;: [&quot;2&quot;]}"), "course/course/2026.xml", "a list of group ids"),
        (RULE.format("{&quot;1&quot;: 2}"), "course/course/2026.xml", "a list of group ids"),
        (RULE.format("{&quot;1&quot;: [true]}"), "course/course/2026.xml", "a list of group ids"),
        (RULE.format("{&quot;1&quot;: [1], &quot;1&quot;: [2]}"), "course/course/2026.xml", "twice"),
        ('<split_test url_name="t" group_id_to_child="[1]"/>', "course/course/2026.xml", "group_id_to_child must be"),
        ('<html url_name="h" display_name="&quot;\\u0000&quot;"/>', "course/course/2026.xml", "cannot be stored"),
    ],
)
def test_a_block_that_is_none_is_refused_by_its_file(unit, file, cause):
    refusal = refused(small(unit))
    assert (refusal.file, cause in refusal.cause) == (file, True), str(refusal)


def test_a_block_inside_itself_is_refused():
    files = small(
        '<vertical url_name="loop"/>',
        **{"course/vertical/loop.xml": '<vertical><vertical url_name="loop"/></vertical>'},
    )
    assert "stands twice" in refused(files).cause


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        (None, "There is no course.xml"),
        ("<library/>", "The first element is “library”"),
        ('<course url_name="2026" org="MineX"/>', "The course has no course."),
        ('<course url_name="a b" org="MineX" course="M1"/>', "make no course key"),
        ("", "not well-formed"),
        ('<course url_name="2026" org="MineX" course="M1"', "not well-formed"),
    ],
)
def test_an_export_without_a_course_is_refused(entry, cause):
    refusal = refused(small(**{"course/course.xml": entry}))
    assert refusal.file.endswith("course.xml")
    assert cause in refusal.cause


def test_a_library_is_called_one():
    assert "export of a library" in refused({"library/library.xml": b"<library/>"}).cause


def test_two_courses_in_one_export_are_refused():
    assert "more than one course" in refused({**small(), "other/course.xml": b"<course/>"}).cause


@pytest.mark.parametrize(
    ("policy", "cause"),
    [
        ("{", "is not JSON"),
        ("[]", "one object for each block"),
        ('{"course/2026": []}', "one object for each block"),
        ('{"a": NaN}', "NaN"),
        ('{"a": {}, "a": {}}', "twice"),
        ('{"course/2026": {"x": 1e999}}', "too large"),
        ('{"course/2026": {"x": "\\ud800"}}', "cannot be stored"),
        ("[" * 100_000, "nested too deeply"),
        ('{"course/2026": {"teams_configuration": {"team_sets": ["x"]}}}', "must be a list of objects"),
        ('{"course/2026": {"cohort_config": 5}}', "must be an object"),
        (b"\xff\xfe{}", "not UTF-8"),
    ],
)
def test_a_policy_that_is_none_is_refused(policy, cause):
    refusal = refused(small(policy=policy))
    assert refusal.file == "course/policies/2026/policy.json"
    assert cause in refusal.cause


def test_a_byte_order_mark_is_no_harm():
    assert read_small(policy=b"\xef\xbb\xbf" + b'{"course/2026": {"display_name": "M"}}').display_name == "M"


def test_the_key_is_that_of_the_export():
    assert read_small().key == SMALL
