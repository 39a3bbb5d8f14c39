"""My courses, and the way into one of them."""

from django.http import Http404
from django.shortcuts import redirect
from django.views import View

from console.views import TableView
from enrollments.models import CourseOverview
from groups import course_page
from groups.filters import CourseFilter
from groups.rules import Permission, managed_filter
from groups.tables import CourseTable


class CourseListView(TableView):
    """`/groups/`: the course runs whose groups the viewer manages."""

    permission_required = Permission.MANAGE
    table_class = CourseTable
    filterset_class = CourseFilter
    title = "My courses"
    empty_title = "No course runs"
    empty_text = "You manage the groups of the course runs where you are course staff or instructor."

    def get_queryset(self):
        return CourseOverview.objects.filter(managed_filter(self.request.user, "id"))


class CourseView(course_page.CoursePageMixin, View):
    """`/groups/<course key>/`: goes to the first tab."""

    def get(self, request, course_key):
        tabs = course_page.tabs()
        if not tabs:
            raise Http404
        return redirect(tabs[0].url_name, course_key)
