"""Tables of enrollments."""

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from console import html
from console.rules import Permission
from console.tables import KeyColumn, MomentColumn, Table
from enrollments import columns
from enrollments.models import CourseEnrollment

NO_OVERVIEW = "Course run no longer exists"
CERTIFICATE_TONES = {"downloadable": "success", "generating": "info", "error": "danger"}


class EnrollmentTable(Table):
    """A learner's courses: one row per enrollment, active or not."""

    course_name = tables.Column(verbose_name="Course", empty_values=())
    course_id = KeyColumn(verbose_name="Course key")
    course_start = MomentColumn(verbose_name="Starts", missing="no start date")
    course_end = MomentColumn(verbose_name="Ends", missing="no end")
    self_paced = tables.Column(verbose_name="Pacing", empty_values=())
    mode = tables.Column()
    is_active = tables.Column(verbose_name="Enrolled")
    created = MomentColumn(verbose_name="Enrolled on", missing="unknown")
    recently_active = tables.Column(verbose_name="Recently active")
    grade = tables.Column(attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    is_passing = tables.Column(verbose_name="Passing")
    certificate_status = tables.Column(verbose_name="Certificate")
    nulls_last = ("course_name", "course_start", "course_end", "self_paced", "created", "grade", "certificate_status")
    title_column = "course_name"

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

    def render_course_name(self, value, record):
        if record.course_name:
            return record.course_name
        return format_html('<span class="muted">{}</span>', NO_OVERVIEW)

    def value_course_name(self, record):
        return record.course_name or NO_OVERVIEW

    def render_self_paced(self, record):
        return self.value_self_paced(record) or "–"

    def value_self_paced(self, record):
        return {True: "Self-paced", False: "Instructor-paced"}.get(record.self_paced, "")

    def render_is_active(self, value):
        return html.badge("success", "Active", "check") if value else html.badge("neutral", "Inactive", "ban")

    def value_is_active(self, value):
        return "Active" if value else "Inactive"

    def render_recently_active(self, record):
        """Show the answer, and what it rests on: the last completion, else the enrollment date."""
        if record.last_completion_at is not None:
            evidence = format_html("completed a block {}", html.ago(record.last_completion_at))
        else:
            evidence = "no completions"
        mark = html.badge("success", "Yes", "check") if record.recently_active else html.badge("neutral", "No", "clock")
        return format_html('{}<br><span class="muted small">{}</span>', mark, evidence)

    def value_recently_active(self, record):
        return "Yes" if record.recently_active else "No"

    def render_grade(self, value):
        return f"{value:.0%}"

    def render_is_passing(self, record):
        if record.grade is None:
            return format_html('<span class="muted">{}</span>', "no grade")
        if record.is_passing:
            return html.badge("success", f"Passing ({record.letter_grade})", "check")
        return html.badge("neutral", "Not passing", "x")

    def value_is_passing(self, record):
        if record.grade is None:
            return ""
        return "Passing" if record.is_passing else "Not passing"

    def render_certificate_status(self, value):
        return html.badge(CERTIFICATE_TONES.get(value, "neutral"), value.replace("_", " ").capitalize())

    def value_certificate_status(self, value):
        return value


class EnrollmentListTable(EnrollmentTable):
    """Enrollments of many learners."""

    learner = tables.Column(accessor="user__username", verbose_name="Learner")
    title_column = "learner"

    class Meta(EnrollmentTable.Meta):
        order_by = ("-id",)
        sequence = ("learner", "...")
        exclude = ("course_start", "course_end", "self_paced")

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
