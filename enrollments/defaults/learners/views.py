"""The learners of an intention with their statuses, and the Defaults tab of the learner page."""

from functools import cached_property

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import TemplateView, View

from console.learner_views import LearnerPageMixin
from console.platform import features
from console.views import TablePageMixin, TableView
from enrollments.defaults.content import resolve
from enrollments.defaults.evidence import waiting_for
from enrollments.defaults.learners.filters import LearnerStatusFilter
from enrollments.defaults.learners.tables import LearnerIntentionTable, LearnerStatusTable
from enrollments.defaults.learners.tally import learners_of, tally
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomerUser
from enrollments.defaults.pages import DefaultsMixin
from enrollments.defaults.status import Status
from enrollments.defaults.words import SENTENCES, badge


class IntentionMixin(DefaultsMixin):
    """A page about the learners of one intention."""

    @cached_property
    def intention(self):
        rows = DefaultIntention.objects.select_related("enterprise_customer")
        intention = rows.filter(pk=self.kwargs["pk"]).first()
        if intention is None:
            raise Http404
        return intention

    @cached_property
    def content(self):
        return resolve([self.intention], timezone.now())[self.intention.pk]


class IntentionLearnersView(IntentionMixin, TableView):
    """`/enrollments/intentions/<uuid>/learners/`: every learner of the customer, with status and evidence."""

    template_name = "enrollments/defaults/learners.html"
    table_class = LearnerStatusTable
    filterset_class = LearnerStatusFilter
    title = "Learners"
    empty_title = "No learners"
    empty_text = "The customer of this intention has no learners."

    def get_queryset(self):
        return learners_of(self.intention).select_related("user")

    def get_filterset_kwargs(self, filterset_class):
        given = {"intention": self.intention, "content": self.content}
        return super().get_filterset_kwargs(filterset_class) | given

    def get_table_kwargs(self):
        return {"intention": self.intention, "content": self.content, "known": self.known_count()}

    def known_count(self):
        """Return how many learners have the status that is asked for, if nothing else is: the tally knows."""
        given = self.filterset.form.cleaned_data if self.filterset.form.is_valid() else {}
        if not given.get("status") or given.get("q"):
            return None
        return tally(self.intention, self.content).get(Status(given["status"]), 0)

    def get_context_data(self, **kwargs):
        return super().get_context_data(intention=self.intention, content=self.content, **kwargs)

    def export_name(self):
        return f"learners of {self.intention.content_key}"


class IntentionTallyView(IntentionMixin, View):
    """`/enrollments/intentions/<uuid>/learners/tally/`: how many learners have which status; asked for by the page."""

    def get(self, request, pk):
        found = tally(self.intention, self.content)
        counts = [
            {"status": status.value, "badge": badge(status), "sentence": SENTENCES[status], "count": found[status]}
            for status in Status
            if status in found
        ]
        return render(request, "enrollments/defaults/_tally.html", {"intention": self.intention, "counts": counts})


def intentions_of(learner):
    """Return the live intentions of every customer that knows the learner, linked, unlinked or waiting."""
    known = EnterpriseCustomerUser.objects.filter(user_id=learner.pk).values("enterprise_customer")
    waiting = waiting_for(learner.email).values("enterprise_customer")
    rows = DefaultIntention.objects.filter(is_removed=False)
    return rows.filter(Q(enterprise_customer__in=known) | Q(enterprise_customer__in=waiting))


class LearnerDefaultsView(LearnerPageMixin, TablePageMixin, TemplateView):
    """`/learners/<username>/defaults/`: what customers want the learner to be enrolled in, and what came of it."""

    tab = "defaults"
    needs = DefaultsMixin.needs
    template_name = "console/learner_table.html"
    table_class = LearnerIntentionTable
    title = "Default enrollments"
    empty_title = "No default enrollments"
    empty_text = "No enterprise customer that knows this learner has default enrollment intentions."

    def get_table_data(self):
        return intentions_of(self.learner).select_related("enterprise_customer")

    def get_table_kwargs(self):
        return {"learner": self.learner, "contents": lambda rows: resolve(rows, timezone.now())}

    def export_name(self):
        return f"default enrollments {self.learner.get_username()}"


def count_intentions(learner, viewer) -> int:
    """Return the number beside the tab."""
    return intentions_of(learner).count() if features.has(*DefaultsMixin.needs) else 0
