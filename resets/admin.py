"""Resets and the learner state that they clear in the admin. Only opt-ins are changed here."""

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from console.admin import PlatformAdmin, site
from console.rules import Permission
from enrollments.models import CourseOverview
from resets import schemas
from resets.bulk.models import BulkItem, BulkReset
from resets.models import (
    ArchivePart,
    CourseResetAudit,
    CourseResetCourseOptIn,
    GivenUp,
    HistoricalSubsectionGradeOverride,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetArchive,
    ResetJob,
    StudentModule,
    StudentModuleHistory,
    VisibleBlocks,
)

KEPT_FOR_AUDIT = (
    "{opt_in} is kept, because resets of this course run are recorded under it and would be lost. "
    "To end resets in this run, clear “active” instead."
)


class OptInForm(forms.ModelForm):
    """Opts a course run into resets; the run has to exist."""

    course_id = forms.CharField(max_length=255, label="Course key", help_text="Such as course-v1:Org+Course+Run.")
    active = forms.BooleanField(
        required=False, initial=True, help_text="Cleared, no learner of this run can be reset; its history stays."
    )

    class Meta:
        model = CourseResetCourseOptIn
        fields = ("course_id", "active")

    def clean_course_id(self):
        """Return the key as the run's overview spells it: some databases ignore letter case."""
        try:
            key = CourseKey.from_string(self.cleaned_data["course_id"].strip())
        except InvalidKeyError as error:
            raise forms.ValidationError("This is not a course key, such as course-v1:Org+Course+Run.") from error
        overview = CourseOverview.objects.filter(pk=key).first()
        if overview is None:
            raise forms.ValidationError("There is no course run with this key.")
        if CourseResetCourseOptIn.objects.filter(course_id=overview.id).exists():
            raise forms.ValidationError("This course run is opted in already. Open its row to switch it on or off.")
        return overview.id


@admin.register(CourseResetCourseOptIn, site=site)
class OptInAdmin(PlatformAdmin):
    """Course runs whose learners may be reset."""

    schema = schemas.OptInSchema
    form = OptInForm
    list_display = ("id", "course_id", "active", "created", "modified")
    list_display_links = ("id", "course_id")
    list_filter = ("active",)
    search_fields = ("^course_id",)

    def get_fields(self, request, obj=None):
        return ("course_id", "active") if obj is None else ("course_id", "active", "created", "modified")

    def get_readonly_fields(self, request, obj=None):
        """Fix the run after creation: its resets are recorded under it."""
        return () if obj is None else ("course_id", "created", "modified")

    def has_add_permission(self, request):
        """Admins: opting runs in is their job, as it is in the platform's own admin."""
        return request.user.has_perm(Permission.ADMINISTER)

    def has_change_permission(self, request, obj=None):
        """Admins, to switch a run off and on again."""
        return request.user.has_perm(Permission.ADMINISTER)

    def has_delete_permission(self, request, obj=None):
        """Admins, for runs that were opted in by mistake; `delete_view` refuses the others."""
        return request.user.has_perm(Permission.ADMINISTER)

    def save_model(self, request, obj, form, change):
        obj.modified = timezone.now()
        obj.created = obj.created or obj.modified
        super().save_model(request, obj, form, change)

    def delete_view(self, request, object_id, extra_context=None):
        """Delete only what no reset is recorded under: the platform's cascade would destroy the trail."""
        opt_in = self.get_object(request, object_id)
        if opt_in is not None and opt_in.audits.exists():
            return self._keep(request, opt_in)
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            return self._keep(request, opt_in)

    def _keep(self, request, opt_in):
        self.message_user(request, KEPT_FOR_AUDIT.format(opt_in=opt_in.course_id), messages.ERROR)
        return redirect(reverse("admin:lectern_resets_courseresetcourseoptin_change", args=[opt_in.pk]))


@admin.register(CourseResetAudit, site=site)
class CourseResetAuditAdmin(PlatformAdmin):
    """The trail of all resets. It is written by resets alone."""

    schema = schemas.CourseResetSchema
    list_display = ("id", "learner", "course_key", "status", "undone", "comment", "reset_by", "created", "completed_at")
    list_filter = ("status",)
    list_select_related = ("course_enrollment__user", "reset_by", "job")
    search_fields = ("^course_enrollment__user__username", "^course_enrollment__course_id", "^reset_by__username")
    fields = (
        "id",
        "learner",
        "course_key",
        "course",
        "course_enrollment",
        "reset_by",
        "status",
        "comment",
        "created",
        "modified",
        "completed_at",
        "undone",
    )
    readonly_fields = ("learner", "course_key", "undone")

    @admin.display(description="learner", ordering="course_enrollment__user__username")
    def learner(self, audit):
        return audit.course_enrollment.user.get_username()

    @admin.display(description="course", ordering="course_enrollment__course_id")
    def course_key(self, audit):
        return str(audit.course_enrollment.course_id)

    @admin.display(description="undone", ordering="job__undone_at")
    def undone(self, audit):
        return getattr(getattr(audit, "job", None), "undone_at", None)


@admin.register(ResetJob, site=site)
class ResetJobAdmin(PlatformAdmin):
    schema = schemas.ResetJobSchema
    list_display = ("audit", "attempts", "worker", "lease_until", "rung_at", "started_at", "finished_at", "reason")
    missing_ok = ("audit",)
    search_fields = ("=audit__id", "^audit__course_enrollment__user__username")


@admin.register(StudentModule, site=site)
class StudentModuleAdmin(PlatformAdmin):
    schema = schemas.StudentModuleSchema
    list_display = ("id", "student", "course_id", "module_type", "module_state_key", "grade", "max_grade", "modified")
    missing_ok = ("student",)
    search_fields = ("^student__username", "^course_id")


@admin.register(StudentModuleHistory, site=site)
class StudentModuleHistoryAdmin(PlatformAdmin):
    schema = schemas.StudentModuleHistorySchema
    list_display = ("id", "student_module_id", "version", "created", "grade", "max_grade")
    search_fields = ("=student_module_id",)


@admin.register(PersistentSubsectionGrade, site=site)
class SubsectionGradeAdmin(PlatformAdmin):
    schema = schemas.SubsectionGradeSchema
    list_display = ("id", "user_id", "course_id", "usage_key", "earned_graded", "possible_graded", "modified")
    search_fields = ("=user_id", "^course_id")


@admin.register(PersistentSubsectionGradeOverride, site=site)
class OverrideAdmin(PlatformAdmin):
    schema = schemas.OverrideSchema
    list_display = ("id", "grade", "earned_graded_override", "possible_graded_override", "system", "modified")
    list_select_related = ("grade",)
    search_fields = ("=grade__user_id", "^grade__course_id")


@admin.register(HistoricalSubsectionGradeOverride, site=site)
class OverrideHistoryAdmin(PlatformAdmin):
    schema = schemas.OverrideHistorySchema
    list_display = ("history_id", "id", "grade_id", "history_type", "history_date", "history_user", "system")
    list_select_related = ("history_user",)
    search_fields = ("=grade_id", "^history_user__username")


@admin.register(VisibleBlocks, site=site)
class VisibleBlocksAdmin(PlatformAdmin):
    schema = schemas.VisibleBlocksSchema
    list_display = ("id", "course_id", "hashed")
    search_fields = ("=hashed", "^course_id")


@admin.register(GivenUp, site=site)
class GivenUpAdmin(PlatformAdmin):
    """Resets of Open edX's own tool that never finished, and why they count as failed."""

    schema = schemas.GivenUpSchema
    list_display = ("audit", "at", "reason")
    missing_ok = ("audit",)


@admin.register(ResetArchive, site=site)
class ResetArchiveAdmin(PlatformAdmin):
    schema = schemas.ArchiveSchema
    list_display = ("id", "audit", "kind", "rows", "created", "purged_at")
    list_filter = ("kind",)
    missing_ok = ("audit",)
    search_fields = ("=audit__id", "^audit__course_enrollment__user__username")


@admin.register(ArchivePart, site=site)
class ArchivePartAdmin(PlatformAdmin):
    """What is in a part is learners' work; it is not shown."""

    schema = schemas.ArchivePartSchema
    list_display = ("id", "archive", "number", "owner", "table", "operation", "rows")
    list_filter = ("operation",)
    list_select_related = ("archive",)
    search_fields = ("=archive__audit__id", "=table")
    fields = ("id", "archive", "number", "owner", "table", "operation", "rows", "sha256")


@admin.register(BulkReset, site=site)
class BulkResetAdmin(PlatformAdmin):
    schema = schemas.BulkResetSchema
    list_display = ("id", "course_id", "state", "memo", "created", "created_by", "will_reset", "cannot", "finished_at")
    list_filter = ("state",)
    missing_ok = ("created_by",)
    search_fields = ("^course_id", "^created_by__username")


@admin.register(BulkItem, site=site)
class BulkItemAdmin(PlatformAdmin):
    schema = schemas.BulkItemSchema
    list_display = ("id", "bulk", "line", "typed", "verdict", "state", "reason")
    list_filter = ("verdict", "state")
    list_select_related = ("bulk",)
    search_fields = ("=bulk__id", "^typed")
