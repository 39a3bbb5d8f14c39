"""Tables of resets, and the two columns that resets add to a learner's courses."""

import django_tables2 as tables
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.rules import Permission as ConsolePermission
from console.tables import ShownColumn, Table, course_cell, export_column
from resets.eligibility import ResetStatus, eligibility_of
from resets.models import CourseResetAudit
from resets.rules import Permission

Status = CourseResetAudit.Status

TONES = {
    ResetStatus.ENQUEUED: ("info", "clock"),
    ResetStatus.IN_PROGRESS: ("info", "loader"),
    ResetStatus.COMPLETE: ("success", "check"),
    ResetStatus.FAILED: ("danger", "alert"),
    ResetStatus.UNDONE: ("warning", "rotate"),
    ResetStatus.AVAILABLE: ("neutral", "rotate"),
}


def status_badge(status: str):
    """Return a reset status, or an audit's status word, as a badge. Unknown words are shown as they are."""
    try:
        known = ResetStatus(status)
    except ValueError:
        return html.badge("warning", status)
    tone, icon = TONES.get(known, ("neutral", "ban"))
    return html.badge(tone, known.label, icon)


class ResetTable(Table):
    """Resets, latest first."""

    id = tables.Column(verbose_name="Reset")
    learner = tables.Column(accessor="learner_username", order_by="learner_username")
    course = ShownColumn(order_by="course_name")
    status = tables.Column()
    comment = tables.Column(verbose_name="Memo", attrs={"td": {"class": "memo"}}, orderable=False)
    agent = tables.Column(accessor="agent_username", order_by="agent_username", verbose_name="Reset by")
    when = ShownColumn(order_by="created", attrs={"td": {"class": "small"}})
    course_name = export_column()
    course_key = export_column(accessor="course_enrollment__course_id")
    created = export_column(verbose_name="Requested")
    completed_at = export_column(verbose_name="Completed")
    reason = export_column(orderable=False)
    nulls_last = ("course_name", "completed_at")
    title_column = "course"

    class Meta(Table.Meta):
        model = CourseResetAudit
        fields = ()
        order_by = ("-id",)

    def __init__(self, data, viewer, **kwargs):
        self.links = viewer.has_perm(ConsolePermission.VIEW_LEARNERS)
        super().__init__(data, **kwargs)

    def render_id(self, value):
        return format_html('<a href="{}">#{}</a>', reverse("resets:detail", args=[value]), value)

    def value_id(self, value):
        return value

    def render_learner(self, value):
        if not self.links:
            return value
        return format_html('<a href="{}">{}</a>', reverse("console:learner", args=[value]), value)

    def value_learner(self, value):
        return value

    def render_course(self, record):
        return course_cell(record.course_name, record.course_enrollment.course_id)

    def render_comment(self, value):
        return html.clamped(value)

    def value_comment(self, value):
        return value

    def render_status(self, record):
        badge, reason = status_badge(record.status), self.value_reason(record)
        if _is_undone(record):
            badge = format_html("{} {}", badge, status_badge(ResetStatus.UNDONE))
        return format_html('{}<div class="muted small">{}</div>', badge, html.clamped(reason)) if reason else badge

    def value_status(self, record):
        return f"{record.status} (undone)" if _is_undone(record) else record.status

    def render_when(self, record):
        requested = format_html("Requested {}", html.ago(record.created))
        if record.completed_at is None:
            return requested
        return format_html("{}<br>Completed {}", requested, html.ago(record.completed_at))

    def value_course_key(self, value):
        return value

    def value_reason(self, record):
        return getattr(getattr(record, "job", None), "reason", "")


def _is_undone(audit):
    return getattr(getattr(audit, "job", None), "undone_at", None) is not None


class LearnerResetTable(ResetTable):
    """The resets of one learner."""

    class Meta(ResetTable.Meta):
        exclude = ("learner",)


class ResetStatusColumn(tables.Column):
    """The reset status of an enrollment, polled while a reset runs. Rows are decorated beforehand."""

    def __init__(self):
        super().__init__(verbose_name="Reset", order_by="reset_status", empty_values=(), accessor="reset_status")

    def render(self, record):
        return render_to_string("resets/_status_cell.html", cell_context(record))

    def value(self, record):
        return ResetStatus(record.reset_status).label


class ResetActionColumn(tables.Column):
    """The button that opens the confirm dialog, or why there is none."""

    def __init__(self):
        super().__init__(verbose_name="Action", orderable=False, empty_values=(), exclude_from_export=True)

    def render(self, record):
        return render_to_string("resets/_action_cell.html", cell_context(record))


def cell_context(enrollment) -> dict:
    """Return what the status and action cells show; `enrollment` carries its eligibility."""
    eligibility = enrollment.eligibility
    return {
        "enrollment": enrollment,
        "eligibility": eligibility,
        "latest": eligibility.latest,
        "badge": status_badge(eligibility.status),
        "may_reset": enrollment.viewer_may_reset,
        "may_override": enrollment.viewer_may_override,
    }


def decorate(rows: list, viewer) -> None:
    """Give each enrollment of a page its eligibility, and whether the viewer may act on it."""
    answers = eligibility_of(rows)
    may_reset, may_override = viewer.has_perm(Permission.RESET), viewer.has_perm(Permission.OVERRIDE)
    for row in rows:
        row.eligibility = answers[row.pk]
        row.viewer_may_reset = may_reset
        # Whether another condition stands behind this one, the dialog finds out.
        row.viewer_may_override = may_override and row.reset_status in settings.LECTERN_ADMIN_OVERRIDES
