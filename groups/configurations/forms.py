"""Forms of group configurations: one with its groups, row by row, and all of them as JSON."""

from django import forms

from groups import safe_json
from groups.configurations.studio import EDITABLE, GroupEdit, Wanted
from groups.partitions import NAME_LENGTH, PartitionError, read_partitions

NEW_ROWS = 3
# Each row has four fields, and Django takes no more than 1,000 fields; longer ones are edited as JSON.
MAX_ROWS = 240
MAX_JSON = 5_000_000


class ConfigurationForm(forms.Form):
    """Name and description, and what the person saw; a new one was seen by nobody."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "The configuration must have a name."},
    )
    description = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For course authors; learners never see it.",
    )


class NewConfigurationForm(ConfigurationForm):
    """A new one has a kind as well."""

    scheme = forms.ChoiceField(
        label="Kind",
        choices=list(EDITABLE.items()),
        help_text="Content groups are linked to cohorts and learner groups. In an experiment the LMS draws a group "
        "for each learner.",
    )
    field_order = ["scheme", "name", "description"]


class GroupForm(forms.Form):
    """A row of the groups; without an id it is a new group."""

    group_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    position = forms.IntegerField(required=False, min_value=1, max_value=10_000, widget=forms.NumberInput())
    name = forms.CharField(
        required=False, max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    remove = forms.BooleanField(required=False)

    def clean(self):
        """Ask for the name of a group that stays; a new row without one is no group."""
        given = super().clean()
        if given.get("group_id") is not None and not given.get("name") and not given.get("remove"):
            self.add_error("name", "Each group must have a name.")
        return given

    @property
    def is_wanted(self) -> bool:
        return bool(self.cleaned_data.get("name")) and not self.cleaned_data["remove"]


class BaseGroupFormSet(forms.BaseFormSet):
    """The groups of one configuration."""

    def clean(self):
        """Refuse two groups with one name, at the second of them."""
        seen = set()
        for row in self.forms:
            name = row.cleaned_data.get("name", "").casefold() if row.is_valid() and row.is_wanted else ""
            if name and name in seen:
                row.add_error("name", "Another group has this name.")
            seen.add(name)

    def wanted(self) -> tuple[GroupEdit, ...]:
        """Return the groups in the order of their positions; rows without one come last."""
        rows = [row.cleaned_data for row in self.forms if row.is_wanted]
        rows.sort(key=lambda row: row["position"] or MAX_ROWS + len(rows))
        return tuple(GroupEdit(row["name"], row["group_id"]) for row in rows)


GroupFormSet = forms.formset_factory(
    GroupForm, formset=BaseGroupFormSet, extra=NEW_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS, validate_max=True
)


def wanted(form: ConfigurationForm, rows: BaseGroupFormSet) -> Wanted:
    """Return what valid forms ask for."""
    return Wanted(form.cleaned_data["name"], form.cleaned_data["description"], rows.wanted())


class JsonForm(forms.Form):
    """All configurations as JSON. `cleaned_data["partitions"]` is what was read."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    # No CharField: it would strip the text and count characters before it is looked at.
    text = forms.Field(
        label="user_partitions",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "mono", "autocomplete": "off"}),
        help_text="A list of partitions, as policy.json has it. Keep the ids: content and links go by them.",
        error_messages={"required": "The list is empty. Write [] for no configuration."},
    )

    def clean(self):
        """Read the JSON, or say at which place it is wrong."""
        text = self.cleaned_data.get("text")
        if not text:
            return
        if len(text) > MAX_JSON:
            self.add_error("text", "This is longer than 5 million characters.")
            return
        try:
            self.cleaned_data["partitions"] = read_partitions(safe_json.loads(text))
        except PartitionError as error:
            self.add_error("text", f"At {error}")
        except ValueError as error:
            self.add_error("text", f"The text {error}")
