"""The table of what an import would change."""

import django_tables2 as tables
from django.utils.html import format_html

from console import html
from console.tables import Table
from groups.olx.rows import Kind

BADGES = {
    Kind.ADDED: ("success", "plus"),
    Kind.REMOVED: ("danger", "minus"),
    Kind.RENAMED: ("info", "pencil"),
    Kind.MOVED: ("info", "arrow-right"),
    Kind.RESTRICTION: ("warning", "shield"),
    Kind.CHANGED: ("warning", "pencil"),
}


class ChangeTable(Table):
    """Changes of partitions, groups and blocks; rows are `rows.Change`."""

    kind = tables.Column(verbose_name="Change")
    what = tables.Column(verbose_name="Of")
    name = tables.Column()
    detail = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    key = tables.Column(verbose_name="Id or block key", orderable=False, attrs={"td": {"class": "memo"}})
    title_column = "name"

    class Meta(Table.Meta):
        fields = ()

    def render_kind(self, value):
        tone, icon = BADGES[value]
        return html.badge(tone, str(value), icon)

    def value_kind(self, value):
        return str(value)

    def render_key(self, value):
        return format_html('<span class="mono small-print">{}</span>', value)

    def value_key(self, value):
        return value
