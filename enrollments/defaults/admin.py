"""Default enrollments in the admin. Facts are entered by hand here; everything else has its own pages or author."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from console.admin import PlatformAdmin, site
from console.rules import Permission
from enrollments.defaults import models, schemas
from enrollments.defaults.keys import Kind, kind_of


@admin.register(models.EnterpriseCustomer, site=site)
class CustomerAdmin(PlatformAdmin):
    schema = schemas.CustomerSchema
    list_display = ("uuid", "name", "slug", "active", "created", "modified")
    list_filter = ("active",)
    search_fields = ("^name", "^slug")
    ordering = ("name", "pk")


@admin.register(models.EnterpriseCatalog, site=site)
class CatalogAdmin(PlatformAdmin):
    schema = schemas.CatalogSchema
    list_display = ("uuid", "title", "enterprise_customer", "created", "modified")
    list_select_related = ("enterprise_customer",)
    search_fields = ("^title",)


@admin.register(models.EnterpriseCustomerUser, site=site)
class CustomerUserAdmin(PlatformAdmin):
    """Customers' learners, the unlinked ones as well: the LMS's own admin hides them."""

    schema = schemas.CustomerUserSchema
    list_display = ("id", "user_id", "user", "enterprise_customer", "linked", "is_relinkable", "active", "modified")
    list_filter = ("linked", "is_relinkable", "active")
    list_select_related = ("enterprise_customer",)
    missing_ok = ("user",)
    search_fields = ("=user_id",)


@admin.register(models.EnterpriseEnrollmentSource, site=site)
class EnrollmentSourceAdmin(PlatformAdmin):
    schema = schemas.EnrollmentSourceSchema
    list_display = ("id", "name", "slug")


@admin.register(models.EnterpriseCourseEnrollment, site=site)
class EnterpriseEnrollmentAdmin(PlatformAdmin):
    schema = schemas.EnterpriseEnrollmentSchema
    list_display = (
        "id",
        "enterprise_customer_user",
        "course_id",
        "unenrolled",
        "unenrolled_at",
        "saved_for_later",
        "source",
        "created",
    )
    list_filter = ("unenrolled", "saved_for_later")
    list_select_related = ("enterprise_customer_user", "source")
    search_fields = ("=enterprise_customer_user__user_id", "=course_id")


class FulfilmentAdmin(PlatformAdmin):
    """What pays for enterprise enrollments."""

    list_filter = ("is_revoked",)
    list_select_related = ("enterprise_course_enrollment",)


@admin.register(models.LicensedEnrollment, site=site)
class LicensedEnrollmentAdmin(FulfilmentAdmin):
    schema = schemas.LicensedEnrollmentSchema
    list_display = ("id", "license_uuid", "enterprise_course_enrollment", "is_revoked", "created", "modified")


@admin.register(models.LearnerCreditEnrollment, site=site)
class LearnerCreditEnrollmentAdmin(FulfilmentAdmin):
    schema = schemas.LearnerCreditSchema
    list_display = ("id", "transaction_id", "enterprise_course_enrollment", "is_revoked", "created", "modified")


@admin.register(models.PendingCustomerUser, site=site)
class PendingCustomerUserAdmin(PlatformAdmin):
    schema = schemas.PendingUserSchema
    list_display = ("id", "user_email", "enterprise_customer", "created")
    list_select_related = ("enterprise_customer",)
    search_fields = ("^user_email",)


@admin.register(models.PendingEnrollment, site=site)
class PendingEnrollmentAdmin(PlatformAdmin):
    schema = schemas.PendingEnrollmentSchema
    list_display = ("id", "user", "course_id", "course_mode", "license_uuid", "created")
    list_select_related = ("user",)
    search_fields = ("^user__user_email",)


@admin.register(models.DefaultIntention, site=site)
class IntentionAdmin(PlatformAdmin):
    """Intentions, removed ones included. They are changed on the console's pages, which keep history."""

    schema = schemas.IntentionSchema
    list_display = ("uuid", "enterprise_customer", "content_key", "content_type", "is_removed", "modified")
    list_filter = ("is_removed", "content_type")
    list_select_related = ("enterprise_customer",)
    search_fields = ("^content_key", "^enterprise_customer__name", "^enterprise_customer__slug")
    ordering = ("-modified", "pk")


@admin.register(models.DefaultRealization, site=site)
class RealizationAdmin(PlatformAdmin):
    schema = schemas.RealizationSchema
    list_display = ("id", "intended_enrollment", "realized_enrollment", "created", "modified")
    list_select_related = ("intended_enrollment", "realized_enrollment")


# --- History ---------------------------------------------------------------------------------

VERSION = ("history_type", "history_date", "history_user", "history_change_reason")


class VersionAdmin(PlatformAdmin):
    """Versions of rows, as the platform keeps them."""

    list_filter = ("history_type",)
    list_select_related = ("history_user",)


@admin.register(models.CourseEnrollmentHistory, site=site)
class CourseEnrollmentHistoryAdmin(VersionAdmin):
    """Its key gives no order and its date has no index: ask by learner or run."""

    schema = schemas.CourseEnrollmentHistorySchema
    list_display = ("history_id", "user_id", "course_id", "is_active", "mode", *VERSION)
    search_fields = ("=user_id", "=course_id")


@admin.register(models.HistoricalIntention, site=site)
class IntentionHistoryAdmin(VersionAdmin):
    schema = schemas.IntentionHistorySchema
    list_display = ("history_id", "uuid", "content_key", "is_removed", *VERSION)


@admin.register(models.HistoricalRealization, site=site)
class RealizationHistoryAdmin(VersionAdmin):
    schema = schemas.RealizationHistorySchema
    list_display = ("history_id", "id", "intended_enrollment_id", "realized_enrollment_id", *VERSION)


@admin.register(models.HistoricalEnterpriseCourseEnrollment, site=site)
class EnterpriseEnrollmentHistoryAdmin(VersionAdmin):
    schema = schemas.EnterpriseEnrollmentHistorySchema
    list_display = ("history_id", "id", "enterprise_customer_user_id", "course_id", "unenrolled", *VERSION)


@admin.register(models.HistoricalLicensedEnrollment, site=site)
class LicensedHistoryAdmin(VersionAdmin):
    schema = schemas.LicensedHistorySchema
    list_display = ("history_id", "id", "license_uuid", "enterprise_course_enrollment_id", "is_revoked", *VERSION)


@admin.register(models.HistoricalLearnerCreditEnrollment, site=site)
class LearnerCreditHistoryAdmin(VersionAdmin):
    schema = schemas.LearnerCreditHistorySchema
    list_display = ("history_id", "id", "transaction_id", "enterprise_course_enrollment_id", "is_revoked", *VERSION)


# --- Facts -----------------------------------------------------------------------------------


class ContentFactForm(forms.ModelForm):
    """A fact about a course or course run."""

    def clean_content_key(self):
        key = self.cleaned_data["content_key"].strip()
        if kind_of(key) is None:
            raise forms.ValidationError("This is no key of a course (Org+Number) or of a course run.")
        return key


class RunFactForm(forms.ModelForm):
    """A fact about a course run."""

    def clean_run_key(self):
        key = self.cleaned_data["run_key"]
        if kind_of(str(key)) != Kind.RUN:
            raise forms.ValidationError("This is no key of a course run, such as course-v1:Org+Number+Run.")
        return key


class FactAdmin(PlatformAdmin):
    """Facts from outside, which admins may enter, correct and delete by hand.

    What is saved here is true now: origin and moment are noted by themselves.
    """

    list_filter = ("origin",)

    def get_fields(self, request, obj=None):
        fields = [field.name for field in self.opts.concrete_fields if field.editable and not field.primary_key]
        return fields if obj else [name for name in fields if name not in {"origin", "fetched_at"}]

    def get_readonly_fields(self, request, obj=None):
        return ("origin", "fetched_at") if obj else ()

    def has_add_permission(self, request):
        """Admins: an import may be out of reach or out of date."""
        return request.user.has_perm(Permission.ADMINISTER)

    def has_change_permission(self, request, obj=None):
        """Admins, to correct what is wrong."""
        return request.user.has_perm(Permission.ADMINISTER)

    def has_delete_permission(self, request, obj=None):
        """Admins: what is deleted is unknown again, or estimated."""
        return request.user.has_perm(Permission.ADMINISTER)

    def save_model(self, request, obj, form, change):
        obj.origin, obj.fetched_at = models.Origin.ENTERED, timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(models.RunFact, site=site)
class RunFactAdmin(FactAdmin):
    schema = schemas.RunFactSchema
    form = RunFactForm
    list_display = ("id", "run_key", "title", "is_advertised", "is_enrollable", "origin", "fetched_at")
    list_display_links = ("id", "run_key")
    list_filter = ("origin", "is_advertised", "is_enrollable")
    search_fields = ("^run_key",)


@admin.register(models.CatalogMembership, site=site)
class MembershipAdmin(FactAdmin):
    schema = schemas.MembershipSchema
    form = ContentFactForm
    list_display = ("id", "customer_uuid", "catalog_uuid", "content_key", "origin", "fetched_at")
    search_fields = ("=content_key",)


@admin.register(models.License, site=site)
class LicenseAdmin(FactAdmin):
    schema = schemas.LicenseSchema
    list_display = ("id", "license_uuid", "status", "lms_user_id", "user_email", "expires", "origin", "fetched_at")
    list_display_links = ("id", "license_uuid")
    list_filter = ("origin", "status")
    search_fields = ("=user_email", "=lms_user_id")
