"""Rows for what was read, and what they would change: by usage key and by the course's own ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from groups.models import CourseBlock, CourseContent
from groups.olx.course import ReadCourse
from groups.olx.errors import OlxRefusedError
from groups.partitions import Group, Partition

KEY_LENGTH = 255
# The fields whose change is told as a changed restriction.
RESTRICTIONS = ("group_access", "visible_to_staff_only", "start", "user_partition_id", "group_id_to_child")
FIELDS = ("block_type", "display_name", "position", "depth", *RESTRICTIONS)


class Kind(StrEnum):
    """What an import does to a block, partition or group."""

    ADDED = "Added"
    REMOVED = "Removed"
    RENAMED = "Renamed"
    MOVED = "Moved"
    RESTRICTION = "Restriction changed"
    CHANGED = "Changed"


@dataclass(frozen=True)
class Change:
    """One line of the report.

    Attributes:
        what: "block", "configuration" or "group".
        name: what people call it.
        detail: before and after, in words; empty where the kind says it all.
    """

    kind: Kind
    what: str
    key: str
    name: str
    detail: str = ""


def block_rows(course: ReadCourse, course_key: CourseKey) -> list[CourseBlock]:
    """Return the unsaved blocks of a course as blocks of a run, each with its parent's key as `parent_key`.

    Raises:
        OlxRefusedError: a block's key would be too long in this run.
    """
    keys = [block.usage_key(course_key) for block in course.blocks]
    by_name = {(block.type, block.name): str(key) for block, key in zip(course.blocks, keys, strict=True)}
    rows = []
    for place, (block, key) in enumerate(zip(course.blocks, keys, strict=True)):
        if len(str(key)) > KEY_LENGTH:
            raise OlxRefusedError(block.file, f"The block's key is longer than {KEY_LENGTH} characters in this run.")
        fields = vars(block.fields) | {"group_id_to_child": _branches(block.fields.group_id_to_child, by_name)}
        row = CourseBlock(usage_key=key, block_type=block.type, position=place, depth=block.depth, **fields)
        row.parent_key = None if block.parent is None else str(keys[block.parent])
        rows.append(row)
    return rows


def _branches(children, by_name):
    """Point the branches of a split test to the blocks of this run; what cannot be found stays as it is."""
    if children is None:
        return None
    return {group_id: by_name.get(_name_of(child), child) for group_id, child in children.items()}


def _name_of(text):
    try:
        key = UsageKey.from_string(text)
    except InvalidKeyError:
        return None
    return key.block_type, key.block_id


def stored_partitions(content: CourseContent) -> tuple[Partition, ...]:
    """Return the partitions of a run as they are kept, in their order."""
    rows = content.partitions.order_by("position").prefetch_related("groups")
    return tuple(as_partition(row) for row in rows)


def as_partition(row) -> Partition:
    """Return a `UserPartition` row with its groups as a partition."""
    groups = sorted(row.groups.all(), key=lambda group: group.position)
    return Partition(
        id=row.partition_id,
        name=row.name,
        scheme=row.scheme,
        description=row.description,
        groups=tuple(Group(group.group_id, group.name, group.version) for group in groups),
        parameters=row.parameters,
        active=row.active,
        version=row.version,
    )


# --- What changes ----------------------------------------------------------------------------


def block_changes(old: dict[str, CourseBlock], new: Iterable[CourseBlock]) -> list[Change]:
    """Return what becomes of each block.

    Args:
        old: the stored ones by usage key, each with its parent's key as `parent_key`.
        new: from `block_rows`.
    """
    new = {str(row.usage_key): row for row in new}
    changes = [_of_block(Kind.REMOVED, row) for key, row in old.items() if key not in new]
    for key, row in new.items():
        changes += _changes_of(old[key], row) if key in old else [_of_block(Kind.ADDED, row)]
    return changes


def _changes_of(old, new):
    if old.display_name != new.display_name:
        yield _of_block(Kind.RENAMED, new, f"was “{old.display_name}”")
    if old.parent_key != new.parent_key:
        yield _of_block(Kind.MOVED, new)
    if any(getattr(old, name) != getattr(new, name) for name in RESTRICTIONS):
        yield _of_block(Kind.RESTRICTION, new, _restriction_change(old, new))


def _of_block(kind, row, detail=""):
    return Change(kind, "block", str(row.usage_key), row.display_name or row.usage_key.block_id, detail)


def _restriction_change(old, new):
    words = {
        "group_access": "groups",
        "visible_to_staff_only": "staff only",
        "start": "start",
        "user_partition_id": "experiment",
        "group_id_to_child": "branches",
    }
    return ", ".join(word for name, word in words.items() if getattr(old, name) != getattr(new, name))


def partition_changes(old: Iterable[Partition], new: Iterable[Partition]) -> list[Change]:
    """Return what becomes of each partition and group."""
    old, new = ({partition.id: partition for partition in partitions} for partitions in (old, new))
    changes = [_of_partition(Kind.REMOVED, partition) for key, partition in old.items() if key not in new]
    for key, partition in new.items():
        if key not in old:
            changes.append(_of_partition(Kind.ADDED, partition))
        elif old[key] != partition:
            changes += _within(old[key], partition)
    return changes


def _within(old, new):
    if old.name != new.name:
        yield _of_partition(Kind.RENAMED, new, f"was “{old.name}”")
    if _settings(old) != _settings(new):
        yield _of_partition(Kind.CHANGED, new, _setting_changes(old, new))
    yield from _group_changes(old, new)


def _settings(partition):
    return {name: getattr(partition, name) for name in ("scheme", "description", "parameters", "active", "version")}


def _setting_changes(old, new):
    after = _settings(new)
    return ", ".join(name for name, value in _settings(old).items() if value != after[name])


def _group_changes(old, new):
    before, after = ({group.id: group for group in partition.groups} for partition in (old, new))
    for key, group in before.items():
        if key not in after:
            yield _of_group(Kind.REMOVED, new, group)
    for key, group in after.items():
        if key not in before:
            yield _of_group(Kind.ADDED, new, group)
        elif before[key].name != group.name:
            yield _of_group(Kind.RENAMED, new, group, f"was “{before[key].name}”")
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield _of_partition(Kind.CHANGED, new, "order of groups")


def _of_partition(kind, partition, detail=""):
    return Change(kind, "configuration", str(partition.id), partition.name, detail)


def _of_group(kind, partition, group, detail=""):
    return Change(kind, "group", f"{partition.id}/{group.id}", f"{partition.name} / {group.name}", detail)
