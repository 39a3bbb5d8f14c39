"""Filters of an explanation's blocks. They choose among rows that were made in Python."""

from datetime import datetime

from django import forms

from groups.access.explain import Explanation, Verdict
from groups.access.membership import LearnerCourse

SHOW = (
    ("", "All blocks"),
    ("visible", "Visible"),
    ("hidden", "Hidden"),
    ("starts", "Hidden by their own rule"),
    ("restricted", "Restricted"),
    ("differ", "Where the LMS’s engines differ"),
    ("waiting", "Not released yet"),
)
LEVELS = (("", "Components"), ("1", "Sections"), ("2", "Subsections"), ("3", "Units"))


class BlockForm(forms.Form):
    """What to show of an explanation."""

    q = forms.CharField(
        label="Block",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, type or key"}),
    )
    show = forms.ChoiceField(label="Show", required=False, choices=SHOW)
    section = forms.ChoiceField(label="Section", required=False)
    level = forms.ChoiceField(label="Down to", required=False, choices=LEVELS)

    def __init__(self, data, explanation: Explanation, more_to_show=()):
        super().__init__(data)
        self.fields["show"].choices = (*SHOW, *more_to_show)
        sections = [(str(one.verdict.node.pk), one.verdict.node.name) for one in explanation.sections()]
        self.fields["section"].choices = [("", "Whole course"), *sections]


class BlockFilter:
    """The blocks of an explanation that the form asks for."""

    def __init__(self, data, explanation: Explanation, now: datetime, changed=None):
        """changed: for a comparison, says whether a verdict differs from the other one."""
        self.explanation, self.now, self.changed = explanation, now, changed
        self.form = BlockForm(data, explanation, [("changed", "Where the two differ")] if changed else ())

    def rows(self) -> list[Verdict]:
        """Return the verdicts in course order; none when the form is not valid."""
        if not self.form.is_valid():
            return []
        return [verdict for verdict in self.explanation.verdicts if self._is_wanted(verdict)]

    def _is_wanted(self, verdict):
        wanted = self.form.cleaned_data
        if wanted["level"] and verdict.node.depth > int(wanted["level"]):
            return False
        if wanted["section"] and all(str(node.pk) != wanted["section"] for node in verdict.node.chain()):
            return False
        return self._is_shown(verdict, wanted["show"]) and _matches(verdict.node, wanted["q"].casefold())

    def _is_shown(self, verdict, show):
        tests = {
            "visible": lambda: verdict.visible,
            "hidden": lambda: not verdict.visible,
            "starts": lambda: verdict.starts_here,
            "restricted": lambda: verdict.node.is_restricted,
            "differ": lambda: verdict.engines_differ,
            "waiting": lambda: verdict.is_waiting(self.now),
            "changed": lambda: self.changed(verdict),
        }
        return show not in tests or tests[show]()


def _matches(node, text):
    return not text or any(text in words.casefold() for words in (node.name, node.block_type, node.key))


class LearnerCourseForm(forms.Form):
    """Which of a learner's course runs to list."""

    q = forms.CharField(
        label="Course",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or key"}),
    )
    show = forms.ChoiceField(
        label="Show", required=False, choices=(("", "All"), ("groups", "With groups"), ("content", "With content"))
    )


class LearnerCourseFilter:
    """The course runs of a learner that the form asks for."""

    def __init__(self, data):
        self.form = LearnerCourseForm(data)

    def rows(self, rows: list[LearnerCourse]) -> list[LearnerCourse]:
        """Return the wanted rows in their order; none when the form is not valid."""
        if not self.form.is_valid():
            return []
        text, show = self.form.cleaned_data["q"].casefold(), self.form.cleaned_data["show"]
        found = [row for row in rows if text in str(row.key).casefold() or text in (row.name or "").casefold()]
        if show == "groups":
            return [row for row in found if row.has_groups]
        return [row for row in found if row.has_content] if show == "content" else found
