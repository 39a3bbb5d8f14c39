"""People, their roles, and the console's own records in the admin."""

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.urls import reverse
from django.utils.html import format_html
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from console import schemas
from console.admin import PlatformAdmin, site
from console.fields import UnreadableKey
from console.models import CourseAccessRole, LearnerVisit, SavedQuery, UserProfile, WorkerHeartbeat
from console.platform import uses_existing_tables

User = get_user_model()
PLACED_ROLES = {"instructor", "staff", "limited_staff", "beta_testers", "data_researcher"}


class UniqueEmailMixin:
    """An address belongs to one account, as in the platform, whatever its letter case."""

    def clean_email(self):
        email = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Another account has this e-mail address.")
        return email


class UserForm(UniqueEmailMixin, forms.ModelForm):
    email = forms.EmailField()


class AddUserForm(UniqueEmailMixin, AdminUserCreationForm):
    email = forms.EmailField()

    class Meta(AdminUserCreationForm.Meta):
        fields = ("username", "email", "first_name", "last_name")


@admin.register(User, site=site)
class UserAdmin(PlatformAdmin, DjangoUserAdmin):
    """Accounts. In an LMS they are the LMS's to change; here superusers keep them."""

    schema = schemas.PeopleSchema
    form = UserForm
    add_form = AddUserForm
    list_display = ("id", "username", "email", "full_name", "is_active", "is_staff", "date_joined", "last_login")
    list_display_links = ("id", "username")
    list_filter = ("is_active", "is_staff", "is_superuser")
    list_select_related = ("profile",)
    search_fields = ("^username", "^email", "^profile__name")
    filter_horizontal = ()
    ordering = ("-pk",)
    readonly_fields = ("id", "username", "is_superuser", "date_joined", "last_login", "full_name", "new_password")
    fieldsets = (
        (None, {"fields": ("id", "username", "email", "full_name", "first_name", "last_name")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "new_password")}),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "first_name", "last_name")}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
    )

    @admin.display(description="full name", ordering="profile__name")
    def full_name(self, user):
        profile = getattr(user, "profile", None)
        return profile.name if profile else ""

    @admin.display(description="password")
    def new_password(self, user):
        address = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">Set a new password</a>', address)

    def get_fieldsets(self, request, obj=None):
        """Leave the password page out for those who cannot use it."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != "new_password"]})
            for name, options in found
        ]

    def get_readonly_fields(self, request, obj=None):
        """Fix what accounts are known by, once they exist, and keep people from locking themselves out."""
        if obj is None:
            return ()
        own = ("is_active", "is_staff") if obj == request.user else ()
        return (*self.readonly_fields, *own)

    def has_add_permission(self, request):
        """Superusers, because an account without roles can do no harm but a staff one can."""
        return self.has_change_permission(request)

    def has_change_permission(self, request, obj=None):
        """Superusers, and never in an LMS: its own pages run what an account's change entails."""
        return request.user.is_superuser and not uses_existing_tables()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            UserProfile.objects.create(user=obj, name=obj.get_full_name())


@admin.register(UserProfile, site=site)
class UserProfileAdmin(PlatformAdmin):
    schema = schemas.PeopleSchema
    list_display = ("id", "user", "name", "country", "language", "level_of_education", "year_of_birth")
    list_select_related = ("user",)
    search_fields = ("^user__username", "^name")


class CourseAccessRoleForm(forms.ModelForm):
    """Gives a role. An LMS reads the same row, so it has to make sense there as well."""

    username = forms.CharField(max_length=150, help_text="Of an active account.")
    course_id = forms.CharField(max_length=255, required=False, label="Course key")
    role = forms.ChoiceField(choices=[(role, role) for role in schemas.COURSE_ROLES])

    class Meta:
        model = CourseAccessRole
        fields = ("org", "role")
        help_texts = {"org": "Without a course key the role holds in every run of the organisation."}

    def clean_username(self):
        user = User.objects.filter(username=self.cleaned_data["username"].strip(), is_active=True).first()
        if user is None:
            raise forms.ValidationError("There is no active account with this username.")
        return user

    def clean_course_id(self):
        text = self.cleaned_data["course_id"].strip()
        if not text:
            return None
        try:
            return CourseKey.from_string(text)
        except InvalidKeyError as error:
            raise forms.ValidationError("This is not a course key, such as course-v1:Org+Course+Run.") from error

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        key = data["course_id"]
        data["org"] = data["org"] or (key.org if key else "")
        if problem := _place_problem(data["role"], data["org"], key):
            raise forms.ValidationError(problem)
        self.instance.user = data["username"]
        held = CourseAccessRole.objects.filter(user=data["username"], role=data["role"], org=data["org"])
        if held.filter(course_id=key or UnreadableKey("")).exists():
            raise forms.ValidationError("This person has this role already.")
        return data


def _place_problem(role, org, key):
    """Say why a role cannot be held there, or return empty text."""
    if key and key.org.lower() != org.lower():
        return f"The course belongs to {key.org}, not to {org}."
    if role == "support" and org:
        return "The support role is for the whole site: leave organisation and course empty."
    if role in PLACED_ROLES and not org:
        return f"Say where: {role} is a role in a course or an organisation."
    return ""


@admin.register(CourseAccessRole, site=site)
class CourseAccessRoleAdmin(PlatformAdmin):
    """Roles are what Lectern and the LMS decide access by: superusers give and take them."""

    schema = schemas.CourseAccessRoleSchema
    form = CourseAccessRoleForm
    list_display = ("id", "user", "role", "org", "course_id")
    list_select_related = ("user",)
    search_fields = ("^user__username", "^org", "^course_id")

    def get_fields(self, request, obj=None):
        """Ask for the username when adding; afterwards a row is only shown."""
        return ("username", "role", "org", "course_id") if obj is None else ("id", "user", "role", "org", "course_id")

    def has_add_permission(self, request):
        """Superusers: whoever gives roles can give themselves any."""
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        """Superusers: taking a role away is how access ends, and nothing hangs on the row."""
        return request.user.is_superuser


@admin.register(LogEntry, site=site)
class LogEntryAdmin(PlatformAdmin):
    schema = schemas.LogEntrySchema
    list_display = ("id", "action_time", "user", "content_type", "object_id", "object_repr", "action_flag", "message")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("^user__username", "=object_id", "^object_repr")
    fields = ("id", "action_time", "user", "content_type", "object_id", "object_repr", "action_flag", "message")
    readonly_fields = ("message",)

    @admin.display(description="message", ordering="change_message")
    def message(self, entry):
        return entry.get_change_message()


@admin.register(LearnerVisit, site=site)
class LearnerVisitAdmin(PlatformAdmin):
    schema = schemas.LearnerVisitSchema
    list_display = ("id", "viewer", "learner", "visited_at", "visits")
    missing_ok = ("viewer", "learner")
    search_fields = ("^viewer__username", "^learner__username")


@admin.register(SavedQuery, site=site)
class SavedQueryAdmin(PlatformAdmin):
    """Changed at /queries/. Private ones are for their owners, here as well."""

    schema = schemas.SavedQuerySchema
    list_display = ("id", "title", "list_name", "owner", "is_shared", "last_run_at", "runs", "modified")
    list_display_links = ("id", "title")
    list_filter = ("is_shared",)
    missing_ok = ("owner", "last_run_by")
    search_fields = ("^title", "^list_name")

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)


@admin.register(WorkerHeartbeat, site=site)
class WorkerHeartbeatAdmin(PlatformAdmin):
    schema = schemas.WorkerHeartbeatSchema
    list_display = ("name", "seen_at")
    search_fields = ("^name",)
