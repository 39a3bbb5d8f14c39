"""Forms about cohorts. Rules are the actions' own; here is only what a browser sends."""

from django import forms

from console.textlists import MAX_BYTES, ListRefusedError
from groups.cohorts.bulk import parse
from groups.cohorts.links import MAX_ID, ContentGroups
from groups.cohorts.people import split
from groups.models import CourseCohort
from groups.names import NAME_LENGTH

NOT_LINKED = ("", "Not linked")
BOTH_IDS = "Give both ids, or none."


class CohortForm(forms.Form):
    """Name, type and link of a cohort. `link` is what was chosen: partition and group id, or None.

    Where the course's content was imported, content groups are chosen by name; a link that dangles
    stays on offer. Otherwise both ids are typed.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        required=False,
        help_text=f"At most {NAME_LENGTH} characters, unlike every other group of this course run.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": NAME_LENGTH, "autofocus": True}),
    )
    assignment_type = forms.ChoiceField(
        required=False,
        label="How learners get in",
        choices=[
            (CourseCohort.AssignmentType.RANDOM, "Automatic: whoever has no cohort may be drawn into it"),
            (CourseCohort.AssignmentType.MANUAL, "Manual: by staff only"),
        ],
        help_text="One cohort has to stay automatic once there is one.",
    )
    content_group = forms.ChoiceField(required=False, help_text="What is restricted to it, the cohort’s learners see.")
    partition_id = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_ID,
        label="Id of the partition",
        help_text="The course was not imported, so ids are typed: from Studio’s group configurations.",
    )
    group_id = forms.IntegerField(required=False, min_value=0, max_value=MAX_ID, label="Id of the content group")

    def __init__(self, *args, known: ContentGroups, link=None, **kwargs):
        super().__init__(*args, **kwargs)
        if known.is_known:
            del self.fields["partition_id"], self.fields["group_id"]
            self.fields["content_group"].choices = _choices(known, link)
        else:
            del self.fields["content_group"]

    def clean(self):
        """Read the link in either form."""
        given = super().clean()
        if "content_group" in self.fields:
            text = given.get("content_group")
            given["link"] = tuple(int(number) for number in text.split(":")) if text else None
            return given
        ids = given.get("partition_id"), given.get("group_id")
        if (ids[0] is None) != (ids[1] is None) and not self.errors:
            self.add_error("group_id" if ids[1] is None else "partition_id", BOTH_IDS)
        given["link"] = None if None in ids else ids
        return given


def link_value(link) -> str:
    """Return a link as the value of the field `content_group`."""
    return f"{link[0]}:{link[1]}" if link else ""


def _choices(known, link):
    partitions = {}
    for group in known.groups.values():
        partitions.setdefault(group.partition_name, []).append((link_value(group.key), group.name))
    choices = [NOT_LINKED, *partitions.items()]
    if link and known.dangles(*link):
        choices.append((link_value(link), f"No longer in the course: {known.name(*link)}"))
    return choices


class AddLearnersForm(forms.Form):
    """Learners as pasted text. `cleaned_data["texts"]` are its pieces."""

    # No CharField: it would refuse a NUL without a word that helps.
    learners = forms.Field(
        required=False,
        label="Usernames or e-mail addresses",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off", "class": "mono"}),
        help_text="One a line, or separated by commas or spaces. An address without an account is pre-assigned.",
    )

    def clean_learners(self):
        text = self.cleaned_data["learners"] or ""
        if "\x00" in text:
            raise forms.ValidationError("The text holds a NUL character, which no learner has. Paste plain text.")
        pieces = split(text)
        if not pieces:
            raise forms.ValidationError("Paste at least one username or e-mail address.")
        return pieces


class UploadForm(forms.Form):
    """A CSV file. `cleaned_data["rows"]` is what was read."""

    upload = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=f"With a column cohort, and username, email or both; at most {parse.MAX_ROWS:,} learners.",
        error_messages={"required": "Choose a file."},
    )

    def clean(self):
        """Read the file whole, or say which line or cause is in the way."""
        given = super().clean()
        upload = given.get("upload")
        if upload is not None:
            try:
                given["rows"] = parse.read(upload.read(MAX_BYTES + 1))
            except ListRefusedError as refusal:
                self.add_error("upload", f"{refusal} Nothing was stored.")
        return given
