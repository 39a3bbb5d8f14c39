"""The frame of a course's pages: who may come in, the title line and the tabs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property

from console.views import StaffViewMixin
from enrollments.models import CourseOverview
from groups.rules import Permission


@dataclass(frozen=True)
class CourseTab:
    """A tab of the course page.

    Attributes:
        slug: last part of the address.
        label: one or two words.
        url_name: a view that takes `course_key`.
        order: position from the left; the lowest is the default tab.
        count: the number beside the label for a course key; None for a tab without one.
        permission: about a course run; who lacks it does not see the tab.
    """

    slug: str
    label: str
    url_name: str
    order: int
    count: Callable[[object], int] | None = None
    permission: str = Permission.MANAGE


_tabs: dict[str, CourseTab] = {}


def register_tab(tab: CourseTab) -> None:
    """Add a tab to the course page (from `groups.contributions`)."""
    _tabs[tab.slug] = tab


def tabs_for(user, course_key) -> list[CourseTab]:
    """Return the tabs that `user` may open of this run, from left to right."""
    permissions = {tab.permission for tab in _tabs.values()}
    granted = {permission for permission in permissions if user.has_perm(permission, course_key)}
    return sorted((tab for tab in _tabs.values() if tab.permission in granted), key=lambda tab: tab.order)


class CoursePageMixin(StaffViewMixin):
    """A tab of the course page, for those who manage the groups of this course run.

    Somebody without any course gets 403; a course run of somebody else is 404, existing or not.

    Class attributes:
        permission_required: asked without an object, and then about the run.
        tab: slug of the registered tab.
    """

    permission_required = Permission.MANAGE
    tab = ""

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission() and not self.may_enter():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def may_enter(self) -> bool:
        """Say whether the viewer may open this page of this course run."""
        return self.request.user.has_perm(self.permission_required, self.course_key)

    @property
    def course_key(self):
        return self.kwargs["course_key"]

    @cached_property
    def course(self):
        """Return the run's overview; None when the LMS has none (any more)."""
        return CourseOverview.objects.filter(pk=self.course_key).only("display_name", "start", "end").first()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.frame()

    def frame(self) -> dict:
        """Return what the course's header and tab bar show."""
        return {
            "course": self.course,
            "course_key": self.course_key,
            "course_name": (self.course and self.course.display_name) or str(self.course_key),
            "tabs": [
                {
                    "label": tab.label,
                    "href": reverse(tab.url_name, args=[self.course_key]),
                    "count": tab.count(self.course_key) if tab.count else None,
                    "current": tab.slug == self.tab,
                }
                for tab in tabs_for(self.request.user, self.course_key)
            ],
        }
