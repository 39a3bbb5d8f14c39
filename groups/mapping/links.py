"""The links of a course run's groups, and what is wrong with them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from console.platform import features
from groups.cohorts.links import COHORT_SCHEME, ContentGroups
from groups.models import CohortContentGroup, CourseUserGroup, LearnerGroupLink, UserPartition

Link = tuple[int, int]

DANGLING = "It is linked to {name}, which the course no longer has: its learners reach nothing by it."
SEVERAL = "It is linked to several content groups of “{partition}”. Open edX itself would see only one of them."
INACTIVE = "“{partition}” is inactive: Open edX ignores its rules."
NOT_FIRST = (
    "“{partition}” is not the first partition with content groups. The instructor dashboard offers only the first, "
    "and the course outline hides by one partition only."
)
NOT_IN_LMS = "Only Lectern knows learner groups: Open edX opens nothing to their members."


@dataclass
class Linked:
    """The links of one group.

    Attributes:
        links: pairs of partition id and group id.
        dangling: those that lead nowhere.
        problems: sentences.
    """

    links: set[Link] = field(default_factory=set)
    dangling: list[Link] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Partitions:
    """The partitions of a run that groups can be linked to.

    Attributes:
        names: by id, in the course's order.
        inactive: ids.
        first: id of the first one; None when there is none.
    """

    names: dict[int, str]
    inactive: frozenset[int]
    first: int | None


def partitions_of(course_key) -> Partitions:
    """Return the partitions with scheme `cohort`."""
    rows = UserPartition.objects.filter(course__course_id=course_key, scheme=COHORT_SCHEME).order_by("position", "pk")
    rows = list(rows)
    return Partitions(
        names={row.partition_id: row.name for row in rows},
        inactive=frozenset(row.partition_id for row in rows if not row.active),
        first=rows[0].partition_id if rows else None,
    )


def linked(groups: Iterable[CourseUserGroup], known: ContentGroups, partitions: Partitions) -> dict[int, Linked]:
    """Return the links of each of these groups by its id, with two queries."""
    groups = list(groups)
    found = {group.pk: Linked() for group in groups}
    cohort_links = CohortContentGroup.objects.filter(course_user_group__in=found)
    for group, partition, content in cohort_links.values_list("course_user_group", "partition_id", "group_id"):
        found[group].links.add((partition, content))
    own_links = LearnerGroupLink.objects.filter(group__in=found)
    for group, partition, content in own_links.values_list("group", "partition_id", "group_id_in_partition"):
        found[group].links.add((partition, content))
    for each in found.values():
        each.dangling = sorted(link for link in each.links if known.dangles(*link))
        each.problems = _problems(each, known, partitions)
    return found


def leading_to(course_key, content_groups: Iterable[Link]) -> list[tuple[str, Link]]:
    """Return the names of the run's cohorts and learner groups that are linked to one of these, with the link."""
    wanted = set(content_groups)
    of_cohorts = CohortContentGroup.objects.filter(course_user_group__course_id=course_key)
    of_learner_groups = LearnerGroupLink.objects.filter(group__course_user_group__course_id=course_key)
    name = "course_user_group__name"
    found = list(of_learner_groups.values_list(f"group__{name}", "partition_id", "group_id_in_partition"))
    if features.has(CohortContentGroup):
        found += of_cohorts.values_list(name, "partition_id", "group_id")
    return sorted((name, (partition, group)) for name, partition, group in found if (partition, group) in wanted)


def _problems(each, known, partitions):
    problems = [DANGLING.format(name=known.name(*link)) for link in each.dangling]
    by_partition = defaultdict(set)
    for partition, content in each.links - set(each.dangling):
        by_partition[partition].add(content)
    for partition, contents in by_partition.items():
        name = partitions.names.get(partition, f"partition {partition}")
        if len(contents) > 1:
            problems.append(SEVERAL.format(partition=name))
        if partition in partitions.inactive:
            problems.append(INACTIVE.format(partition=name))
        if known.is_known and partition != partitions.first:
            problems.append(NOT_FIRST.format(partition=name))
    return problems
