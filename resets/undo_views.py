"""`/resets/<id>/undo/`: the confirm dialog of an undo."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from console.learners import display_name, find
from console.views import StaffViewMixin
from resets import actions, undo
from resets.forms import UndoForm
from resets.models import RESET_TABLES, CourseResetAudit
from resets.rules import Permission

STALE = 409
INVALID = 422


class UndoResetView(StaffViewMixin, View):
    """GET says what comes back and what would be replaced, and asks for a memo; POST does it."""

    permission_required = Permission.UNDO
    needs = RESET_TABLES

    def load(self, pk):
        visible = CourseResetAudit.objects.visible_to(self.request.user)
        related = ("job", "course_enrollment__user", "course_enrollment__overview")
        return get_object_or_404(visible.select_related(*related), pk=pk)

    def get(self, request, pk):
        audit = self.load(pk)
        answer = undo.undoability(audit)
        return self.dialog(audit, answer, UndoForm(must_replace=answer.must_replace))

    def post(self, request, pk):
        audit = self.load(pk)
        answer = undo.undoability(audit)
        form = UndoForm(request.POST, must_replace=answer.must_replace)
        if not form.is_valid():
            return self.dialog(audit, answer, form, status=INVALID)
        try:
            undo.undo_reset(audit_id=pk, actor=request.user, **form.cleaned_data)
        except (undo.UndoRefusedError, actions.ResetRefusedError) as refusal:
            audit = self.load(pk)
            return self.dialog(audit, undo.undoability(audit), form, refusal=str(refusal), status=STALE)
        return self.done(audit)

    def dialog(self, audit, answer, form, refusal="", status=200):
        enrollment = audit.course_enrollment
        context = {
            "audit": audit,
            "course": enrollment.overview or enrollment.course_id,
            "enrollment": enrollment,
            "learner": enrollment.user,
            "learner_name": display_name(find(enrollment.user.get_username())),
            "rows": sum(getattr(getattr(audit, "job", None), "cleared", {}).values()),
            "answer": answer,
            "newer": [(owner, count) for owner, count in answer.newer if count],
            "form": form,
            "refusal": refusal,
        }
        template = "resets/_undo_dialog.html" if self.request.htmx else "resets/undo.html"
        return render(self.request, template, context, status=status)

    def done(self, audit):
        messages.success(self.request, f"Reset #{audit.pk} was undone.")
        address = reverse("resets:detail", args=[audit.pk])
        return HttpResponseClientRedirect(address) if self.request.htmx else redirect(address)
