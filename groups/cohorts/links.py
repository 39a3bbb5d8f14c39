"""The content groups that cohorts of a course run can be linked to, as far as its content was imported.

Links hold ids out of the content, which no foreign key protects: whoever deletes a content group
leaves dangling links behind, and a dangling link leads its learners to nothing.
"""

from dataclasses import dataclass

from groups.models import CohortContentGroup, CourseContent, PartitionGroup

COHORT_SCHEME = "cohort"
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class ContentGroup:
    """A content group: ids of partition and group within the course, and their names."""

    partition_id: int
    group_id: int
    name: str
    partition_name: str

    @property
    def key(self) -> tuple[int, int]:
        return self.partition_id, self.group_id


@dataclass(frozen=True)
class ContentGroups:
    """What is known of a course run's content groups.

    Attributes:
        is_known: whether the content was imported; if not, nothing can be said to dangle.
        groups: by partition id and group id, in the course's order.
    """

    is_known: bool
    groups: dict[tuple[int, int], ContentGroup]

    def dangles(self, partition_id: int | None, group_id: int | None) -> bool:
        """Say whether a link leads nowhere. No link does not dangle."""
        return self.is_known and partition_id is not None and (partition_id, group_id) not in self.groups

    def name(self, partition_id: int, group_id: int) -> str:
        """Return the content group's name, or its ids where that is not known."""
        group = self.groups.get((partition_id, group_id))
        return group.name if group else f"group {group_id} of partition {partition_id}"


def content_groups(course_key) -> ContentGroups:
    """Return the content groups of the partitions with scheme `cohort`: only those are reached by a cohort."""
    rows = PartitionGroup.objects.filter(
        partition__course__course_id=course_key, partition__scheme=COHORT_SCHEME
    ).select_related("partition")
    groups = [
        ContentGroup(row.partition.partition_id, row.group_id, row.name, row.partition.name)
        for row in rows.order_by("partition__position", "position", "pk")
    ]
    is_known = bool(groups) or CourseContent.objects.filter(course_id=course_key).exists()
    return ContentGroups(is_known, {group.key: group for group in groups})


def locked_content_groups(course_key) -> ContentGroups:
    """Return the content groups for a link that is about to be written, inside a transaction.

    Whoever deletes a content group locks the same row and then looks for links: of the two, the
    second finds what the first has done.
    """
    list(CourseContent.objects.select_for_update().filter(course_id=course_key).values_list("pk"))
    return content_groups(course_key)


def dangling(course_key, known: ContentGroups) -> list[CohortContentGroup]:
    """Return the links of the run's cohorts that lead nowhere."""
    rows = CohortContentGroup.objects.filter(course_user_group__course_id=course_key)
    return [row for row in rows.select_related("course_user_group") if known.dangles(row.partition_id, row.group_id)]
