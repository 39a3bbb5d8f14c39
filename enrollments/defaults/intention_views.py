"""`/enrollments/intentions/…`: the list of intentions, one with its history, and the forms that change one."""

from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import FormView, TemplateView

from console.tables import COUNT_CAP
from console.views import TableView
from enrollments.defaults import actions, checks
from enrollments.defaults.content import resolve
from enrollments.defaults.filters import IntentionFilter, customers_offered
from enrollments.defaults.forms import ChangeIntentionForm, NewIntentionForm, ReasonForm
from enrollments.defaults.models import DefaultIntention, DefaultRealization, HistoricalIntention
from enrollments.defaults.pages import DefaultsMixin
from enrollments.defaults.querysets import RealizationState
from enrollments.defaults.schemas import IntentionListSchema
from enrollments.defaults.tables import IntentionTable, enrollable_badge, source_note, state_badge

INVALID = 422
STALE = 409
HISTORY_SHOWN = 100


class IntentionListView(DefaultsMixin, TableView):
    """`/enrollments/intentions/`: what customers' learners are to be enrolled in."""

    template_name = "enrollments/defaults/intentions.html"
    table_class = IntentionTable
    filterset_class = IntentionFilter
    query_schema = IntentionListSchema
    title = "Default enrollment intentions"
    empty_title = "No intentions"
    empty_text = "An intention names a course or course run that all learners of a customer are enrolled in."

    def get_queryset(self):
        return DefaultIntention.objects.visible_to(self.request.user).with_customer().with_kind()


class IntentionMixin(DefaultsMixin):
    """Loads the intention of the address."""

    @cached_property
    def intention(self):
        rows = DefaultIntention.objects.visible_to(self.request.user).with_kind().select_related("enterprise_customer")
        intention = rows.filter(pk=self.kwargs["pk"]).first()
        if intention is None:
            raise Http404
        return intention

    def siblings(self):
        """Return the live intentions of the same customer."""
        return DefaultIntention.objects.live().filter(enterprise_customer_id=self.intention.enterprise_customer_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(intention=self.intention, **kwargs)


class IntentionDetailView(IntentionMixin, TemplateView):
    """`/enrollments/intentions/<uuid>/`: one intention, where it leads, its learners and its history."""

    template_name = "enrollments/defaults/intention.html"

    def get_context_data(self, **kwargs):
        now, intention = timezone.now(), self.intention
        content = resolve([intention], now)[intention.pk]
        return super().get_context_data(
            content=content,
            enrollable=enrollable_badge(content),
            source=source_note(content.run),
            warnings=[] if intention.is_removed else checks.warnings_of(intention, self.siblings(), now),
            versions=versions_of(intention),
            realized_cap=COUNT_CAP,
            states=self.states(),
            **kwargs,
        )

    def states(self):
        """Return each state with its badge and its number of realizations; None when there are too many to count."""
        rows = DefaultRealization.objects.filter(intended_enrollment=self.intention)
        is_countable = rows.values("pk")[: COUNT_CAP + 1].count() <= COUNT_CAP
        counts = rows.states_per_intention() if is_countable else {}
        missing = 0 if is_countable else None
        return [
            (state, state_badge(state), counts.get((self.intention.pk, state), missing)) for state in RealizationState
        ]


@dataclass(frozen=True)
class Version:
    """A version of an intention: the row of its history, and what it changed, in words."""

    row: HistoricalIntention
    changes: list[str]


def versions_of(intention: DefaultIntention) -> list[Version]:
    """Return the history of an intention, the latest version first."""
    rows = HistoricalIntention.objects.filter(uuid=intention.pk).select_related("history_user")
    rows = list(rows.order_by("-history_date", "-history_id")[:HISTORY_SHOWN])
    return [Version(row, _changes(row, before)) for row, before in zip_longest(rows, rows[1:])]


def _changes(row, before):
    if row.history_type == "-":
        return ["Deleted for good"]
    if before is None:
        return [f"Intended as {row.content_key}"]
    changes = []
    if row.content_key != before.content_key:
        changes.append(f"Content key changed from {before.content_key} to {row.content_key}")
    if row.is_removed != before.is_removed:
        changes.append("Removed" if row.is_removed else "Restored")
    if row.enterprise_customer_id != before.enterprise_customer_id:
        changes.append(f"Moved from customer {before.enterprise_customer_id}")
    return changes or ["Saved without a change"]


class IntentionFormView(DefaultsMixin, FormView):
    """A form that leads to an intention: what the action refuses is shown beside the field."""

    template_name = "enrollments/defaults/intention_form.html"

    def form_valid(self, form):
        try:
            intention = self.act(form.cleaned_data)
        except actions.IntentionRefusedError as refusal:
            form.refuse(refusal)
            return self.render_to_response(self.get_context_data(form=form), status=STALE)
        messages.success(self.request, self.done)
        return redirect("enrollments:intention", intention.pk)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)


class NewIntentionView(IntentionFormView):
    """`/enrollments/intentions/new/`: intend something for a customer."""

    form_class = NewIntentionForm
    done = "The intention was added. Learners are enrolled when they next open the learner portal."

    def get_initial(self):
        return {"customer": self.request.GET.get("customer", "")}

    def act(self, given):
        return actions.create_intention(
            customer_id=given["customer"].pk, content_key=given["content_key"], actor=self.request.user
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            customers=customers_offered(), page_title="New intention", button="Add intention", **kwargs
        )


class ChangeIntentionView(IntentionMixin, IntentionFormView):
    """`/enrollments/intentions/<uuid>/edit/`: another content key."""

    form_class = ChangeIntentionForm
    done = "The intention was changed."

    def get_initial(self):
        return {"content_key": self.intention.content_key, "seen": self.intention.modified.isoformat()}

    def act(self, given):
        return actions.change_intention(intention_id=self.intention.pk, actor=self.request.user, **given)

    def get_context_data(self, **kwargs):
        realized = DefaultRealization.objects.filter(intended_enrollment=self.intention).exists()
        return super().get_context_data(page_title="Change intention", button="Save", is_realized=realized, **kwargs)


class RemoveIntentionView(IntentionMixin, IntentionFormView):
    """`/enrollments/intentions/<uuid>/remove/`: nobody is enrolled by it any more."""

    form_class = ReasonForm
    done = "The intention was removed. What it has realized stays."

    def act(self, given):
        return actions.remove_intention(intention_id=self.intention.pk, actor=self.request.user, **given)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            page_title="Remove intention", button="Remove intention", removes=True, **kwargs
        )


class RestoreIntentionView(IntentionMixin, IntentionFormView):
    """`/enrollments/intentions/<uuid>/restore/`: it counts again."""

    form_class = ReasonForm
    done = "The intention was restored."

    def act(self, given):
        return actions.restore_intention(intention_id=self.intention.pk, actor=self.request.user, **given)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            page_title="Restore intention", button="Restore intention", restores=True, **kwargs
        )
