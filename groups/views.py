"""My courses, and the way into one of them."""

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import redirect
from django.views import View

from console.platform import features
from console.rules import roles_of
from console.views import TableView
from enrollments.models import CourseOverview
from groups import course_page
from groups.cohorts import rows
from groups.filters import CourseFilter
from groups.models import CourseCohortsSettings, CourseUserGroup
from groups.rules import Permission, instructed_groups, managed_filter
from groups.tables import CourseTable

NAMELESS = 100


class CourseListView(TableView):
    """`/groups/`: the course runs whose groups the viewer manages, or with a learner group of theirs."""

    permission_required = Permission.INSTRUCT
    template_name = "groups/courses.html"
    table_class = CourseTable
    filterset_class = CourseFilter
    title = "My courses"
    empty_title = "No course runs"
    empty_text = "Here are the course runs where you are course staff, or instructor of a learner group."

    def get(self, request, *args, **kwargs):
        features.require(CourseUserGroup, CourseCohortsSettings)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        instructed = CourseUserGroup.objects.filter(pk__in=instructed_groups(self.request.user)).values("course_id")
        managed = managed_filter(self.request.user, "id")
        # An admin's condition is empty, which means everything, but vanishes beside an "or".
        mine = managed | Q(pk__in=instructed) if managed else managed
        return rows.courses(CourseOverview.objects.filter(mine))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context if self.wants_fragment() else context | {"nameless": nameless_runs(self.request.user)}


def nameless_runs(viewer) -> list:
    """Return the keys of runs that the viewer manages and that have no overview: those of role rows, or with groups."""
    keys = set(roles_of(viewer).courses)
    if features.has(CourseUserGroup):
        mine = CourseUserGroup.objects.filter(managed_filter(viewer, "course_id"))
        overviews = CourseOverview.objects.filter(pk=OuterRef("course_id"))
        keys |= set(mine.filter(~Exists(overviews)).values_list("course_id", flat=True).distinct()[:NAMELESS])
    named = set(CourseOverview.objects.filter(pk__in=keys).values_list("pk", flat=True))
    return sorted(keys - named, key=str)


class CourseView(course_page.CoursePageMixin, View):
    """`/groups/<course key>/`: goes to the first tab that the viewer may open."""

    permission_required = Permission.INSTRUCT

    def get(self, request, course_key):
        return redirect(course_page.tabs_for(request.user, course_key)[0].url_name, course_key)
