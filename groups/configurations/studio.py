"""Studio's rules for group configurations (cms/djangoapps/contentstore/course_group_config.py), kept here too.

What Studio checks in the browser only is checked here: unique names of groups, and that nothing is
taken away that content or links point at (`usage`).
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from groups.errors import GroupRefusedError
from groups.partitions import COHORT, MAX_ID, NAME_LENGTH, RANDOM, VERSION, Group, Partition

# Below: reserved, dynamic partitions (50, 51) and plugins.
FIRST_FREE_ID = 100
# What can be made and changed here. Others are kept as they are.
EDITABLE = {COHORT: "Content groups", RANDOM: "Experiment"}
DEFAULT_NAME = "Content Groups"
DEFAULT_DESCRIPTION = "Use this group configuration to control access to content."


class ConfigurationRefusedError(GroupRefusedError):
    """An edit that is not made.

    Args:
        sentence: why, for the person to read.
        field: of the form, or a place in the JSON; empty when it is about the whole.
    """

    def __init__(self, sentence: str, field: str = ""):
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class GroupEdit:
    """A group as a form has it; without `id` it is a new one."""

    name: str
    id: int | None = None


@dataclass(frozen=True)
class Wanted:
    """A configuration as a form has it: all groups that it shall have, in order."""

    name: str
    description: str
    groups: tuple[GroupEdit, ...]


def draw_id(taken: Collection[int]) -> int:
    """Return an id at random that is not taken, in the range that Studio draws from."""
    while True:
        drawn = FIRST_FREE_ID + secrets.randbelow(MAX_ID - FIRST_FREE_ID + 1)
        if drawn not in taken:
            return drawn


def new_partition(wanted: Wanted, scheme: str, taken_ids: Collection[int]) -> Partition:
    """Return a new partition with ids of its own.

    Args:
        scheme: "cohort" for content groups, "random" for an experiment.
        taken_ids: of partitions and groups of this course, and of what content still names.

    Raises:
        ConfigurationRefusedError: no name, no group, or a scheme that is not made by hand.
    """
    if scheme not in EDITABLE:
        raise ConfigurationRefusedError("Unable to make this type of group configuration.", "scheme")
    taken = set(taken_ids)
    partition_id = draw_id(taken)
    groups = with_ids(wanted.groups, {}, taken | {partition_id})
    if not groups:
        raise ConfigurationRefusedError("A configuration must have at least one group.", "groups")
    partition = Partition(partition_id, wanted.name.strip(), scheme, wanted.description.strip(), groups)
    check_partition(partition)
    return partition


def edited(partition: Partition, wanted: Wanted, taken_ids: Collection[int]) -> Partition:
    """Return a partition with another name, description and groups; groups keep their ids.

    Raises:
        ConfigurationRefusedError: not editable, no name, an id that is not of this partition, or
            names that do not do.
    """
    if partition.scheme not in EDITABLE:
        raise ConfigurationRefusedError("Unable to load this type of group configuration.")
    known = {group.id: group for group in partition.groups}
    after = replace(
        partition,
        name=wanted.name.strip(),
        description=wanted.description.strip(),
        groups=with_ids(wanted.groups, known, set(taken_ids)),
        version=VERSION,
    )
    check_partition(after)
    return after


def with_ids(groups: Iterable[GroupEdit], known: dict[int, Group], taken: set[int]) -> tuple[Group, ...]:
    """Return groups with their ids; new ones get one that is not taken."""
    found = []
    for group in groups:
        if group.id is not None and group.id not in known:
            raise ConfigurationRefusedError(f"Group {group.id} is not of this configuration.", "groups")
        if group.id is not None and any(earlier.id == group.id for earlier in found):
            raise ConfigurationRefusedError(f"Group {group.id} stands twice.", "groups")
        group_id = draw_id(taken) if group.id is None else group.id
        taken.add(group_id)
        found.append(Group(group_id, group.name.strip()))
    return tuple(found)


def check_partition(partition: Partition) -> None:
    """Raise ConfigurationRefusedError when names or groups do not do."""
    _check_name(partition.name, "name", "The configuration")
    if partition.scheme == RANDOM and not partition.groups:
        raise ConfigurationRefusedError("An experiment must keep at least one group.", "groups")
    names = set()
    for group in partition.groups:
        _check_name(group.name, "groups", "Each group")
        if group.name.casefold() in names:
            raise ConfigurationRefusedError(f"Two groups are called “{group.name}”. Give each its own name.", "groups")
        names.add(group.name.casefold())


def _check_name(name, field, whose):
    if not name.strip():
        raise ConfigurationRefusedError(f"{whose} must have a name.", field)
    if len(name) > NAME_LENGTH:
        raise ConfigurationRefusedError(f"{whose} must have a name of at most {NAME_LENGTH} characters.", field)


def check_replacement(before: tuple[Partition, ...], after: tuple[Partition, ...]) -> tuple[Partition, ...]:
    """Return the partitions to store in place of `before`, with Studio's version in what was changed.

    Raises:
        ConfigurationRefusedError: a scheme that may not be stored or changed, an id out of range or
            twice in the course, or names that do not do. Its `field` is the place in the list.
    """
    old = {partition.id: partition for partition in before}
    checked = []
    for number, partition in enumerate(after):
        if partition != old.get(partition.id):
            partition = replace(partition, version=VERSION)  # noqa: PLW2901 (the one to store)
            _check_change(old.get(partition.id), partition, f"[{number}]")
        checked.append(partition)
    _check_group_ids(old, checked)
    return tuple(checked)


def _check_change(old, new, place):
    if new.scheme not in EDITABLE:
        raise ConfigurationRefusedError(
            f"Partitions of scheme {new.scheme} cannot be made or changed here.", f"{place}.scheme"
        )
    if old is not None and old.scheme != new.scheme:
        raise ConfigurationRefusedError("The scheme of a configuration cannot be changed.", f"{place}.scheme")
    if old is None and new.id < FIRST_FREE_ID:
        raise ConfigurationRefusedError(f"Ids below {FIRST_FREE_ID} are reserved.", f"{place}.id")
    try:
        check_partition(new)
    except ConfigurationRefusedError as refusal:
        raise ConfigurationRefusedError(str(refusal), f"{place}.{refusal.field}") from refusal


def _check_group_ids(old, after):
    """Refuse a new group whose id another partition of the course has; courses of old may have such."""
    seen = {}
    for number, partition in enumerate(after):
        before = {group.id for group in old[partition.id].groups} if partition.id in old else set()
        for group in partition.groups:
            other = seen.setdefault(group.id, partition)
            is_new = group.id not in before
            if is_new and group.id < FIRST_FREE_ID:
                raise ConfigurationRefusedError(
                    f"Group id {group.id}: ids below {FIRST_FREE_ID} are reserved.", f"[{number}].groups"
                )
            if other is not partition and is_new:
                raise ConfigurationRefusedError(
                    f"Group id {group.id} is also in “{other.name}”; ids are unique in a course.", f"[{number}].groups"
                )
