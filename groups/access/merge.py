"""The blocks of a course run with their merged rules.

A block's rule maps partition ids to the group ids that may see it. The platform merges it with
those of all blocks above (lms/djangoapps/lms_xblock/mixin.py, `merged_group_access`), so that a
child can never be open to more groups than its parent.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import CharField
from django.db.models.functions import Cast

from groups.access.course import CourseFacts
from groups.models import CourseBlock

# Group ids by partition id. False: no group is left, nobody may see it.
Rule = dict[int | str, frozenset | bool]
EMPTY: Rule = {}


@dataclass(slots=True, eq=False)
class Node:
    """A block in its tree.

    Attributes:
        own: the block's own rule, as imported; an empty set restricts nothing.
        merged: the rule that holds for it, by the platform's runtime.
        navigation: the same, as its navigation merges it.
        start: when the block and all above it are released; None when none has a date.
        branch: of an experiment: the partition, and the groups that are shown this block.
    """

    pk: int
    key: str
    block_type: str
    name: str
    depth: int
    parent: "Node | None"
    own: Rule
    staff_only: bool = False
    start: datetime | None = None
    branch: tuple[int, frozenset] | None = None
    experiment: tuple[int, dict] | None = None
    children: list["Node"] = field(default_factory=list)
    merged: Rule = field(default_factory=dict)
    navigation: Rule = field(default_factory=dict)

    @property
    def is_restricted(self) -> bool:
        """Say whether anything of the block, or above it, keeps anybody out."""
        return bool(self.merged or self.staff_only or self.branch)

    def chain(self):
        """Yield the block and those above it, up to the course."""
        node = self
        while node is not None:
            yield node
            node = node.parent


def parse(raw) -> Rule:
    """Return a rule as stored (JSON: keys are text) with numbers as keys and sets of group ids.

    Members that are no numbers are kept: they name no group, which closes a block to everybody. A
    partition without a list (null) is left out: it restricts nothing.
    """
    if not isinstance(raw, dict):
        return EMPTY
    return {_number(key): _members(groups) for key, groups in raw.items() if groups is not None}


def _number(key):
    text = str(key)
    return int(text) if text.lstrip("-").isdigit() and text.isascii() else text


def _members(groups):
    listed = groups if isinstance(groups, list) else [groups]
    return frozenset(group if isinstance(group, int | str) else repr(group) for group in listed)


def merge(parent: Rule | None, own: Rule) -> Rule:
    """Return the rule of a block under a parent with the merged rule `parent` (None: it is the root).

    A list that has nothing in common with the parent's becomes False, and stays so further down. The
    root's own rule is taken as it is: an empty list there has nothing in common with any list below.
    """
    if parent is None:
        return own
    local = {partition: groups for partition, groups in own.items() if groups}
    if not local:
        return parent
    merged = dict(parent)
    for partition, groups in local.items():
        above = merged.get(partition)
        merged[partition] = groups if above is None else above is not False and ((above & groups) or False)
    return merged


def merge_for_navigation(parent: Rule | None, own: Rule) -> Rule:
    """Return the rule as the navigation merges it: an empty list restricts nothing, the root's neither.

    What has nothing in common with the parent's becomes an empty set here.
    """
    above = parent or EMPTY
    local = {partition: groups for partition, groups in own.items() if groups}
    if not local:
        return above
    return above | {partition: above.get(partition, groups) & groups for partition, groups in local.items()}


def load_tree(course: CourseFacts) -> list[Node]:
    """Return the course run's blocks in course order, merged; empty where no content was imported."""
    if course.content is None:
        return []
    rows = CourseBlock.objects.filter(course=course.content).order_by("position", "pk")
    # Usage keys as text: parsing thousands of them would take longer than all the rest.
    rows = rows.annotate(key_text=Cast("usage_key", CharField(max_length=255)))
    fields = ("pk", "parent_id", "key_text", "block_type", "display_name", "depth", "group_access")
    more = ("visible_to_staff_only", "start", "user_partition_id", "group_id_to_child")
    nodes: dict[int, Node] = {}
    for row in rows.values_list(*fields, *more):
        nodes[row[0]] = _node(row, nodes.get(row[1]))
    return list(nodes.values())


def _node(row, parent):
    pk, _, key, block_type, name, depth, group_access, staff_only, start, partition, children = row
    node = Node(pk, key, block_type, name or key.rpartition("@")[2], depth, parent, parse(group_access), staff_only)
    node.merged = merge(parent and parent.merged, node.own)
    node.navigation = merge_for_navigation(parent and parent.navigation, node.own)
    node.start = max((date for date in (start, parent and parent.start) if date), default=None)
    if block_type == "split_test" and partition is not None:
        node.experiment = (partition, children if isinstance(children, dict) else {})
    if parent is not None:
        parent.children.append(node)
        node.branch = _branch(parent, key)
    return node


def _branch(parent, key):
    """Return which groups of the parent's experiment are shown this child of it."""
    if parent.experiment is None:
        return None
    partition, children = parent.experiment
    return partition, frozenset(_number(group) for group, child in children.items() if child == key)
