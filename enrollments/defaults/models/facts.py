"""Facts that the original asks other services for: our own tables, filled by import or by hand.

Nothing depends on them: what is not here is estimated or unknown, and shown as such. Each row says
where it comes from and when it was true.
"""

from django.db import models

from console.fields import CourseKeyField, UUIDField
from enrollments.defaults.keys import course_of


class Origin(models.TextChoices):
    """Where a fact comes from. Estimates are made when they are needed and never stored."""

    IMPORTED = "imported", "Imported"
    ENTERED = "entered", "Entered by hand"
    ESTIMATED = "estimated", "Estimated"


STORED_ORIGINS = [choice for choice in Origin.choices if choice[0] != Origin.ESTIMATED]


class Fact(models.Model):
    """What every fact says of itself."""

    id = models.BigAutoField(primary_key=True)
    fetched_at = models.DateTimeField(help_text="When it was true.")
    origin = models.CharField(max_length=10, choices=STORED_ORIGINS)

    class Meta:
        abstract = True


class RunFact(Fact):
    """A course run as course-discovery knows it: is it the advertised one, can one enroll."""

    # `keys.course_of` the run: for looking up, hence in lower case.
    course_key = models.CharField(max_length=255, db_index=True, editable=False)
    run_key = CourseKeyField(max_length=255, unique=True)
    title = models.CharField(max_length=255, blank=True, default="")
    is_advertised = models.BooleanField(help_text="The run that its course is offered with now.")
    is_enrollable = models.BooleanField()
    enroll_start = models.DateTimeField(null=True, blank=True)
    enroll_by = models.DateTimeField(null=True, blank=True)
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lectern_enrollments_runfact"
        verbose_name = "course run fact"

    def __str__(self):
        return str(self.run_key)

    def save(self, **kwargs):
        self.course_key = course_of(str(self.run_key))
        super().save(**kwargs)


class CatalogMembership(Fact):
    """A course or course run that a customer's catalog contains.

    A customer with at least one row is known: what has no row is not in its catalogs. Of a customer
    without any nothing is known.
    """

    customer_uuid = UUIDField()
    catalog_uuid = UUIDField()
    content_key = models.CharField(max_length=255, help_text="Of a course (Org+Number) or of a course run.")

    class Meta:
        db_table = "lectern_enrollments_catalogmembership"
        verbose_name = "catalog membership"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_uuid", "catalog_uuid", "content_key"], name="lectern_one_membership"
            )
        ]

    def __str__(self):
        return f"{self.content_key} in {self.catalog_uuid}"


class License(Fact):
    """A learner's license of a customer's subscription plan, which stands for one of its catalogs.

    Known for a customer in the same sense as memberships. A license names its learner by id, by
    e-mail address, or not at all while nobody has it.
    """

    class Status(models.TextChoices):
        ACTIVATED = "activated", "Activated"
        ASSIGNED = "assigned", "Assigned"
        UNASSIGNED = "unassigned", "Unassigned"
        REVOKED = "revoked", "Revoked"

    license_uuid = UUIDField(unique=True)
    customer_uuid = UUIDField(db_index=True)
    catalog_uuid = UUIDField(null=True, blank=True)
    status = models.CharField(max_length=25, choices=Status.choices)
    lms_user_id = models.IntegerField(null=True, blank=True, db_index=True)
    user_email = models.EmailField(blank=True, default="", db_index=True)
    expires = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lectern_enrollments_license"
        verbose_name = "license"

    def __str__(self):
        return f"license {self.license_uuid}"
