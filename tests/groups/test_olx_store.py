"""Writing an import: in place, told by block and partition, atomic, and in few statements."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from opaque_keys.edx.keys import CourseKey

from groups.errors import GroupStaleError
from groups.models import CourseBlock, CourseContent, PartitionGroup, UserPartition
from groups.olx.rows import Kind, stored_partitions
from groups.olx.store import import_content, summary
from tests import factories
from tests.groups.exports import SEA, SEAMANSHIP, SMALL, packed, read_small, seamanship, small

pytestmark = pytest.mark.django_db


def write(course, key=None, **more):
    return import_content(course=course, course_key=key or course.key, source="export.tar.gz", **more)


def told(changes):
    return {(change.kind, change.name) for change in changes}


def block(name, key=SMALL):
    return CourseBlock.objects.get(course__course_id=key, usage_key__endswith=f"@{name}")


def policy(*partitions):
    return json.dumps({"course/2026": {"user_partitions": list(partitions)}})


def partition(number=100, name="P", groups=((1, "A"), (2, "B")), **more):
    rows = [{"id": group, "name": title, "version": 1} for group, title in groups]
    return {"id": number, "name": name, "description": "", "scheme": "cohort", "version": 3, "groups": rows, **more}


# --- First import ----------------------------------------------------------------------------


def test_everything_that_was_read_is_stored():
    course = seamanship()
    changes = write(course)
    content = CourseContent.objects.get(course_id=SEA)

    assert content.blocks.count() == len(course.blocks) == sum(change.what == "block" for change in changes)
    assert stored_partitions(content) == course.partitions
    assert (content.policy, content.course_xml) == (course.policy, course.course_xml)
    assert content.policy.encode() == (SEAMANSHIP / "policies/2026_T1/policy.json").read_bytes()
    assert (content.display_name, content.run_name, content.revision) == ("Seamanship 101", "2026_T1", 1)
    assert content.cohort_config["auto_cohort_groups"] == ["Red", "Green"]


def test_rows_hang_together():
    write(seamanship())
    rows = list(CourseBlock.objects.order_by("position").select_related("parent"))

    assert [row.position for row in rows] == list(range(len(rows)))
    assert all(row.parent.position < row.position and row.parent.depth == row.depth - 1 for row in rows[1:])
    assert rows[0].parent is None
    assert CourseBlock.objects.get(usage_key__endswith="@clove").parent.usage_key.block_id == "hitches"


def test_a_rerun_gets_keys_of_its_own():
    rerun = CourseKey.from_string("course-v1:SailX+SEA101+2027_T1")
    write(seamanship(), rerun)
    assert {row.usage_key.course_key for row in CourseBlock.objects.all()} == {rerun}


def test_a_run_with_an_old_key_gets_old_block_keys():
    key = CourseKey.from_string("SailX/SEA101/2026_T1")
    write(seamanship(), key)
    assert str(CourseBlock.objects.get(position=0).usage_key) == "i4x://SailX/SEA101/course/2026_T1"


# --- Again -----------------------------------------------------------------------------------


def test_the_same_export_again_changes_nothing_and_keeps_the_rows():
    write(seamanship())
    before = dict(CourseBlock.objects.values_list("usage_key", "pk"))
    partitions = dict(PartitionGroup.objects.values_list("group_id", "pk"))

    assert write(seamanship()) == []
    assert dict(CourseBlock.objects.values_list("usage_key", "pk")) == before
    assert dict(PartitionGroup.objects.values_list("group_id", "pk")) == partitions
    assert CourseContent.objects.get().revision == 2


def test_blocks_that_came_went_moved_and_changed_are_told():
    write(
        read_small(
            '<html url_name="a" display_name="A"/><html url_name="b" display_name="B"/><html url_name="gone" x="1"/>'
        )
    )
    kept = block("a").pk
    moved = (
        '<html url_name="new" display_name="New"/>'
        '<wrapper url_name="w" display_name="W"><html url_name="a" display_name="A"/></wrapper>'
        '<html url_name="b" display_name="Bee" group_access="{&quot;100&quot;: [1]}"/>'
    )
    changes = write(read_small(moved))

    assert told(changes) == {
        (Kind.ADDED, "New"),
        (Kind.ADDED, "W"),
        (Kind.REMOVED, "gone"),
        (Kind.MOVED, "A"),
        (Kind.RENAMED, "Bee"),
        (Kind.RESTRICTION, "Bee"),
    }
    assert (block("a").pk, block("a").parent.usage_key.block_id) == (kept, "w")
    assert block("b").group_access == {"100": [1]}
    assert summary(changes).startswith("1 block: removed, 2 blocks: added")


def test_a_block_survives_its_parent():
    write(read_small('<wrapper url_name="w" display_name="W"><html url_name="a" x="1"/></wrapper>'))
    kept = block("a").pk
    write(read_small('<html url_name="a" x="1"/>'))
    assert (block("a").pk, block("a").parent.usage_key.block_id) == (kept, "v")
    assert not CourseBlock.objects.filter(usage_key__endswith="@w").exists()


def test_a_key_that_changed_its_letter_case_is_a_new_block():
    write(read_small('<html url_name="Intro" display_name="Old"/>'))
    write(read_small('<html url_name="intro" display_name="New"/>'))
    assert [row.display_name for row in CourseBlock.objects.filter(block_type="html")] == ["New"]


def test_changes_of_partitions_are_told_and_rows_kept():
    write(read_small(policy=policy(partition(), partition(200, "Q"), partition(300, "Off"))))
    kept = UserPartition.objects.get(partition_id=100).pk
    after = [
        partition(200, "Q", groups=((2, "B"), (1, "A"))),
        partition(100, "P2", groups=((1, "Ah"), (3, "C"))),
        partition(400, "New"),
    ]
    changes = write(read_small(policy=policy(*after)))

    assert told(changes) == {
        (Kind.REMOVED, "Off"),
        (Kind.CHANGED, "Q"),
        (Kind.RENAMED, "P2"),
        (Kind.REMOVED, "P2 / B"),
        (Kind.RENAMED, "P2 / Ah"),
        (Kind.ADDED, "P2 / C"),
        (Kind.ADDED, "New"),
    }
    assert UserPartition.objects.get(partition_id=100).pk == kept
    assert [part.id for part in stored_partitions(CourseContent.objects.get())] == [200, 100, 400]


def test_another_course_stays_as_it_is():
    write(seamanship())
    write(read_small('<html url_name="a" x="1"/>', policy=policy(partition())))
    assert CourseBlock.objects.filter(course__course_id=SEA).count() == len(seamanship().blocks)
    assert UserPartition.objects.filter(course__course_id=SEA).count() == 3


# --- Who, and when ---------------------------------------------------------------------------


def test_an_instructor_of_another_course_may_not():
    with pytest.raises(PermissionDenied):
        write(read_small(), actor=factories.course_staff("course-v1:OtherX+O1+2026"))
    assert not CourseContent.objects.exists()


def test_a_change_in_the_meantime_is_noticed_and_nothing_written():
    write(read_small('<html url_name="a" x="1"/>'))
    with pytest.raises(GroupStaleError):
        write(read_small(), seen_revision=0)
    assert block("a")


def test_an_import_is_in_the_history():
    actor = factories.course_staff(SMALL)
    write(read_small('<html url_name="a" x="1"/>'), actor=actor)
    entry = LogEntry.objects.get(user=actor)
    assert "Imported 5 blocks from export.tar.gz" in entry.change_message
    assert CourseContent.objects.get().imported_by == actor


def test_statements_do_not_grow_with_the_blocks(django_assert_max_num_queries):
    few = read_small("".join(f'<html url_name="h{number}" x="1"/>' for number in range(20)))
    many = read_small("".join(f'<html url_name="h{number}" x="1"/>' for number in range(900)))
    with django_assert_max_num_queries(40):
        write(few)
    # SQLite takes some hundred rows in one statement.
    with django_assert_max_num_queries(60):
        write(many)


# --- The command -----------------------------------------------------------------------------


def test_the_command_reads_a_folder_and_an_archive(tmp_path, capsys):
    call_command("import_course", SEAMANSHIP)
    file = tmp_path / "export.tar.gz"
    file.write_bytes(packed(small()).getvalue())
    call_command("import_course", file)

    assert set(CourseContent.objects.values_list("course_id", flat=True)) == {SEA, SMALL}
    assert "Imported 4 blocks into course-v1:MineX+M1+2026: 4 blocks: added." in capsys.readouterr().out


def test_the_command_imports_as_another_run():
    call_command("import_course", SEAMANSHIP, course="course-v1:SailX+SEA101+2027_T1")
    assert CourseContent.objects.get().course_id.run == "2027_T1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no/such/path"], "cannot be read: No such file"),
        ([str(SEAMANSHIP / "course.xml")], "no .tar.gz archive"),
        ([str(SEAMANSHIP / "chapter")], "There is no course.xml"),
        ([str(SEAMANSHIP), "--course", "nonsense"], "nonsense is no course key"),
    ],
)
def test_the_command_refuses_with_a_cause(arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("import_course", *arguments)
    assert not CourseContent.objects.exists()
