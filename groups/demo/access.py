"""Demo learners whose explanation shows each reason. All are in Data Science 101.

What a block itself decides (contradiction, deleted group, deleted group configuration, inactive one,
staff only, experiment) is in the course's content and shows for each of them; the learners differ in
how they come to their groups. Sign in as `instructor` or `support` and explain what they see.
"""

from dataclasses import dataclass

from django.contrib.auth import get_user_model

from console.demo import UNUSABLE, Demo
from console.models import CourseAccessRole, UserProfile
from enrollments.demo import DATA_SCIENCE
from enrollments.models import CourseEnrollment
from groups.demo.content import ADVANCED, DATA_SCIENCE_GROUPS, DELETED_GROUP, LONG, SHORT, STARTERS, VIDEO_EXPERIMENT
from groups.models import (
    CohortContentGroup,
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    LearnerGroup,
    LearnerGroupLink,
    UserCourseTag,
)


@dataclass(frozen=True)
class Explained:
    """A demo learner and what their explanation shows."""

    name: str
    shows: str
    mode: str = "verified"
    cohort: str = ""
    learner_group: bool = False
    drawn: int | None = None
    is_active: bool = True
    is_staff: bool = False


LINKED, ADVANCED_COHORT, DANGLING, UNLINKED = "Monday class", "Friday class", "Class of 2024", "Visitors"
LEARNER_GROUP = "Tutors"
# The content group that each cohort is linked to.
COHORTS = {LINKED: STARTERS.id, ADVANCED_COHORT: ADVANCED.id, DANGLING: DELETED_GROUP, UNLINKED: None}
PEOPLE = {
    "why.cohort": Explained("Wanda Cohort", "in a content group through a cohort", cohort=LINKED, drawn=SHORT.id),
    "why.advanced": Explained("Walid Advanced", "in another content group", cohort=ADVANCED_COHORT, drawn=LONG.id),
    "why.audit": Explained("Wilma Audit", "not on the verified track", "audit", LINKED),
    "why.credit": Explained("Wiktor Credit", "credit is not offered: counts as audit", "credit", LINKED),
    "why.nobody": Explained("Wenja Nobody", "in no cohort yet, nothing drawn"),
    "why.both": Explained("Wei Both", "two content groups: the LMS sees one", cohort=LINKED, learner_group=True),
    "why.tutor": Explained("Wambui Tutor", "in a learner group alone: the LMS sees none", learner_group=True),
    "why.dangling": Explained("Wout Dangling", "the cohort's content group was deleted", cohort=DANGLING),
    "why.unlinked": Explained("Wren Unlinked", "the cohort is linked to nothing", cohort=UNLINKED),
    "why.stale": Explained("Wassim Stale", "the drawn group was deleted", cohort=LINKED, drawn=DELETED_GROUP),
    "why.left": Explained("Wioletta Left", "no longer enrolled", cohort=LINKED, is_active=False),
    "why.staff": Explained("Wolfram Staff", "staff of the course run", is_staff=True),
}


def load(demo: Demo) -> str:
    """Make the learners with their cohorts, learner group and drawn groups; returns what was made, in words."""
    CourseCohortsSettings.objects.get_or_create(course_id=DATA_SCIENCE.key, defaults={"is_cohorted": True})
    cohorts = {name: _cohort(demo, name, group) for name, group in COHORTS.items()}
    learner_group = _learner_group(demo)
    for username, person in PEOPLE.items():
        user = _account(demo, username, person)
        if person.cohort:
            _join(cohorts[person.cohort], user)
        if person.learner_group:
            GroupMember.objects.create(courseusergroup=learner_group, user=user)
    return f"{len(PEOPLE)} learners whose access is explained"


def _cohort(demo, name, content_group):
    cohort = CourseUserGroup.objects.create(
        name=name, course_id=DATA_SCIENCE.key, group_type=CourseUserGroup.Type.COHORT
    )
    CourseCohort.objects.create(course_user_group=cohort, assignment_type=CourseCohort.AssignmentType.MANUAL)
    if content_group is not None:
        CohortContentGroup.objects.create(
            course_user_group=cohort,
            partition_id=DATA_SCIENCE_GROUPS.id,
            group_id=content_group,
            created_at=demo.ago(40),
            updated_at=demo.ago(40),
        )
    return cohort


def _learner_group(demo):
    group = CourseUserGroup.objects.create(
        name=LEARNER_GROUP, course_id=DATA_SCIENCE.key, group_type=CourseUserGroup.Type.LEARNER_GROUP
    )
    maker = get_user_model().objects.get(username="instructor")
    extra = LearnerGroup.objects.create(course_user_group=group, created=demo.ago(30), created_by=maker)
    LearnerGroupLink.objects.create(
        group=extra, partition_id=DATA_SCIENCE_GROUPS.id, group_id_in_partition=ADVANCED.id, created=demo.ago(30)
    )
    return group


def _account(demo, username, person):
    user = get_user_model().objects.create(
        username=username, email=f"{username}@example.com", password=UNUSABLE, date_joined=demo.ago(90)
    )
    UserProfile.objects.create(user=user, name=person.name)
    CourseEnrollment.objects.create(
        user=user, course_id=DATA_SCIENCE.key, mode=person.mode, is_active=person.is_active, created=demo.ago(60)
    )
    if person.is_staff:
        key = DATA_SCIENCE.key
        CourseAccessRole.objects.create(user=user, org=key.org, course_id=key, role="staff")
    if person.drawn is not None:
        key = UserCourseTag.PARTITION_KEY.format(VIDEO_EXPERIMENT.id)
        UserCourseTag.objects.create(user=user, course_id=DATA_SCIENCE.key, key=key, value=str(person.drawn))
    return user


def _join(cohort, user):
    GroupMember.objects.create(courseusergroup=cohort, user=user)
    CohortMembership.objects.create(course_user_group=cohort, user=user, course_id=cohort.course_id)
