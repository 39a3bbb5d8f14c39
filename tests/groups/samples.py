"""One more row of each model of groups, for the tests that look at every model."""

from itertools import count

from django.utils import timezone

from groups import models
from tests import factories
from tests.groups.states import RUN

_numbers = count(1)


def another_run():
    """Return the key of a run that no other row has."""
    return RUN.replace(run=f"R{next(_numbers)}")


def cohort():
    return factories.CohortFactory(course_id=another_run())


def membership():
    return factories.join_cohort(cohort(), factories.LearnerFactory())


def learner_group():
    return models.LearnerGroup.objects.create(
        course_user_group=factories.CohortFactory(course_id=another_run(), group_type="groups"),
        created=timezone.now(),
        created_by=factories.LearnerFactory(),
    )


def exclusive_set():
    return models.ExclusiveSet.objects.create(course_id=another_run(), name="Labs")


def content():
    return models.CourseContent.objects.create(course_id=another_run(), imported_at=timezone.now())


def partition():
    return models.UserPartition.objects.create(
        course=content(), partition_id=100, name="Content Groups", scheme="cohort", position=0
    )


def block():
    course = content()
    key = factories.block_key(course.course_id, "html")
    return models.CourseBlock.objects.create(course=course, usage_key=key, block_type="html", position=0, depth=1)


def bulk():
    now = timezone.now()
    return models.BulkAssignment.objects.create(
        course_id=another_run(), kind="upload", created=now, created_by=factories.LearnerFactory(), expires_at=now
    )


def team():
    now, number = timezone.now(), next(_numbers)
    return models.CourseTeam.objects.create(
        team_id=f"team-{number}",
        discussion_topic_id=f"topic-{number}",
        name="Team",
        course_id=another_run(),
        topic_id="set",
        date_created=now,
        last_activity_at=now,
    )


def content_import():
    return models.ContentImport.objects.create(
        course_id=another_run(),
        archive_course_id=another_run(),
        source="course.tar.gz",
        reading=b"read",
        created=timezone.now(),
        created_by=factories.LearnerFactory(),
    )


MAKERS = {
    models.CourseUserGroup: cohort,
    models.GroupMember: lambda: models.GroupMember.objects.get(user=membership().user),
    models.CohortMembership: membership,
    models.CourseCohort: lambda: models.CourseCohort.objects.get(course_user_group=cohort()),
    models.CourseCohortsSettings: lambda: models.CourseCohortsSettings.objects.create(course_id=another_run()),
    models.CohortContentGroup: lambda: factories.link(cohort(), 100, 7),
    models.UnregisteredLearnerCohortAssignment: lambda: factories.preassign(cohort(), "late@example.com"),
    models.BulkEmailCohortTarget: lambda: models.BulkEmailCohortTarget.objects.create(
        target_ptr_id=next(_numbers), cohort=cohort()
    ),
    models.VerifiedTrackCohortedCourse: lambda: models.VerifiedTrackCohortedCourse.objects.create(
        course_key=another_run(), enabled=True
    ),
    models.BulkAssignment: bulk,
    models.BulkAssignmentItem: lambda: models.BulkAssignmentItem.objects.create(
        bulk=bulk(), line=2, typed="anna", outcome="unknown", state="skipped"
    ),
    models.LearnerGroup: learner_group,
    models.LearnerGroupInstructor: lambda: models.LearnerGroupInstructor.objects.create(
        group=learner_group(), user=factories.LearnerFactory()
    ),
    models.ExclusiveSet: exclusive_set,
    models.ExclusiveMembership: lambda: models.ExclusiveMembership.objects.create(
        exclusive_set=exclusive_set(), group=learner_group(), user=factories.LearnerFactory()
    ),
    models.LearnerGroupLink: lambda: models.LearnerGroupLink.objects.create(
        group=learner_group(), partition_id=100, group_id_in_partition=7, created=timezone.now()
    ),
    models.CourseContent: content,
    models.ContentImport: content_import,
    models.UserPartition: partition,
    models.PartitionGroup: lambda: models.PartitionGroup.objects.create(
        partition=partition(), group_id=7, name="Verified only", position=0
    ),
    models.CourseBlock: block,
    models.UserCourseTag: lambda: models.UserCourseTag.objects.create(
        key="xblock.partition_service.partition_1", course_id=another_run(), value="7", user=factories.LearnerFactory()
    ),
    models.CourseTeam: team,
    models.CourseTeamMembership: lambda: models.CourseTeamMembership.objects.create(
        team=team(), user=factories.LearnerFactory(), date_joined=timezone.now(), last_activity_at=timezone.now()
    ),
}
