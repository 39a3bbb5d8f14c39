"""Tables of realization plans and of the learners of one."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.plans.models import PlanState
from console.plans.people import MakerColumn
from console.plans.views import state_badge
from console.tables import MomentColumn, ShownColumn, Table
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.defaults.realizing.progress import progress_of
from enrollments.defaults.status import Status
from enrollments.defaults.words import badge

Verdict, Item = RealizeItem.Verdict, RealizeItem.State
NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
OUTCOMES = {
    Verdict.ENROLL: ("info", Verdict.ENROLL.label, "plus"),
    Verdict.UPGRADE: ("info", Verdict.UPGRADE.label, "chevron-up"),
    Verdict.RECORD: ("info", Verdict.RECORD.label, "pencil"),
    Verdict.CANNOT: ("neutral", Verdict.CANNOT.label, "ban"),
    Item.PENDING: ("info", Item.PENDING.label, "clock"),
    Item.DONE: ("success", Item.DONE.label, "check"),
    Item.FAILED: ("danger", Item.FAILED.label, "alert"),
    Item.SKIPPED: ("neutral", "Cancelled", "ban"),
}


class RealizePlanTable(Table):
    """Realization plans, latest first."""

    id = tables.Column(verbose_name="Plan")
    intention = tables.Column(accessor="content_key", attrs={"td": {"class": "mono"}})
    state = tables.Column()
    learners = tables.Column(accessor="will_change", verbose_name="Learners", attrs=NUMERIC)
    progress = ShownColumn(verbose_name="Outcome", orderable=False, attrs={"td": {"class": "small nowrap"}})
    memo = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    by = MakerColumn(accessor="by_username", order_by="by_username", verbose_name="Checked by")
    created = MomentColumn(verbose_name="Checked")
    title_column = "intention"

    class Meta(Table.Meta):
        model = RealizePlan
        fields = ()
        order_by = ("-id",)

    def decorate(self, rows):
        counts = progress_of(rows)
        for row in rows:
            row.counts = counts[row.pk]

    def render_id(self, value):
        return format_html('<a href="{}">#{}</a>', reverse("enrollments:realize-detail", args=[value]), value)

    def value_id(self, value):
        return value

    def render_state(self, record):
        return state_badge(record)

    def value_state(self, record):
        return record.state

    def render_progress(self, record):
        if record.state == PlanState.DRAFT:
            return html.ago(None, "not confirmed")
        counts = record.counts
        return f"{counts.done:,} realized, {counts.failed:,} failed, {counts.waiting:,} to go"


class RealizeItemTable(Table):
    """The learners of one plan, each with what is to be done and what came of it."""

    line = tables.Column(attrs=NUMERIC)
    username = tables.Column(verbose_name="Learner")
    status = tables.Column(verbose_name="Status when checked")
    verdict = tables.Column(verbose_name="To do")
    outcome = tables.Column(accessor="state", verbose_name="Outcome", orderable=False)
    reason = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    title_column = "username"

    class Meta(Table.Meta):
        model = RealizeItem
        fields = ()
        order_by = ("line",)

    def __init__(self, data, plan: RealizePlan, **kwargs):
        self.is_draft = plan.state == PlanState.DRAFT
        super().__init__(data, **kwargs)

    def render_username(self, value):
        return format_html('<a href="{}">{}</a>', reverse("enrollments:defaults", args=[value]), value)

    def value_username(self, value):
        return value

    def render_status(self, value):
        return badge(Status(value))

    def value_status(self, value):
        return value

    def render_verdict(self, record):
        return html.badge(*OUTCOMES[Verdict(record.verdict)])

    def value_verdict(self, record):
        return record.verdict

    def render_outcome(self, record):
        if self.is_draft or record.verdict == Verdict.CANNOT:
            return "–"
        return html.badge(*OUTCOMES[Item(record.state)])

    def value_outcome(self, record):
        return "" if self.is_draft or record.verdict == Verdict.CANNOT else record.state
