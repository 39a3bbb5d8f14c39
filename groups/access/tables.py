"""Tables of explanations, of a course run's learners and of a learner's course runs."""

from datetime import datetime

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import mark_safe

from console import html
from console.rules import Permission as ConsolePermission
from console.tables import ShownColumn, Table, course_cell, export_column
from enrollments.models import CourseEnrollment
from groups.access import course, sets
from groups.access.explain import Explanation
from groups.access.membership import describe
from groups.access.words import block_type

DEEPEST = 5
BREAK = mark_safe("<br>")


def on_screen(**kwargs) -> tables.Column:
    """Return a column of the screen that sums up several of the export."""
    return tables.Column(accessor="node__pk", orderable=False, exclude_from_export=True, empty_values=(), **kwargs)


def in_export(name: str, accessor: str = "node__pk") -> tables.Column:
    """Return a column of the export of an explanation."""
    return tables.Column(accessor=accessor, visible=False, orderable=False, empty_values=(), verbose_name=name)


class BlockTable(Table):
    """The blocks of a course run in course order, each with the answer and its reason."""

    block = on_screen()
    access = on_screen(attrs={"td": {"class": "nowrap"}})
    compared = on_screen(verbose_name="Compared", attrs={"td": {"class": "nowrap"}})
    why = on_screen(attrs={"td": {"class": "access-why"}})
    depth = in_export("Level", "node__depth")
    type = in_export("Type", "node__block_type")
    name = in_export("Name", "node__name")
    key = in_export("Block key", "node__key")
    visible = in_export("Visible", "visible")
    reason = in_export("Reason")
    details = in_export("Details")
    differences = in_export("Answers of the LMS’s engines that differ")
    start = in_export("Released", "node__start")
    title_column = "block"

    class Meta(Table.Meta):
        row_attrs = {"class": lambda record: "" if record.visible else "is-hidden-block"}

    def __init__(self, data, explanation: Explanation, now: datetime, *, with_path: bool, compared=None, **kwargs):
        """with_path: whether rows tell where they lie. compared: verdicts by block of another explanation."""
        self.explanation, self.now, self.with_path, self.compared = explanation, now, with_path, compared
        super().__init__(data, exclude=() if compared else ("compared",), **kwargs)

    def render_block(self, record):
        node = record.node
        above = [one.name for one in node.chain()][1:-1]
        return format_html(
            '<span class="tree-block tree-block--{}"><span class="muted small">{}</span> {} {}{}</span>',
            min(node.depth, DEEPEST),
            block_type(node).capitalize(),
            node.name,
            copy_button(node),
            format_html('<span class="sub">in {}</span>', " › ".join(reversed(above)))
            if above and self.with_path
            else "",
        )

    def render_access(self, record):
        return answer_badge(record)

    def render_compared(self, record):
        return answer_badge(self.compared[record.node.pk])

    def render_why(self, record):
        found = {
            "verdict": record,
            "reason": self.explanation.reason(record),
            "details": self.explanation.details(record),
            "differences": self.explanation.differences(record),
            "waiting": record.is_waiting(self.now),
        }
        return render_to_string("groups/access/_why.html", found)

    def value_visible(self, value):
        return "Yes" if value else "No"

    def value_reason(self, record):
        return self.explanation.reason(record)

    def value_details(self, record):
        return " ".join(self.explanation.details(record))

    def value_differences(self, record):
        found = self.explanation.differences(record)
        return " ".join(f"{one.engine}: {one.answer}. {one.why}" for one in found)


def copy_button(node):
    """Return a button that copies a block's key, which is too long to be shown in every row."""
    return format_html(
        '<button type="button" class="copy js-only" data-copy="{}" aria-label="Copy the key of {}" title="Copy key">{}'
        "</button>",
        node.key,
        node.name,
        html.icon("copy"),
    )


def answer_badge(verdict):
    """Return whether a block is visible, as a badge; hidden by itself weighs more than with its parent."""
    if verdict.visible:
        return html.badge("success", "Visible")
    return html.badge("danger" if verdict.starts_here else "neutral", "Hidden", "ban")


class SetsColumns(Table):
    """The columns that both kinds of rows share. A row has `facts` and `sets` once it is decorated."""

    groups = ShownColumn(verbose_name="Cohort and groups", orderable=False)
    content_groups = ShownColumn(verbose_name="Content groups", orderable=False, attrs={"td": {"class": "wide"}})
    cohort = export_column(orderable=False)
    learner_groups = export_column(orderable=False)
    teams = export_column(orderable=False)
    effective = export_column(verbose_name="Effective sets", orderable=False)
    notes = export_column(orderable=False)

    def render_groups(self, record):
        words = describe(record.facts, record.sets)
        lines = [
            *([format_html("Cohort: {}", words.cohort)] if words.cohort else []),
            *([format_html("Groups: {}", ", ".join(words.learner_groups))] if words.learner_groups else []),
            *([format_html("Teams: {}", ", ".join(words.teams))] if words.teams else []),
        ]
        return format_html_join(BREAK, "{}", ((line,) for line in lines)) or muted("None")

    def render_content_groups(self, record):
        words = describe(record.facts, record.sets)
        shown = [format_html("{}: {}", one.partition.name, one.names) for one in words.memberships]
        if record.sets.crowded:
            shown.append(html.badge("warning", "The LMS sees only one"))
        return format_html_join(BREAK, "{}", ((line,) for line in shown)) or muted("None")

    def value_cohort(self, record):
        return describe(record.facts, record.sets).cohort

    def value_learner_groups(self, record):
        return ", ".join(describe(record.facts, record.sets).learner_groups)

    def value_teams(self, record):
        return ", ".join(describe(record.facts, record.sets).teams)

    def value_effective(self, record):
        found = describe(record.facts, record.sets).memberships
        return "; ".join(f"{one.partition.name}: {one.names}" for one in found)

    def value_notes(self, record):
        return " ".join(record.sets.notes)


def muted(word):
    return format_html('<span class="muted">{}</span>', word)


class LearnerTable(SetsColumns):
    """The learners of a course run with their effective sets. Rows are enrollments."""

    learner = tables.Column(accessor="user__username", order_by="user__username")
    mode = tables.Column(verbose_name="Enrollment")
    explain = ShownColumn(verbose_name="Access", orderable=False)
    is_active = export_column(verbose_name="Enrolled")
    title_column = "learner"

    class Meta(Table.Meta):
        model = CourseEnrollment
        fields = ()
        order_by = ("learner",)
        sequence = ("learner", "mode", "groups", "content_groups", "explain", "...")

    def __init__(self, data, viewer, course_key, **kwargs):
        self.links = viewer.has_perm(ConsolePermission.VIEW_LEARNERS)
        self.course_key = course_key
        super().__init__(data, **kwargs)

    def decorate(self, rows):
        facts = course.load_one(self.course_key)
        found = sets.for_learners({facts.key: facts}, [row.user_id for row in rows])
        for row in rows:
            row.facts, row.sets = facts, found[facts.key][row.user_id]

    def render_learner(self, value):
        if not self.links:
            return value
        return format_html('<a href="{}">{}</a>', reverse("console:learner", args=[value]), value)

    def value_learner(self, value):
        return value

    def render_mode(self, record):
        mark = html.badge("success", "Active") if record.is_active else html.badge("neutral", "Inactive", "ban")
        return format_html("{}<br>{}", mark, record.mode)

    def value_mode(self, value):
        return value

    def value_is_active(self, value):
        return "Yes" if value else "No"

    def render_explain(self, record):
        username = record.user.get_username()
        address = f"{reverse('groups:content', args=[self.course_key])}?{urlencode({'learner': username})}"
        return format_html(
            '<a class="btn" href="{}">Explain<span class="visually-hidden"> what {} sees</span></a>', address, username
        )


class LearnerCourseTable(SetsColumns):
    """A learner's course runs with what they are in there. Rows are `membership.LearnerCourse`."""

    course = tables.Column(accessor="key", orderable=False, exclude_from_export=True)
    enrollment = tables.Column(accessor="mode", orderable=False, empty_values=())
    explain = tables.Column(accessor="key", verbose_name="Access", orderable=False, exclude_from_export=True)
    name = tables.Column(visible=False, verbose_name="Course name")
    key = tables.Column(visible=False, verbose_name="Course key")
    title_column = "course"

    class Meta(Table.Meta):
        sequence = ("course", "enrollment", "groups", "content_groups", "explain", "...")

    def __init__(self, data, learner, **kwargs):
        self.learner = learner
        super().__init__(data, **kwargs)

    def decorate(self, rows):
        facts = course.load([row.key for row in rows])
        found = sets.for_learners(facts, [self.learner.pk])
        for row in rows:
            row.facts, row.sets = facts[row.key], found[row.key][self.learner.pk]

    def render_course(self, record):
        return course_cell(record.name, record.key)

    def render_enrollment(self, record):
        if record.mode is None:
            return muted("Never enrolled")
        mark = html.badge("success", "Active") if record.is_active else html.badge("neutral", "Inactive", "ban")
        return format_html("{}<br>{}", mark, record.mode)

    def value_enrollment(self, record):
        return "" if record.mode is None else f"{record.mode} ({'active' if record.is_active else 'inactive'})"

    def render_explain(self, record):
        address = reverse("groups:learner-course", args=[self.learner.get_username(), record.key])
        words = "Explain" if record.facts.content else "Look"
        return format_html(
            '<a class="btn" href="{}">{}<span class="visually-hidden"> {}</span></a>',
            address,
            words,
            record.name or record.key,
        )
