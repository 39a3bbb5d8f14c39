"""Tables of bulk resets and of the lines of one."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.plans.people import MakerColumn
from console.plans.views import state_badge
from console.tables import MomentColumn, ShownColumn, Table, course_cell, export_column
from enrollments.models import CourseOverview
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.progress import progress_of

State, Item, Verdict = BulkReset.State, BulkItem.State, BulkItem.Verdict
UNDONE = "undone"
NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}

OUTCOMES = {
    Verdict.WILL_RESET: ("info", Verdict.WILL_RESET.label, "rotate"),
    Verdict.CANNOT: ("warning", Verdict.CANNOT.label, "ban"),
    Verdict.UNKNOWN: ("warning", Verdict.UNKNOWN.label, "alert"),
    Verdict.DUPLICATE: ("neutral", Verdict.DUPLICATE.label, "copy"),
    Item.PENDING: ("info", Item.PENDING.label, "clock"),
    Item.STARTED: ("info", Item.STARTED.label, "loader"),
    Item.DONE: ("success", Item.DONE.label, "check"),
    UNDONE: ("warning", "Reset, then undone", "rotate"),
    Item.FAILED: ("danger", Item.FAILED.label, "alert"),
    Item.SKIPPED: ("neutral", "Cancelled", "ban"),
}


class BulkTable(Table):
    """Bulk resets, latest first."""

    id = tables.Column(verbose_name="Bulk reset")
    course = ShownColumn(order_by="course_id")
    state = tables.Column()
    learners = tables.Column(accessor="will_reset", verbose_name="Learners", attrs=NUMERIC)
    progress = ShownColumn(verbose_name="Outcome", orderable=False, attrs={"td": {"class": "small nowrap"}})
    memo = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    agent = MakerColumn(accessor="agent_username", order_by="agent_username", verbose_name="Uploaded by")
    created = MomentColumn(verbose_name="Uploaded")
    course_key = export_column(accessor="course_id")
    done = export_column(accessor="pk", orderable=False)
    failed = export_column(accessor="pk", orderable=False)
    title_column = "course"

    class Meta(Table.Meta):
        model = BulkReset
        fields = ()
        order_by = ("-id",)

    def decorate(self, rows):
        names = CourseOverview.objects.in_bulk([row.course_id for row in rows])
        counts = progress_of(rows)
        for row in rows:
            row.course_name, row.counts = names.get(row.course_id), counts[row.pk]

    def render_id(self, value):
        return format_html('<a href="{}">#{}</a>', reverse("resets:bulk-detail", args=[value]), value)

    def value_id(self, value):
        return value

    def render_course(self, record):
        return course_cell(record.course_name, record.course_id)

    def render_state(self, record):
        return state_badge(record)

    def value_state(self, record):
        return record.state

    def render_progress(self, record):
        if record.state == State.DRAFT:
            return html.ago(None, "not confirmed")
        counts = record.counts
        return f"{counts.done:,} reset, {counts.failed:,} failed, {counts.running + counts.waiting:,} to go"

    def value_course_key(self, value):
        return value

    def value_done(self, record):
        return record.counts.done

    def value_failed(self, record):
        return record.counts.failed


class BulkItemTable(Table):
    """The lines of one list, in its order, each with whom it means and what became of it."""

    line = tables.Column(attrs=NUMERIC)
    typed = tables.Column(verbose_name="As typed", attrs={"td": {"class": "mono"}})
    learner = tables.Column(accessor="learner_username", order_by="learner_username", verbose_name="Learner")
    outcome = tables.Column(accessor="verdict", verbose_name="Outcome", orderable=False)
    reason = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    reset = tables.Column(accessor="audit_id", verbose_name="Reset")
    nulls_last = ("learner_username", "audit_id")
    title_column = "typed"

    class Meta(Table.Meta):
        model = BulkItem
        fields = ()
        order_by = ("line",)

    def __init__(self, data, bulk, **kwargs):
        self.is_draft = bulk.state == State.DRAFT
        super().__init__(data, **kwargs)

    def outcome_of(self, item):
        """Return tone, words and icon of what a line shows."""
        if self.is_draft or item.verdict != Verdict.WILL_RESET:
            return OUTCOMES[Verdict(item.verdict)]
        return OUTCOMES[UNDONE if item.undone_at else Item(item.state)]

    def render_learner(self, value):
        return format_html('<a href="{}">{}</a>', reverse("console:learner", args=[value]), value)

    def value_learner(self, value):
        return value

    def render_outcome(self, record):
        return html.badge(*self.outcome_of(record))

    def value_outcome(self, record):
        return self.outcome_of(record)[1]

    def render_reset(self, value):
        return format_html('<a href="{}">#{}</a>', reverse("resets:detail", args=[value]), value)

    def value_reset(self, value):
        return value
