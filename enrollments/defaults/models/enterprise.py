"""Customers, their learners and what these are enrolled in, as edx-enterprise stores them.

The managers hide nothing. The original's do: its default manager of customer users leaves out the
unlinked ones (`linked=0`), and the one of course enrollments those of unlinked learners.
"""

import uuid

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField, UUIDField
from console.platform import PlatformModel, TableUse

NO_ENTERPRISE = "Default enrollments are off: this platform has no enterprise customers."


class EnterpriseCustomer(PlatformModel):
    """`enterprise_enterprisecustomer`: an organisation whose members learn here.

    The real table has fifty columns, and new ones with almost every release: rows are read by these
    columns and never inserted into an LMS's table.
    """

    table_use = TableUse(NO_ENTERPRISE, optional=True)

    uuid = UUIDField(primary_key=True, default=uuid.uuid4)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=30, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "enterprise_enterprisecustomer"
        verbose_name = "enterprise customer"

    def __str__(self):
        return self.name


class EnterpriseCatalog(PlatformModel):
    """`enterprise_enterprisecustomercatalog`: what a customer may learn. Its courses live elsewhere."""

    table_use = TableUse("Catalogs of customers have no titles.", optional=True)

    uuid = UUIDField(primary_key=True, default=uuid.uuid4)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    title = models.CharField(max_length=255)
    enterprise_customer = models.ForeignKey(EnterpriseCustomer, models.DO_NOTHING, related_name="catalogs")

    class Meta:
        db_table = "enterprise_enterprisecustomercatalog"
        verbose_name = "enterprise catalog"

    def __str__(self):
        return self.title


class EnterpriseCustomerUser(PlatformModel):
    """`enterprise_enterprisecustomeruser`: a learner of a customer, or one who was (`linked=0`).

    `user` is a join without a constraint: the platform keeps a plain number, and the account may
    no longer exist.
    """

    table_use = TableUse(NO_ENTERPRISE, optional=True, lock=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    user_id = models.PositiveIntegerField(db_index=True)
    active = models.BooleanField(default=True, help_text="The one customer that the learner works in now.")
    linked = models.BooleanField(default=True)
    is_relinkable = models.BooleanField(default=True)
    should_inactivate_other_customers = models.BooleanField(default=True)
    enterprise_customer = models.ForeignKey(EnterpriseCustomer, models.DO_NOTHING, related_name="customer_users")

    user = models.ForeignObject(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        from_fields=["user_id"],
        to_fields=["id"],
        null=True,
        related_name="enterprise_links",
    )

    class Meta:
        db_table = "enterprise_enterprisecustomeruser"
        verbose_name = "enterprise customer user"
        unique_together = [("enterprise_customer", "user_id")]

    def __str__(self):
        return f"{self.user_id} of {self.enterprise_customer_id}"


class EnterpriseEnrollmentSource(PlatformModel):
    """`enterprise_enterpriseenrollmentsource`: how an enrollment came about. Default ones have `customer_admin`."""

    table_use = TableUse("New enterprise enrollments do not say how they came about.", optional=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    name = models.CharField(max_length=64)
    slug = models.SlugField(max_length=30, unique=True)

    class Meta:
        db_table = "enterprise_enterpriseenrollmentsource"
        verbose_name = "enterprise enrollment source"

    def __str__(self):
        return self.name


class EnterpriseCourseEnrollment(PlatformModel):
    """`enterprise_enterprisecourseenrollment`: a customer's learner in a course run.

    No foreign key leads to `student_courseenrollment`: the pair (customer user's `user_id`,
    `course_id`) does. `unenrolled` does not say whether the learner is enrolled: a revoked license
    sets it, too, although the learner goes on in audit mode.
    """

    table_use = TableUse(NO_ENTERPRISE, optional=True, insert=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    course_id = CourseKeyField(max_length=255)
    saved_for_later = models.BooleanField(default=False)
    unenrolled = models.BooleanField(null=True, blank=True, db_index=True)
    unenrolled_at = models.DateTimeField(null=True, blank=True, db_index=True)
    enterprise_customer_user = models.ForeignKey(
        EnterpriseCustomerUser, models.DO_NOTHING, related_name="enterprise_enrollments"
    )
    source = models.ForeignKey(EnterpriseEnrollmentSource, models.DO_NOTHING, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "enterprise_enterprisecourseenrollment"
        verbose_name = "enterprise course enrollment"
        unique_together = [("enterprise_customer_user", "course_id")]

    def __str__(self):
        return f"{self.enterprise_customer_user_id} in {self.course_id}"


class Fulfilment(PlatformModel):
    """What pays for an enterprise course enrollment.

    The table tells the kind: `fulfillment_type` stays at its default, `license`, on many rows that
    learner credit paid for.
    """

    created = models.DateTimeField()
    modified = models.DateTimeField()
    uuid = UUIDField(default=uuid.uuid4, unique=True)
    fulfillment_type = models.CharField(max_length=128, default="license")
    is_revoked = models.BooleanField(default=False)

    class Meta:
        abstract = True


class LicensedEnrollment(Fulfilment):
    """`enterprise_licensedenterprisecourseenrollment`: a license pays. One license, many courses."""

    table_use = TableUse("What licenses pay for is not shown.", optional=True, insert=True)

    license_uuid = UUIDField()
    enterprise_course_enrollment = models.OneToOneField(
        EnterpriseCourseEnrollment, models.DO_NOTHING, null=True, blank=True, related_name="licensed_with"
    )

    class Meta:
        db_table = "enterprise_licensedenterprisecourseenrollment"
        verbose_name = "licensed enrollment"

    def __str__(self):
        return f"license {self.license_uuid} for {self.enterprise_course_enrollment_id}"


class LearnerCreditEnrollment(Fulfilment):
    """`enterprise_learnercreditenterprisecourseenrollment`: a transaction of learner credit pays."""

    table_use = TableUse("What learner credit pays for is not shown.", optional=True)

    transaction_id = UUIDField()
    enterprise_course_enrollment = models.OneToOneField(
        EnterpriseCourseEnrollment, models.DO_NOTHING, null=True, blank=True, related_name="credited_with"
    )

    class Meta:
        db_table = "enterprise_learnercreditenterprisecourseenrollment"
        verbose_name = "learner credit enrollment"

    def __str__(self):
        return f"transaction {self.transaction_id} for {self.enterprise_course_enrollment_id}"


class PendingCustomerUser(PlatformModel):
    """`enterprise_pendingenterprisecustomeruser`: an address that becomes a customer's learner on registration."""

    table_use = TableUse("Learners of a customer who have no account yet are not shown.", optional=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    user_email = models.EmailField()
    enterprise_customer = models.ForeignKey(EnterpriseCustomer, models.DO_NOTHING, related_name="pending_users")

    class Meta:
        db_table = "enterprise_pendingenterprisecustomeruser"
        verbose_name = "pending customer user"
        unique_together = [("user_email", "enterprise_customer")]
        indexes = [
            models.Index(fields=["user_email", "enterprise_customer"], name="enterprise__user_em_f98d36_idx"),
            models.Index(fields=["user_email"], name="enterprise__user_em_488930_idx"),
        ]

    def __str__(self):
        return self.user_email


class PendingEnrollment(PlatformModel):
    """`enterprise_pendingenrollment`: a course run that a pending customer user gets on registration."""

    table_use = TableUse("Enrollments of learners who have no account yet are not shown.", optional=True)

    created = models.DateTimeField()
    modified = models.DateTimeField()
    # A pending customer user, whatever the column is called.
    user = models.ForeignKey(PendingCustomerUser, models.DO_NOTHING, related_name="pending_enrollments")
    course_id = CourseKeyField(max_length=255)
    course_mode = models.CharField(max_length=25)
    cohort_name = models.CharField(max_length=255, null=True, blank=True)
    discount_percentage = models.DecimalField(max_digits=8, decimal_places=5, default=0)
    source = models.ForeignKey(EnterpriseEnrollmentSource, models.DO_NOTHING, null=True, blank=True, related_name="+")
    license_uuid = UUIDField(null=True, blank=True)

    class Meta:
        db_table = "enterprise_pendingenrollment"
        verbose_name = "pending enrollment"
        unique_together = [("user", "course_id")]

    def __str__(self):
        return f"{self.user_id} in {self.course_id}"
