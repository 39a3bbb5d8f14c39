"""Forms about learner groups. Rules are the actions' own; here is only what a browser sends."""

from django import forms

from groups.cohorts.forms import AddLearnersForm
from groups.cohorts.people import split
from groups.learner_groups.actions import DESCRIPTION_LENGTH, Details
from groups.names import NAME_LENGTH


class LearnerGroupForm(forms.Form):
    """What a learner group is. `details` is what was said of it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        required=False,
        help_text=f"At most {NAME_LENGTH} characters, unlike every other group of this course run.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": NAME_LENGTH, "autofocus": True}),
    )
    description = forms.CharField(
        required=False,
        max_length=DESCRIPTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What the group is for. Only staff read it.",
    )
    exclusive_set = forms.CharField(
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "exclusive-sets"}),
        help_text="Groups of one set exclude each other: joining one leaves the other. Empty: beside any other group.",
    )
    instructors = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "mono"}),
        help_text="Usernames, one a line. They manage the members of this group, and nothing else of the course.",
    )

    def details(self) -> Details:
        """Return what was said, of a valid form."""
        given = self.cleaned_data
        return Details(
            name=given["name"],
            description=given["description"],
            exclusive_set=given["exclusive_set"],
            instructors=tuple(split(given["instructors"])),
        )


class AddToLearnerGroupForm(AddLearnersForm):
    """As for a cohort, but nobody waits for an account."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["learners"].help_text = "One a line, or separated by commas or spaces. Each needs an account."
