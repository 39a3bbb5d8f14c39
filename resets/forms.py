"""The memo with which a reset is confirmed."""

from django import forms

from resets.actions import MEMO_LENGTH


class ConfirmForm(forms.Form):
    """A memo, and what the agent saw when the dialog opened."""

    memo = forms.CharField(
        max_length=MEMO_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "autofocus": True}),
        help_text=f"Why is it reset? Colleagues see this in the history. At most {MEMO_LENGTH} characters.",
        error_messages={"required": "A memo is needed: say why this course is reset."},
    )
    seen_audit_id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    # What is a choice is decided under lock; the boxes themselves are in resets/_effects.html.
    choices = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    overrides = forms.Field(required=False, widget=forms.MultipleHiddenInput)


class UndoForm(forms.Form):
    """A memo, and the choice to replace what the learner did since the reset."""

    memo = forms.CharField(
        max_length=MEMO_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "autofocus": True}),
        help_text=f"Why is it undone? Colleagues see this in the history. At most {MEMO_LENGTH} characters.",
        error_messages={"required": "A memo is needed: say why this reset is undone."},
    )
    replace = forms.BooleanField(
        required=False,
        label="Replace what the learner did since the reset",
        help_text="It is archived too, but only an engineer can bring it back.",
    )

    def __init__(self, *args, must_replace: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replace"].required = must_replace
        self.fields["replace"].error_messages["required"] = (
            "The learner has started again. Tick this to replace it, or cancel to keep it."
        )
