"""`/groups/<course key>/assignments/…`: bulk assignments, an upload, and one with preview, progress and results."""

from django.db.models import F
from django.shortcuts import redirect
from django.views.generic import FormView, View

from console.accounts import username_of
from console.exports import stream_csv
from console.plans.views import Change, PlanChangeView, PlanMixin, PlanProgressView
from console.views import TableView
from groups.cohorts import rows
from groups.cohorts.bulk import actions
from groups.cohorts.bulk.filters import AssignmentFilter, AssignmentItemFilter
from groups.cohorts.bulk.plan import make_upload
from groups.cohorts.bulk.progress import outcomes_of, progress_of
from groups.cohorts.bulk.queue import QUEUE
from groups.cohorts.bulk.results import summary
from groups.cohorts.bulk.tables import AssignmentItemTable, AssignmentTable
from groups.cohorts.forms import UploadForm
from groups.cohorts.views import INVALID, CohortPageMixin
from groups.errors import GroupRefusedError
from groups.models import BulkAssignment, BulkAssignmentItem

State = BulkAssignment.State


def _act(action):
    """Return an action on a bulk assignment as `Change` calls it."""
    return lambda plan_id, actor: action(bulk_id=plan_id, actor=actor)


class AssignmentListView(CohortPageMixin, TableView):
    """`…/assignments/`: every upload and automatic assignment of a run."""

    template_name = "groups/cohorts/bulk/list.html"
    table_class = AssignmentTable
    filterset_class = AssignmentFilter
    title = "Bulk assignments"
    empty_title = "No bulk assignments yet"
    empty_text = "Upload a CSV file with cohorts and learners, or assign everybody without a cohort from Learners."

    def get_queryset(self):
        bulks = BulkAssignment.objects.filter(course_id=self.course_key)
        return bulks.annotate(by_username=username_of("created_by_id"))

    def get_table_kwargs(self):
        return {"course_key": self.course_key}


class UploadView(CohortPageMixin, FormView):
    """`…/assignments/new/`: takes a CSV file, checks it whole and shows what it would do."""

    template_name = "groups/cohorts/bulk/new.html"
    form_class = UploadForm

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            bulk = make_upload(
                course_key=self.course_key,
                rows=given["rows"],
                source=given["upload"].name,
                actor=self.request.user,
            )
        except GroupRefusedError as refusal:
            form.add_error("upload", f"{refusal} Nothing was stored.")
            return self.form_invalid(form)
        return redirect(self.address("assignments-detail", bulk.pk))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"cohorts": rows.choices(self.course_key)}


class AssignmentMixin(CohortPageMixin, PlanMixin):
    """One bulk assignment of the run of the address."""

    queue = QUEUE
    prefix = "groups:assignments"
    template_folder = "groups/cohorts/bulk"
    changes = {
        "discard": Change(
            "Discard", _act(actions.discard), "The draft was discarded. Nobody was assigned.", (State.DRAFT,)
        ),
        "confirm": Change(
            "Assign {items}",
            _act(actions.confirm),
            "The bulk assignment has started.",
            (State.DRAFT,),
            "waiting",
            dialog="groups/cohorts/bulk/_confirm.html",
            button="Assign {items}",
            tone="primary",
        ),
        "cancel": Change(
            "Cancel",
            _act(actions.cancel),
            "Cancelled. Learners who were not assigned yet are left out.",
            (State.RUNNING,),
            "waiting",
            dialog="groups/cohorts/bulk/_cancel.html",
            button="Leave out {items}",
        ),
        "retry": Change(
            "Retry {number} failed",
            _act(actions.retry),
            "The failed lines are tried again.",
            (State.CANCELLED, State.DONE),
            "failed",
        ),
    }

    def address(self, name, *args):
        """Return an address of this plan, or with arguments one of the run."""
        return CohortPageMixin.address(self, name, *args) if args else PlanMixin.address(self, name)

    def plans(self):
        return super().plans().filter(course_id=self.course_key)

    def progress_of(self, plan):
        return progress_of([plan])[plan.pk]

    def described(self, plan):
        outcomes = outcomes_of(plan)
        return super().described(plan) | {"outcomes": outcomes, "lines": sum(number for _, number in outcomes)}


class AssignmentDetailView(AssignmentMixin, TableView):
    """`…/assignments/<id>/`: the preview of a draft; of a confirmed one progress and every learner's outcome."""

    template_name = "groups/cohorts/bulk/detail.html"
    table_class = AssignmentItemTable
    filterset_class = AssignmentItemFilter
    empty_text = "Every line of the list is shown here."

    def get(self, request, *args, **kwargs):
        self.plan = self.get_plan()
        self.title = str(self.plan)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return BulkAssignmentItem.objects.filter(bulk=self.plan).annotate(learner_username=F("learner__username"))

    def get_table_kwargs(self):
        return {"bulk": self.plan}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.described(self.plan)


class AssignmentProgressView(AssignmentMixin, PlanProgressView):
    """`…/assignments/<id>/progress/`."""


class AssignmentChangeView(AssignmentMixin, PlanChangeView):
    """`…/assignments/<id>/<change>/`."""

    def described(self, plan):
        return super().described(plan) | self.frame()


class AssignmentSummaryView(AssignmentMixin, View):
    """`…/assignments/<id>/summary/`: the result file in the LMS's own layout."""

    def get(self, request, **kwargs):
        plan = self.get_plan()
        return stream_csv(summary(plan), f"cohort results {plan.course_id}", actor=request.user)
