"""Versions of rows, as the LMS keeps them: the only trace of what was deleted or changed back.

No history table has an index on `history_date`: ask by the object, the learner or the run first.
"""

import uuid

from django.db import models

from console.fields import CourseKeyField, UUIDField
from console.platform import TableUse
from console.versions import HistoryModel
from enrollments.defaults.keys import Kind
from enrollments.defaults.models.intentions import NO_DEFAULTS


class CourseEnrollmentHistory(HistoryModel):
    """`student_courseenrollment_history`. Its key is a UUID and gives no order; `history_date` does.

    The first row of a new enrollment is often inactive and in audit mode, although nobody left.
    """

    table_use = TableUse("Earlier states of enrollments are not shown.", optional=True, insert=True)

    history_id = UUIDField(primary_key=True, default=uuid.uuid4)
    id = models.IntegerField(db_index=True)
    created = models.DateTimeField(null=True, blank=True, db_index=True)
    is_active = models.BooleanField()
    mode = models.CharField(max_length=100)
    course_id = CourseKeyField(max_length=255, null=True, blank=True, db_index=True)
    user_id = models.IntegerField(null=True, blank=True, db_index=True)

    class Meta:
        db_table = "student_courseenrollment_history"
        verbose_name = "course enrollment history row"
        verbose_name_plural = "course enrollment history"

    def __str__(self):
        return f"{self.history_type} {self.user_id} in {self.course_id}"


class HistoricalIntention(HistoryModel):
    """`enterprise_historicaldefaultenterpriseenrollmentintention`."""

    table_use = TableUse(NO_DEFAULTS, optional=True, insert=True)

    uuid = UUIDField(db_index=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    is_removed = models.BooleanField()
    content_type = models.CharField(max_length=127, choices=Kind.choices, null=True, blank=True)
    content_key = models.CharField(max_length=255)
    enterprise_customer_id = UUIDField(null=True, blank=True, db_index=True)

    class Meta:
        db_table = "enterprise_historicaldefaultenterpriseenrollmentintention"
        verbose_name = "default enrollment intention history row"
        verbose_name_plural = "default enrollment intention history"

    def __str__(self):
        return f"{self.history_type} {self.content_key}"


class HistoricalRealization(HistoryModel):
    """`enterprise_historicaldefaultenterpriseenrollmentrealization`."""

    table_use = TableUse("Deleted realizations are not shown.", optional=True, insert=True)

    id = models.IntegerField(db_index=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    intended_enrollment_id = UUIDField(null=True, blank=True, db_index=True)
    realized_enrollment_id = models.IntegerField(null=True, blank=True, db_index=True)

    class Meta:
        db_table = "enterprise_historicaldefaultenterpriseenrollmentrealization"
        verbose_name = "default enrollment realization history row"
        verbose_name_plural = "default enrollment realization history"

    def __str__(self):
        return f"{self.history_type} {self.id}"


class HistoricalEnterpriseCourseEnrollment(HistoryModel):
    """`enterprise_historicalenterprisecourseenrollment`."""

    table_use = TableUse("Deleted enterprise enrollments are not shown.", optional=True, insert=True)

    id = models.IntegerField(db_index=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    course_id = CourseKeyField(max_length=255)
    saved_for_later = models.BooleanField()
    unenrolled = models.BooleanField(null=True, blank=True, db_index=True)
    unenrolled_at = models.DateTimeField(null=True, blank=True, db_index=True)
    enterprise_customer_user_id = models.IntegerField(null=True, blank=True, db_index=True)
    source_id = models.IntegerField(null=True, blank=True, db_index=True)

    class Meta:
        db_table = "enterprise_historicalenterprisecourseenrollment"
        verbose_name = "enterprise course enrollment history row"
        verbose_name_plural = "enterprise course enrollment history"

    def __str__(self):
        return f"{self.history_type} {self.id} in {self.course_id}"


class HistoricalFulfilment(HistoryModel):
    """Versions of what pays for an enterprise course enrollment."""

    id = models.IntegerField(db_index=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    uuid = UUIDField(db_index=True)
    fulfillment_type = models.CharField(max_length=128)
    is_revoked = models.BooleanField()
    enterprise_course_enrollment_id = models.IntegerField(null=True, blank=True, db_index=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.history_type} {self.id}"


class HistoricalLicensedEnrollment(HistoricalFulfilment):
    """`enterprise_historicallicensedenterprisecourseenrollment`."""

    table_use = TableUse("Changes of what licenses pay for are not recorded.", optional=True, insert=True)

    license_uuid = UUIDField()

    class Meta:
        db_table = "enterprise_historicallicensedenterprisecourseenrollment"
        verbose_name = "licensed enrollment history row"
        verbose_name_plural = "licensed enrollment history"


class HistoricalLearnerCreditEnrollment(HistoricalFulfilment):
    """`enterprise_historicallearnercreditenterprisecourseenrollment`."""

    table_use = TableUse("Changes of what learner credit pays for are not recorded.", optional=True)

    transaction_id = UUIDField()

    class Meta:
        db_table = "enterprise_historicallearnercreditenterprisecourseenrollment"
        verbose_name = "learner credit enrollment history row"
        verbose_name_plural = "learner credit enrollment history"
