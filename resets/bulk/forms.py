"""The form that takes a list of learners."""

from django import forms

from enrollments.filters import CourseKeyField
from resets import owners
from resets.actions import MEMO_LENGTH
from resets.bulk import parse

NOTHING = "Paste learners here, or choose a file below."
BOTH = "There are pasted learners and a file. Give one of them."


class NewBulkForm(forms.Form):
    """A course run, learners as text or file, a memo, and what else is cleared.

    `cleaned_data["lines"]` is what was read.
    """

    course = CourseKeyField(
        label="Course run",
        widget=forms.TextInput(
            attrs={"list": "opted-in-runs", "autocomplete": "off", "placeholder": "course-v1:Org+Number+Run"}
        ),
        help_text="Its course key. Only runs that are opted in to resets can be chosen.",
        error_messages={"required": "Choose the course run."},
    )
    # No CharField: it would strip the text, and refuse a NUL without naming its line.
    learners = forms.Field(
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off", "class": "mono"}),
        help_text="One username or e-mail address a line, or CSV with a column username, email or learner.",
    )
    upload = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Or a file",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=f"CSV or text, UTF-8 or UTF-16, at most {parse.MAX_LINES:,} learners.",
    )
    memo = forms.CharField(
        max_length=MEMO_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=f"Why are they reset? It goes into the history of each. At most {MEMO_LENGTH} characters.",
        error_messages={"required": "A memo is needed: say why these learners are reset."},
    )

    choices = forms.MultipleChoiceField(
        required=False, label="Clear too, where a learner has it", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offers = owners.offers()
        self.fields["choices"].choices = [(owner.key, owner.label) for owner in self.offers]
        # Whether a schedule starts anew depends on the run, which is not chosen yet.
        self.fields["choices"].initial = [owner.key for owner in self.offers if owner.ticked is True]

    def clean(self):
        """Read the list whole, or say which line or cause is in the way."""
        text, upload = self.cleaned_data.get("learners") or "", self.cleaned_data.get("upload")
        if bool(text.strip()) == bool(upload):
            self.add_error("learners", BOTH if upload else NOTHING)
            return
        try:
            lines = parse.read_bytes(upload.read(parse.MAX_BYTES + 1)) if upload else parse.read_text(text)
        except parse.ListRefusedError as refusal:
            self.add_error("upload" if upload else "learners", f"{refusal} Nothing was stored.")
        else:
            self.cleaned_data["lines"] = lines
