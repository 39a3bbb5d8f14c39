"""What points at a partition or one of its groups: blocks, experiments, and links of cohorts and learner groups."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from opaque_keys.edx.keys import UsageKey

from groups.models import CohortContentGroup, CourseBlock, CourseContent, LearnerGroupLink

SEPARATOR = " / "


@dataclass(frozen=True)
class Use:
    """A block whose own rule, or whose branches, name groups of a partition.

    Attributes:
        groups: ids that are named; some may have been deleted.
        path: names from the section to the block.
    """

    usage_key: UsageKey
    block_type: str
    name: str
    path: str
    groups: tuple[int, ...]
    is_experiment: bool = False


@dataclass(frozen=True)
class LinkUse:
    """A cohort or learner group that is linked to a group."""

    name: str
    partition_id: int
    group_id: int
    is_cohort: bool


@dataclass
class Usage:
    """Everything in a course run that points at partitions, by partition id."""

    blocks: dict[int, list[Use]] = field(default_factory=lambda: defaultdict(list))
    links: dict[int, list[LinkUse]] = field(default_factory=lambda: defaultdict(list))

    def blocks_of(self, partition_id: int, group_id: int | None = None) -> list[Use]:
        """Return the blocks that name a partition, or one group of it, in the learner's order."""
        uses = self.blocks.get(partition_id, [])
        return uses if group_id is None else [use for use in uses if group_id in use.groups]

    def links_of(self, partition_id: int, group_id: int | None = None) -> list[LinkUse]:
        """Return the links to a partition, or to one group of it."""
        links = self.links.get(partition_id, [])
        return links if group_id is None else [link for link in links if link.group_id == group_id]

    def ids(self) -> set[int]:
        """Return every partition and group id that something points at, dangling ones included."""
        of_blocks = {group for uses in self.blocks.values() for use in uses for group in use.groups}
        of_links = {link.group_id for links in self.links.values() for link in links}
        return {*self.blocks, *self.links, *of_blocks, *of_links}


def usage_of(content: CourseContent) -> Usage:
    """Return what points at the partitions of a run; the number of queries does not depend on its size."""
    usage = Usage()
    _read_blocks(content, usage)
    _read_links(content.course_id, usage)
    return usage


def _read_blocks(content, usage):
    columns = ("pk", "parent_id", "display_name", "block_type", "usage_key", "group_access")
    columns += ("user_partition_id", "group_id_to_child")
    names = {}
    for row in CourseBlock.objects.filter(course=content).order_by("position").values_list(*columns, named=True):
        parent = names.get(row.parent_id)
        name = row.display_name or row.block_type
        # The course's own name stands above every path; paths begin with the section.
        path = name if parent is None or row.parent_id is None else SEPARATOR.join(filter(None, (parent, name)))
        names[row.pk] = "" if row.parent_id is None else path
        for partition_id, groups, is_experiment in _named_by(row):
            use = Use(row.usage_key, row.block_type, name, path, groups, is_experiment)
            usage.blocks[partition_id].append(use)


def _named_by(row):
    """Yield partition id, group ids and whether it is an experiment's own choice, for what a block names."""
    for partition_id, groups in (row.group_access or {}).items():
        if groups:
            yield int(partition_id), tuple(groups), False
    if row.user_partition_id is not None:
        branches = row.group_id_to_child or {}
        yield (
            row.user_partition_id,
            tuple(int(group) for group in branches if group.isascii() and group.isdigit()),
            True,
        )


def _read_links(course_key, usage):
    cohorts = CohortContentGroup.objects.filter(course_user_group__course_id=course_key)
    for name, partition_id, group_id in cohorts.values_list("course_user_group__name", "partition_id", "group_id"):
        usage.links[partition_id].append(LinkUse(name, partition_id, group_id, is_cohort=True))
    groups = LearnerGroupLink.objects.filter(group__course_user_group__course_id=course_key)
    columns = ("group__course_user_group__name", "partition_id", "group_id_in_partition")
    for name, partition_id, group_id in groups.values_list(*columns):
        usage.links[partition_id].append(LinkUse(name, partition_id, group_id, is_cohort=False))


def in_words(blocks: Iterable[Use], links: Iterable[LinkUse]) -> str:
    """Say by what something is used: "3 blocks, 1 cohort and 2 learner groups"; empty when by nothing."""
    links = list(links)
    cohorts = sum(link.is_cohort for link in links)
    counts = (
        (len(list(blocks)), "block"),
        (cohorts, "cohort"),
        (len(links) - cohorts, "learner group"),
    )
    parts = [f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
