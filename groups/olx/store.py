"""Writing what was read: in place, so that rows of the same block keep their ids, and in few statements."""

from collections import defaultdict

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from console import history, tracking
from console.transactions import atomic_with_retries
from groups.errors import GroupStaleError
from groups.models import CourseBlock, CourseContent, PartitionGroup, UserPartition
from groups.olx import rows
from groups.olx.course import ReadCourse
from groups.olx.errors import OlxRefusedError
from groups.partitions import Partition
from groups.rules import Permission

CHUNK = 1000
STALE = "Somebody changed this course’s content or configurations in the meantime."
PARTITION_FIELDS = ("name", "description", "scheme", "parameters", "active", "version")
GROUP_FIELDS = ("name", "version", "position")


@atomic_with_retries
def import_content(
    *, course: ReadCourse, course_key, source: str, actor=None, seen_revision: int | None = None
) -> list[rows.Change]:
    """Make a run's content what an export says.

    Args:
        course: as read.
        course_key: the run to write; blocks get its keys whatever run the export came from.
        source: name of the file or folder.
        actor: the signed-in person; None for the command line, which has no account.
        seen_revision: of the content that was compared with, 0 for none; None to write whatever is there.

    Returns:
        What was changed.

    Raises:
        PermissionDenied: the actor does not manage the groups of this run.
        GroupStaleError: the content has another revision by now.
        OlxRefusedError: a block's key would be too long in this run.
    """
    if actor is not None and not actor.has_perm(Permission.MANAGE, course_key):
        raise PermissionDenied
    content = _locked(course_key)
    if seen_revision is not None and content.revision != seen_revision:
        raise GroupStaleError(STALE)
    changes = [*_write_partitions(content, course.partitions), *_write_blocks(content, course)]
    _write_course(content, course, source, actor)
    if actor is not None:
        _tell(content, course, actor, changes)
    return changes


def _locked(course_key):
    """Return the run's content row, made when there is none; the lock makes imports take turns."""
    rows_of_run = CourseContent.objects.select_for_update()
    empty = {"imported_at": timezone.now(), "revision": 0}
    content, _ = rows_of_run.get_or_create(course_id=course_key, defaults=empty)
    if content.course_id != course_key:
        raise OlxRefusedError("", f"There is content of {content.course_id}, which differs in letter case only.")
    return content


def _write_course(content, course, source, actor):
    content.display_name = course.display_name
    content.source = source[-255:]
    content.imported_at = timezone.now()
    content.imported_by = actor
    content.run_name, content.policy, content.course_xml = course.run_name, course.policy, course.course_xml
    content.teams_configuration, content.cohort_config = course.teams_configuration, course.cohort_config
    content.warnings = course.warnings
    content.revision += 1
    content.save()


def _tell(content, course, actor, changes):
    counts = summary(changes)
    message = f"Imported {len(course.blocks)} blocks from {content.source} ({course.key}): {counts or 'no change'}"
    history.record(actor=actor, obj=content, message=message)
    tracking.emit(
        "lectern.course_content.imported",
        actor=actor,
        learner_id=None,
        course_key=content.course_id,
        data={"source_course_id": str(course.key), "blocks": len(course.blocks), "changes": len(changes)},
    )


def summary(changes: list[rows.Change]) -> str:
    """Say how many of what were changed: "3 blocks added, 1 partition renamed"."""
    counts = defaultdict(int)
    for change in changes:
        counts[change.what, change.kind] += 1
    return ", ".join(
        f"{count:,} {what}{'' if count == 1 else 's'}: {kind.lower()}" for (what, kind), count in counts.items()
    )


# --- Blocks ----------------------------------------------------------------------------------


def stored_blocks(content: CourseContent) -> dict[str, CourseBlock]:
    """Return a run's stored blocks by usage key, each with its parent's key as `parent_key`."""
    found = list(CourseBlock.objects.filter(course=content.pk))
    keys = {row.pk: str(row.usage_key) for row in found}
    for row in found:
        row.parent_key = keys.get(row.parent_id)
    return {str(row.usage_key): row for row in found}


def _write_blocks(content, course):
    new, old = rows.block_rows(course, content.course_id), stored_blocks(content)
    changes = rows.block_changes(old, new)
    kept = {str(row.usage_key) for row in new}
    _remove_blocks([row.pk for key, row in old.items() if key not in kept])
    by_depth = defaultdict(list)
    for row in new:
        if not _is_same(old.get(str(row.usage_key)), row):
            by_depth[row.depth].append(row)
    ids = {key: row.pk for key, row in old.items()}
    for depth in sorted(by_depth):
        _write_level(content, by_depth[depth], ids)
    return changes


def _is_same(old, new):
    return old is not None and all(getattr(old, name) == getattr(new, name) for name in (*rows.FIELDS, "parent_key"))


def _write_level(content, level, ids):
    """Write blocks of one depth; their parents are written by now. `ids` learns their primary keys."""
    for row in level:
        row.course, row.parent_id = content, ids.get(row.parent_key)
    upsert(CourseBlock, level, [*rows.FIELDS, "parent"], ["course", "usage_key"])
    written = CourseBlock.objects.filter(course=content, depth=level[0].depth).values_list("usage_key", "pk")
    ids.update((str(key), pk) for key, pk in written)


def _remove_blocks(keys):
    """Delete blocks; children that stay get their new parent later."""
    for start in range(0, len(keys), CHUNK):
        CourseBlock.objects.filter(parent__in=keys[start : start + CHUNK]).update(parent=None)
    for start in range(0, len(keys), CHUNK):
        CourseBlock.objects.filter(pk__in=keys[start : start + CHUNK]).delete()


def upsert(model, objects: list, fields: list[str], unique: list[str]) -> None:
    """Insert rows, or update those that have the same unique columns; these keep their primary keys."""
    # MySQL knows by itself which key was hit, and Django lets nobody say it there.
    unique = unique if connection.features.supports_update_conflicts_with_target else None
    model.objects.bulk_create(
        objects, batch_size=CHUNK, update_conflicts=True, update_fields=fields, unique_fields=unique
    )


# --- Partitions ------------------------------------------------------------------------------


def _write_partitions(content, partitions):
    before = rows.stored_partitions(content)
    if before != partitions:
        write_partitions(content, partitions)
    return rows.partition_changes(before, partitions)


def write_partitions(content: CourseContent, partitions: tuple[Partition, ...]) -> None:
    """Make a run's partitions these, in this order; the caller holds the lock of `content`."""
    content.partitions.exclude(partition_id__in=[partition.id for partition in partitions]).delete()
    upsert(
        UserPartition,
        [
            UserPartition(course=content, partition_id=partition.id, position=place, **_columns(partition))
            for place, partition in enumerate(partitions)
        ],
        [*PARTITION_FIELDS, "position"],
        ["course", "partition_id"],
    )
    _write_groups(dict(content.partitions.values_list("partition_id", "pk")), partitions)


def _write_groups(ids, partitions):
    rows_to_keep = []
    for partition in partitions:
        pk = ids[partition.id]
        kept = [group.id for group in partition.groups]
        PartitionGroup.objects.filter(partition=pk).exclude(group_id__in=kept).delete()
        rows_to_keep += [
            PartitionGroup(partition_id=pk, group_id=group.id, name=group.name, version=group.version, position=place)
            for place, group in enumerate(partition.groups)
        ]
    upsert(PartitionGroup, rows_to_keep, list(GROUP_FIELDS), ["partition", "group_id"])


def _columns(partition):
    return {name: getattr(partition, name) for name in PARTITION_FIELDS}
