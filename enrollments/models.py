"""Course runs and what the platform knows of a learner in them (Open edX's own tables).

Only columns that every supported release has are mapped: a SELECT of a column that an older LMS
lacks would fail. NOT NULL ones are mapped even when unused, so that embedded tables are alike.
"""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField, LearningContextKeyField, UsageKeyField
from console.platform import PlatformModel, TableUse
from enrollments.defaults.models import *  # noqa: F403 (Django looks for models here)
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan  # noqa: F401 (likewise)
from enrollments.querysets import CourseEnrollmentQuerySet


class CourseOverview(PlatformModel):
    """`course_overviews_courseoverview`: the LMS's summary of a course run."""

    table_use = TableUse("Course runs have neither names nor dates.")

    id = CourseKeyField(max_length=255, primary_key=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    version = models.IntegerField(default=19)
    location = UsageKeyField(max_length=255, db_column="_location")
    org = models.TextField()
    display_name = models.TextField(null=True, blank=True)
    display_number_with_default = models.TextField()
    display_org_with_default = models.TextField()
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    advertised_start = models.TextField(null=True, blank=True)
    enrollment_start = models.DateTimeField(null=True, blank=True)
    enrollment_end = models.DateTimeField(null=True, blank=True)
    self_paced = models.BooleanField(default=False)
    invitation_only = models.BooleanField(default=False)
    mobile_available = models.BooleanField(default=False)
    visible_to_staff_only = models.BooleanField(default=False)
    lowest_passing_grade = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    course_image_url = models.TextField(default="")
    certificates_show_before_end = models.BooleanField(default=False)
    cert_html_view_enabled = models.BooleanField(default=False)
    has_any_active_web_certificate = models.BooleanField(default=False)
    cert_name_short = models.TextField(default="")
    cert_name_long = models.TextField(default="")
    pre_requisite_courses_json = models.TextField(default="[]", db_column="_pre_requisite_courses_json")
    max_student_enrollments_allowed = models.IntegerField(null=True, blank=True)
    eligible_for_financial_aid = models.BooleanField(default=True)

    class Meta:
        db_table = "course_overviews_courseoverview"
        verbose_name = "course overview"

    def __str__(self):
        return self.display_name or str(self.id)


class CourseEnrollment(PlatformModel):
    """`student_courseenrollment`: one row per learner and run for ever; `is_active` says whether now.

    `overview` is a join without a constraint, as in the LMS: a deleted course leaves its
    enrollments behind, and they stay visible.
    """

    table_use = TableUse("No learner has a course.", insert=True, update=True, lock=True)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="course_enrollments")
    course_id = CourseKeyField(max_length=255, db_index=True)
    created = models.DateTimeField(null=True, blank=True, db_index=True)
    is_active = models.BooleanField(default=True)
    mode = models.CharField(max_length=100, default="audit")

    overview = models.ForeignObject(
        CourseOverview,
        models.DO_NOTHING,
        from_fields=["course_id"],
        to_fields=["id"],
        null=True,
        related_name="enrollments",
    )

    objects = CourseEnrollmentQuerySet.as_manager()

    class Meta:
        db_table = "student_courseenrollment"
        verbose_name = "course enrollment"
        unique_together = [("user", "course_id")]
        indexes = [models.Index(fields=["user", "-created"], name="student_cou_user_id_b19dcd_idx")]

    def __str__(self):
        return f"{self.user_id} in {self.course_id}"


class CourseMode(PlatformModel):
    """`course_modes_coursemode`: an enrollment mode that a run offers."""

    table_use = TableUse("The modes that a course run offers are not shown.", optional=True)

    course_id = CourseKeyField(max_length=255, db_index=True)
    mode_slug = models.CharField(max_length=100)
    mode_display_name = models.CharField(max_length=255)
    min_price = models.IntegerField(default=0)
    currency = models.CharField(max_length=8, default="usd")
    expiration_datetime = models.DateTimeField(null=True, blank=True)
    expiration_datetime_is_explicit = models.BooleanField(default=False)
    suggested_prices = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "course_modes_coursemode"
        verbose_name = "course mode"
        unique_together = [("course_id", "mode_slug", "currency")]

    def __str__(self):
        return f"{self.mode_slug} of {self.course_id}"


class PersistentCourseGrade(PlatformModel):
    """`grades_persistentcoursegrade`: the stored grade; an empty letter means not passing."""

    table_use = TableUse("No grades are shown, and nobody counts as passing.", optional=True)

    id = models.BigAutoField(primary_key=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    user_id = models.IntegerField(db_index=True)
    course_id = CourseKeyField(max_length=255)
    course_edited_timestamp = models.DateTimeField(null=True, blank=True)
    course_version = models.CharField(max_length=255, blank=True, default="")
    grading_policy_hash = models.CharField(max_length=255, default="")
    percent_grade = models.FloatField()
    letter_grade = models.CharField(max_length=255, blank=True, default="")
    passed_timestamp = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "grades_persistentcoursegrade"
        verbose_name = "course grade"
        unique_together = [("course_id", "user_id")]
        indexes = [
            models.Index(fields=["passed_timestamp", "course_id"], name="lectern_pcg_passed"),
            models.Index(fields=["modified", "course_id"], name="lectern_pcg_modified"),
        ]

    def __str__(self):
        return f"{self.percent_grade:.0%} of {self.user_id} in {self.course_id}"


class BlockCompletion(PlatformModel):
    """`completion_blockcompletion`: a block that a learner completed."""

    table_use = TableUse("Completions are not shown; only a new enrollment counts as recent activity.", optional=True)

    id = models.BigAutoField(primary_key=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_index=False)
    context_key = LearningContextKeyField(max_length=255, db_column="course_key")
    block_key = UsageKeyField(max_length=255)
    block_type = models.CharField(max_length=64)
    completion = models.FloatField()

    class Meta:
        db_table = "completion_blockcompletion"
        verbose_name = "block completion"
        unique_together = [("context_key", "block_key", "user")]
        indexes = [
            models.Index(fields=["user", "context_key", "modified"], name="completion__user_id_861fe5_idx"),
            models.Index(fields=["context_key", "block_type", "user"], name="completion__course__c6e6ad_idx"),
        ]

    def __str__(self):
        return f"{self.block_key} by {self.user_id}"


class GeneratedCertificate(PlatformModel):
    """`certificates_generatedcertificate`: a certificate, or the reason why there is none."""

    table_use = TableUse("Certificates are not shown.", optional=True)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    course_id = CourseKeyField(max_length=255)
    verify_uuid = models.CharField(max_length=32, blank=True, default="", db_index=True)
    download_uuid = models.CharField(max_length=32, blank=True, default="")
    download_url = models.CharField(max_length=128, blank=True, default="")
    grade = models.CharField(max_length=5, blank=True, default="")
    key = models.CharField(max_length=32, blank=True, default="")
    distinction = models.BooleanField(default=False)
    status = models.CharField(max_length=32, default="unavailable")
    mode = models.CharField(max_length=32, default="honor")
    name = models.CharField(max_length=255, blank=True)
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    error_reason = models.CharField(max_length=512, blank=True, default="")

    class Meta:
        db_table = "certificates_generatedcertificate"
        verbose_name = "certificate"
        unique_together = [("user", "course_id")]

    def __str__(self):
        return f"{self.status} for {self.user_id} in {self.course_id}"
