"""A course's content as far as it decides access: imported from an OLX export, edited here, exported back.

The LMS keeps content outside of its SQL database, so these tables are Lectern's own copy. Partition
and group ids are the course's own ids; they survive a re-run and an import, primary keys do not.
"""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField, UsageKeyField


class CourseContent(models.Model):
    """The last import of a course run, with its policy as it came, so that an export changes nothing else."""

    id = models.BigAutoField(primary_key=True)
    course_id = CourseKeyField(max_length=255, unique=True)
    display_name = models.CharField(max_length=255, blank=True, default="")
    source = models.CharField(max_length=255, blank=True, default="", help_text="File or folder it came from.")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    run_name = models.CharField(max_length=255, blank=True, default="", help_text="The run in the export's policy.")
    policy = models.TextField(blank=True, default="", help_text="policy.json of the run, byte for byte.")
    course_xml = models.TextField(blank=True, default="", help_text="The course element's file, byte for byte.")
    revision = models.PositiveIntegerField(default=1, help_text="Grows with each import and each edit of partitions.")
    teams_configuration = models.JSONField(default=dict, blank=True)
    team_partitions = models.BooleanField(
        default=False, help_text="The course has teams.content_groups_for_teams switched on in its LMS."
    )
    cohort_config = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True, help_text="What the import noticed, in sentences.")

    class Meta:
        db_table = "lectern_groups_coursecontent"
        verbose_name = "imported course content"
        verbose_name_plural = "imported course content"

    def __str__(self):
        return self.display_name or str(self.course_id)


class UserPartition(models.Model):
    """A user partition of a course run (a group configuration, in Studio's words)."""

    id = models.BigAutoField(primary_key=True)
    course = models.ForeignKey(CourseContent, models.CASCADE, related_name="partitions")
    partition_id = models.IntegerField()
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    scheme = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict, blank=True)
    active = models.BooleanField(default=True)
    version = models.IntegerField(default=3)
    position = models.PositiveIntegerField(help_text="Place in the course's list, from 0.")

    class Meta:
        db_table = "lectern_groups_partition"
        verbose_name = "user partition"
        constraints = [models.UniqueConstraint(fields=["course", "partition_id"], name="lectern_one_partition")]

    def __str__(self):
        return self.name


class PartitionGroup(models.Model):
    """A group of a user partition: a content group, or a branch of an experiment."""

    id = models.BigAutoField(primary_key=True)
    partition = models.ForeignKey(UserPartition, models.CASCADE, related_name="groups")
    group_id = models.IntegerField()
    name = models.CharField(max_length=255)
    version = models.IntegerField(default=1)
    position = models.PositiveIntegerField(help_text="Place in the partition, from 0.")

    class Meta:
        db_table = "lectern_groups_partitiongroup"
        verbose_name = "partition group"
        constraints = [models.UniqueConstraint(fields=["partition", "group_id"], name="lectern_one_partition_group")]

    def __str__(self):
        return self.name


class CourseBlock(models.Model):
    """A block of the course's tree."""

    id = models.BigAutoField(primary_key=True)
    course = models.ForeignKey(CourseContent, models.CASCADE, related_name="blocks")
    usage_key = UsageKeyField(max_length=255)
    block_type = models.CharField(max_length=64)
    display_name = models.CharField(max_length=255, blank=True, default="")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(help_text="Place in the whole tree, parents before children, from 0.")
    depth = models.PositiveSmallIntegerField(help_text="0 is the course.")
    group_access = models.JSONField(
        null=True, blank=True, help_text="The block's own rule as imported: partition id to group ids."
    )
    visible_to_staff_only = models.BooleanField(default=False)
    start = models.DateTimeField(null=True, blank=True)
    user_partition_id = models.IntegerField(null=True, blank=True, help_text="Of a split test: its experiment.")
    group_id_to_child = models.JSONField(null=True, blank=True, help_text="Of a split test: group id to block key.")

    class Meta:
        db_table = "lectern_groups_block"
        verbose_name = "course block"
        constraints = [models.UniqueConstraint(fields=["course", "usage_key"], name="lectern_one_block")]
        indexes = [models.Index(fields=["course", "position"], name="lectern_block_order")]

    def __str__(self):
        return self.display_name or str(self.usage_key)


class ContentImport(models.Model):
    """What was read out of an uploaded export and waits to be confirmed; the preview is made of it."""

    id = models.BigAutoField(primary_key=True)
    course_id = CourseKeyField(max_length=255, db_index=True)
    archive_course_id = CourseKeyField(max_length=255, help_text="The course run that the export came from.")
    source = models.CharField(max_length=255, help_text="Name of the file.")
    reading = models.BinaryField(help_text="The course as it was read: JSON, compressed.")
    created = models.DateTimeField(db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        db_table = "lectern_groups_contentimport"
        verbose_name = "content import to confirm"
        verbose_name_plural = "content imports to confirm"

    def __str__(self):
        return f"{self.source} for {self.course_id}"
