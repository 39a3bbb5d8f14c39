"""Demo cohorts: two courses with cohorts in every state, one with cohorts off; all others are not initialised."""

from dataclasses import dataclass

from django.utils import timezone

from console.demo import Demo
from enrollments.demo import BIOLOGY, DATA_SCIENCE, WRITING, Course
from enrollments.models import CourseEnrollment
from groups.demo.content import (
    ADVANCED,
    DATA_SCIENCE_GROUPS,
    DELETED_GROUP,
    ENGLISH,
    GERMAN,
    INDUSTRY,
    STARTERS,
    WRITING_GROUPS,
)
from groups.models import (
    CohortContentGroup,
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
    VerifiedTrackCohortedCourse,
)

RANDOM, MANUAL = CourseCohort.AssignmentType.RANDOM, CourseCohort.AssignmentType.MANUAL


@dataclass(frozen=True)
class Cohort:
    """A cohort; `share` is the part of the course's learners in it, `link` partition and group id."""

    course: Course
    name: str
    kind: str
    share: float
    link: tuple[int, int] | None = None


VERIFIED_COHORT = "Verified Learners"
COHORTS = (
    Cohort(DATA_SCIENCE, "Starters", RANDOM, 0.35, (DATA_SCIENCE_GROUPS.id, STARTERS.id)),
    Cohort(DATA_SCIENCE, "Advanced", MANUAL, 0.2, (DATA_SCIENCE_GROUPS.id, ADVANCED.id)),
    Cohort(DATA_SCIENCE, "Industry partners", MANUAL, 0.1, (DATA_SCIENCE_GROUPS.id, INDUSTRY.id)),
    # Its content group was deleted in Studio.
    Cohort(DATA_SCIENCE, "Summer school 2025", MANUAL, 0.05, (DATA_SCIENCE_GROUPS.id, DELETED_GROUP)),
    Cohort(DATA_SCIENCE, "Waiting room", MANUAL, 0),
    Cohort(WRITING, "Default Group", RANDOM, 0.4, (WRITING_GROUPS.id, ENGLISH.id)),
    Cohort(WRITING, "Deutsch", MANUAL, 0.3, (WRITING_GROUPS.id, GERMAN.id)),
    # Some of its members have another mode, and some verified learners are elsewhere.
    Cohort(WRITING, VERIFIED_COHORT, MANUAL, 0.1),
    Cohort(BIOLOGY, "Field trip", MANUAL, 0.2),
)
COHORTED = {DATA_SCIENCE: True, WRITING: True, BIOLOGY: False}
WAITING = ("new.colleague@industry.example", "visiting.student@northu.example")
# Learners whose two membership rows disagree, as after a failed import.
DRIFTED = 3


def load(demo: Demo) -> str:
    """Make cohorts with members, links and pre-assignments; returns what was made, in words."""
    CourseCohortsSettings.objects.bulk_create(
        CourseCohortsSettings(course_id=course.key, is_cohorted=is_on) for course, is_on in COHORTED.items()
    )
    for course in COHORTED:
        _fill(demo, course)
    _preassign()
    _drift()
    VerifiedTrackCohortedCourse.objects.create(
        course_key=WRITING.key, enabled=True, verified_cohort_name=VERIFIED_COHORT
    )
    return f"{len(COHORTS)} cohorts with {CohortMembership.objects.count()} members"


def _fill(demo, course):
    """Spread some of the course's learners over its cohorts; the rest has none yet."""
    rows = CourseEnrollment.objects.filter(course_id=course.key).order_by("pk")
    learners = list(rows.values_list("user_id", flat=True))
    demo.random.shuffle(learners)
    number = len(learners)
    for cohort in COHORTS:
        if cohort.course == course:
            members, learners = learners[: int(cohort.share * number)], learners[int(cohort.share * number) :]
            _make(cohort, members)


def _make(cohort, members):
    key = cohort.course.key
    group = CourseUserGroup.objects.create(name=cohort.name, course_id=key, group_type=CourseUserGroup.Type.COHORT)
    CourseCohort.objects.create(course_user_group=group, assignment_type=cohort.kind)
    if cohort.link:
        now = timezone.now()
        CohortContentGroup.objects.create(
            course_user_group=group,
            partition_id=cohort.link[0],
            group_id=cohort.link[1],
            created_at=now,
            updated_at=now,
        )
    GroupMember.objects.bulk_create(GroupMember(courseusergroup=group, user_id=member) for member in members)
    CohortMembership.objects.bulk_create(
        CohortMembership(course_user_group=group, user_id=member, course_id=key) for member in members
    )


def _preassign():
    group = CourseUserGroup.objects.get(course_id=DATA_SCIENCE.key, name="Industry partners")
    UnregisteredLearnerCohortAssignment.objects.bulk_create(
        UnregisteredLearnerCohortAssignment(email=email, course_id=group.course_id, course_user_group=group)
        for email in WAITING
    )


def _drift():
    """Lose a few rows of either table in the writing course."""
    group = CourseUserGroup.objects.get(course_id=WRITING.key, name="Deutsch")
    members = list(GroupMember.objects.filter(courseusergroup=group).order_by("pk")[:DRIFTED])
    members[0].delete()
    CohortMembership.objects.filter(course_user_group=group, user_id__in=[row.user_id for row in members[1:]]).delete()
