"""`/resets/bulk/…`: the list of bulk resets, a new one, and one with its preview, progress and results."""

from django.db.models import F
from django.shortcuts import redirect
from django.views.generic import FormView

from console.accounts import username_of
from console.plans.views import Change, PlanChangeView, PlanMixin, PlanProgressView
from console.views import StaffViewMixin, TableView
from enrollments.models import CourseOverview
from resets import owners
from resets.actions import ResetRefusedError
from resets.bulk import actions
from resets.bulk.filters import BulkFilter, BulkItemFilter
from resets.bulk.forms import NewBulkForm
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.plan import make_draft
from resets.bulk.progress import progress_of
from resets.bulk.queue import QUEUE
from resets.bulk.tables import BulkItemTable, BulkTable
from resets.models import RESET_TABLES, CourseResetCourseOptIn
from resets.rules import Permission

INVALID = 422
RUNS_OFFERED = 500
State = BulkReset.State


def _act(action):
    """Return an action on a bulk reset as `Change` calls it."""
    return lambda plan_id, actor: action(bulk_id=plan_id, actor=actor)


class BulkListView(TableView):
    """`/resets/bulk/`: every bulk reset and draft."""

    permission_required = Permission.RESET
    needs = RESET_TABLES
    template_name = "resets/bulk/list.html"
    table_class = BulkTable
    filterset_class = BulkFilter
    title = "Bulk resets"
    empty_title = "No bulk resets yet"
    empty_text = "Paste or upload a list of learners to reset them all in one course run."

    def get_queryset(self):
        return BulkReset.objects.annotate(agent_username=username_of("created_by_id"))


class NewBulkView(StaffViewMixin, FormView):
    """`/resets/bulk/new/`: takes a list, checks it whole and shows what it would do."""

    permission_required = Permission.RESET
    needs = RESET_TABLES
    template_name = "resets/bulk/new.html"
    form_class = NewBulkForm

    def get_initial(self):
        return {"course": self.request.GET.get("course", "")}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            bulk = make_draft(
                lines=given["lines"],
                course_key=given["course"],
                memo=given["memo"],
                choices=given["choices"],
                actor=self.request.user,
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


class BulkMixin(PlanMixin):
    """One bulk reset."""

    permission_required = Permission.RESET
    needs = RESET_TABLES
    queue = QUEUE
    prefix = "resets:bulk"
    template_folder = "resets/bulk"
    changes = {
        "discard": Change(
            "Discard", _act(actions.discard), "The draft was discarded. Nobody was reset.", (State.DRAFT,)
        ),
        "confirm": Change(
            "Reset {items}",
            _act(actions.confirm),
            "The bulk reset has started.",
            (State.DRAFT,),
            "waiting",
            dialog="resets/bulk/_confirm.html",
            button="Reset {items}",
            tone="danger",
        ),
        "pause": Change(
            "Pause", _act(actions.pause), "Paused. Learners who were started are finished.", (State.RUNNING,)
        ),
        "resume": Change("Resume", _act(actions.resume), "The bulk reset goes on.", (State.PAUSED,), tone="primary"),
        "cancel": Change(
            "Cancel",
            _act(actions.cancel),
            "Cancelled. Learners who were not started yet are left out.",
            (State.RUNNING, State.PAUSED),
            "waiting",
            dialog="resets/bulk/_cancel.html",
            button="Leave out {items}",
        ),
        "retry": Change(
            "Retry {number} failed",
            _act(actions.retry),
            "The failed learners are tried again.",
            (State.CANCELLED, State.DONE),
            "failed",
            dialog="resets/bulk/_retry.html",
            button="Retry {items}",
        ),
    }

    def progress_of(self, plan):
        return progress_of([plan])[plan.pk]

    def described(self, plan):
        left_out = plan.cannot + plan.unknown + plan.duplicate
        return super().described(plan) | {
            "course": CourseOverview.objects.filter(pk=plan.course_id).first(),
            "left_out": left_out,
            "taken": [owner.label for owner in owners.offers() if owner.key in plan.choices],
            "lines": plan.will_reset + left_out,
        }


class BulkDetailView(BulkMixin, TableView):
    """`/resets/bulk/<id>/`: the preview of a draft; of a confirmed one progress and results."""

    template_name = "resets/bulk/detail.html"
    table_class = BulkItemTable
    filterset_class = BulkItemFilter
    empty_text = "Every line of the list is shown here."

    def get(self, request, *args, **kwargs):
        self.plan = self.get_plan()
        self.title = str(self.plan)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        items = BulkItem.objects.filter(bulk=self.plan)
        return items.annotate(learner_username=F("learner__username"), undone_at=F("audit__job__undone_at"))

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "bulk": self.plan}

    def get_table_kwargs(self):
        return {"bulk": self.plan}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.described(self.plan)


class BulkProgressView(BulkMixin, PlanProgressView):
    """`/resets/bulk/<id>/progress/`."""


class BulkChangeView(BulkMixin, PlanChangeView):
    """`/resets/bulk/<id>/<change>/`."""
