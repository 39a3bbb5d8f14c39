"""API tokens in the admin: made and shown once, listed, revoked."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.shortcuts import render

from console import schemas, tokens
from console.admin import PlatformAdmin, site
from console.models import ApiToken
from console.rules import Permission

SHOWN = ("id", "user", "name", "created_at", "created_by", "expires_at", "last_used_at", "revoked_at")
USUAL_DAYS = 90


class ApiTokenForm(forms.ModelForm):
    """Asks for whom, what for, and how long. `actor` is set by the admin page."""

    username = forms.CharField(max_length=150, help_text="The token may do what this account may do.")
    days = forms.IntegerField(label="Valid for days")

    class Meta:
        model = ApiToken
        fields = ("name",)
        help_texts = {"name": "What the token is for, such as “Nightly report”."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = min(USUAL_DAYS, settings.LECTERN_TOKEN_DAYS)
        self.fields["days"].help_text = f"At most {settings.LECTERN_TOKEN_DAYS}."

    def clean_username(self):
        user = get_user_model().objects.filter(username=self.cleaned_data["username"]).first()
        if user is None:
            raise forms.ValidationError("There is no account with this username.")
        return user

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        try:
            tokens.check(user=data["username"], name=data["name"], days=data["days"], actor=self.actor)
        except tokens.TokenRefusedError as error:
            raise forms.ValidationError(str(error)) from error
        return data


@admin.register(ApiToken, site=site)
class ApiTokenAdmin(PlatformAdmin):
    """Superusers make tokens for anybody, other admins for themselves; every admin may revoke."""

    schema = schemas.ApiTokenSchema
    form = ApiTokenForm
    list_display = SHOWN
    list_display_links = ("id", "name")
    missing_ok = ("user", "created_by")
    search_fields = ("^user__username", "^name")
    actions = ("export_selected", "revoke_selected")

    def get_fields(self, request, obj=None):
        """Ask when adding; afterwards show, but never the hash."""
        return ("username", "name", "days") if obj is None else SHOWN

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.actor = request.user
        return form

    def has_add_permission(self, request):
        """Admins; `tokens.check` decides for whom."""
        return request.user.has_perm(Permission.ADMINISTER)

    def add_view(self, request, form_url="", extra_context=None):
        """Offer one button: whichever is pressed, the token has to be shown next."""
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **one})

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        token, request.api_token = tokens.create(
            user=data["username"], name=data["name"], days=data["days"], actor=request.user
        )
        obj.pk = token.pk

    def log_addition(self, request, obj, message):
        """Leave the log entry to `tokens.create`."""

    def response_add(self, request, obj, post_url_continue=None):
        """Show the token in this one answer: it is not kept anywhere, not even for a redirect."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "secret": request.api_token}
        return render(request, "admin/api_token_made.html", context)

    @admin.action(description="Revoke selected tokens")
    def revoke_selected(self, request, queryset):
        revoked = sum(tokens.revoke(token=token, actor=request.user) for token in queryset)
        self.message_user(
            request, f"Revoked: {revoked}. Programs that used them are refused from now on.", messages.SUCCESS
        )
