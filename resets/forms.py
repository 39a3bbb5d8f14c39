"""The memo with which a reset is confirmed."""

from django import forms

from resets.actions import MEMO_LENGTH


class ConfirmForm(forms.Form):
    """A memo, and what the agent saw when the dialog opened."""

    memo = forms.CharField(
        max_length=MEMO_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter-for": MEMO_LENGTH, "autocomplete": "off"}),
        error_messages={"required": "A memo is needed: say why this course is reset."},
    )
    seen_audit_id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
