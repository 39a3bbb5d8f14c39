"""Forms of intentions and of imports."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from console.textlists import MAX_BYTES
from enrollments.defaults.actions import REASON_LENGTH, IntentionRefusedError
from enrollments.defaults.checks import KEY_LENGTH
from enrollments.defaults.imports.kinds import KINDS
from enrollments.defaults.imports.rows import MAX_ROWS
from enrollments.defaults.models import EnterpriseCustomer


class CustomerField(forms.CharField):
    """A customer, by slug, name or UUID."""

    widget = forms.TextInput(attrs={"list": "customers", "autocomplete": "off", "spellcheck": "false"})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = list(EnterpriseCustomer.objects.filter(_named(text)).order_by("pk")[:2])
        if not found:
            raise ValidationError(f"There is no customer “{text}”. Give its slug, its name or its UUID.")
        if len(found) > 1:
            raise ValidationError(f"Several customers are called “{text}”. Give the slug or the UUID of one.")
        return found[0]


def _named(text):
    try:
        return Q(pk=UUID(text))
    except ValueError:
        return Q(slug=text) | Q(name__iexact=text)


def content_key_field():
    """Return the field for a content key; what it leads to is checked by the action."""
    return forms.CharField(
        max_length=KEY_LENGTH,
        label="Content key",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text="Org+Number for a course: learners get its advertised run. course-v1:Org+Number+Run for one run.",
        error_messages={"required": "Give the key of a course or of a course run."},
    )


def reason_field():
    """Return the field for why something is changed; it is kept in the history."""
    return forms.CharField(
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=f"Optional; kept in the history. At most {REASON_LENGTH} characters.",
    )


class RefusalMixin:
    """Shows why the action refused, beside the key, with the way to the intention that is in the way."""

    def refuse(self, refusal: IntentionRefusedError) -> None:
        message = str(refusal)
        if refusal.existing is not None:
            address = reverse("enrollments:intention", args=[refusal.existing.pk])
            word = "Restore it" if refusal.existing.is_removed else "Open it"
            message = format_html('{} <a href="{}">{}</a>.', message, address, word)
        self.add_error("content_key" if "content_key" in self.fields else None, message)


class NewIntentionForm(RefusalMixin, forms.Form):
    """For whom, and what."""

    customer = CustomerField(
        help_text="Its slug, name or UUID.",
        error_messages={"required": "Choose the customer."},
    )
    content_key = content_key_field()


class ChangeIntentionForm(RefusalMixin, forms.Form):
    """Another key for an intention. `seen` is when it was last changed as the admin saw it."""

    content_key = content_key_field()
    reason = reason_field()
    seen = forms.DateTimeField(widget=forms.HiddenInput)


class ReasonForm(RefusalMixin, forms.Form):
    """Why an intention is removed or restored."""

    reason = reason_field()


class ImportForm(forms.Form):
    """A file of facts. `cleaned_data["data"]` are its bytes, or a little more than may be read."""

    kind = forms.ChoiceField(label="What it holds", choices=[(kind.key, kind.label) for kind in KINDS.values()])
    upload = forms.FileField(
        label="File",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.json,.txt,text/csv,application/json"}),
        help_text=f"CSV with a header, or a JSON list of objects; UTF-8; at most {MAX_ROWS:,} rows.",
        error_messages={"required": "Choose the file."},
    )

    def clean_upload(self):
        self.cleaned_data["data"] = self.cleaned_data["upload"].read(MAX_BYTES + 1)
        return self.cleaned_data["upload"]
