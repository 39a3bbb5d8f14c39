"""Tables of bulk assignments and of the lines of one."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.plans.models import ItemState
from console.plans.people import MakerColumn
from console.plans.views import state_badge
from console.tables import MomentColumn, ShownColumn, Table
from groups.cohorts.bulk.progress import progress_of
from groups.models import BulkAssignment, BulkAssignmentItem

NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
Outcome = BulkAssignmentItem.Outcome
TONES = {
    Outcome.ADDED: ("success", "check"),
    Outcome.CHANGED: ("success", "arrow-right"),
    Outcome.PRESENT: ("neutral", "minus"),
    Outcome.PREASSIGNED: ("info", "clock"),
    Outcome.ASSIGNED: ("info", "rotate"),
    Outcome.REPEATED: ("neutral", "copy"),
    Outcome.NOT_ALLOWED: ("danger", "ban"),
}
# What a line that can be done would do, while the plan is a draft.
FORESEEN = {
    Outcome.ADDED: "Will be added",
    Outcome.CHANGED: "Will be moved",
    Outcome.PRESENT: "Already there",
    Outcome.PREASSIGNED: "Will be pre-assigned",
    Outcome.ASSIGNED: "Will be assigned",
}
UNDONE = {
    ItemState.PENDING: ("info", "Waiting", "clock"),
    ItemState.FAILED: ("danger", "Failed", "alert"),
}


def outcome_of(item: BulkAssignmentItem, *, is_draft: bool) -> tuple[str, str, str]:
    """Return tone, words and icon of what a line shows: what it would do, or what became of it."""
    outcome = Outcome(item.outcome)
    tone, icon = TONES.get(outcome, ("warning", "alert"))
    if is_draft:
        return tone, FORESEEN.get(outcome, outcome.label), icon
    if item.state in UNDONE:
        return UNDONE[item.state]
    if item.state == ItemState.SKIPPED and outcome in FORESEEN:
        return "neutral", "Cancelled", "ban"
    return tone, outcome.label, icon


class AssignmentTable(Table):
    """Bulk assignments of a run, latest first."""

    id = tables.Column(verbose_name="Bulk assignment")
    state = tables.Column()
    progress = ShownColumn(verbose_name="Outcome", orderable=False, attrs={"td": {"class": "small nowrap"}})
    source = tables.Column(verbose_name="File", default="–")
    person = MakerColumn(accessor="by_username", verbose_name="By")
    created = MomentColumn(verbose_name="Checked")
    title_column = "id"

    class Meta(Table.Meta):
        model = BulkAssignment
        fields = ()
        order_by = ("-id",)

    def __init__(self, data, course_key, **kwargs):
        self.course_key = course_key
        super().__init__(data, **kwargs)

    def decorate(self, rows):
        counts = progress_of(rows)
        for row in rows:
            row.counts = counts[row.pk]

    def render_id(self, record):
        address = reverse("groups:assignments-detail", args=[self.course_key, record.pk])
        return format_html('<a href="{}">{} #{}</a>', address, record.get_kind_display(), record.pk)

    def value_id(self, value):
        return value

    def render_state(self, record):
        return state_badge(record)

    def value_state(self, record):
        return record.state

    def render_progress(self, record):
        if record.state == BulkAssignment.State.DRAFT:
            return html.ago(None, "not confirmed")
        counts = record.counts
        return f"{counts.done:,} done, {counts.failed:,} failed, {counts.waiting:,} to go"


class AssignmentItemTable(Table):
    """The lines of one bulk assignment, in its order, each with what it would do or did."""

    line = tables.Column(attrs=NUMERIC)
    typed = tables.Column(verbose_name="Learner as given", attrs={"td": {"class": "mono"}}, default="–")
    learner = tables.Column(accessor="learner_username", order_by="learner_username", verbose_name="Account")
    cohort_name = tables.Column(verbose_name="Cohort", default="–")
    outcome = tables.Column(orderable=False)
    previous = tables.Column(verbose_name="Cohort before", default="–")
    reason = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    nulls_last = ("learner_username",)
    title_column = "typed"

    class Meta(Table.Meta):
        model = BulkAssignmentItem
        fields = ()
        order_by = ("line",)

    def __init__(self, data, bulk, **kwargs):
        self.is_draft = bulk.state == BulkAssignment.State.DRAFT
        super().__init__(data, **kwargs)

    def render_outcome(self, record):
        return html.badge(*outcome_of(record, is_draft=self.is_draft))

    def value_outcome(self, record):
        return outcome_of(record, is_draft=self.is_draft)[1]
