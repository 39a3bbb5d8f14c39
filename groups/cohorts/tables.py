"""Tables of cohorts, their members, and the learners of a course run."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from console import html
from console.rules import Permission as ConsolePermission
from console.tables import ShownColumn, Table, export_column
from groups.access.membership import describe
from groups.access.tables import LearnerTable as ExplainedLearnerTable
from groups.cohorts.links import ContentGroups
from groups.models import CourseCohort, CourseUserGroup, GroupMember, UnregisteredLearnerCohortAssignment

NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
TYPES = {
    CourseCohort.AssignmentType.RANDOM: ("info", "Automatic", "rotate"),
    CourseCohort.AssignmentType.MANUAL: ("neutral", "Manual", "user"),
}

# By `is_active`; None is a learner without an enrollment.
ENROLLMENTS = {
    True: ("success", "Active", "check"),
    False: ("neutral", "Unenrolled", "ban"),
    None: ("neutral", "Never enrolled", "minus"),
}


def type_badge(assignment_type: str | None):
    """Return an assignment type as a badge; the LMS's row for it may be missing."""
    if assignment_type not in TYPES:
        return html.badge("warning", assignment_type or "No type", "alert")
    return html.badge(*TYPES[assignment_type])


def dialog_link(address: str, label: str, *, about: str, css: str = "btn"):
    """Return a link that opens a dialog, and a page without JavaScript; `about` is read out after the label."""
    return format_html(
        '<a class="{}" href="{}" hx-get="{}" hx-target="#dialog-host" hx-swap="innerHTML" aria-haspopup="dialog">{}'
        '<span class="visually-hidden"> {}</span></a>',
        css,
        address,
        address,
        label,
        about,
    )


class SelectColumn(tables.Column):
    """A box that belongs to the form `selection` beside the table. `named` is the attribute that is read out."""

    def __init__(self, named, field="learner", **kwargs):
        super().__init__(
            orderable=False,
            exclude_from_export=True,
            empty_values=(),
            attrs={"td": {"class": "select-cell"}, "th": {"class": "select-cell"}},
            **kwargs,
        )
        self.named, self.field = named, field

    @property
    def header(self):
        return mark_safe(
            '<span class="no-js-only visually-hidden">Select</span>'
            '<input type="checkbox" class="js-only" data-select-all="selection" aria-label="Select all on this page">'
        )

    def render(self, value, record):
        name = getattr(record, self.named)
        return format_html(
            '<input type="checkbox" name="{}" value="{}" form="selection" aria-label="Select {}">',
            self.field,
            value,
            name,
        )


class CohortTable(Table):
    """Cohorts of a run, by name."""

    name = tables.Column()
    assignment_type = tables.Column(verbose_name="How learners get in", empty_values=())
    members = tables.Column(accessor="member_count", order_by="member_count", attrs=NUMERIC)
    active = tables.Column(
        accessor="active_count", order_by="active_count", verbose_name="Active members", attrs=NUMERIC
    )
    waiting = tables.Column(
        accessor="waiting_count", order_by="waiting_count", verbose_name="Pre-assigned", attrs=NUMERIC
    )
    content = ShownColumn(verbose_name="Content group", orderable=False)
    actions = ShownColumn(verbose_name="Change", orderable=False)
    id = export_column(verbose_name="Cohort id")
    partition_id = export_column(accessor="partition_id", verbose_name="Partition id")
    group_id = export_column(accessor="group_id", verbose_name="Content group id")
    nulls_last = ("assignment_type", "partition_id", "group_id")
    title_column = "name"

    class Meta(Table.Meta):
        model = CourseUserGroup
        fields = ()
        order_by = ("name",)

    def __init__(self, data, course_key, known: ContentGroups, **kwargs):
        self.course_key, self.known = course_key, known
        super().__init__(data, **kwargs)

    def render_name(self, record):
        address = reverse("groups:cohort", args=[self.course_key, record.pk])
        return format_html('<a href="{}">{}</a>', address, record.name)

    def value_name(self, value):
        return value

    def render_assignment_type(self, value):
        return type_badge(value)

    def value_assignment_type(self, value):
        return value or ""

    def render_content(self, record):
        if record.partition_id is None:
            return format_html('<span class="muted">{}</span>', "Not linked")
        name = self.known.name(record.partition_id, record.group_id)
        if not self.known.dangles(record.partition_id, record.group_id):
            return name
        mark = html.badge("danger", "No longer in the course", "alert")
        return format_html('{}<span class="sub">{}</span>', mark, name)

    def render_actions(self, record):
        edit, delete = (
            reverse(f"groups:cohort-{name}", args=[self.course_key, record.pk]) for name in ("edit", "delete")
        )
        return format_html(
            '<span class="cluster nowrap">{}{}</span>',
            dialog_link(edit, "Edit…", about=record.name),
            dialog_link(delete, "Delete…", about=record.name, css="btn btn--quiet"),
        )


def person_cell(record, *, links: bool):
    """Return a person's name above the username, as a link for those who may look learners up."""
    name = record.full_name or record.username
    if links:
        name = format_html('<a href="{}">{}</a>', reverse("console:learner", args=[record.username]), name)
    return format_html('{}<span class="sub mono">{}</span>', name, record.username)


class MemberTable(Table):
    """Members of a cohort, by username. Whoever may not look learners up reads names without links."""

    select = SelectColumn("username", accessor="user_id", verbose_name="Select")
    learner = ShownColumn(order_by="username")
    mail = tables.Column(accessor="email", order_by="email", verbose_name="E-mail", exclude_from_export=True)
    enrollment = tables.Column(accessor="is_active", order_by="is_active", empty_values=())
    mode = tables.Column(verbose_name="Mode", default="–")
    agreement = ShownColumn(verbose_name="Check", orderable=False)
    username = export_column()
    full_name = export_column(verbose_name="Name")
    email = export_column(verbose_name="E-mail")
    nulls_last = ("full_name", "is_active", "mode")
    title_column = "learner"

    class Meta(Table.Meta):
        model = GroupMember
        fields = ()
        order_by = ("username",)

    def __init__(self, data, viewer, **kwargs):
        self.links = viewer.has_perm(ConsolePermission.VIEW_LEARNERS)
        super().__init__(data, **kwargs)

    def render_learner(self, record):
        return person_cell(record, links=self.links)

    def render_enrollment(self, value):
        return html.badge(*ENROLLMENTS[value])

    def value_enrollment(self, value):
        return ENROLLMENTS[value][1]

    def render_agreement(self, record):
        if record.is_confirmed:
            return html.badge("neutral", "Agrees", "check")
        return html.badge("warning", "Tables disagree", "alert")


class WaitingTable(Table):
    """E-mail addresses that wait for their account."""

    select = SelectColumn("email", field="waiting", accessor="pk", verbose_name="Select")
    email = tables.Column(verbose_name="E-mail", attrs={"td": {"class": "mono"}})
    title_column = "email"

    class Meta(Table.Meta):
        model = UnregisteredLearnerCohortAssignment
        fields = ()
        order_by = ("email",)


class LearnerTable(ExplainedLearnerTable):
    """Learners of a run with their groups; those who are enrolled and have no cohort come first."""

    select = SelectColumn("username", accessor="user_id", verbose_name="Select")
    groups = ShownColumn(verbose_name="Cohort and groups", order_by=("-needs_cohort", "cohort_name"))
    nulls_last = ("cohort_name",)

    class Meta(ExplainedLearnerTable.Meta):
        order_by = ("groups", "learner")
        sequence = ("select", "learner", "mode", "groups", "content_groups", "explain", "...")

    def render_groups(self, record):
        if not record.needs_cohort:
            return super().render_groups(record)
        groups = describe(record.facts, record.sets)
        mark = html.badge("warning", "No cohort", "alert")
        if not groups.learner_groups and not groups.teams:
            return mark
        return format_html("{}<br>{}", mark, super().render_groups(record))

    def render_learner(self, record):
        return person_cell(record, links=self.links)
