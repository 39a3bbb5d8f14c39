"""A bulk reset: the plan that an agent confirms, and what becomes of each of its lines."""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField
from enrollments.models import CourseEnrollment

TYPED_LENGTH = 254


class BulkReset(models.Model):
    """A checked list of learners for one course run. Once confirmed, exactly this list is reset.

    A running bulk reset needs no owner: each worker claims some of its items (`BulkItem.worker`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"
        DONE = "done", "Done"

    id = models.BigAutoField(primary_key=True)
    course_id = CourseKeyField(max_length=255, db_index=True)
    memo = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    created = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    expires_at = models.DateTimeField(help_text="When a draft is too old to be confirmed.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last asked to go on.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When nothing was left to do.")
    will_reset = models.PositiveIntegerField(default=0)
    cannot = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "lectern_resets_bulk"
        verbose_name = "bulk reset"
        indexes = [models.Index(fields=["state", "finished_at"], name="lectern_bulk_state")]

    def __str__(self):
        return f"Bulk reset {self.pk}"

    @property
    def is_open(self) -> bool:
        """Say whether it is confirmed and something of it still waits or runs."""
        return self.confirmed_at is not None and self.finished_at is None


class BulkItem(models.Model):
    """One line of the list: whom it means, whether that learner can be reset, and what came of it."""

    class Verdict(models.TextChoices):
        WILL_RESET = "will_reset", "Will be reset"
        CANNOT = "cannot", "Cannot be reset"
        UNKNOWN = "unknown", "Unknown"
        DUPLICATE = "duplicate", "Duplicate"

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        STARTED = "started", "Running"
        DONE = "done", "Reset"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Left out"

    id = models.BigAutoField(primary_key=True)
    bulk = models.ForeignKey(BulkReset, models.CASCADE, related_name="items", db_index=False)
    line = models.PositiveIntegerField(help_text="In the file or text, from 1.")
    typed = models.CharField(max_length=TYPED_LENGTH)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    enrollment = models.ForeignKey(
        CourseEnrollment,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # The newest reset when the list was checked: another one by the time it starts is a change of plan.
    seen_audit_id = models.IntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.TextField(blank=True, default="", help_text="Why it was not reset, in words.")
    worker = models.CharField(max_length=200, blank=True, default="", help_text="Who has claimed it.")
    claimed_until = models.DateTimeField(null=True, blank=True)
    audit = models.ForeignKey(
        "lectern_resets.CourseResetAudit",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )

    class Meta:
        db_table = "lectern_resets_bulkitem"
        verbose_name = "bulk reset line"
        constraints = [models.UniqueConstraint(fields=["bulk", "line"], name="lectern_one_bulk_line")]
        indexes = [models.Index(fields=["bulk", "state", "line"], name="lectern_bulk_item_state")]

    def __str__(self):
        return f"Line {self.line} of bulk reset {self.bulk_id}"
