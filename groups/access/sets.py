"""Effective sets: in which groups of each partition a learner is, and through which membership.

The platform's schemes answer one group at most (xmodule/partitions, get_group_for_user). Here the
answer is a set, because a learner may be in several learner groups. Looking never assigns: neither
a cohort nor a group of an experiment. What is missing or dangling contributes nothing and is noted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from django.contrib.auth import get_user_model
from opaque_keys.edx.keys import CourseKey

from console.models import CourseAccessRole
from console.rules import COURSE_STAFF_ROLES
from enrollments.models import CourseEnrollment
from groups.access.course import MODE_GROUPS, VERIFICATION, CourseFacts, Link
from groups.models import CohortMembership, CourseTeamMembership, GroupMember, UserCourseTag
from groups.partitions import COHORT, ENROLLMENT_TRACK, RANDOM, TEAM

CHUNK = 2000
# Who the access check of blocks lets through; the limited staff of newer releases are staff there.
STAFF_ROLES = (*COURSE_STAFF_ROLES, "limited_staff")
TAG_PREFIX = UserCourseTag.PARTITION_KEY.format("")


class Kind(StrEnum):
    """What puts a learner into a group of a partition."""

    COHORT = "cohort"
    LEARNER_GROUP = "learner group"
    TAG = "random assignment"
    TRACK = "enrollment mode"
    TEAM = "team"
    VERIFICATION = "verification"
    CHOSEN = "choice"


@dataclass(frozen=True, slots=True)
class Way:
    """One way into one group of a partition.

    Attributes:
        name: of the cohort, the learner group, the team or the enrollment mode.
        is_in_lms: whether the LMS's own schemes know this way. They know no learner groups.
    """

    partition_id: int
    group_id: int
    kind: Kind
    name: str
    is_in_lms: bool = True


@dataclass
class LearnerSets:
    """What one learner is in one course run.

    Attributes:
        user_id: None for a made-up learner, as of "view as".
        is_staff: whether the platform lets them see every block.
        mode: of the enrollment; None when there never was one.
        cohort: id of the learner's cohort, whether or not cohorts are on.
        ways: how they get into groups; within a partition in the order in which the LMS would look.
        notes: sentences about what contributes nothing.
    """

    user_id: int | None
    is_staff: bool = False
    mode: str | None = None
    is_enrolled: bool = False
    cohort: int | None = None
    learner_groups: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def by_partition(self) -> dict[int, dict[int, list[Way]]]:
        """The ways by partition id and group id."""
        found: dict[int, dict[int, list[Way]]] = {}
        for way in self.ways:
            found.setdefault(way.partition_id, {}).setdefault(way.group_id, []).append(way)
        return found

    def groups(self, partition_id: int) -> Collection[int]:
        """Return the effective set: the ids of all groups of the partition that the learner is in."""
        return self.by_partition.get(partition_id, {}).keys()

    @cached_property
    def in_lms(self) -> dict[int, int]:
        """The one group of each partition that the LMS's own engines see."""
        found: dict[int, int] = {}
        for way in self.ways:
            if way.is_in_lms:
                found.setdefault(way.partition_id, way.group_id)
        return found

    @property
    def crowded(self) -> list[int]:
        """Ids of the partitions with two groups or more: the platform will see only one of them."""
        return [partition_id for partition_id, groups in self.by_partition.items() if len(groups) > 1]


def for_learners(
    courses: Mapping[CourseKey, CourseFacts], user_ids: Collection[int]
) -> dict[tuple[int, CourseKey], LearnerSets]:
    """Return the sets of each of these learners in each of these course runs, by user id and key.

    The number of queries does not depend on how many learners and runs there are. For more than
    some thousand learners take `for_course`.
    """
    found = {(user, key): LearnerSets(user) for user in user_ids for key in courses}
    _read_staff(courses, user_ids, found)
    _read_enrollments(courses, user_ids, found)
    _read_cohorts(courses, user_ids, found)
    _read_learner_groups(courses, user_ids, found)
    _read_tags(courses, user_ids, found)
    _read_teams(courses, user_ids, found)
    for (_, key), learner in found.items():
        _note_what_is_missing(courses[key], learner)
    return found


def for_course(course: CourseFacts, user_ids: Iterable[int], chunk: int = CHUNK) -> Iterator[LearnerSets]:
    """Yield the sets of many learners of one course run, `chunk` learners at a time."""
    ids = list(user_ids)
    for start in range(0, len(ids), chunk):
        yield from for_learners({course.key: course}, ids[start : start + chunk]).values()


def for_one(course: CourseFacts, user_id: int) -> LearnerSets:
    """Return the sets of one learner in one course run."""
    return for_learners({course.key: course}, [user_id])[user_id, course.key]


def chosen(groups: Mapping[int, int]) -> LearnerSets:
    """Return the sets of a made-up learner who is in these groups (by partition id) and in no other.

    As when staff of the LMS view a course as a content group: in every other partition they are in
    no group at all.
    """
    ways = [Way(partition_id, group_id, Kind.CHOSEN, "") for partition_id, group_id in groups.items()]
    return LearnerSets(None, is_enrolled=True, ways=ways)


# --- One reader for each table ---------------------------------------------------------------


def _read_staff(courses, user_ids, found):
    everywhere = set(get_user_model().objects.filter(pk__in=user_ids, is_staff=True).values_list("pk", flat=True))
    rows = CourseAccessRole.objects.filter(user__in=user_ids, role__in=STAFF_ROLES)
    roles = [row for row in rows.values_list("user_id", "org", "course_id", "role") if row[3] in STAFF_ROLES]
    for user in everywhere:
        for key in courses:
            found[user, key].is_staff = True
    for user, org, course_key, _ in roles:
        for key in courses:
            if course_key == key or (not course_key and org and org.casefold() == key.org.casefold()):
                found[user, key].is_staff = True


def _read_enrollments(courses, user_ids, found):
    rows = CourseEnrollment.objects.filter(user__in=user_ids, course_id__in=courses)
    for user, key, mode, is_active in rows.values_list("user_id", "course_id", "mode", "is_active"):
        if (learner := found.get((user, key))) is None:
            continue
        learner.mode, learner.is_enrolled = mode, is_active
        if is_active:
            track = courses[key].track_of(mode)
            learner.ways += [
                Way(partition.id, MODE_GROUPS[track], Kind.TRACK, mode)
                for partition in courses[key].partitions_of(ENROLLMENT_TRACK)
            ]


def _read_cohorts(courses, user_ids, found):
    rows = CohortMembership.objects.filter(user__in=user_ids, course_id__in=courses)
    for user, key, cohort in rows.values_list("user_id", "course_id", "course_user_group_id"):
        if (learner := found.get((user, key))) is None or cohort not in courses[key].cohorts:
            continue
        learner.cohort = cohort
        if courses[key].is_cohorted and (link := courses[key].cohort_links.get(cohort)):
            _follow(courses[key], link, Kind.COHORT, courses[key].cohorts[cohort], learner)


def _read_learner_groups(courses, user_ids, found):
    keys = {group: key for key, course in courses.items() for group in course.learner_groups}
    rows = GroupMember.objects.filter(user__in=user_ids, courseusergroup__in=keys).order_by("pk") if keys else ()
    for row in rows:
        course = courses[keys[row.courseusergroup_id]]
        learner, name = found[row.user_id, course.key], course.learner_groups[row.courseusergroup_id]
        learner.learner_groups.append(row.courseusergroup_id)
        for link in course.learner_group_links.get(row.courseusergroup_id, ()):
            _follow(course, link, Kind.LEARNER_GROUP, name, learner)


def _follow(course, link: Link, kind, name, learner):
    """Let a link contribute its group, or a sentence why it cannot."""
    partition = course.partition(link.partition_id, COHORT)
    if partition is None:
        text = f"The {kind} “{name}” is linked to group configuration {link.partition_id}, which no longer exists."
        learner.notes.append(text)
    elif not partition.has_group(link.group_id):
        text = f"The {kind} “{name}” is linked to group {link.group_id} of “{partition.name}”, which no longer exists."
        learner.notes.append(text)
    elif kind is Kind.COHORT and partition.scheme != COHORT:
        text = f"The cohort “{name}” is linked to “{partition.name}”, which does not go by cohorts."
        learner.notes.append(text)
    else:
        learner.ways.append(Way(partition.id, link.group_id, kind, name, is_in_lms=kind is Kind.COHORT))


def _read_tags(courses, user_ids, found):
    rows = UserCourseTag.objects.filter(user__in=user_ids, course_id__in=courses, key__startswith=TAG_PREFIX)
    for user, key, tag, value in rows.values_list("user_id", "course_id", "key", "value"):
        learner, ids = found.get((user, key)), _numbers(tag.removeprefix(TAG_PREFIX), value)
        partition = ids and learner and courses[key].partition(ids[0], RANDOM)
        if not partition or partition.scheme != RANDOM:
            continue
        if partition.has_group(ids[1]):
            learner.ways.append(Way(partition.id, ids[1], Kind.TAG, partition.name))
        else:
            text = f"The group that was drawn for “{partition.name}” no longer exists; the LMS will draw another."
            learner.notes.append(text)


def _numbers(*texts):
    """Return the texts as numbers; None when one of them is none."""
    return [int(text) for text in texts] if all(text.isascii() and text.isdigit() for text in texts) else None


def _read_teams(courses, user_ids, found):
    keys = {team: key for key, course in courses.items() for team in course.teams}
    rows = CourseTeamMembership.objects.filter(user__in=user_ids, team__in=keys).order_by("pk") if keys else ()
    partitions = {
        (key, partition.team_set): partition
        for key, course in courses.items()
        for partition in course.partitions_of(TEAM)
    }
    for row in rows:
        key = keys[row.team_id]
        name, team_set = courses[key].teams[row.team_id]
        found[row.user_id, key].teams.append(row.team_id)
        if partition := partitions.get((key, team_set)):
            found[row.user_id, key].ways.append(Way(partition.id, row.team_id, Kind.TEAM, name))


def _note_what_is_missing(course: CourseFacts, learner: LearnerSets):
    if learner.cohort is not None:
        _note_cohort(course, learner)
    elif course.is_cohorted:
        learner.notes.append(course.no_cohort_yet)
    for partition in course.partitions_of(VERIFICATION):
        learner.ways.append(Way(partition.id, 1, Kind.VERIFICATION, "everybody"))
    drawn = {way.partition_id for way in learner.ways if way.kind is Kind.TAG}
    for partition in course.partitions_of(RANDOM):
        if partition.id not in drawn:
            learner.notes.append(f"No group of “{partition.name}” is drawn; the LMS draws one at the next visit.")


def _note_cohort(course, learner):
    name = course.cohorts[learner.cohort]
    if not course.is_cohorted:
        learner.notes.append(f"Cohorts are off in this course run: the cohort “{name}” counts for nothing.")
    elif learner.cohort not in course.cohort_links:
        learner.notes.append(f"The cohort “{name}” is linked to no content group.")
