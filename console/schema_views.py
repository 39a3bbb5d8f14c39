"""`/schema/`: how the tables of the LMS compare with what Lectern knows, and what follows."""

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.views.generic import TemplateView

from console import html
from console.platform import database, uses_existing_tables
from console.platform.overview import TableState, overview
from console.rules import Permission
from console.tables import Table
from console.views import TablePageMixin

TONES = {
    TableState.BROKEN: ("danger", "Differs", "alert"),
    TableState.LIMITED: ("warning", "Differs", "alert"),
    TableState.MISSING: ("warning", "Missing", "ban"),
    TableState.FINE: ("success", "As expected", "check"),
    TableState.ABSENT: ("neutral", "Not installed", "minus"),
}


class SchemaTable(Table):
    """Tables of the platform, those that differ first."""

    name = tables.Column(verbose_name="Table")
    state = tables.Column(verbose_name="State")
    told = tables.Column(verbose_name="What differs, and what follows", empty_values=())
    rights = tables.Column(verbose_name="Lectern")
    need = tables.Column(verbose_name="Needed")

    title_column = "name"

    def render_name(self, value):
        return html.table_name(value)

    def value_name(self, value):
        return value

    def render_state(self, value):
        tone, word, icon = TONES[value]
        return html.badge(tone, word, icon)

    def value_state(self, value):
        return TONES[value][1]

    def render_told(self, value):
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in value)) if value else "–"

    def value_told(self, value):
        return " ".join(value)

    def render_rights(self, value):
        return ", ".join(value)

    def value_rights(self, value):
        return ", ".join(value)

    def render_need(self, value):
        return "Required" if value else "Optional"

    def value_need(self, value):
        return self.render_need(value)


class SchemaView(TablePageMixin, TemplateView):
    """Every table of the platform that Lectern uses; POST looks at the database again."""

    permission_required = Permission.ADMINISTER
    template_name = "console/schema.html"
    table_class = SchemaTable
    title = "Schema check"
    empty_title = "No tables"
    empty_text = "No part of Lectern uses a table of the platform."

    def get_table_data(self):
        self.found = overview()
        return self.found

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        states = [row.state for row in self.found]
        return context | {
            "attached": uses_existing_tables(),
            "broken": states.count(TableState.BROKEN),
            "limited": states.count(TableState.LIMITED) + states.count(TableState.MISSING),
        }

    def post(self, request):
        database.forget()
        messages.success(request, "The tables of the database were read again.")
        return HttpResponseRedirect(reverse("console:schema"))
