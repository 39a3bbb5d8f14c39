"""What a course reset reads, clears and records.

The first part are Open edX's own tables; `ResetJob` is ours and holds what its audit row cannot.
"""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField, UsageKeyField
from console.platform import PlatformModel, TableUse
from console.versions import HistoryModel
from enrollments.models import CourseEnrollment
from resets.bulk.models import BulkItem, BulkReset  # noqa: F401 (Django looks for models here)
from resets.querysets import CourseResetAuditQuerySet

RESETS_OFF = "Course resets are off: they came to Open edX with Redwood (2024)."


class StudentModule(PlatformModel):
    """`courseware_studentmodule`: a learner's state in one block, containers' positions included."""

    table_use = TableUse("Learners’ answers are neither shown nor reset.", optional=True)

    id = models.BigAutoField(primary_key=True)
    module_type = models.CharField(max_length=32, db_index=True, default="problem")
    module_state_key = UsageKeyField(max_length=255, db_column="module_id")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    course_id = CourseKeyField(max_length=255, db_index=True)
    state = models.TextField(null=True, blank=True)
    grade = models.FloatField(null=True, blank=True, db_index=True)
    max_grade = models.FloatField(null=True, blank=True)
    done = models.CharField(max_length=8, default="na")
    created = models.DateTimeField(db_index=True)
    modified = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "courseware_studentmodule"
        verbose_name = "student module"
        unique_together = [("student", "module_state_key", "course_id")]

    def __str__(self):
        return f"{self.module_state_key} of {self.student_id}"


class StudentModuleHistory(PlatformModel):
    """`courseware_studentmodulehistory`: earlier states of a module. A reset keeps them."""

    table_use = TableUse("Earlier answers are not shown.", optional=True)

    student_module_id = models.IntegerField(db_index=True)
    version = models.CharField(max_length=255, null=True, blank=True, db_index=True)
    created = models.DateTimeField(db_index=True)
    state = models.TextField(null=True, blank=True)
    grade = models.FloatField(null=True, blank=True)
    max_grade = models.FloatField(null=True, blank=True)

    class Meta:
        db_table = "courseware_studentmodulehistory"
        verbose_name = "student module history row"
        verbose_name_plural = "student module history"

    def __str__(self):
        return f"{self.student_module_id} at {self.created}"


class VisibleBlocks(PlatformModel):
    """`grades_visibleblocks`: block lists shared by all learners' subsection grades."""

    table_use = TableUse("Subsection grades cannot be explained.", optional=True)

    blocks_json = models.TextField()
    hashed = models.CharField(max_length=100, unique=True)
    course_id = CourseKeyField(max_length=255, db_index=True)

    class Meta:
        db_table = "grades_visibleblocks"
        verbose_name = "visible blocks"
        verbose_name_plural = "visible blocks"

    def __str__(self):
        return self.hashed


class PersistentSubsectionGrade(PlatformModel):
    """`grades_persistentsubsectiongrade`: the stored grade of one subsection."""

    table_use = TableUse("Subsection grades are neither shown nor reset.", optional=True)

    id = models.BigAutoField(primary_key=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    user_id = models.IntegerField()
    course_id = CourseKeyField(max_length=255)
    usage_key = UsageKeyField(max_length=255)
    subtree_edited_timestamp = models.DateTimeField(null=True, blank=True)
    course_version = models.CharField(max_length=255, blank=True, default="")
    earned_all = models.FloatField()
    possible_all = models.FloatField()
    earned_graded = models.FloatField()
    possible_graded = models.FloatField()
    visible_blocks = models.ForeignKey(
        VisibleBlocks, models.DO_NOTHING, related_name="+", to_field="hashed", db_column="visible_blocks_hash"
    )
    first_attempted = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "grades_persistentsubsectiongrade"
        verbose_name = "subsection grade"
        unique_together = [("course_id", "user_id", "usage_key")]
        indexes = [
            models.Index(fields=["modified", "course_id", "usage_key"], name="lectern_psg_modified"),
            models.Index(fields=["first_attempted", "course_id", "user_id"], name="lectern_psg_attempted"),
        ]

    def __str__(self):
        return f"{self.usage_key} of {self.user_id}"


class PersistentSubsectionGradeOverride(PlatformModel):
    """`grades_persistentsubsectiongradeoverride`: a grade that staff or a tool set by hand."""

    table_use = TableUse("Overrides of grades are neither shown nor reset.", optional=True)

    grade = models.OneToOneField(PersistentSubsectionGrade, models.DO_NOTHING, related_name="override")
    created = models.DateTimeField(db_index=True)
    modified = models.DateTimeField(db_index=True)
    earned_all_override = models.FloatField(null=True, blank=True)
    possible_all_override = models.FloatField(null=True, blank=True)
    earned_graded_override = models.FloatField(null=True, blank=True)
    possible_graded_override = models.FloatField(null=True, blank=True)
    override_reason = models.CharField(max_length=300, null=True, blank=True)
    system = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        db_table = "grades_persistentsubsectiongradeoverride"
        verbose_name = "subsection grade override"

    def __str__(self):
        return f"override of {self.grade_id}"


class HistoricalSubsectionGradeOverride(HistoryModel):
    """`grades_historicalpersistentsubsectiongradeoverride`: every change of an override.

    The LMS writes these rows from its ORM; whoever deletes an override by SQL owes the '-' row.
    """

    table_use = TableUse("Changes of grade overrides are not recorded.", optional=True, insert=True)

    id = models.IntegerField(db_index=True)
    grade_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    created = models.DateTimeField(db_index=True)
    modified = models.DateTimeField(db_index=True)
    earned_all_override = models.FloatField(null=True, blank=True)
    possible_all_override = models.FloatField(null=True, blank=True)
    earned_graded_override = models.FloatField(null=True, blank=True)
    possible_graded_override = models.FloatField(null=True, blank=True)
    override_reason = models.CharField(max_length=300, null=True, blank=True)
    system = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        db_table = "grades_historicalpersistentsubsectiongradeoverride"
        verbose_name = "subsection grade override history row"
        verbose_name_plural = "subsection grade override history"

    def __str__(self):
        return f"{self.history_type} {self.id}"


class CourseResetCourseOptIn(PlatformModel):
    """`support_courseresetcourseoptin`: a course run whose learners may be reset."""

    table_use = TableUse(RESETS_OFF, optional=True, insert=True, update=True, delete=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    course_id = CourseKeyField(max_length=255, unique=True)
    active = models.BooleanField()

    class Meta:
        db_table = "support_courseresetcourseoptin"
        verbose_name = "course reset opt-in"

    def __str__(self):
        return f"{self.course_id} ({'active' if self.active else 'inactive'})"


class CourseResetAudit(PlatformModel):
    """`support_courseresetaudit`: one reset. Open edX's own tool writes the same rows.

    `course` is the opt-in row, not the course key: the platform's column `course_id` is its
    integer id.
    """

    table_use = TableUse(RESETS_OFF, optional=True, insert=True, update=True)

    class Status(models.TextChoices):
        ENQUEUED = "enqueued", "Enqueued"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Failed"

    created = models.DateTimeField()
    modified = models.DateTimeField()
    course = models.ForeignKey(CourseResetCourseOptIn, models.DO_NOTHING, related_name="audits")
    course_enrollment = models.ForeignKey(CourseEnrollment, models.DO_NOTHING, related_name="reset_audits")
    reset_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ENQUEUED)
    completed_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=255, blank=True, default="", verbose_name="memo")

    objects = CourseResetAuditQuerySet.as_manager()

    class Meta:
        db_table = "support_courseresetaudit"
        verbose_name = "course reset"

    def __str__(self):
        return f"Reset {self.pk}"


RESET_TABLES = (CourseResetCourseOptIn, CourseResetAudit)


class ResetJob(models.Model):
    """Lectern's half of a reset: the lease of the worker that does it, and what came of it.

    An audit row without a job was written by Open edX's own tool and is left to it. The state
    itself is the audit row's `status` alone; nothing here repeats it.
    """

    audit = models.OneToOneField(
        CourseResetAudit, models.CASCADE, related_name="job", primary_key=True, db_constraint=False
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True, default="", help_text="Who holds the lease.")
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(help_text="When a worker was last asked to take it.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_problem = models.TextField(blank=True, default="", help_text="Why no e-mail was sent, in words.")
    reason = models.TextField(blank=True, default="", help_text="Why it failed, in words.")
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When it was looked at a second time.")
    came_back = models.JSONField(
        default=dict, blank=True, help_text="Rows that were there again, by kind of learner state."
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    undo_memo = models.CharField(max_length=255, blank=True, default="")
    left_out = models.TextField(blank=True, default="", help_text="What an undo did not bring back, and why, in words.")
    undo_mailed_at = models.DateTimeField(null=True, blank=True)
    choices = models.JSONField(default=list, blank=True, help_text="What the agent ticked: keys of state owners.")
    overrode = models.JSONField(default=list, blank=True, help_text="Conditions that an admin overrode.")
    cleared = models.JSONField(default=dict, blank=True, help_text="Rows cleared, by kind of learner state.")

    class Meta:
        db_table = "lectern_resets_job"
        indexes = [models.Index(fields=["lease_until"], name="lectern_reset_lease")]

    def __str__(self):
        return f"Job of reset {self.audit_id}"


class GivenUp(models.Model):
    """Why a reset of Open edX's own tool, which never finished, was marked as failed."""

    audit = models.OneToOneField(
        CourseResetAudit, models.CASCADE, related_name="given_up", primary_key=True, db_constraint=False
    )
    at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        db_table = "lectern_resets_givenup"
        verbose_name = "reset that was given up"
        verbose_name_plural = "resets that were given up"

    def __str__(self):
        return f"Reset {self.audit_id}, given up"


class ResetArchive(models.Model):
    """The rows that a reset took away or changed, so that it can be undone."""

    class Kind(models.TextChoices):
        RESET = "reset", "Cleared by the reset"
        REPLACED = "replaced", "Replaced by its undo"

    id = models.BigAutoField(primary_key=True)
    audit = models.ForeignKey(CourseResetAudit, models.CASCADE, related_name="archives", db_constraint=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created = models.DateTimeField(db_index=True)
    rows = models.PositiveIntegerField(default=0)
    part_count = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty in archives of older versions, whose checksums cover the rows alone."
    )
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lectern_resets_archive"
        constraints = [models.UniqueConstraint(fields=["audit", "kind"], name="lectern_one_archive")]

    def __str__(self):
        return f"Archive of reset {self.audit_id} ({self.kind})"


class ArchivePart(models.Model):
    """Some rows of one table, compressed; parts are played back from the last to the first."""

    class Operation(models.TextChoices):
        DELETED = "deleted", "Deleted"
        CHANGED = "changed", "Changed"
        ADDED = "added", "Added"
        MAP = "map", "Which blocks deleted ids meant"

    id = models.BigAutoField(primary_key=True)
    archive = models.ForeignKey(ResetArchive, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    owner = models.CharField(max_length=50)
    table = models.CharField(max_length=64)
    operation = models.CharField(max_length=10, choices=Operation.choices)
    changed = models.CharField(
        max_length=500,
        blank=True,
        default="",
        help_text="Columns that were set, with spaces between them; empty in archives of older versions.",
    )
    rows = models.PositiveIntegerField()
    payload = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "lectern_resets_archivepart"
        constraints = [models.UniqueConstraint(fields=["archive", "number"], name="lectern_one_part")]

    def __str__(self):
        return f"Part {self.number} of {self.archive_id}"
