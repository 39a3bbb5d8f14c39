"""`/resets/coverage/`: which tables of learner state a reset knows, and which it does not."""

import django_tables2 as tables
from django.views.generic import TemplateView

from console import html
from console.rules import Permission
from console.tables import Table
from console.views import TablePageMixin
from resets.coverage import OWN, UNKNOWN, coverage
from resets.owners import Policy

TONES = {
    Policy.CLEAR: ("danger", "rotate"),
    Policy.OFFER: ("info", "check"),
    Policy.WARN: ("warning", "alert"),
    Policy.KEEP: ("success", "shield"),
    OWN: ("neutral", "ban"),
    UNKNOWN: ("danger", "alert"),
}


class CoverageTable(Table):
    """Findings, unknown ones first."""

    table = tables.Column(verbose_name="Table")
    answer = tables.Column(verbose_name="In a reset")
    owner = tables.Column(verbose_name="What it holds", empty_values=())
    found_by = tables.Column(verbose_name="Found by", empty_values=())

    title_column = "table"

    def render_table(self, value):
        return html.table_name(value)

    def value_table(self, value):
        return value

    def render_owner(self, value):
        return value or "Nobody knows. A reset leaves it as it is."

    def value_owner(self, value):
        return value

    def render_answer(self, record):
        tone, icon = TONES[record.answer]
        return html.badge(tone, record.answer_label, icon)

    def value_answer(self, record):
        return record.answer_label

    def render_found_by(self, value):
        return value or "its owner"

    def value_found_by(self, value):
        return value


class CoverageView(TablePageMixin, TemplateView):
    """Every table of the connected database that holds rows per learner and course."""

    permission_required = Permission.ADMINISTER
    template_name = "resets/coverage.html"
    table_class = CoverageTable
    title = "Reset coverage"
    empty_title = "No learner state"
    empty_text = "This database has no table that holds rows per learner and course."

    def get_table_data(self):
        self.findings = coverage()
        return self.findings

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        unknown = [finding.table for finding in self.findings if finding.is_unknown]
        return context | {"unknown": unknown, "found": len(self.findings)}
