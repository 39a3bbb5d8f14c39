"""Tables of enrollments."""

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from console import html
from console.rules import Permission
from console.tables import NO_COURSE, ShownColumn, Table, course_cell, export_column
from enrollments import columns
from enrollments.models import CourseEnrollment
from enrollments.recency import evidence_of


class EnrollmentTable(Table):
    """A learner's courses: one row per enrollment, active or not.

    On the screen related facts share a column, so that status and action are in sight without
    scrolling; the export has each fact by itself.
    """

    course = ShownColumn(order_by="course_name")
    run = ShownColumn(order_by="course_start", verbose_name="Course run", attrs={"td": {"class": "small nowrap"}})
    enrollment = ShownColumn(order_by="created")
    activity = ShownColumn(order_by=("recently_active", "last_completion_at"), verbose_name="Recently active")
    result = ShownColumn(order_by="grade", verbose_name="Grade")
    course_name = export_column(verbose_name="Course name")
    course_id = export_column(verbose_name="Course key")
    course_start = export_column(verbose_name="Start")
    course_end = export_column(verbose_name="End")
    self_paced = export_column(verbose_name="Pacing")
    mode = export_column()
    is_active = export_column(verbose_name="Enrolled")
    created = export_column(verbose_name="Enrolled on")
    recently_active = export_column(verbose_name="Recently active")
    last_completion_at = export_column(verbose_name="Last completion")
    last_new_completion_at = export_column(verbose_name="Last new completion")
    grade = export_column(verbose_name="Grade (0 to 1)")
    is_passing = export_column(verbose_name="Passing")
    certificate_status = export_column(verbose_name="Certificate")
    nulls_last = (
        "course_name",
        "course_start",
        "course_end",
        "self_paced",
        "created",
        "last_completion_at",
        "last_new_completion_at",
        "grade",
        "certificate_status",
    )
    title_column = "course"

    class Meta(Table.Meta):
        model = CourseEnrollment
        fields = ()
        order_by = ("course_id",)
        row_attrs = {"class": lambda record: "" if record.is_active else "is-inactive"}

    def __init__(self, data, viewer, **kwargs):
        self.viewer = viewer
        self.now = timezone.now()
        added = columns.contributions()
        self.nulls_last = (*type(self).nulls_last, *(name for one in added for name in one.nulls_last))
        extra = [column for one in added for column in one.columns]
        super().__init__(data, extra_columns=extra, **kwargs)

    def decorate(self, rows):
        for contribution in columns.contributions():
            contribution.decorate(rows, self.viewer)

    def render_course(self, record):
        return course_cell(record.course_name, record.course_id)

    def render_run(self, record):
        """Show dates and pacing; what is missing is said, because a reset depends on it."""
        if record.course_name is None and record.course_start is None and record.self_paced is None:
            return "–"
        pacing = format_html('<span class="muted">{}</span>', self.value_self_paced(record))
        return format_html("{}<br>{}<br>{}", self._start(record), self._end(record), pacing)

    def _start(self, record):
        if record.course_start is None:
            return "No start date"
        verb = "Started" if record.course_start < self.now else "Starts"
        return format_html("{} {}", verb, html.ago(record.course_start))

    def _end(self, record):
        if record.course_end is None:
            return format_html('<span class="muted">{}</span>', "No end date")
        verb = "Ended" if record.course_end < self.now else "Ends"
        return format_html("{} {}", verb, html.ago(record.course_end))

    def render_enrollment(self, record):
        mark = (
            html.badge("success", "Active", "check") if record.is_active else html.badge("neutral", "Inactive", "ban")
        )
        since = html.ago(record.created, missing="date unknown")
        return format_html('{}<br>{}<br><span class="small muted">{}</span>', mark, record.mode, since)

    def render_activity(self, record):
        """Show the answer, and what it rests on."""
        mark = html.badge("success", "Yes", "check") if record.recently_active else html.badge("neutral", "No", "clock")
        facts = ((fact.words, html.ago(fact.moment, missing="")) for fact in evidence_of(record))
        return format_html("{}{}", mark, format_html_join("", '<br><span class="muted small">{} {}</span>', facts))

    def render_result(self, record):
        grade = format_html('<span class="muted">{}</span>', "No grade")
        if record.grade is not None:
            passing = html.badge("success", "Passing") if record.is_passing else html.badge("neutral", "Not passing")
            grade = format_html("{} {}", f"{record.grade:.0%}", passing)
        if not record.certificate_status:
            return grade
        word = record.certificate_status.replace("_", " ")
        return format_html('{}<br><span class="small muted">Certificate: {}</span>', grade, word)

    def value_course_name(self, record):
        return record.course_name or NO_COURSE

    def value_self_paced(self, record):
        return {True: "Self-paced", False: "Instructor-paced"}.get(record.self_paced, "")

    def value_is_active(self, value):
        return "Active" if value else "Inactive"

    def value_recently_active(self, record):
        return "Yes" if record.recently_active else "No"

    def value_is_passing(self, record):
        if record.grade is None:
            return ""
        return "Passing" if record.is_passing else "Not passing"


class EnrollmentListTable(EnrollmentTable):
    """Enrollments of many learners."""

    learner = tables.Column(accessor="learner_username", order_by="learner_username", verbose_name="Learner")
    title_column = "learner"

    class Meta(EnrollmentTable.Meta):
        order_by = ("-id",)
        sequence = ("learner", "...")
        exclude = ("run",)

    def __init__(self, data, viewer, **kwargs):
        self.links = viewer.has_perm(Permission.VIEW_LEARNERS)
        super().__init__(data, viewer, **kwargs)

    def render_learner(self, record):
        username = record.learner_username
        if not self.links:
            return username
        return format_html('<a href="{}">{}</a>', reverse("console:learner", args=[username]), username)

    def value_learner(self, record):
        return record.learner_username
