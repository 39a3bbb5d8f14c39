"""Answers as sentences."""

from django.utils.text import get_text_list

from groups.access.course import CourseFacts, Partition
from groups.access.rule import Code
from groups.access.sets import Kind, LearnerSets

TYPES = {
    "course": "course",
    "chapter": "section",
    "sequential": "subsection",
    "vertical": "unit",
    "html": "text",
    "split_test": "experiment",
}
# With more groups than these, a sentence only says how many there are.
NAMED_GROUPS = 6


def block_type(node) -> str:
    """Return Studio's word for a kind of block; the type itself where it has none."""
    return TYPES.get(node.block_type, node.block_type.replace("_", " "))


class Words:
    """Sentences about one learner in one course run.

    called: how a sentence about them begins ("Amina Yusuf", "A learner in these groups").
    """

    def __init__(self, course: CourseFacts, learner: LearnerSets, called: str):
        self.course, self.learner, self.called = course, learner, called
        self.sentences = {
            Code.STAFF: self._staff,
            Code.STAFF_ONLY: self._staff_only,
            Code.NOBODY: self._nobody,
            Code.UNKNOWN_PARTITION: self._unknown_partition,
            Code.UNKNOWN_GROUP: self._unknown_group,
            Code.NOT_IN_GROUP: self._not_in_group,
            Code.BRANCH: self._branch,
            Code.IN_GROUP: self._in_group,
            Code.OPEN: self._open,
        }

    def reason(self, verdict) -> str:
        """Return the top reason for a verdict."""
        if verdict.hidden_by is not None:
            above = verdict.hidden_by
            return f"Lies in the {block_type(above.node)} “{above.node.name}”, which is hidden. {self.reason(above)}"
        return self.sentences[verdict.decision.code](verdict)

    def details(self, verdict) -> list[str]:
        """Return one sentence for each restriction of the block, with where it was set."""
        found = [self._entry(verdict.node, *entry) for entry in verdict.node.merged.items()]
        if verdict.node.branch is not None:
            found.append(self._branch_of(verdict.node))
        return found + [
            f"The {block_type(node)} “{node.name}” is visible to staff only."
            for node in verdict.node.chain()
            if node.staff_only
        ]

    def groups(self, partition_id: int, only=None) -> str:
        """Return the learner's groups in a partition, or those of them in `only`, each with the way into it."""
        partition = self.course.partitions.get(partition_id)
        found = self.learner.by_partition.get(partition_id, {})
        named = [
            f"{_name(partition, group)}{_through(ways)}" for group, ways in found.items() if not only or group in only
        ]
        return get_text_list(named, "and")

    # --- One for each code -------------------------------------------------------------------

    def _staff(self, verdict):
        return f"{self.called} is staff of this course run; staff see every block."

    def _staff_only(self, verdict):
        return "Visible to staff only."

    def _nobody(self, verdict):
        name = self._partition_name(verdict.decision.partition)
        return f"Nobody may see it: the rules here and above have no group of {name} in common."

    def _unknown_partition(self, verdict):
        name = self._partition_name(verdict.decision.partition)
        return f"Nobody may see it: the rule names {name}, which no longer exists."

    def _unknown_group(self, verdict):
        partition = self.course.partitions[verdict.decision.partition]
        gone = [group for group in verdict.node.merged[partition.id] if not partition.has_group(group)]
        text = f"the rule names {_names(partition, gone)} of “{partition.name}”, which no longer exists"
        return f"Nobody may see it: {text}, and that closes it to the other groups too."

    def _not_in_group(self, verdict):
        partition = self.course.partitions[verdict.decision.partition]
        allowed = _names(partition, verdict.node.merged[partition.id])
        return f"Only for {allowed} of “{partition.name}”. {self._where(partition)}"

    def _branch(self, verdict):
        partition_id, groups = verdict.node.branch
        partition = self.course.partitions.get(partition_id)
        if partition is None:
            return f"A branch of an experiment with group configuration {partition_id}, which no longer exists."
        branch = f"The branch for {_names(partition, groups)}" if groups else "A branch for no group"
        return f"{branch} of the experiment “{partition.name}”. {self._where(partition)}"

    def _in_group(self, verdict):
        """Tell the groups that open the block, and no others of the learner's."""
        node = verdict.node
        entries = [*node.merged.items(), *([node.branch] if node.branch else [])]
        found = [(partition, self.groups(partition, groups)) for partition, groups in entries if groups]
        ways = [f"{names} of {self._partition_name(partition)}" for partition, names in found if names]
        return f"{self.called} is in {'; '.join(ways)}."

    def _open(self, verdict):
        return "Nothing restricts it."

    # --- Parts -------------------------------------------------------------------------------

    def _where(self, partition):
        found = self.groups(partition.id)
        return f"{self.called} is in {found}." if found else f"{self.called} is in no group of it."

    def _entry(self, node, partition_id, groups):
        name, places = self._partition_name(partition_id), _places(node, partition_id)
        partition = self.course.partitions.get(partition_id)
        if partition is None:
            return f"{name} no longer exists. {places}"
        if groups is False:
            return f"{name}: no group is left. {places}"
        if not groups:
            return f"{name}: an empty list, which restricts nothing here. {places}"
        if not partition.active:
            return f"{name} is inactive: its rule does not count. {places}"
        return f"{name}: for {_names(partition, groups)}. {self._where(partition)} {places}"

    def _branch_of(self, node):
        partition_id, groups = node.branch
        names = _names(self.course.partitions.get(partition_id), groups) if groups else "no group"
        return f"Experiment {self._partition_name(partition_id)}: shown to {names}."

    def _partition_name(self, partition_id):
        partition = self.course.partitions.get(partition_id)
        return f"“{partition.name}”" if partition else f"group configuration {partition_id}"


def _places(node, partition_id):
    """Say on which blocks the rule was set, the nearest first."""
    places = [f"{block_type(one)} “{one.name}”" for one in node.chain() if partition_id in one.own]
    return f"Set on the {get_text_list(places, 'and')}."


def _names(partition: Partition | None, groups):
    """Return the names of groups in the partition's order; many are only counted."""
    if len(groups) > NAMED_GROUPS:
        return f"{len(groups)} groups"
    order = list(partition.groups) if partition else []
    ordered = sorted(groups, key=lambda group: (order.index(group) if group in order else len(order), str(group)))
    return get_text_list([_name(partition, group) for group in ordered], "or")


def _name(partition, group):
    return f"“{partition.group_name(group)}”" if partition else f"group {group}"


def _through(ways):
    """Say through which memberships; a choice needs no words."""
    texts = [_way(way) for way in ways if way.kind is not Kind.CHOSEN]
    return f" ({get_text_list(texts, 'and')})" if texts else ""


def _way(way):
    if way.kind is Kind.TAG:
        return "drawn by the LMS"
    if way.kind is Kind.TRACK:
        return f"enrolled as {way.name}"
    return f"through the {way.kind} “{way.name}”"
