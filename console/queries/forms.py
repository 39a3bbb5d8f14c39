"""The form of a saved query."""

from django import forms

from console import querying
from console.queries.actions import Content
from console.queries.lists import QueryList
from console.queries.models import SavedQuery


class SavedQueryForm(forms.Form):
    """Title, description, query and who sees it, for a query on the list `found`.

    Attributes:
        explanation: what is wrong with the query's text, once the form was cleaned; else None.
    """

    title = forms.CharField(
        max_length=SavedQuery._meta.get_field("title").max_length,
        help_text="What it finds, in a few words.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give it a title: it is found by that."},
    )
    text = forms.CharField(label="Query", error_messages={"required": "Write the query that is to be saved."})
    description = forms.CharField(
        required=False,
        max_length=SavedQuery._meta.get_field("description").max_length,
        help_text="When to use it, and what to do with what it finds. May be empty.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    is_shared = forms.BooleanField(required=False, label="Share it")

    def __init__(self, *args, found: QueryList, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = found
        self.explanation = None

    def clean_text(self):
        text = self.cleaned_data["text"]
        self.explanation = self.found.explain(text)
        if self.explanation:
            raise forms.ValidationError(self.explanation.message)
        return text

    def show(self, error: querying.QueryError) -> None:
        """Show an error of the query that came up later."""
        self.explanation = querying.explain(self.cleaned_data["text"], error)
        self.add_error("text", error.message)

    def content(self) -> Content:
        """Return what was written."""
        return Content(**self.cleaned_data)
