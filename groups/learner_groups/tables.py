"""Tables of learner groups and of their members."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.rules import Permission as ConsolePermission
from console.tables import ShownColumn, Table, export_column
from groups.cohorts.links import ContentGroups
from groups.cohorts.tables import ENROLLMENTS, NUMERIC, SelectColumn, dialog_link, person_cell
from groups.learner_groups import rows
from groups.models import CourseUserGroup, GroupMember


class LearnerGroupTable(Table):
    """Learner groups of a run, by name."""

    name = tables.Column()
    kind = tables.Column(accessor="set_name", order_by="set_name", verbose_name="Exclusive set", empty_values=())
    members = tables.Column(accessor="member_count", order_by="member_count", attrs=NUMERIC)
    led_by = ShownColumn(verbose_name="Instructors", orderable=False)
    content = ShownColumn(verbose_name="Content groups", orderable=False)
    actions = ShownColumn(verbose_name="Change", orderable=False)
    id = export_column(verbose_name="Group id")
    description = export_column()
    instructors = export_column(accessor="pk", orderable=False)
    content_groups = export_column(accessor="pk", orderable=False)
    nulls_last = ("set_name", "description")
    title_column = "name"

    class Meta(Table.Meta):
        model = CourseUserGroup
        fields = ()
        order_by = ("name",)

    def __init__(self, data, course_key, known: ContentGroups, *, may_manage: bool, **kwargs):
        self.course_key, self.known, self.may_manage = course_key, known, may_manage
        super().__init__(data, **kwargs)

    def decorate(self, rows_of_page):
        ids = [row.pk for row in rows_of_page]
        people, links = rows.instructors(ids), rows.links(ids)
        for row in rows_of_page:
            row.people = people[row.pk]
            row.contents = [self.known.name(*link) for link in links[row.pk]]

    def render_name(self, record):
        address = reverse("groups:learner-group", args=[self.course_key, record.pk])
        return format_html(
            '<a href="{}">{}</a><span class="sub">{}</span>', address, record.name, record.description or ""
        )

    def value_name(self, value):
        return value

    def render_kind(self, value):
        return (
            html.badge("info", value, "rows") if value else format_html('<span class="muted">{}</span>', "Any number")
        )

    def value_kind(self, value):
        return value or ""

    def render_led_by(self, record):
        return ", ".join(record.people) or "–"

    def render_content(self, record):
        return ", ".join(record.contents) or format_html('<span class="muted">{}</span>', "Not linked")

    def value_instructors(self, record):
        return ", ".join(record.people)

    def value_content_groups(self, record):
        return ", ".join(record.contents)

    def render_actions(self, record):
        if not self.may_manage:
            return ""
        edit, delete = (
            reverse(f"groups:learner-group-{name}", args=[self.course_key, record.pk]) for name in ("edit", "delete")
        )
        return format_html(
            '<span class="cluster nowrap">{}{}</span>',
            dialog_link(edit, "Edit…", about=record.name),
            dialog_link(delete, "Delete…", about=record.name, css="btn btn--quiet"),
        )


class LearnerGroupMemberTable(Table):
    """Members of a learner group, by username."""

    select = SelectColumn("username", accessor="user_id", verbose_name="Select")
    learner = ShownColumn(order_by="username")
    mail = tables.Column(accessor="email", order_by="email", verbose_name="E-mail", exclude_from_export=True)
    enrollment = tables.Column(accessor="is_active", order_by="is_active", empty_values=())
    mode = tables.Column(verbose_name="Mode", default="–")
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
