"""Course runs and what the platform knows of learners in them: read-only, the LMS is their author."""

from django.contrib import admin

from console.admin import PlatformAdmin, site
from enrollments import schemas
from enrollments.defaults import admin as defaults  # noqa: F401 (registers its models)
from enrollments.models import (
    BlockCompletion,
    CourseEnrollment,
    CourseMode,
    CourseOverview,
    GeneratedCertificate,
    PersistentCourseGrade,
)


@admin.register(CourseOverview, site=site)
class CourseOverviewAdmin(PlatformAdmin):
    schema = schemas.CourseOverviewSchema
    list_display = ("id", "display_name", "org", "start", "end", "self_paced", "visible_to_staff_only")
    list_filter = ("self_paced", "visible_to_staff_only", "invitation_only")
    search_fields = ("^id", "^display_name", "^org")


@admin.register(CourseEnrollment, site=site)
class CourseEnrollmentAdmin(PlatformAdmin):
    schema = schemas.CourseEnrollmentSchema
    list_display = ("id", "user", "course_id", "course_name", "mode", "is_active", "created")
    list_filter = ("is_active",)
    list_select_related = ("user", "overview")
    search_fields = ("^user__username", "^course_id")

    @admin.display(description="course", ordering="overview__display_name")
    def course_name(self, enrollment):
        return enrollment.overview.display_name if enrollment.overview else ""


@admin.register(CourseMode, site=site)
class CourseModeAdmin(PlatformAdmin):
    schema = schemas.CourseModeSchema
    list_display = ("id", "course_id", "mode_slug", "mode_display_name", "min_price", "currency", "expiration_datetime")
    search_fields = ("^course_id", "^mode_slug")


@admin.register(PersistentCourseGrade, site=site)
class CourseGradeAdmin(PlatformAdmin):
    schema = schemas.CourseGradeSchema
    list_display = ("id", "user_id", "course_id", "percent_grade", "letter_grade", "passed_timestamp", "modified")
    search_fields = ("=user_id", "^course_id")


@admin.register(BlockCompletion, site=site)
class BlockCompletionAdmin(PlatformAdmin):
    schema = schemas.BlockCompletionSchema
    list_display = ("id", "user", "context_key", "block_type", "block_key", "completion", "modified")
    list_select_related = ("user",)
    search_fields = ("^user__username", "^context_key")


@admin.register(GeneratedCertificate, site=site)
class GeneratedCertificateAdmin(PlatformAdmin):
    """Certificates without their download keys: who has one can fetch the file."""

    schema = schemas.CertificateSchema
    list_display = ("id", "user", "course_id", "status", "mode", "grade", "modified_date")
    list_select_related = ("user",)
    search_fields = ("^user__username", "^course_id", "=verify_uuid")
    fields = (
        "id",
        "user",
        "course_id",
        "status",
        "mode",
        "grade",
        "name",
        "distinction",
        "verify_uuid",
        "error_reason",
        "created_date",
        "modified_date",
    )
