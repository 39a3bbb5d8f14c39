"""The table of course runs whose groups a person manages."""

from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.tables import MomentColumn, ShownColumn, Table, export_column
from enrollments.models import CourseOverview


class CourseTable(Table):
    """Course runs, by name."""

    course = ShownColumn(order_by="display_name")
    start = MomentColumn(verbose_name="Starts")
    end = MomentColumn(verbose_name="Ends")
    display_name = export_column(verbose_name="Course name")
    id = export_column(verbose_name="Course key")
    nulls_last = ("display_name", "start", "end")
    title_column = "course"

    class Meta(Table.Meta):
        model = CourseOverview
        fields = ()
        order_by = ("display_name",)

    def render_course(self, record):
        address = reverse("groups:course", args=[record.pk])
        return format_html('<a href="{}">{}</a><br>{}', address, record.display_name or record.pk, html.key(record.pk))
