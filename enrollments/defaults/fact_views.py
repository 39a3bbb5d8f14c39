"""`/enrollments/intentions/facts/`: what is known from outside, and its import."""

from django.contrib import messages
from django.db.models import Count, Max, Min
from django.shortcuts import redirect
from django.views.generic import FormView

from enrollments.defaults.forms import ImportForm
from enrollments.defaults.imports.actions import ImportRefusedError, import_facts
from enrollments.defaults.imports.kinds import KINDS
from enrollments.defaults.pages import DefaultsMixin

INVALID = 422


class FactsView(DefaultsMixin, FormView):
    """`/enrollments/intentions/facts/`: what is known from outside, how old it is, and a form to import more."""

    template_name = "enrollments/defaults/facts.html"
    form_class = ImportForm

    def form_valid(self, form):
        kind = KINDS[form.cleaned_data["kind"]]
        try:
            count = import_facts(kind.key, form.cleaned_data["data"], actor=self.request.user)
        except ImportRefusedError as refusal:
            context = self.get_context_data(form=form, problems=refusal.problems)
            return self.render_to_response(context, status=INVALID)
        messages.success(self.request, f"Imported: {kind.label.lower()} ({count:,}).")
        return redirect("enrollments:facts")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)

    def get_context_data(self, **kwargs):
        return super().get_context_data(kinds=[(kind, _summary(kind)) for kind in KINDS.values()], **kwargs)


def _summary(kind):
    """Return how many facts of a kind there are from each origin, and how old they are."""
    rows = kind.model.objects.order_by("origin").values("origin")
    return [
        {**row, "origin": dict(kind.model._meta.get_field("origin").choices)[row["origin"]]}
        for row in rows.annotate(count=Count("id"), oldest=Min("fetched_at"), newest=Max("fetched_at"))
    ]
