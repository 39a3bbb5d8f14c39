"""A bulk reset: the plan that an agent confirms, and what becomes of each of its lines."""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField
from console.plans.models import Plan, PlanItem
from enrollments.models import CourseEnrollment

TYPED_LENGTH = 254


class BulkReset(Plan):
    """A checked list of learners for one course run. Once confirmed, exactly this list is reset."""

    course_id = CourseKeyField(max_length=255, db_index=True)
    memo = models.CharField(max_length=255)
    choices = models.JSONField(
        default=list, blank=True, help_text="What the agent ticked for every learner: keys of state owners."
    )
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


class BulkItem(PlanItem):
    """One line of the list: whom it means, whether that learner can be reset, and what came of it."""

    class Verdict(models.TextChoices):
        WILL_RESET = "will_reset", "Will be reset"
        CANNOT = "cannot", "Cannot be reset"
        UNKNOWN = "unknown", "Unknown"
        DUPLICATE = "duplicate", "Duplicate"

    class State(models.TextChoices):
        """The values of `ItemState`, in words of a reset."""

        PENDING = "pending", "Waiting"
        STARTED = "started", "Running"
        DONE = "done", "Reset"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Left out"

    bulk = models.ForeignKey(BulkReset, models.CASCADE, related_name="items", db_index=False)
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
