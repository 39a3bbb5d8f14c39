"""The form that starts the check of an intention."""

from django import forms

from enrollments.defaults.models import DefaultIntention
from enrollments.defaults.realizing.models import MEMO_LENGTH

OFFERED = 500


class IntentionField(forms.ModelChoiceField):
    """A live intention, by customer and key."""

    def to_python(self, value):
        """Answer text that is no UUID as an intention that is not there."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error

    def label_from_instance(self, intention):
        return f"{intention.enterprise_customer.name}: {intention.content_key}"


class NewRealizationForm(forms.Form):
    """An intention and a memo."""

    intention = IntentionField(
        queryset=DefaultIntention.objects.filter(is_removed=False)
        .select_related("enterprise_customer")
        .order_by("enterprise_customer__name", "content_key"),
        error_messages={
            "required": "Choose the intention.",
            "invalid_choice": "This intention was removed, or never was.",
        },
        help_text="All learners who are linked to its customer are checked.",
    )
    learner = forms.CharField(
        required=False,
        max_length=150,
        label="Only this learner",
        help_text="A username. Leave it empty for all learners of the customer.",
    )
    memo = forms.CharField(
        max_length=MEMO_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=f"Why are they enrolled? At most {MEMO_LENGTH} characters.",
        error_messages={"required": "A memo is needed: say why these learners are enrolled."},
    )
