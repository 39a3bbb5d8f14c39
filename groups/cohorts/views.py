"""`/groups/<course key>/cohorts/…` and `…/settings/`: cohorts themselves."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View
from django_htmx.http import HttpResponseClientRedirect

from console.platform import features
from console.views import TableView
from groups.cohorts import actions, drift, impact, rows
from groups.cohorts.errors import CohortStaleError
from groups.cohorts.filters import CohortFilter
from groups.cohorts.forms import CohortForm, link_value
from groups.cohorts.links import content_groups, dangling
from groups.cohorts.tables import CohortTable
from groups.course_page import CoursePageMixin
from groups.errors import GroupRefusedError, GroupStaleError
from groups.models import COHORT_TABLES, CourseCohortsSettings, CourseUserGroup
from groups.verified import cards

STALE, INVALID = 409, 422
REPAIRS_SHOWN = 100


class CohortPageMixin(CoursePageMixin):
    """A page about the cohorts of a run; an LMS without their tables has none."""

    tab = "cohorts"

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            features.require(*COHORT_TABLES)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def known(self):
        """Return the content groups that are known of this run."""
        return content_groups(self.course_key)

    @cached_property
    def is_cohorted(self) -> bool | None:
        """Say whether cohorts are on; None where the LMS never looked."""
        rows = CourseCohortsSettings.objects.filter(course_id=self.course_key)
        return rows.values_list("is_cohorted", flat=True).first()

    def get_cohort(self):
        """Return the cohort of the address; one of another run is 404."""
        found = CourseUserGroup.objects.cohorts().filter(course_id=self.course_key)
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def address(self, name, *args):
        return reverse(f"groups:{name}", args=[self.course_key, *args])

    def go(self, address):
        """Answer a form of a page or of a dialog with another page."""
        return HttpResponseClientRedirect(address) if self.request.htmx else redirect(address)


class CohortListView(CohortPageMixin, TableView):
    """`…/cohorts/`: the cohorts of a run."""

    template_name = "groups/cohorts/list.html"
    table_class = CohortTable
    filterset_class = CohortFilter
    title = "Cohorts"
    empty_title = "No cohorts yet"
    empty_text = "Make a first one. Learners whom nobody assigns are put into an automatic cohort at their first visit."

    def get_queryset(self):
        return rows.cohorts(self.course_key)

    def get_table_kwargs(self):
        return {"course_key": self.course_key, "known": self.known}

    def export_name(self):
        return f"cohorts {self.course_key}"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.wants_fragment():
            return context
        return context | {
            "is_cohorted": self.is_cohorted,
            "drift": drift.count(self.course_key),
            "dangling": dangling(self.course_key, self.known),
            "is_known": self.known.is_known,
        }


# --- Create, edit, delete --------------------------------------------------------------------


class CohortFormView(CohortPageMixin, View):
    """The base of making and editing: a dialog, and a page without JavaScript."""

    heading = ""
    button = ""

    def get(self, request, **kwargs):
        return self.show(self.form())

    def post(self, request, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=INVALID)
        given = {name: form.cleaned_data[name] for name in ("name", "assignment_type", "link")}
        try:
            cohort = self.act(seen=form.cleaned_data["seen"], **given)
        except CohortStaleError as refusal:
            return self.overtaken(refusal)
        except GroupRefusedError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.show(form, status=INVALID)
        messages.success(request, self.done.format(cohort.name))
        return self.go(self.address("cohorts"))

    def show(self, form, status=200, **more):
        context = self.frame() | {
            "form": form,
            "heading": self.heading,
            "button": self.button,
            "action": self.request.path,
            "back": self.address("cohorts"),
            "is_known": self.known.is_known,
            **more,
        }
        folder = "groups/cohorts"
        template = f"{folder}/_form_dialog.html" if self.request.htmx else f"{folder}/form.html"
        return render(self.request, template, context, status=status)


class CohortCreateView(CohortFormView):
    """`…/cohorts/new/`."""

    heading = "New cohort"
    button = "Create cohort"
    done = "“{}” was created. Open it to add learners."

    def form(self, data=None):
        automatic = not rows.has_automatic(self.course_key)
        return CohortForm(data, known=self.known, initial={"assignment_type": "random" if automatic else "manual"})

    def act(self, *, seen, **given):
        return actions.create_cohort(course_key=self.course_key, actor=self.request.user, **given)


class CohortEditView(CohortFormView):
    """`…/cohorts/<id>/edit/`: name, type and link. A form that was overtaken answers 409 with the newer state."""

    heading = "Edit cohort"
    button = "Save cohort"
    done = "“{}” was saved."

    def form(self, data=None):
        state = actions.state_of(self.get_cohort())
        ids = state.link or (None, None)
        initial = {
            "seen": actions.fingerprint(state),
            "name": state.name,
            "assignment_type": state.assignment_type or "manual",
            "content_group": link_value(state.link),
            "partition_id": ids[0],
            "group_id": ids[1],
        }
        return CohortForm(data, known=self.known, link=state.link, initial=initial)

    def act(self, **given):
        return actions.change_cohort(
            course_key=self.course_key, cohort_id=self.get_cohort().pk, actor=self.request.user, **given
        )

    def overtaken(self, refusal):
        """Show what was typed over the newer state, so that saving once more replaces it knowingly."""
        now = actions.state_of(self.get_cohort())
        data = self.request.POST.copy()
        data["seen"] = actions.fingerprint(now)
        link = self.known.name(*now.link) if now.link else ""
        return self.show(self.form(data), status=STALE, refusal=refusal, now=now, now_link=link)


class CohortDeleteView(CohortPageMixin, View):
    """`…/cohorts/<id>/delete/`: GET says what goes, POST deletes."""

    def get(self, request, **kwargs):
        return self.show(self.get_cohort())

    def post(self, request, **kwargs):
        cohort = self.get_cohort()
        seen = request.POST.get("seen", "")
        try:
            actions.delete_cohort(course_key=self.course_key, cohort_id=cohort.pk, actor=request.user, seen=seen)
        except GroupRefusedError as refusal:
            stale = isinstance(refusal, GroupStaleError)
            return self.show(cohort, refusal=str(refusal) if stale else "", status=STALE)
        messages.success(request, f"“{cohort.name}” was deleted.")
        return self.go(self.address("cohorts"))

    def show(self, cohort, status=200, refusal=""):
        preview = actions.deletion_preview(cohort)
        context = self.frame() | {
            "cohort": cohort,
            "preview": preview,
            "link": self.known.name(*preview.state.link) if preview.state.link else "",
            "seen": actions.fingerprint(preview.state),
            "refusal": refusal,
            "back": self.address("cohorts"),
        }
        folder = "groups/cohorts"
        template = f"{folder}/_delete_dialog.html" if self.request.htmx else f"{folder}/delete.html"
        return render(self.request, template, context, status=status)


# --- Repair ----------------------------------------------------------------------------------


class RepairView(CohortPageMixin, TemplateView):
    """`…/cohorts/repair/`: GET shows where the two membership tables disagree, POST mends it."""

    template_name = "groups/cohorts/repair.html"

    def post(self, request, **kwargs):
        mended = drift.repair(course_key=self.course_key, actor=request.user)
        messages.success(request, f"Memberships of {mended:,} learner{'' if mended == 1 else 's'} were repaired.")
        return redirect(self.address("cohorts"))

    def get_context_data(self, **kwargs):
        repairs = drift.find(self.course_key)
        return super().get_context_data(**kwargs) | {
            "number": len(repairs),
            "repairs": drift.in_words(repairs[:REPAIRS_SHOWN]),
            "more": max(len(repairs) - REPAIRS_SHOWN, 0),
        }


# --- Settings --------------------------------------------------------------------------------


class SettingsView(CohortPageMixin, TemplateView):
    """`…/settings/`: cohorts on or off, or not initialised yet; POST `cohorts` is `on` or `off`."""

    tab = "settings"
    template_name = "groups/cohorts/settings.html"

    def post(self, request, **kwargs):
        wanted = {"on": True, "off": False}.get(request.POST.get("cohorts"))
        if wanted is None:
            return self.refused("Choose on or off.", INVALID)
        act = actions.initialise if "initialise" in request.POST else actions.set_cohorted
        try:
            act(course_key=self.course_key, is_cohorted=wanted, actor=request.user)
        except GroupStaleError as refusal:
            return self.refused(str(refusal), STALE)
        messages.success(request, f"Cohorts are {'on' if wanted else 'off'} now.")
        return redirect(self.address("settings"))

    def refused(self, refusal, status):
        context = self.get_context_data(refusal=f"{refusal} Nothing was changed.")
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "is_cohorted": self.is_cohorted,
            "is_initialised": self.is_cohorted is not None,
            "impact": impact.of_switching_off(self.course_key),
            "legacy": impact.legacy_config(self.course_key),
            "verified": cards.verified_track(self.course_key, self.request.user),
        }
