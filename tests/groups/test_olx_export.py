"""Files go back to Studio as they came: only the partitions' value is replaced, and only when it was edited."""

import json

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.models import CourseContent, PartitionGroup, UserPartition
from groups.olx import export
from groups.olx.rows import stored_partitions
from groups.olx.store import import_content
from groups.partitions import read_partitions
from tests.groups.exports import SEA, SEAMANSHIP, read_small, seamanship

pytestmark = pytest.mark.django_db

PART = {
    "active": True, "description": "", "groups": [{"id": 1, "name": "A", "version": 1}],
    "id": 100, "name": "P", "parameters": {}, "scheme": "cohort", "version": 3,
}  # fmt: skip


def content_of(**files):
    course = read_small(**files)
    import_content(course=course, course_key=course.key, source="x")
    return CourseContent.objects.get(course_id=course.key)


def rename(name="Renamed"):
    UserPartition.objects.filter(partition_id=100).update(name=name)


@pytest.fixture
def sea():
    import_content(course=seamanship(), course_key=SEA, source="x")
    return CourseContent.objects.get()


def test_without_an_edit_the_files_are_the_files(sea):
    assert not export.is_edited(sea)
    assert export.exported_policy(sea).encode() == (SEAMANSHIP / "policies/2026_T1/policy.json").read_bytes()
    assert export.exported_course_xml(sea).encode() == (SEAMANSHIP / "course/2026_T1.xml").read_bytes()


def test_an_edit_changes_its_lines_only(sea):
    UserPartition.objects.filter(name="Watches").update(name="Shifts")
    before, after = sea.policy.splitlines(), export.exported_policy(sea).splitlines()

    assert export.is_edited(sea)
    assert [line for line in after if line not in before] == ['                "name": "Shifts",']
    assert len(before) == len(after)


def test_an_edit_that_is_taken_back_leaves_the_files_as_they_came(sea):
    UserPartition.objects.filter(name="Watches").update(name="Shifts")
    UserPartition.objects.filter(name="Shifts").update(name="Watches")
    assert export.exported_policy(sea) == sea.policy


def test_the_attribute_of_the_course_follows(sea):
    UserPartition.objects.filter(name="Watches").update(name="Ship’s <watches> & \"more\" 'quoted'")
    before, after = sea.course_xml, export.exported_course_xml(sea)
    old, new = fromstring(before), fromstring(after)

    assert read_partitions(json.loads(new.get("user_partitions"))) == stored_partitions(sea)
    assert {**new.attrib, "user_partitions": ""} == {**old.attrib, "user_partitions": ""}
    start, end = before.index("user_partitions=") + len("user_partitions="), before.index("'>")
    assert after.startswith(before[:start])
    assert after.endswith(before[end + 1 :])


def test_what_is_exported_is_imported_again(sea):
    PartitionGroup.objects.filter(name="Day watch").update(name="Früh ☀")
    exported = export.exported_policy(sea)
    assert read_partitions(json.loads(exported)["course/2026_T1"]["user_partitions"]) == stored_partitions(sea)


def test_keys_that_we_do_not_know_are_kept():
    raw = {**PART, "color": "red", "groups": [{**PART["groups"][0], "usage": []}]}
    content = content_of(policy=json.dumps({"course/2026": {"user_partitions": [raw]}}))
    rename()
    exported = json.loads(export.exported_policy(content))["course/2026"]["user_partitions"][0]
    assert (exported["name"], exported["color"], exported["groups"][0]["usage"]) == ("Renamed", "red", [])


@pytest.mark.parametrize(
    "policy",
    [
        '{"course/2026": {"a": [1, 2], "user_partitions": %s, "z": {"user_partitions": 5}}}',
        '\ufeff{ "other": {"user_partitions": []},\n\t"course/2026" :\n\t{\n\t\t"user_partitions" : %s\n\t}\n}\n',
        '{"course\\/2026":{"b":"\\u00e9","user\\u005fpartitions":%s}}',
        '{\r\n  "course/2026": {\r\n    "x": "é",\r\n    "user_partitions": %s\r\n  }\r\n}',
    ],
)
def test_only_the_value_is_replaced_however_the_file_is_written(policy):
    content = content_of(policy=policy % json.dumps([PART]))
    rename()
    exported = export.exported_policy(content)

    head, tail = policy.split("%s")
    assert exported.startswith(head)
    assert exported.endswith(tail)
    assert json.loads(exported.removeprefix("\ufeff"))["course/2026"]["user_partitions"][0]["name"] == "Renamed"


@pytest.mark.parametrize(
    "policy", ['{"course/2026": {}}', '{"course/2026":\n{\n    "x": 1\n}}', "{}", '{"other": {"x": 1}}', None]
)
def test_a_policy_without_partitions_gets_them(policy):
    files = {"course/policies/2026/policy.json": None} if policy is None else {"policy": policy}
    content = content_of(**files)
    assert export.exported_policy(content) == (policy or "")

    UserPartition.objects.create(course=content, partition_id=100, name="P", scheme="cohort", position=0)
    exported = json.loads(export.exported_policy(content))
    assert exported["course/2026"].pop("user_partitions")[0]["id"] == 100
    before = json.loads(policy or "{}")
    assert exported == {**before, "course/2026": before.get("course/2026", {})}


def test_where_only_the_attribute_has_them_only_it_is_changed():
    start = "<!-- a --><course\n  display_name='x user_partitions=\"no\"' user_partitions = "
    course = f"{start}'{json.dumps([PART])}'><b/></course>"
    content = content_of(course=course)
    rename()

    assert export.exported_policy(content) == content.policy
    exported = export.exported_course_xml(content)
    assert json.loads(fromstring(exported).get("user_partitions"))[0]["name"] == "Renamed"
    assert exported.startswith('<!-- a --><course\n  display_name=\'x user_partitions="no"\' user_partitions = "[')
    assert exported.endswith("><b/></course>")


def test_a_configuration_that_is_gone_is_gone_from_the_file(sea):
    UserPartition.objects.filter(name="Season 2024").delete()
    exported = json.loads(export.exported_policy(sea))["course/2026_T1"]
    assert [part["name"] for part in exported["user_partitions"]] == ["Watches", "Knots: film or drawing"]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text('abc}{"\\,:', max_size=3), inner, max_size=2),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=200)
@given(
    before=st.dictionaries(st.text('ab"{}', min_size=1, max_size=4), VALUES, max_size=3),
    after=st.dictionaries(st.text('cd"{}', min_size=1, max_size=4), VALUES, max_size=3),
    indent=st.sampled_from([None, 0, 2, 4, "\t"]),
    ascii_only=st.booleans(),
)
def test_any_policy_keeps_everything_else(before, after, indent, ascii_only):
    value = {**before, "user_partitions": [1], **after}
    text = json.dumps({"x/y": {"user_partitions": 2}, "course/R": value}, indent=indent, ensure_ascii=ascii_only)
    replaced = export.with_value(text, "course/R", [{"new": "é"}])
    assert json.loads(replaced) == {
        "x/y": {"user_partitions": 2},
        "course/R": {**value, "user_partitions": [{"new": "é"}]},
    }
    assert list(json.loads(replaced)["course/R"]) == list(value)
