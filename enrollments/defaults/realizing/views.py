"""`/enrollments/intentions/plans/…`: realization plans, a new one, and one with its preview, progress and results."""

from django.contrib.auth import get_user_model
from django.shortcuts import redirect
from django.views.generic import FormView

from console.accounts import username_of
from console.plans.changes import PlanRefusedError
from console.plans.views import Change, PlanChangeView, PlanMixin, PlanProgressView
from console.views import TableView
from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultIntention,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalLicensedEnrollment,
    HistoricalRealization,
)
from enrollments.defaults.pages import DefaultsMixin
from enrollments.defaults.realizing import actions
from enrollments.defaults.realizing.filters import RealizeItemFilter, RealizePlanFilter
from enrollments.defaults.realizing.forms import NewRealizationForm
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.defaults.realizing.plan import make_draft
from enrollments.defaults.realizing.progress import progress_of
from enrollments.defaults.realizing.queue import QUEUE
from enrollments.defaults.realizing.tables import RealizeItemTable, RealizePlanTable

INVALID = 422
State = RealizePlan.State


class RealizePlanListView(DefaultsMixin, TableView):
    """`/enrollments/intentions/plans/`: every realization plan and draft."""

    template_name = "enrollments/realizing/list.html"
    table_class = RealizePlanTable
    filterset_class = RealizePlanFilter
    title = "Realization plans"
    empty_title = "No realization plans yet"
    empty_text = "A plan checks an intention for all learners of its customer, and enrolls those who can be."

    def get_queryset(self):
        return RealizePlan.objects.annotate(by_username=username_of("created_by_id"))


class NewRealizationView(DefaultsMixin, FormView):
    """`/enrollments/intentions/plans/new/`: checks an intention and shows what realizing it would do."""

    template_name = "enrollments/realizing/new.html"
    form_class = NewRealizationForm

    def get_initial(self):
        return {name: self.request.GET.get(name, "") for name in ("intention", "learner")}

    def form_valid(self, form):
        given = form.cleaned_data
        user_ids = None
        if given["learner"]:
            user_ids = list(get_user_model().objects.filter(username=given["learner"]).values_list("pk", flat=True))
            if not user_ids:
                form.add_error("learner", "No account has this username.")
                return self.form_invalid(form)
        try:
            plan = make_draft(
                intention_uuid=given["intention"].pk, actor=self.request.user, memo=given["memo"], user_ids=user_ids
            )
        except PlanRefusedError as refusal:
            form.add_error(None, f"{refusal} Nothing was stored.")
            return self.form_invalid(form)
        return redirect("enrollments:realize-detail", plan.pk)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)


class RealizeMixin(DefaultsMixin, PlanMixin):
    """One realization plan. It writes versions, so their tables have to be there."""

    needs = (
        *DefaultsMixin.needs,
        CourseEnrollmentHistory,
        HistoricalEnterpriseCourseEnrollment,
        HistoricalLicensedEnrollment,
        HistoricalRealization,
    )
    queue = QUEUE
    prefix = "enrollments:realize"
    template_folder = "enrollments/realizing"
    changes = {
        "discard": Change("Discard", actions.discard, "The draft was discarded. Nobody was enrolled.", (State.DRAFT,)),
        "confirm": Change(
            "Realize for {items}",
            actions.confirm,
            "Realizing has started.",
            (State.DRAFT,),
            "waiting",
            dialog="enrollments/realizing/_confirm.html",
            button="Realize for {items}",
            tone="danger",
        ),
        "pause": Change("Pause", actions.pause, "Paused.", (State.RUNNING,)),
        "resume": Change("Resume", actions.resume, "Realizing goes on.", (State.PAUSED,), tone="primary"),
        "cancel": Change(
            "Cancel",
            actions.cancel,
            "Cancelled. Learners who were not done yet are left out.",
            (State.RUNNING, State.PAUSED),
            "waiting",
            dialog="enrollments/realizing/_cancel.html",
            button="Leave out {items}",
        ),
        "retry": Change(
            "Retry {number} failed",
            actions.retry,
            "The failed learners are tried again.",
            (State.CANCELLED, State.DONE),
            "failed",
            dialog="enrollments/realizing/_retry.html",
            button="Retry {items}",
        ),
    }

    def progress_of(self, plan):
        return progress_of([plan])[plan.pk]

    def described(self, plan):
        intention = DefaultIntention.objects.select_related("enterprise_customer").filter(pk=plan.intention_uuid)
        return super().described(plan) | {"intention": intention.first()}


class RealizeDetailView(RealizeMixin, TableView):
    """`/enrollments/intentions/plans/<id>/`: the preview of a draft; of a confirmed one progress and results."""

    template_name = "enrollments/realizing/detail.html"
    table_class = RealizeItemTable
    filterset_class = RealizeItemFilter
    empty_text = "Every learner of the plan is shown here."

    def get(self, request, *args, **kwargs):
        self.plan = self.get_plan()
        self.title = str(self.plan)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return RealizeItem.objects.filter(plan=self.plan)

    def get_table_kwargs(self):
        return {"plan": self.plan}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.described(self.plan)


class RealizeProgressView(RealizeMixin, PlanProgressView):
    """`/enrollments/intentions/plans/<id>/progress/`."""


class RealizeChangeView(RealizeMixin, PlanChangeView):
    """`/enrollments/intentions/plans/<id>/<change>/`."""
