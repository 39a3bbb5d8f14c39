"""The table of course runs whose groups a person manages."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.tables import MomentColumn, ShownColumn, Table, export_column
from enrollments.models import CourseOverview

# By the settings' `is_cohorted`; None is a run that the LMS never looked at.
COHORTED = {
    True: ("success", "On", "check"),
    False: ("neutral", "Off", "ban"),
    None: ("neutral", "Not initialised", "minus"),
}


class CourseTable(Table):
    """Course runs, by name."""

    course = ShownColumn(order_by="display_name")
    cohorts = tables.Column(accessor="is_cohorted", order_by="is_cohorted", empty_values=())
    cohort_count = tables.Column(
        verbose_name="Number of cohorts", attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    start = MomentColumn(verbose_name="Starts")
    end = MomentColumn(verbose_name="Ends")
    display_name = export_column(verbose_name="Course name")
    id = export_column(verbose_name="Course key")
    nulls_last = ("display_name", "start", "end", "is_cohorted")
    title_column = "course"

    class Meta(Table.Meta):
        model = CourseOverview
        fields = ()
        order_by = ("display_name",)

    def render_course(self, record):
        address = reverse("groups:course", args=[record.pk])
        return format_html('<a href="{}">{}</a><br>{}', address, record.display_name or record.pk, html.key(record.pk))

    def render_cohorts(self, value):
        return html.badge(*COHORTED[value])

    def value_cohorts(self, value):
        return COHORTED[value][1]
