"""What a learner is in, in words, and in which course runs."""

from dataclasses import dataclass

from django.db.models import Q
from opaque_keys.edx.keys import CourseKey

from console.platform import features
from enrollments.models import CourseEnrollment, CourseOverview
from groups.access.course import CourseFacts, Partition
from groups.access.sets import LearnerSets, Way
from groups.models import CohortMembership, CourseContent, CourseUserGroup, GroupMember


@dataclass(frozen=True)
class Membership:
    """The effective set in one partition.

    Attributes:
        groups: name and ways of each group.
        is_crowded: with two groups or more, of which the platform will see only one.
    """

    partition: Partition
    groups: list[tuple[str, list[Way]]]
    seen_by_lms: str

    @property
    def names(self) -> str:
        """The names of the groups, with commas."""
        return ", ".join(name for name, _ in self.groups)

    @property
    def is_crowded(self) -> bool:
        return len(self.groups) > 1


@dataclass(frozen=True)
class Described:
    """What a learner is in, by name."""

    cohort: str
    learner_groups: list[str]
    teams: list[str]
    memberships: list[Membership]


def describe(course: CourseFacts, learner: LearnerSets) -> Described:
    """Return what a learner is in, by name."""
    return Described(
        cohort=course.cohorts.get(learner.cohort, ""),
        learner_groups=[course.learner_groups[group] for group in learner.learner_groups],
        teams=[course.teams[team][0] for team in learner.teams],
        memberships=[_membership(course, learner, partition_id) for partition_id in learner.by_partition],
    )


def _membership(course, learner, partition_id):
    partition, seen = course.partitions[partition_id], learner.in_lms.get(partition_id)
    groups = [(partition.group_name(group), ways) for group, ways in learner.by_partition[partition_id].items()]
    return Membership(partition, groups, "" if seen is None else partition.group_name(seen))


# --- A learner's course runs -----------------------------------------------------------------


@dataclass
class LearnerCourse:
    """A course run that a learner has to do with; `facts` and `sets` are filled in for a page of them."""

    key: CourseKey
    name: str | None
    mode: str | None = None
    is_active: bool = False
    has_groups: bool = False
    has_content: bool = False
    facts: CourseFacts | None = None
    sets: LearnerSets | None = None


def courses_of(learner) -> list[LearnerCourse]:
    """Return the runs where the learner is or was enrolled, or is in a group: those with groups first."""
    grouped = _grouped(learner)
    found = {key: LearnerCourse(key, None, has_groups=True) for key in grouped}
    enrollments = CourseEnrollment.objects.filter(user=learner)
    for key, name, mode, is_active in enrollments.values_list(
        "course_id", "overview__display_name", "mode", "is_active"
    ):
        found[key] = LearnerCourse(key, name, mode, is_active, has_groups=key in grouped)
    _add_names({key: row for key, row in found.items() if row.mode is None})
    with_content = Q(course_id__in=enrollments.values("course_id")) | Q(course_id__in=grouped)
    for key in CourseContent.objects.filter(with_content).values_list("course_id", flat=True):
        if key in found:
            found[key].has_content = True
    return sorted(found.values(), key=lambda row: (not row.has_groups, not row.has_content, str(row.key)))


def _grouped(learner) -> set[CourseKey]:
    """Return the runs where the learner is in a cohort or learner group."""
    if not features.has(CourseUserGroup, GroupMember, CohortMembership):
        return set()
    members = GroupMember.objects.filter(user=learner).values_list("courseusergroup__course_id", flat=True)
    return {*members, *CohortMembership.objects.filter(user=learner).values_list("course_id", flat=True)}


def _add_names(rows):
    """Name the runs without an enrollment; a learner has few of them."""
    for key, name in CourseOverview.objects.filter(pk__in=rows).values_list("pk", "display_name"):
        if key in rows:
            rows[key].name = name


def count_groups(learner, viewer) -> int:
    """Return in how many cohorts and learner groups the learner is; the number on the tab."""
    return GroupMember.objects.filter(user=learner).count() if features.has(GroupMember) else 0
