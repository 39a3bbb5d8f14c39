"""The table of saved queries."""

import django_tables2 as tables
from django.template.loader import render_to_string

from console import html
from console.queries import lists
from console.queries.models import SavedQuery
from console.queries.rules import Permission
from console.tables import MomentColumn, ShownColumn, Table, export_column

NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}


class SavedQueryTable(Table):
    """Saved queries, one's own and the shared ones."""

    title = tables.Column(verbose_name="Query")
    list_name = tables.Column(verbose_name="List")
    owner = tables.Column(accessor="owner_username", order_by="owner_username")
    is_shared = tables.Column(verbose_name="Seen by")
    last_run = ShownColumn(order_by="last_run_at", attrs={"td": {"class": "small nowrap"}})
    runs = tables.Column(attrs=NUMERIC)
    actions = ShownColumn(verbose_name="Actions", orderable=False, attrs={"td": {"class": "nowrap"}})
    description = export_column(orderable=False)
    text = export_column(orderable=False)
    last_run_at = MomentColumn(visible=False)
    last_run_by = export_column(accessor="runner_username", orderable=False)
    created = MomentColumn(visible=False)
    modified = MomentColumn(visible=False)
    nulls_last = ("last_run_at", "owner_username")
    title_column = "title"

    class Meta(Table.Meta):
        model = SavedQuery
        fields = ()
        order_by = ("-last_run", "title")

    def __init__(self, data, viewer, **kwargs):
        self.viewer = viewer
        super().__init__(data, **kwargs)

    def decorate(self, rows):
        """Add the list, and what is wrong with the query by now. Queries are checked, not asked."""
        found = {name: lists.find(name) for name in {row.list_name for row in rows}}
        for row in rows:
            row.list = found[row.list_name]
            row.refusal = row.list.explain(row.text)
            row.may_change = self.viewer.has_perm(Permission.CHANGE, row)

    def render_title(self, record):
        return render_to_string("queries/_title_cell.html", {"query": record})

    def value_title(self, value):
        return value

    def render_list_name(self, record):
        return record.list.title

    def value_list_name(self, record):
        return record.list.title

    def render_is_shared(self, value):
        return html.badge("info", "Everybody", "users") if value else html.badge("neutral", "Owner only", "user")

    def value_is_shared(self, value):
        return "shared" if value else "private"

    def render_last_run(self, record):
        return render_to_string("queries/_last_run_cell.html", {"query": record})

    def render_actions(self, record):
        return render_to_string("queries/_actions_cell.html", {"query": record})
