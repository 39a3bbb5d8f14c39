"""What Open edX has no table for: who runs a learner group, which groups exclude each other, and links.

A learner group itself is a `CourseUserGroup` of type `groups`; its members are `GroupMember` rows.
"""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField
from groups.models.cohorts import CourseUserGroup


class ExclusiveSet(models.Model):
    """Learner groups of a course run that exclude each other: a learner is in at most one of them."""

    id = models.BigAutoField(primary_key=True)
    course_id = CourseKeyField(max_length=255, db_index=True)
    name = models.CharField(max_length=255)

    class Meta:
        db_table = "lectern_groups_exclusiveset"
        constraints = [models.UniqueConstraint(fields=["course_id", "name"], name="lectern_one_exclusive_set")]

    def __str__(self):
        return self.name


class LearnerGroup(models.Model):
    """Lectern's half of a learner group."""

    course_user_group = models.OneToOneField(
        CourseUserGroup, models.CASCADE, related_name="learner_group", primary_key=True, db_constraint=False
    )
    description = models.CharField(max_length=500, blank=True, default="")
    exclusive_set = models.ForeignKey(
        ExclusiveSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="groups",
        help_text="A learner can be in one group of a set only. Without a set, in any number of groups.",
    )
    created = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        db_table = "lectern_groups_learnergroup"

    def __str__(self):
        return f"Learner group {self.course_user_group_id}"


class LearnerGroupInstructor(models.Model):
    """Somebody who manages the members of one learner group, and of no other group of the course run."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(LearnerGroup, models.CASCADE, related_name="instructors")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="instructed_learner_groups", db_constraint=False
    )

    class Meta:
        db_table = "lectern_groups_instructor"
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="lectern_one_group_instructor")]

    def __str__(self):
        return f"{self.user_id} instructs {self.group_id}"


class ExclusiveMembership(models.Model):
    """The one group of a set that a learner is in: the unique key that makes moving a replacement."""

    id = models.BigAutoField(primary_key=True)
    exclusive_set = models.ForeignKey(ExclusiveSet, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(LearnerGroup, models.CASCADE, related_name="exclusive_memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        db_table = "lectern_groups_exclusivemembership"
        constraints = [models.UniqueConstraint(fields=["exclusive_set", "user"], name="lectern_one_group_of_a_set")]

    def __str__(self):
        return f"{self.user_id} in {self.group_id}"


class LearnerGroupLink(models.Model):
    """A content group that members of a learner group reach. Kept out of the platform's link table."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(LearnerGroup, models.CASCADE, related_name="links")
    partition_id = models.IntegerField()
    group_id_in_partition = models.IntegerField(verbose_name="content group id")
    created = models.DateTimeField()

    class Meta:
        db_table = "lectern_groups_link"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "partition_id", "group_id_in_partition"], name="lectern_one_group_link"
            )
        ]

    def __str__(self):
        return f"{self.group_id} to {self.partition_id}/{self.group_id_in_partition}"
