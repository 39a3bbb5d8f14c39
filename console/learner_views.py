"""The learner search and the frame of the learner page; its tabs belong to the domain apps."""

import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from console import html, learner_history, learners
from console.models import CourseAccessRole
from console.rules import Permission
from console.tables import MomentColumn, PagedList, ShownColumn, Table, course_cell, export_column
from console.views import TablePageMixin

NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
SEARCHED = "Searched usernames, e-mail addresses and full names from their beginning, and user ids."


class LearnerTable(Table):
    """Learners who were found."""

    name = tables.Column(accessor="learner__username", verbose_name="Learner", order_by="learner__username")
    username = tables.Column(accessor="learner__username", attrs={"td": {"class": "mono"}})
    email = tables.Column(accessor="learner__email", verbose_name="E-mail")
    id = tables.Column(accessor="learner__id", verbose_name="ID", attrs=NUMERIC)
    state = tables.Column(accessor="learner__is_active", verbose_name="State")
    joined = MomentColumn(accessor="learner__date_joined")
    found_by = tables.Column(verbose_name="Found by")
    title_column = "name"

    def render_name(self, record):
        address = reverse("console:learner", args=[record.learner.get_username()])
        return format_html('<a href="{}">{}</a>', address, learners.display_name(record.learner))

    def value_name(self, record):
        return learners.display_name(record.learner)

    def render_state(self, record):
        return state_badge(record.learner)

    def value_state(self, record):
        return state_word(record.learner)


class LearnerSearchView(TablePageMixin, TemplateView):
    """`/learners/?q=`: the way to a learner. One exact match goes straight to the learner's page."""

    permission_required = Permission.VIEW_LEARNERS
    template_name = "console/learner_search.html"
    table_class = LearnerTable
    title = "Learners"
    empty_text = "Check the spelling, or try the e-mail address. Names are matched from their first word on."

    def get(self, request, *args, **kwargs):
        self.text = request.GET.get("q", "").strip()
        address = self.text and learners.jump(self.text, request.user)
        if address:
            return redirect(address)
        self.result = learners.search(self.text)
        self.empty_title = f"No learner begins with “{self.text}”"
        if len(self.result.exact) == 1 and "all" not in request.GET and not self.wants_fragment():
            return self.go_to(self.result.exact[0].learner)
        return super().get(request, *args, **kwargs)

    def go_to(self, learner):
        others = len(self.result.matches) - 1
        if others:
            everything = f"{reverse('console:learners')}?{self.request.GET.urlencode()}&all=1"
            messages.info(
                self.request,
                format_html('“{}” matches exactly. <a href="{}">Show the others too</a>.', self.text, everything),
            )
        return redirect("console:learner", learner.get_username())

    def get_table_data(self):
        return self.result.matches

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            text=self.text, result=self.result, searched=SEARCHED, limit=learners.PREFIX_LIMIT, **kwargs
        )


@require_safe
@permission_required(Permission.VIEW_LEARNERS, raise_exception=True)
def learner(request, username):
    """`/learners/<username>/`: goes to the first tab."""
    if learners.find(username) is None:
        raise Http404
    return redirect(learners.tabs()[0].url_name, username)


class LearnerPageMixin:
    """A tab of the learner page: loads the learner of the address, and what the frame shows.

    Class attributes:
        tab: slug of the registered tab.
    """

    template_name = "console/learner_table.html"
    permission_required = Permission.VIEW_LEARNERS
    tab = ""

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.learner = learners.find(kwargs["username"])
            if self.learner is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.wants_fragment():
            learners.record_visit(viewer=self.request.user, learner=self.learner)
            context.update(self.frame())
        return context

    def frame(self) -> dict:
        """Return what the learner's header and tab bar show."""
        return {
            "learner": self.learner,
            "learner_name": learners.display_name(self.learner),
            "learner_state": state_badge(self.learner),
            "learner_marks": learners.marks(self.learner, self.request.user),
            "learner_roles": CourseAccessRole.objects.filter(user=self.learner).order_by("role", "id")[:10],
            "tabs": [
                {
                    "label": tab.label,
                    "href": reverse(tab.url_name, args=[self.learner.get_username()]),
                    "count": tab.shown_count(self.learner, self.request.user),
                    "current": tab.slug == self.tab,
                }
                for tab in learners.tabs()
            ],
        }


class HistoryTable(Table):
    """What happened to a learner. Rows are `learner_history.Event`s."""

    at = MomentColumn(verbose_name="When", orderable=False)
    event = tables.Column(accessor="what", orderable=False)
    course = ShownColumn(orderable=False)
    by = tables.Column(orderable=False, verbose_name="By", empty_values=())
    detail = export_column(orderable=False)
    course_name = export_column(orderable=False)
    course_id = export_column(orderable=False, verbose_name="Course key")
    title_column = "event"

    def __init__(self, data, **kwargs):
        super().__init__(PagedList(data), **kwargs)

    def render_event(self, record):
        mark = html.badge(record.tone, record.what)
        if record.link:
            mark = format_html('<a href="{}">{}</a>', record.link, mark)
        detail = html.clamped(record.detail) if record.detail else ""
        return format_html('{}<div class="muted small">{}</div>', mark, detail) if detail else mark

    def value_event(self, record):
        return record.what

    def render_course(self, record):
        return course_cell(record.course_name, record.course_id)

    def render_by(self, value):
        return value or "–"

    def value_by(self, record):
        return record.by


class LearnerHistoryView(LearnerPageMixin, TablePageMixin, TemplateView):
    """`/learners/<username>/history/`: what happened to the learner's enrollments, and who did it."""

    tab = "history"
    table_class = HistoryTable
    title = "History"
    empty_title = "No history"
    empty_text = "Nothing is on record of this learner's enrollments and resets."

    def get_table_data(self):
        return learner_history.events_of(self.learner, self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"notes": [*context["notes"], *learner_history.left_out()]}

    def export_name(self):
        return f"history {self.learner.get_username()}"


learners.register_tab(learners.LearnerTab("history", "History", "console:learner-history", order=90))


def state_word(learner) -> str:
    """Return the account's state in one word."""
    if learners.is_retired(learner):
        return "Retired"
    return "Active" if learner.is_active else "Inactive"


def state_badge(learner):
    """Return the account's state as a badge."""
    tones = {"Retired": ("neutral", "ban"), "Active": ("success", "check"), "Inactive": ("warning", "alert")}
    word = state_word(learner)
    tone, icon = tones[word]
    return html.badge(tone, word, icon)
