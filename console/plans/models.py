"""What every plan and every item of a plan has."""

from django.conf import settings
from django.db import models


class PlanState(models.TextChoices):
    """Of a plan."""

    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    CANCELLED = "cancelled", "Cancelled"
    DONE = "done", "Done"


class ItemState(models.TextChoices):
    """Of an item. A concrete model may have the same values with words of its own."""

    PENDING = "pending", "Waiting"
    STARTED = "started", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Left out"


class Plan(models.Model):
    """A checked list. Once confirmed, exactly this list is carried out.

    A running plan needs no owner: each worker claims some of its items (`PlanItem.worker`).
    """

    State = PlanState

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    created = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    expires_at = models.DateTimeField(help_text="When a draft is too old to be confirmed.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last asked to go on.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When nothing was left to do.")

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        """Say whether it is confirmed and something of it still waits or runs."""
        return self.confirmed_at is not None and self.finished_at is None


class PlanItem(models.Model):
    """One line of a plan. The concrete model adds the foreign key to its plan."""

    State = ItemState

    id = models.BigAutoField(primary_key=True)
    line = models.PositiveIntegerField(help_text="In the file or text, from 1.")
    state = models.CharField(max_length=10, choices=ItemState.choices)
    reason = models.TextField(blank=True, default="", help_text="Why it came out as it did, in words.")
    worker = models.CharField(max_length=200, blank=True, default="", help_text="Who has claimed it.")
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
