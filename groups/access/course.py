"""What of a course run decides access: its partitions, the links to them, and the switches."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from opaque_keys.edx.keys import CourseKey

from console.platform import features
from enrollments.models import CourseMode
from groups.models import (
    CohortContentGroup,
    CourseCohort,
    CourseCohortsSettings,
    CourseContent,
    CourseTeam,
    CourseUserGroup,
    LearnerGroupLink,
    PartitionGroup,
    UserPartition,
)
from groups.partitions import COHORT, ENROLLMENT_TRACK, ENROLLMENT_TRACK_ID, TEAM

# The partition of content gating, and a scheme that puts everybody into group 1.
GATE_PARTITION, GATE, VERIFICATION = 51, "content_type_gate", "verification"
# Group ids of enrollment modes (setting COURSE_ENROLLMENT_MODES of the LMS).
MODE_GROUPS = {
    "audit": 1,
    "verified": 2,
    "professional": 3,
    "no-id-professional": 4,
    "credit": 5,
    "honor": 6,
    "masters": 7,
    "executive-education": 8,
    "unpaid-executive-education": 9,
    "paid-executive-education": 10,
    "unpaid-bootcamp": 11,
    "paid-bootcamp": 12,
}
DEFAULT_MODE, CREDIT, VERIFIED = "audit", "credit", "verified"


@dataclass(frozen=True, slots=True)
class Partition:
    """A user partition with its groups.

    Attributes:
        groups: names by group id, in the course's order.
        is_known: False for a partition that is only named by links or tags, because the course's
            content was not imported: it may have any group.
        team_set: id of the team-set that it mirrors.
    """

    id: int
    name: str
    scheme: str
    groups: dict[int, str]
    active: bool = True
    is_known: bool = True
    team_set: str = ""

    def has_group(self, group_id) -> bool:
        """Say whether the group exists, as far as is known."""
        return not self.is_known or group_id in self.groups

    def group_name(self, group_id) -> str:
        """Return a group's name; one without a name, or deleted, is called by its id."""
        return self.groups.get(group_id) or f"group {group_id}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a content group: ids that nothing protects from dangling."""

    partition_id: int
    group_id: int


@dataclass
class CourseFacts:
    """One course run, as far as it decides access.

    Attributes:
        is_cohorted: whether cohorts count. Where the LMS has never looked (`has_settings` is
            False), it is what the content says: that is what the LMS's first look will find.
        cohort_links: the content group of a cohort, by the cohort's id.
        first_link: the partition of the run's first link row, which the outline goes by.
        modes: the modes that the run offers; never empty, as in the LMS.
        teams: name and team-set by team id; the id is the group's id too.
    """

    key: CourseKey
    content: CourseContent | None = None
    partitions: dict[int, Partition] = field(default_factory=dict)
    has_settings: bool = False
    is_cohorted: bool = False
    cohorts: dict[int, str] = field(default_factory=dict)
    automatic_cohorts: list[str] = field(default_factory=list)
    learner_groups: dict[int, str] = field(default_factory=dict)
    cohort_links: dict[int, Link] = field(default_factory=dict)
    learner_group_links: dict[int, list[Link]] = field(default_factory=dict)
    first_link: int | None = None
    modes: dict[str, str] = field(default_factory=dict)
    teams: dict[int, tuple[str, str]] = field(default_factory=dict)

    def partitions_of(self, scheme: str) -> list[Partition]:
        """Return the partitions with this scheme, in the course's order."""
        return [partition for partition in self.partitions.values() if partition.scheme == scheme]

    def partition(self, partition_id: int, scheme: str) -> Partition | None:
        """Return a partition. Where no content was imported, any partition may exist."""
        found = self.partitions.get(partition_id)
        if found is None and self.content is None:
            found = Partition(partition_id, f"Partition {partition_id}", scheme, {}, is_known=False)
            self.partitions[partition_id] = found
        return found

    @cached_property
    def no_cohort_yet(self) -> str:
        """What happens to a learner without a cohort, in one sentence."""
        if not self.automatic_cohorts:
            return "In no cohort yet: the next visit makes a default cohort and puts the learner into it."
        names = " or ".join(f"“{name}”" for name in self.automatic_cohorts)
        return f"In no cohort yet: the next visit puts the learner into {names}, unless their address is pre-assigned."

    def track_of(self, mode: str) -> str:
        """Return the mode that counts for an enrollment in `mode`: credit as verified, unknown as the default."""
        mode = VERIFIED if mode == CREDIT and CREDIT in self.modes else mode
        return mode if mode in self.modes and mode in MODE_GROUPS else DEFAULT_MODE


def load(keys: Collection[CourseKey]) -> dict[CourseKey, CourseFacts]:
    """Return the facts of these course runs. The number of queries does not depend on how many they are."""
    courses = {key: CourseFacts(key) for key in keys}
    _read_content(courses)
    for read, *needed in _READERS:
        if features.has(*needed):
            read(courses)
    for course in courses.values():
        course.modes = course.modes or _any_mode()
        _add_dynamic_partitions(course)
        _name_linked_partitions(course)
    return courses


def load_one(key: CourseKey) -> CourseFacts:
    """Return the facts of one course run."""
    return load([key])[key]


def _read_content(courses):
    contents = CourseContent.objects.filter(course_id__in=courses).defer("policy", "warnings")
    found = {content.pk: courses[content.course_id] for content in contents if content.course_id in courses}
    for content in contents:
        if content.pk in found:
            found[content.pk].content = content
    groups: dict[int, dict[int, str]] = {}
    rows = PartitionGroup.objects.filter(partition__course__in=found).order_by("position", "group_id")
    for partition, group, name in rows.values_list("partition_id", "group_id", "name"):
        groups.setdefault(partition, {})[group] = name
    for row in UserPartition.objects.filter(course__in=found).order_by("position", "partition_id"):
        partition = Partition(row.partition_id, row.name, row.scheme, groups.get(row.pk, {}), row.active)
        found[row.course_id].partitions[row.partition_id] = partition


def _read_settings(courses):
    for row in CourseCohortsSettings.objects.filter(course_id__in=courses):
        if course := courses.get(row.course_id):
            course.has_settings, course.is_cohorted = True, row.is_cohorted
    for course in courses.values():
        if not course.has_settings and course.content is not None:
            course.is_cohorted = bool((course.content.cohort_config or {}).get("cohorted"))


def _read_groups(courses):
    groups = CourseUserGroup.objects.filter(course_id__in=courses)
    for row in groups.order_by("name", "pk"):
        if (course := courses.get(row.course_id)) is None:
            continue
        kind = course.cohorts if row.group_type == CourseUserGroup.Type.COHORT else course.learner_groups
        kind[row.pk] = row.name
    automatic = CourseCohort.objects.filter(
        course_user_group__in=groups.cohorts(), assignment_type=CourseCohort.AssignmentType.RANDOM
    )
    for name, key in automatic.values_list("course_user_group__name", "course_user_group__course_id"):
        if course := courses.get(key):
            course.automatic_cohorts.append(name)


def _read_links(courses):
    of_cohorts = CohortContentGroup.objects.filter(course_user_group__course_id__in=courses).order_by("pk")
    values = ("course_user_group__course_id", "course_user_group_id", "partition_id", "group_id")
    for key, cohort, partition, group in of_cohorts.values_list(*values):
        if course := courses.get(key):
            course.cohort_links[cohort] = Link(partition, group)
            course.first_link = partition if course.first_link is None else course.first_link
    of_groups = LearnerGroupLink.objects.filter(group__course_user_group__course_id__in=courses).order_by("pk")
    values = ("group__course_user_group__course_id", "group_id", "partition_id", "group_id_in_partition")
    for key, learner_group, partition, group in of_groups.values_list(*values):
        if course := courses.get(key):
            course.learner_group_links.setdefault(learner_group, []).append(Link(partition, group))


def _read_modes(courses):
    rows = CourseMode.objects.filter(course_id__in=courses).order_by("pk")
    for key, slug, name in rows.values_list("course_id", "mode_slug", "mode_display_name"):
        if course := courses.get(key):
            course.modes[slug] = name
    for course in courses.values():
        course.modes = course.modes or {DEFAULT_MODE: "Audit"}


def _any_mode() -> dict[str, str]:
    """Return every mode that has a group: what counts as offered where the LMS does not say which are."""
    return {mode: mode.replace("-", " ").capitalize() for mode in MODE_GROUPS}


def _read_teams(courses):
    rows = CourseTeam.objects.filter(course_id__in=courses).order_by("name", "pk")
    for key, pk, name, team_set in rows.values_list("course_id", "pk", "name", "topic_id"):
        if course := courses.get(key):
            course.teams[pk] = (name, team_set)


# What reads which tables. An LMS may lack some of them; then nothing is known of what they hold.
_READERS = (
    (_read_settings, CourseCohortsSettings),
    (_read_groups, CourseUserGroup, CourseCohort),
    (_read_links, CourseUserGroup, CohortContentGroup),
    (_read_modes, CourseMode),
    (_read_teams, CourseTeam),
)


def _add_dynamic_partitions(course):
    """Add what the LMS makes at run time; an id that the content has taken is left to the content."""
    tracks = {MODE_GROUPS[mode]: name for mode, name in course.modes.items() if mode in MODE_GROUPS and mode != CREDIT}
    gate = {1: "Limited-access Users", 2: "Full-access Users"}
    dynamic = [
        Partition(ENROLLMENT_TRACK_ID, "Enrollment Track Groups", ENROLLMENT_TRACK, tracks),
        Partition(GATE_PARTITION, "Feature-based Enrollments", GATE, gate),
        *_team_partitions(course),
    ]
    for partition in dynamic:
        course.partitions.setdefault(partition.id, partition)


def _team_partitions(course):
    """Yield one partition for each team-set that has an id for it, where the course's flag is on."""
    if course.content is None or not course.content.team_partitions:
        return
    configuration = course.content.teams_configuration or {}
    for team_set in configuration.get("team_sets") or configuration.get("topics") or []:
        partition_id, team_set_id = team_set.get("user_partition_id"), team_set.get("id", "")
        if isinstance(partition_id, int):
            groups = {pk: name for pk, (name, topic) in course.teams.items() if topic == team_set_id}
            name = f"Team Group: {team_set.get('name', team_set_id)}"
            yield Partition(partition_id, name, TEAM, groups, team_set=team_set_id)


def _name_linked_partitions(course):
    """Let linked partitions exist where no content says which there are."""
    if course.content is None:
        links = [
            *course.cohort_links.values(),
            *(link for links in course.learner_group_links.values() for link in links),
        ]
        for link in links:
            course.partition(link.partition_id, COHORT)
