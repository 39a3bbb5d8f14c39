"""A plan to realize one intention for a customer's learners, and what becomes of each of them."""

from django.db import models

from console.fields import UUIDField
from console.plans.models import ItemState, Plan, PlanItem

MEMO_LENGTH = 255


class RealizePlan(Plan):
    """One intention for some or all learners of its customer."""

    intention_uuid = UUIDField(db_index=True)
    content_key = models.CharField(max_length=255)
    run_key = models.CharField(max_length=255, help_text="The course run that the intention meant then.")
    memo = models.CharField(max_length=MEMO_LENGTH)
    will_change = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "lectern_enrollments_realizeplan"
        verbose_name = "realization plan"
        indexes = [models.Index(fields=["state", "finished_at"], name="lectern_realize_state")]

    def __str__(self):
        return f"Realization plan {self.pk}"


class RealizeItem(PlanItem):
    """One learner of the plan."""

    class Verdict(models.TextChoices):
        ENROLL = "enroll", "Will be enrolled"
        UPGRADE = "upgrade", "Will be upgraded"
        RECORD = "record", "Will be recorded"
        CANNOT = "cannot", "Left out"

    class State(models.TextChoices):
        """The values of `ItemState`, in words of a realization."""

        PENDING = ItemState.PENDING.value, "Waiting"
        STARTED = ItemState.STARTED.value, "Running"
        DONE = ItemState.DONE.value, "Realized"
        FAILED = ItemState.FAILED.value, "Failed"
        SKIPPED = ItemState.SKIPPED.value, "Left out"

    plan = models.ForeignKey(RealizePlan, models.CASCADE, related_name="items", db_index=False)
    user_id = models.IntegerField()
    username = models.CharField(max_length=150)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    status = models.CharField(max_length=20, help_text="The learner's status when this was checked.")
    state = models.CharField(max_length=10, choices=State.choices)

    class Meta:
        db_table = "lectern_enrollments_realizeitem"
        verbose_name = "learner of a realization plan"
        constraints = [models.UniqueConstraint(fields=["plan", "user_id"], name="lectern_one_realize_item")]
        indexes = [models.Index(fields=["plan", "state", "line"], name="lectern_realize_item_state")]

    def __str__(self):
        return f"{self.username} of realization plan {self.plan_id}"
