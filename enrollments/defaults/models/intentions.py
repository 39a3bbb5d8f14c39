"""What a customer's learners are to be enrolled in by default, and where that was done (edx-enterprise)."""

import uuid

from django.db import models

from console.fields import UUIDField
from console.platform import PlatformModel, TableUse
from enrollments.defaults.keys import Kind
from enrollments.defaults.models.enterprise import EnterpriseCourseEnrollment, EnterpriseCustomer
from enrollments.defaults.querysets import IntentionQuerySet, RealizationQuerySet

NO_DEFAULTS = "Default enrollments are off: they came with edx-enterprise 4.28 (2024)."


class DefaultIntention(PlatformModel):
    """`enterprise_defaultenterpriseenrollmentintention`: a course, or one run of it, for all learners of a customer.

    Removing is soft: the row stays, keeps its realizations, and still counts for uniqueness.
    """

    table_use = TableUse(NO_DEFAULTS, optional=True, insert=True, update=True, lock=True)

    uuid = UUIDField(primary_key=True, default=uuid.uuid4)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    is_removed = models.BooleanField(default=False)
    content_type = models.CharField(max_length=127, choices=Kind.choices, null=True, blank=True)
    content_key = models.CharField(max_length=255)
    enterprise_customer = models.ForeignKey(EnterpriseCustomer, models.DO_NOTHING, related_name="default_intentions")

    objects = IntentionQuerySet.as_manager()

    class Meta:
        db_table = "enterprise_defaultenterpriseenrollmentintention"
        verbose_name = "default enrollment intention"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise_customer", "content_key"], name="unique_default_enrollment_intention"
            )
        ]

    def __str__(self):
        return f"{self.content_key} for {self.enterprise_customer_id}"


class DefaultRealization(PlatformModel):
    """`enterprise_defaultenterpriseenrollmentrealization`: the enrollment that fulfilled an intention.

    The learner is the enrollment's customer user; `created` is when it was realized. One learner
    can have several under one intention: one for each course run that was advertised in turn.
    """

    table_use = TableUse(NO_DEFAULTS, optional=True, insert=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    intended_enrollment = models.ForeignKey(DefaultIntention, models.DO_NOTHING, related_name="realizations")
    realized_enrollment = models.OneToOneField(
        EnterpriseCourseEnrollment, models.DO_NOTHING, related_name="default_realization"
    )

    objects = RealizationQuerySet.as_manager()

    class Meta:
        db_table = "enterprise_defaultenterpriseenrollmentrealization"
        verbose_name = "default enrollment realization"

    def __str__(self):
        return f"{self.intended_enrollment_id} by {self.realized_enrollment_id}"
