"""The platform's answer for one block, in the order of its own check.

Source: lms/djangoapps/courseware/access.py, `_has_group_access`. Where each set has one group at
most this is the platform's rule; with more, one of them is enough.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from groups.access.course import Partition
from groups.access.merge import Rule


class Code(StrEnum):
    """What decided. The first one that applies, in this order."""

    STAFF = "staff"
    STAFF_ONLY = "staff only"
    NOBODY = "nobody"
    UNKNOWN_PARTITION = "deleted group configuration"
    UNKNOWN_GROUP = "deleted group"
    NOT_IN_GROUP = "not in a group"
    BRANCH = "other branch"
    IN_GROUP = "in a group"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with its reason.

    Attributes:
        partition: id of the partition that decided, if one did.
    """

    granted: bool
    code: Code
    partition: int | str | None = None


GroupsOf = Callable[[int], Collection[int]]


def decide(
    rule: Rule, partitions: Mapping[int, Partition], groups_of: GroupsOf, *, is_staff: bool, staff_only: bool
) -> Decision:
    """Decide whether a learner may see a block.

    Args:
        rule: the block's merged rule.
        partitions: those of the course run, by id; another id is of a deleted one.
        groups_of: the learner's effective set in a partition.
        is_staff: whether the learner is staff of the course run.
        staff_only: whether the block itself is visible to staff only; that beats its rule.
    """
    if is_staff:
        return Decision(granted=True, code=Code.STAFF)
    if staff_only:
        return Decision(granted=False, code=Code.STAFF_ONLY)
    return decide_by_groups(rule, partitions, groups_of)


def decide_by_groups(rule: Rule, partitions: Mapping[int, Partition], groups_of: GroupsOf) -> Decision:
    """Decide by the merged rule alone."""
    nobody = next((partition_id for partition_id, groups in rule.items() if groups is False), None)
    if nobody is not None:
        return Decision(granted=False, code=Code.NOBODY, partition=nobody)
    unknown = next((partition_id for partition_id in rule if partition_id not in partitions), None)
    if unknown is not None:
        return Decision(granted=False, code=Code.UNKNOWN_PARTITION, partition=unknown)
    entries = [(partitions[partition_id], groups) for partition_id, groups in rule.items()]
    return _decide_by_active(
        [(partition, groups) for partition, groups in entries if partition.active and groups], groups_of
    )


def _decide_by_active(entries, groups_of):
    for partition, groups in entries:
        if not all(partition.has_group(group) for group in groups):
            return Decision(granted=False, code=Code.UNKNOWN_GROUP, partition=partition.id)
    for partition, groups in entries:
        if groups.isdisjoint(groups_of(partition.id)):
            return Decision(granted=False, code=Code.NOT_IN_GROUP, partition=partition.id)
    return Decision(granted=True, code=Code.IN_GROUP if entries else Code.OPEN)
