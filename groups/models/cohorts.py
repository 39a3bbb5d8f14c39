"""Named sets of learners in a course run, as the LMS keeps them (`course_groups_*`).

A cohort is a `CourseUserGroup` of type `cohort` with a `CourseCohort` row; a learner group is one of
type `groups`, which stock Open edX ignores. Both name their members in `GroupMember`; a cohort's
members are in `CohortMembership` too, whose unique key allows one cohort per learner and course run.
"""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField
from console.platform import PlatformModel, TableUse
from groups.querysets import CourseUserGroupQuerySet

GROUPS_OFF = "Cohorts and learner groups are off."


class CourseUserGroup(PlatformModel):
    """`course_groups_courseusergroup`. Names are unique in a course run across both kinds."""

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True, delete=True, lock=True)

    class Type(models.TextChoices):
        COHORT = "cohort", "Cohort"
        LEARNER_GROUP = "groups", "Learner group"

    name = models.CharField(max_length=255)
    course_id = CourseKeyField(max_length=255, db_index=True)
    group_type = models.CharField(max_length=20, choices=Type.choices)

    objects = CourseUserGroupQuerySet.as_manager()

    class Meta:
        db_table = "course_groups_courseusergroup"
        verbose_name = "group of learners"
        verbose_name_plural = "groups of learners"
        unique_together = [("name", "course_id")]

    def __str__(self):
        return self.name


class GroupMember(PlatformModel):
    """`course_groups_courseusergroup_users`: a member, as lists, counts and e-mail targets read it."""

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True, delete=True)

    courseusergroup = models.ForeignKey(CourseUserGroup, models.DO_NOTHING, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="course_group_memberships")

    class Meta:
        db_table = "course_groups_courseusergroup_users"
        verbose_name = "group member"
        unique_together = [("courseusergroup", "user")]

    def __str__(self):
        return f"{self.user_id} in {self.courseusergroup_id}"


class CohortMembership(PlatformModel):
    """`course_groups_cohortmembership`: the one cohort of a learner in a course run, as access reads it.

    No index begins with `course_id`: a course's memberships are read through its cohorts.
    """

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True, delete=True)

    course_user_group = models.ForeignKey(CourseUserGroup, models.DO_NOTHING, related_name="cohort_memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="cohort_memberships", db_index=False
    )
    course_id = CourseKeyField(max_length=255)

    class Meta:
        db_table = "course_groups_cohortmembership"
        verbose_name = "cohort membership"
        unique_together = [("user", "course_id")]

    def __str__(self):
        return f"{self.user_id} in cohort {self.course_user_group_id}"


class CourseCohort(PlatformModel):
    """`course_groups_coursecohort`: how learners get into a cohort. Each cohort has to have one."""

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True, delete=True)

    class AssignmentType(models.TextChoices):
        RANDOM = "random", "Automatic"
        MANUAL = "manual", "Manual"

    course_user_group = models.OneToOneField(CourseUserGroup, models.DO_NOTHING, related_name="cohort")
    assignment_type = models.CharField(max_length=20, choices=AssignmentType.choices, default=AssignmentType.MANUAL)

    class Meta:
        db_table = "course_groups_coursecohort"
        verbose_name = "cohort assignment type"

    def __str__(self):
        return f"{self.assignment_type} ({self.course_user_group_id})"


class CourseCohortsSettings(PlatformModel):
    """`course_groups_coursecohortssettings`: whether a course run has cohorts.

    A missing row means that the LMS has never looked, not that there are no cohorts: its first
    reader makes the row from the course's own settings.
    """

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True)

    is_cohorted = models.BooleanField(default=False)
    course_id = CourseKeyField(max_length=255, unique=True)
    # The platform parses this without asking for NULL first.
    cohorted_discussions = models.TextField(null=True, blank=True, default="[]")
    always_cohort_inline_discussions = models.BooleanField(default=False)

    class Meta:
        db_table = "course_groups_coursecohortssettings"
        verbose_name = "cohort settings"
        verbose_name_plural = "cohort settings"

    def __str__(self):
        return f"{self.course_id} ({'cohorts on' if self.is_cohorted else 'cohorts off'})"


class CohortContentGroup(PlatformModel):
    """`course_groups_courseusergrouppartitiongroup`: the content group that a cohort is linked to.

    Partition and group are ids out of the course's content; no foreign key can protect them.
    Learner groups are never written here: the LMS's outline reads a course's first row whatever
    its kind (see `LearnerGroupLink`).
    """

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True, delete=True)

    partition_id = models.IntegerField()
    group_id = models.IntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    course_user_group = models.OneToOneField(CourseUserGroup, models.DO_NOTHING, related_name="content_group_link")

    class Meta:
        db_table = "course_groups_courseusergrouppartitiongroup"
        verbose_name = "link of a cohort to a content group"
        verbose_name_plural = "links of cohorts to content groups"

    def __str__(self):
        return f"{self.course_user_group_id} to {self.partition_id}/{self.group_id}"


class UnregisteredLearnerCohortAssignment(PlatformModel):
    """`course_groups_unregisteredlearnercohortassignments`: an e-mail address that waits for its account."""

    table_use = TableUse(GROUPS_OFF, optional=True, insert=True, update=True, delete=True)

    email = models.CharField(max_length=255, blank=True, db_index=True)
    course_id = CourseKeyField(max_length=255)
    course_user_group = models.ForeignKey(CourseUserGroup, models.DO_NOTHING, related_name="preassignments")

    class Meta:
        db_table = "course_groups_unregisteredlearnercohortassignments"
        verbose_name = "cohort pre-assignment"
        unique_together = [("course_id", "email")]

    def __str__(self):
        return f"{self.email} to {self.course_user_group_id}"


# They are one app of the LMS: without one of them there is nothing about cohorts.
COHORT_TABLES = (
    *(CourseUserGroup, GroupMember, CohortMembership, CourseCohort, CourseCohortsSettings),
    *(CohortContentGroup, UnregisteredLearnerCohortAssignment),
)


class BulkEmailCohortTarget(PlatformModel):
    """`bulk_email_cohorttarget`: a bulk e-mail that went to a cohort, which then cannot be deleted."""

    table_use = TableUse("Bulk e-mails to cohorts are not shown.", optional=True)

    target_ptr_id = models.IntegerField(primary_key=True)
    cohort = models.ForeignKey(CourseUserGroup, models.DO_NOTHING, related_name="bulk_email_targets")

    class Meta:
        db_table = "bulk_email_cohorttarget"
        verbose_name = "bulk e-mail to a cohort"
        verbose_name_plural = "bulk e-mails to cohorts"

    def __str__(self):
        return f"Bulk e-mail target {self.target_ptr_id}"


class VerifiedTrackCohortedCourse(PlatformModel):
    """`verified_track_content_verifiedtrackcohortedcourse`: the switch of verified-track cohorting."""

    table_use = TableUse("Verified-track cohorting is off.", optional=True, insert=True, update=True)

    course_key = CourseKeyField(max_length=255, unique=True)
    enabled = models.BooleanField()
    verified_cohort_name = models.CharField(max_length=100, default="Verified Learners")

    class Meta:
        db_table = "verified_track_content_verifiedtrackcohortedcourse"
        verbose_name = "verified-track cohorting"
        verbose_name_plural = "verified-track cohorting"

    def __str__(self):
        return f"{self.course_key} ({'on' if self.enabled else 'off'})"
