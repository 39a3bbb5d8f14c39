"""A learner's courses, and the list of enrollments."""

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from console.learner_views import LearnerPageMixin
from console.rules import Permission
from console.views import TableView
from enrollments import columns
from enrollments.filters import EnrollmentFilter, EnrollmentListFilter
from enrollments.models import BlockCompletion, CourseEnrollment, GeneratedCertificate, PersistentCourseGrade
from enrollments.schemas import EnrollmentListSchema
from enrollments.tables import EnrollmentListTable, EnrollmentTable


def with_facts(enrollments, now):
    """Add everything that the enrollment tables show, sort and filter by."""
    enrollments = enrollments.with_course().with_grade().with_certificate().with_recency(now)
    for contribution in columns.contributions():
        enrollments = contribution.annotate(enrollments, now)
    return enrollments


class EnrollmentTableView(TableView):
    """What both lists share: the facts, and a table that knows its viewer."""

    filterset_class = EnrollmentFilter
    table_class = EnrollmentTable
    query_schema = EnrollmentListSchema
    query_list = "enrollments:list"
    shows = (PersistentCourseGrade, BlockCompletion, GeneratedCertificate)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"notes": [*context["notes"], *columns.left_out()]}

    def get_queryset(self):
        visible = CourseEnrollment.objects.visible_to(self.request.user)
        return with_facts(visible, timezone.now())

    def get_table_kwargs(self):
        return {"viewer": self.request.user}


class LearnerCoursesView(LearnerPageMixin, EnrollmentTableView):
    """`/learners/<username>/courses/`: the learner's courses, inactive and deleted ones included."""

    tab = "courses"
    title = "Courses"
    empty_title = "No enrollments"
    empty_text = "This learner has never been enrolled in a course run."

    def get_queryset(self):
        return super().get_queryset().filter(user=self.learner)

    def export_name(self):
        return f"courses {self.learner.get_username()}"


class EnrollmentListView(EnrollmentTableView):
    """`/enrollments/`: enrollments of all learners, or of an instructor's own course runs."""

    permission_required = Permission.USE_CONSOLE
    table_class = EnrollmentListTable
    filterset_class = EnrollmentListFilter
    title = "Enrollments"
    empty_title = "No enrollments"
    empty_text = "No learner is enrolled in a course run that you may see."

    def get_queryset(self):
        return super().get_queryset().annotate(learner_username=F("user__username"))


def course_jump(text, viewer):
    """Go from a course key in the learner search to that run's enrollments."""
    try:
        course_key = CourseKey.from_string(text)
    except InvalidKeyError:
        return None
    return f"{reverse('enrollments:list')}?{urlencode({'course': course_key})}"
