"""The matrix: a row for each cohort and learner group, a column for each content group."""

import django_tables2 as tables
from django.utils.html import format_html, format_html_join

from console import html
from console.tables import ShownColumn, Table, export_column
from groups.cohorts.links import ContentGroup, ContentGroups
from groups.mapping.links import NOT_IN_LMS, Partitions, linked
from groups.models import CourseUserGroup

NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
FORM = "mapping-form"
# More columns than this do not help anybody; the others are a partition away or edited at the group itself.
COLUMNS = 40
Type = CourseUserGroup.Type


class LinkColumn(tables.Column):
    """Whether a group is linked to one content group, as a button that changes it."""

    def __init__(self, content: ContentGroup):
        super().__init__(
            verbose_name=content.name,
            accessor="pk",
            orderable=False,
            empty_values=(),
            attrs={"td": {"class": "matrix-cell"}, "th": {"class": "matrix-head"}},
        )
        self.content = content

    def render(self, record):
        content, is_on = self.content, self.content.key in record.linked.links
        return format_html(
            '<button class="matrix-button" type="submit" form="{}" name="link" id="link-{}-{}-{}" value="{}"'
            ' aria-pressed="{}" aria-label="{}">{}</button>',
            FORM,
            record.pk,
            *content.key,
            link_value(record.pk, content.key, on=not is_on),
            "true" if is_on else "false",
            f"{record.name} reaches {content.name}",
            html.icon("check") if is_on else html.icon("minus"),
        )

    def value(self, record):
        return "yes" if self.content.key in record.linked.links else ""


def link_value(group_id: int, link: tuple[int, int], *, on: bool) -> str:
    """Return what a button sends: the state that is wanted, so that sending it twice changes nothing more."""
    return f"{group_id}:{link[0]}:{link[1]}:{'on' if on else 'off'}"


class MappingTable(Table):
    """Cohorts and learner groups of a course run against the content groups of one partition."""

    group = ShownColumn(order_by="name", verbose_name="Group")
    members = tables.Column(accessor="member_count", verbose_name="Members", attrs=NUMERIC)
    problems = ShownColumn(orderable=False, verbose_name="To mend", attrs={"td": {"class": "small"}})
    name = export_column()
    group_type = export_column(verbose_name="Kind")
    trouble = export_column(accessor="pk", orderable=False, verbose_name="To mend")
    title_column = "group"

    class Meta(Table.Meta):
        model = CourseUserGroup
        fields = ()
        order_by = ("name",)

    def __init__(self, data, known: ContentGroups, partitions: Partitions, shown: int | None, **kwargs):
        self.known, self.partitions = known, partitions
        contents = [content for content in known.groups.values() if content.partition_id == shown][:COLUMNS]
        columns = [(f"content_{number}", LinkColumn(content)) for number, content in enumerate(contents)]
        sequence = ("group", "members", *[name for name, _ in columns], "problems", "...")
        super().__init__(data, extra_columns=columns, sequence=sequence, **kwargs)

    def decorate(self, rows):
        found = linked(rows, self.known, self.partitions)
        for row in rows:
            row.linked = found[row.pk]

    def render_group(self, record):
        kind, meaning = ("Cohort", "") if record.group_type == Type.COHORT else ("Learner group", NOT_IN_LMS)
        return format_html('{}<br><span class="small muted" title="{}">{}</span>', record.name, meaning, kind)

    def render_problems(self, record):
        if not record.linked.problems:
            return format_html('<span class="muted">{}</span>', "–")
        lines = [(html.icon("alert"), problem) for problem in record.linked.problems]
        sentences = format_html_join("", "<li>{} {}</li>", lines)
        buttons = format_html_join(
            " ",
            '<button class="btn btn--small" type="submit" form="{}" name="link" value="{}">Unlink {}</button>',
            ((FORM, link_value(record.pk, link, on=False), self.known.name(*link)) for link in record.linked.dangling),
        )
        return format_html('<ul class="plain-list">{}</ul>{}', sentences, buttons)

    def value_trouble(self, record):
        return " ".join(record.linked.problems)
