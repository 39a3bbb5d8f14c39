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
from console.platform import features
from console.rules import COURSE_STAFF_ROLES
from enrollments.models import CourseEnrollment
from groups.access.course import MODE_GROUPS, VERIFICATION, CourseFacts, Link
from groups.models import CohortMembership, CourseTeamMembership, CourseUserGroup, GroupMember, UserCourseTag
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


@dataclass
class _Run:
    """A course run with the sets of its learners, by user id."""

    facts: CourseFacts
    learners: dict[int, LearnerSets]


class _Runs:
    """Course runs by the key that a row has. Hashing a key is slow; rows of one run share the object."""

    def __init__(self, courses: Mapping[CourseKey, CourseFacts], user_ids: Collection[int]):
        self.keys, self.user_ids = list(courses), list(user_ids)
        self.by_key = {
            key: _Run(facts, {user: LearnerSets(user) for user in user_ids}) for key, facts in courses.items()
        }
        self._seen: dict[int, tuple[object, _Run | None]] = {}

    def get(self, key, user) -> tuple[CourseFacts, LearnerSets] | None:
        """Return the facts of a row's run and the sets of its learner; None when it is another run."""
        if id(key) not in self._seen:
            # The key is kept with it, so that its id is not given to another.
            self._seen[id(key)] = key, self.by_key.get(key)
        run = self._seen[id(key)][1]
        return run and (run.facts, run.learners[user])


def for_learners(
    courses: Mapping[CourseKey, CourseFacts], user_ids: Collection[int]
) -> dict[CourseKey, dict[int, LearnerSets]]:
    """Return the sets of each of these learners in each of these course runs, by key and user id.

    The number of queries does not depend on how many learners and runs there are. For more than
    some thousand learners take `for_course`.
    """
    runs = _Runs(courses, user_ids)
    for read, *needed in _READERS:
        if features.has(*needed):
            read(runs)
    for run in runs.by_key.values():
        for learner in run.learners.values():
            _note_what_is_missing(run.facts, learner)
    return {key: run.learners for key, run in runs.by_key.items()}


def for_course(course: CourseFacts, user_ids: Iterable[int], chunk: int = CHUNK) -> Iterator[LearnerSets]:
    """Yield the sets of many learners of one course run, `chunk` learners at a time."""
    ids = list(user_ids)
    for start in range(0, len(ids), chunk):
        yield from for_learners({course.key: course}, ids[start : start + chunk])[course.key].values()


def for_one(course: CourseFacts, user_id: int) -> LearnerSets:
    """Return the sets of one learner in one course run."""
    return for_learners({course.key: course}, [user_id])[course.key][user_id]


def chosen(groups: Mapping[int, int]) -> LearnerSets:
    """Return the sets of a made-up learner who is in these groups (by partition id) and in no other.

    As when staff of the LMS view a course as a content group: in every other partition they are in
    no group at all.
    """
    ways = [Way(partition_id, group_id, Kind.CHOSEN, "") for partition_id, group_id in groups.items()]
    return LearnerSets(None, is_enrolled=True, ways=ways)


# --- One reader for each table ---------------------------------------------------------------


def _read_staff(runs):
    everywhere = get_user_model().objects.filter(pk__in=runs.user_ids, is_staff=True).values_list("pk", flat=True)
    for user in everywhere:
        for run in runs.by_key.values():
            run.learners[user].is_staff = True
    rows = CourseAccessRole.objects.filter(user__in=runs.user_ids, role__in=STAFF_ROLES)
    for user, org, course_key, role in rows.values_list("user_id", "org", "course_id", "role"):
        # Once more, exactly: MySQL finds "Staff" when asked for "staff", the LMS does not.
        for key, run in runs.by_key.items() if role in STAFF_ROLES else ():
            if course_key == key or (not course_key and org and org.casefold() == key.org.casefold()):
                run.learners[user].is_staff = True


def _read_enrollments(runs):
    rows = CourseEnrollment.objects.filter(user__in=runs.user_ids, course_id__in=runs.keys)
    for user, key, mode, is_active in rows.values_list("user_id", "course_id", "mode", "is_active"):
        if (found := runs.get(key, user)) is None:
            continue
        course, learner = found
        learner.mode, learner.is_enrolled = mode, is_active
        if is_active:
            group = MODE_GROUPS[course.track_of(mode)]
            partitions = course.partitions_of(ENROLLMENT_TRACK)
            learner.ways += [Way(partition.id, group, Kind.TRACK, mode) for partition in partitions]


def _read_cohorts(runs):
    rows = CohortMembership.objects.filter(user__in=runs.user_ids, course_id__in=runs.keys)
    for user, key, cohort in rows.values_list("user_id", "course_id", "course_user_group_id"):
        if (found := runs.get(key, user)) is None:
            continue
        course, learner = found
        if cohort not in course.cohorts:
            continue
        learner.cohort = cohort
        if course.is_cohorted and (link := course.cohort_links.get(cohort)):
            _follow(course, link, Kind.COHORT, course.cohorts[cohort], learner)


def _read_learner_groups(runs):
    homes = {group: run for run in runs.by_key.values() for group in run.facts.learner_groups}
    rows = (
        GroupMember.objects.filter(user__in=runs.user_ids, courseusergroup__in=homes).order_by("pk") if homes else None
    )
    for user, group in rows.values_list("user_id", "courseusergroup_id") if homes else ():
        course, learner = homes[group].facts, homes[group].learners[user]
        learner.learner_groups.append(group)
        for link in course.learner_group_links.get(group, ()):
            _follow(course, link, Kind.LEARNER_GROUP, course.learner_groups[group], learner)


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


def _read_tags(runs):
    rows = UserCourseTag.objects.filter(user__in=runs.user_ids, course_id__in=runs.keys, key__startswith=TAG_PREFIX)
    for user, key, tag, value in rows.values_list("user_id", "course_id", "key", "value"):
        found, ids = runs.get(key, user), _numbers(tag.removeprefix(TAG_PREFIX), value)
        if found is not None and ids is not None:
            _take_tag(*found, *ids)


def _take_tag(course, learner, partition_id, group_id):
    partition = course.partition(partition_id, RANDOM)
    if partition is None or partition.scheme != RANDOM:
        return
    if partition.has_group(group_id):
        learner.ways.append(Way(partition.id, group_id, Kind.TAG, partition.name))
    else:
        text = f"The group that was drawn for “{partition.name}” no longer exists; the LMS will draw another."
        learner.notes.append(text)


def _numbers(*texts):
    """Return the texts as numbers; None when one of them is none."""
    return [int(text) for text in texts] if all(text.isascii() and text.isdigit() for text in texts) else None


def _read_teams(runs):
    homes = {team: run for run in runs.by_key.values() for team in run.facts.teams}
    rows = CourseTeamMembership.objects.filter(user__in=runs.user_ids, team__in=homes).order_by("pk") if homes else None
    for user, team in rows.values_list("user_id", "team_id") if homes else ():
        course, learner = homes[team].facts, homes[team].learners[user]
        name, team_set = course.teams[team]
        learner.teams.append(team)
        partitions = [one for one in course.partitions_of(TEAM) if one.team_set == team_set]
        learner.ways += [Way(partition.id, team, Kind.TEAM, name) for partition in partitions]


# What reads which tables. An LMS may lack some of them; then they contribute nothing.
_READERS = (
    (_read_staff, CourseAccessRole),
    (_read_enrollments, CourseEnrollment),
    (_read_cohorts, CohortMembership),
    (_read_learner_groups, GroupMember),
    (_read_tags, UserCourseTag),
    (_read_teams, CourseTeamMembership),
)
OPTIONAL = (CourseUserGroup, CohortMembership, GroupMember, UserCourseTag, CourseTeamMembership)


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
