"""`/resets/bulk/…`: the list of bulk resets, a new one, and one with its preview, progress and results."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.generic import FormView, View
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from console.plans.changes import PlanRefusedError
from console.plans.progress import Progress
from console.views import StaffViewMixin, TableView
from enrollments.models import CourseOverview
from resets.actions import ResetRefusedError
from resets.bulk import actions
from resets.bulk.filters import BulkFilter, BulkItemFilter
from resets.bulk.forms import NewBulkForm
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.plan import make_draft
from resets.bulk.progress import progress_of
from resets.bulk.tables import BulkItemTable, BulkTable, state_badge
from resets.models import CourseResetCourseOptIn
from resets.rules import Permission

INVALID = 422
RUNS_OFFERED = 500
State = BulkReset.State


class BulkListView(TableView):
    """`/resets/bulk/`: every bulk reset and draft."""

    permission_required = Permission.RESET
    template_name = "resets/bulk/list.html"
    table_class = BulkTable
    filterset_class = BulkFilter
    title = "Bulk resets"
    empty_title = "No bulk resets yet"
    empty_text = "Paste or upload a list of learners to reset them all in one course run."

    def get_queryset(self):
        return BulkReset.objects.annotate(agent_username=F("created_by__username"))


class NewBulkView(StaffViewMixin, FormView):
    """`/resets/bulk/new/`: takes a list, checks it whole and shows what it would do."""

    permission_required = Permission.RESET
    template_name = "resets/bulk/new.html"
    form_class = NewBulkForm

    def get_initial(self):
        return {"course": self.request.GET.get("course", "")}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            bulk = make_draft(
                lines=given["lines"], course_key=given["course"], memo=given["memo"], actor=self.request.user
            )
        except ResetRefusedError as refusal:
            form.add_error("course", f"{refusal} Nothing was stored.")
            return self.form_invalid(form)
        return redirect("resets:bulk-detail", bulk.pk)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)

    def get_context_data(self, **kwargs):
        opted_in = CourseResetCourseOptIn.objects.filter(active=True).order_by("-modified", "-pk")
        keys = list(opted_in.values_list("course_id", flat=True)[:RUNS_OFFERED])
        names = CourseOverview.objects.in_bulk(keys)
        return super().get_context_data(runs=[(key, names.get(key)) for key in keys], **kwargs)


class BulkDetailView(TableView):
    """`/resets/bulk/<id>/`: the preview of a draft; of a confirmed one progress and results."""

    permission_required = Permission.RESET
    template_name = "resets/bulk/detail.html"
    table_class = BulkItemTable
    filterset_class = BulkItemFilter
    empty_text = "Every line of the list is shown here."

    def get(self, request, *args, pk, **kwargs):
        self.bulk = get_object_or_404(BulkReset.objects.select_related("created_by", "confirmed_by"), pk=pk)
        self.title = f"Bulk reset {pk}"
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return BulkItem.objects.filter(bulk=self.bulk).annotate(learner_username=F("learner__username"))

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "bulk": self.bulk}

    def get_table_kwargs(self):
        return {"bulk": self.bulk}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | described(self.bulk)


class BulkProgressView(StaffViewMixin, View):
    """`/resets/bulk/<id>/progress/`: what the page of a running one asks for every five seconds."""

    permission_required = Permission.RESET

    def get(self, request, pk):
        bulk = get_object_or_404(BulkReset, pk=pk)
        context = described(bulk)
        parts = render_to_string("resets/bulk/_progress.html", context, request)
        if bulk.state == request.GET.get("seen") and bulk.is_open:
            return HttpResponse(parts)
        # Somebody paused or cancelled it, or it is finished: badge, buttons and table change too.
        parts += render_to_string("resets/bulk/_state.html", {**context, "oob": True}, request)
        response = HttpResponse(parts)
        text = f"Bulk reset {bulk.pk} is {bulk.get_state_display().lower()}."
        trigger_client_event(response, "lectern:toast", {"text": text, "tone": "info"}, after="settle")
        return trigger_client_event(response, "lectern:refresh-table", {}, after="settle")


def described(bulk: BulkReset) -> dict:
    """Return what the templates show of a bulk reset beside its lines."""
    progress = progress_of([bulk])[bulk.pk]
    return {
        "bulk": bulk,
        "badge": state_badge(bulk),
        "course": CourseOverview.objects.filter(pk=bulk.course_id).first(),
        "progress": progress,
        "polls": bulk.is_open and (bulk.state == State.RUNNING or bool(progress.running)),
        "left_out": bulk.cannot + bulk.unknown + bulk.duplicate,
        "lines": bulk.will_reset + bulk.cannot + bulk.unknown + bulk.duplicate,
    }


# --- Changes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A change of state that the page offers.

    Attributes:
        act: does it; takes `bulk_id` and `actor`.
        done: what the agent reads afterwards.
        states: in which it is offered.
        dialog: the template of what it means; empty when it needs no confirmation.
        button: verb and count (a field of `Progress`) of the dialog's red button.
    """

    act: Callable
    done: str
    states: tuple[str, ...]
    dialog: str = ""
    button: tuple[str, str] = ("", "")

    def label(self, progress: Progress) -> str:
        verb, counted = self.button
        count = getattr(progress, counted)
        return f"{verb} {count:,} learner{'' if count == 1 else 's'}"


CHANGES = {
    "confirm": Change(
        actions.confirm,
        "The bulk reset has started.",
        (State.DRAFT,),
        "resets/bulk/_confirm.html",
        ("Reset", "waiting"),
    ),
    "discard": Change(actions.discard, "The draft was discarded. Nobody was reset.", (State.DRAFT,)),
    "pause": Change(actions.pause, "Paused. Learners who were started are finished.", (State.RUNNING,)),
    "resume": Change(actions.resume, "The bulk reset goes on.", (State.PAUSED,)),
    "cancel": Change(
        actions.cancel,
        "Cancelled. Learners who were not started yet are left out.",
        (State.RUNNING, State.PAUSED),
        "resets/bulk/_cancel.html",
        ("Leave out", "waiting"),
    ),
    "retry": Change(
        actions.retry,
        "The failed learners are tried again.",
        (State.RUNNING, State.PAUSED, State.CANCELLED, State.DONE),
        "resets/bulk/_retry.html",
        ("Retry", "failed"),
    ),
}


class BulkChangeView(StaffViewMixin, View):
    """`/resets/bulk/<id>/<change>/`: GET says what a change means, POST makes it."""

    permission_required = Permission.RESET
    name = ""

    def get(self, request, pk):
        change, bulk = CHANGES[self.name], get_object_or_404(BulkReset, pk=pk)
        if not change.dialog:
            return HttpResponseNotAllowed(["POST"])
        if bulk.state not in change.states:
            messages.warning(request, f"This bulk reset is {bulk.get_state_display().lower()} by now.")
            return self.back(pk)
        context = described(bulk)
        context |= {
            "dialog": change.dialog,
            "button": change.label(context["progress"]),
            "address": request.path,
        }
        template = "resets/bulk/_dialog.html" if request.htmx else "resets/bulk/change.html"
        return render(request, template, context)

    def post(self, request, pk):
        change = CHANGES[self.name]
        get_object_or_404(BulkReset, pk=pk)
        try:
            change.act(bulk_id=pk, actor=request.user)
        except PlanRefusedError as refusal:
            messages.error(request, f"{refusal} Nothing was changed.")
        else:
            messages.success(request, change.done)
        return self.back(pk)

    def back(self, pk):
        kept = BulkReset.objects.filter(pk=pk).exists()
        address = reverse("resets:bulk-detail", args=[pk]) if kept else reverse("resets:bulk")
        return HttpResponseClientRedirect(address) if self.request.htmx else redirect(address)
