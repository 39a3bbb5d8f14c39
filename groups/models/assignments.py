"""Assigning many learners to cohorts at once: the plan that somebody confirms, and what becomes of each line."""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField
from console.plans.models import Plan, PlanItem

TYPED_LENGTH = 255


class BulkAssignment(Plan):
    """A checked list of learners and their cohorts in one course run: an upload, or found by Lectern.

    By Lectern those without a cohort, and those whose mode asks for another one.
    """

    class Kind(models.TextChoices):
        UPLOAD = "upload", "CSV upload"
        AUTOMATIC = "automatic", "Automatic assignment"
        VERIFIED = "verified", "Verified track"

    course_id = CourseKeyField(max_length=255, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=255, blank=True, default="", help_text="Name of the uploaded file.")

    class Meta:
        db_table = "lectern_groups_bulkassignment"
        verbose_name = "bulk assignment"
        indexes = [models.Index(fields=["state", "finished_at"], name="lectern_assignment_state")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"


class BulkAssignmentItem(PlanItem):
    """One line: who is to be in which cohort, what that would do, and what it did."""

    class Outcome(models.TextChoices):
        """The LMS's words (course_groups/views.py), and three that it has none for."""

        ADDED = "added", "Added"
        CHANGED = "changed", "Moved"
        PRESENT = "present", "Already there"
        PREASSIGNED = "preassigned", "Pre-assigned"
        UNKNOWN = "unknown", "Unknown"
        INVALID = "invalid", "Invalid address"
        NOT_ALLOWED = "not_allowed", "Not allowed"
        NO_COHORT = "no_cohort", "No such cohort"
        REPEATED = "repeated", "Later line counts"
        ASSIGNED = "assigned", "Assigned"

    bulk = models.ForeignKey(BulkAssignment, models.CASCADE, related_name="items", db_index=False)
    typed = models.CharField(max_length=TYPED_LENGTH, help_text="Username or e-mail address as it was given.")
    cohort_name = models.CharField(max_length=TYPED_LENGTH, blank=True, default="")
    # No foreign keys: an LMS must not be kept from deleting what a list of ours once named.
    cohort_id = models.IntegerField(null=True, blank=True)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    outcome = models.CharField(
        max_length=12,
        choices=Outcome.choices,
        help_text="What it would do while the plan is a draft, then what it did.",
    )
    previous = models.CharField(max_length=255, blank=True, default="", help_text="Name of the cohort before.")

    class Meta:
        db_table = "lectern_groups_bulkassignmentitem"
        verbose_name = "bulk assignment line"
        constraints = [models.UniqueConstraint(fields=["bulk", "line"], name="lectern_one_assignment_line")]
        indexes = [models.Index(fields=["bulk", "state", "line"], name="lectern_assignment_item_state")]

    def __str__(self):
        return f"Line {self.line} of bulk assignment {self.bulk_id}"
