"""Pages of the resets app: the lists, one reset, the confirm dialog and the status cell."""

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.generic import DetailView, View
from django_htmx.http import trigger_client_event

from console.learner_views import LearnerPageMixin
from console.learners import display_name, find
from console.rules import Permission as ConsolePermission
from console.views import StaffViewMixin, TableView
from enrollments.models import CourseEnrollment
from resets import actions, owners
from resets.eligibility import REASONS, ResetStatus
from resets.filters import LearnerResetFilter, ResetFilter
from resets.forms import ConfirmForm
from resets.models import RESET_TABLES, CourseResetAudit
from resets.rules import Permission
from resets.schemas import ResetListSchema
from resets.tables import LearnerResetTable, ResetTable, cell_context, decorate, status_badge
from resets.timeline import timeline
from resets.undo import undoability

STALE = 409
INVALID = 422
TOAST_TONES = {ResetStatus.COMPLETE: "success", ResetStatus.FAILED: "danger"}


class ResetListView(TableView):
    """`/resets/`: every reset that the viewer may see."""

    permission_required = Permission.VIEW
    needs = RESET_TABLES
    template_name = "resets/list.html"
    table_class = ResetTable
    filterset_class = ResetFilter
    query_schema = ResetListSchema
    query_list = "resets:list"
    title = "Resets"
    empty_title = "No resets yet"
    empty_text = "Resets that are started from a learner’s courses are listed here, with memo, agent and outcome."

    def get_queryset(self):
        return (
            CourseResetAudit.objects.visible_to(self.request.user)
            .select_related("course_enrollment", "job")
            .annotate(
                learner_username=F("course_enrollment__user__username"),
                agent_username=F("reset_by__username"),
                course_name=F("course_enrollment__overview__display_name"),
            )
        )

    def get_table_kwargs(self):
        return {"viewer": self.request.user}


class LearnerResetsView(LearnerPageMixin, ResetListView):
    """`/learners/<username>/resets/`: the learner's resets."""

    tab = "resets"
    table_class = LearnerResetTable
    filterset_class = LearnerResetFilter
    empty_title = "Never reset"
    empty_text = "None of this learner’s courses has been reset. Start one from the Courses tab."

    def get_queryset(self):
        return super().get_queryset().filter(course_enrollment__user=self.learner)

    def export_name(self):
        return f"resets {self.learner.get_username()}"


class ResetDetailView(StaffViewMixin, DetailView):
    """`/resets/<id>/`: one reset, from request to e-mail."""

    permission_required = Permission.VIEW
    needs = RESET_TABLES
    template_name = "resets/detail.html"
    context_object_name = "audit"

    def get_queryset(self):
        return CourseResetAudit.objects.visible_to(self.request.user).select_related(
            "job__undone_by", "course", "reset_by", "course_enrollment__user", "course_enrollment__overview"
        )

    def get_context_data(self, **kwargs):
        job = getattr(self.object, "job", None)
        cleared = getattr(job, "cleared", {})
        labels = {owner.key: owner.label for owner in owners.OWNERS}
        viewer = self.request.user
        return super().get_context_data(
            undo=undoability(self.object) if viewer.has_perm(Permission.UNDO, self.object) else None,
            sees_learners=viewer.has_perm(ConsolePermission.VIEW_LEARNERS),
            badge=status_badge(self.object.status),
            learner_name=display_name(find(self.object.course_enrollment.user.get_username())),
            timeline=timeline(self.object),
            cleared=[(labels.get(key, key), count) for key, count in cleared.items()],
            total=sum(cleared.values()),
            consents=owners.consents(job.choices) if job else [],
            **kwargs,
        )


class EnrollmentMixin(StaffViewMixin):
    """Loads the enrollment of the address, if the viewer may see it, with its eligibility."""

    permission_required = Permission.RESET
    needs = RESET_TABLES

    def load(self, pk):
        if not CourseEnrollment.objects.visible_to(self.request.user).filter(pk=pk).exists():
            raise Http404
        enrollment, self.eligibility = actions.decide(pk)
        self.overrides = actions.overridable(pk, self.eligibility, self.request.user)
        decorate([enrollment], self.request.user)
        return enrollment


class ConfirmResetView(EnrollmentMixin, View):
    """`/resets/enrollments/<id>/confirm/`: GET previews and asks for a memo; POST starts the reset."""

    def get(self, request, pk):
        enrollment = self.load(pk)
        form = ConfirmForm(initial={"seen_audit_id": enrollment.reset_audit_id})
        return self.dialog(enrollment, form)

    def post(self, request, pk):
        enrollment = self.load(pk)
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return self.dialog(enrollment, form, status=INVALID)
        try:
            actions.start_reset(enrollment_id=pk, actor=request.user, **form.cleaned_data)
        except actions.ResetRefusedError as refusal:
            return self.dialog(self.load(pk), form, refusal=str(refusal), status=STALE)
        return self.started(self.load(pk))

    def dialog(self, enrollment, form, refusal="", status=200):
        effects = self.effects(enrollment, form)
        if effects and effects.must_be_read:
            # The memo is the last thing in the dialog: focus there would scroll the warnings away.
            form.fields["memo"].widget.attrs.pop("autofocus", None)
        context = {
            "enrollment": enrollment,
            "course": enrollment.course_name or enrollment.course_id,
            "learner": enrollment.user,
            "learner_name": display_name(find(enrollment.user.get_username())),
            "eligibility": self.eligibility,
            "overrides": [(status, REASONS[status]) for status in self.overrides],
            "overridden": form.data.getlist("overrides") if form.is_bound else [],
            "may_submit": self.eligibility.is_allowed or self.overrides,
            "effects": effects,
            "form": form,
            "refusal": refusal,
            "back": reverse("enrollments:courses", args=[enrollment.user.get_username()]),
        }
        template = "resets/_dialog.html" if self.request.htmx else "resets/confirm.html"
        return render(self.request, template, context, status=status)

    def effects(self, enrollment, form):
        """Count what would go; a reset that is not allowed has no effects to read."""
        if not (self.eligibility.is_allowed or self.overrides):
            return None
        return owners.effects(enrollment, form.data.getlist("choices") if form.is_bound else None)

    def started(self, enrollment):
        text = f"Reset of {enrollment.course_name or enrollment.course_id} enqueued."
        if not self.request.htmx:
            messages.success(self.request, text)
            return redirect("enrollments:courses", enrollment.user.get_username())
        response = HttpResponse(cells(enrollment, swap_status=True))
        trigger_client_event(response, "lectern:close-dialog", {}, after="settle")
        return trigger_client_event(response, "lectern:toast", {"text": text, "tone": "success"}, after="settle")


class ResetStatusView(EnrollmentMixin, View):
    """`/resets/enrollments/<id>/status/`: the cell that a running row asks for every ten seconds."""

    def get(self, request, pk):
        enrollment = self.load(pk)
        response = HttpResponse(cells(enrollment, swap_status=False))
        if not self.eligibility.is_running and request.htmx:
            status = self.eligibility.status
            text = f"Reset of {enrollment.course_name or enrollment.course_id}: {status.label.lower()}."
            trigger_client_event(response, "lectern:toast", {"text": text, "tone": TOAST_TONES.get(status, "info")})
            # Grades and completions of the row have changed too.
            trigger_client_event(response, "lectern:refresh-table", {}, after="settle")
        return response


def cells(enrollment, *, swap_status):
    """Return the status cell and, beside it, the action cell that is swapped out of band.

    Args:
        enrollment: with eligibility.
        swap_status: whether the status cell is swapped out of band too.
    """
    context = cell_context(enrollment)
    status = render_to_string("resets/_status_cell.html", {**context, "oob": swap_status})
    return status + render_to_string("resets/_action_cell.html", {**context, "oob": True})
