"""`/groups/<course key>/learner-groups/…`: learner groups, and the members of one."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from console.platform import features
from console.views import TableView
from groups.cohorts.filters import MemberFilter
from groups.cohorts.links import content_groups
from groups.cohorts.member_views import NOBODY, counted, results_of, selected
from groups.course_page import CoursePageMixin
from groups.errors import GroupRefusedError, GroupStaleError
from groups.learner_groups import actions, members, rows
from groups.learner_groups.filters import LearnerGroupFilter
from groups.learner_groups.forms import AddToLearnerGroupForm, LearnerGroupForm
from groups.learner_groups.tables import LearnerGroupMemberTable, LearnerGroupTable
from groups.models import CourseUserGroup, GroupMember
from groups.rules import Permission

STALE, INVALID = 409, 422
FOLDER = "groups/learner_groups"


class LearnerGroupPageMixin(CoursePageMixin):
    """A page about the learner groups of a run, for who manages them or is instructor of one."""

    permission_required = Permission.INSTRUCT
    tab = "learner-groups"

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            features.require(CourseUserGroup, GroupMember)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def may_manage(self) -> bool:
        return self.request.user.has_perm(Permission.MANAGE, self.course_key)

    @cached_property
    def group(self):
        """Return the learner group of the address; one that the viewer may not open is 404."""
        return get_object_or_404(rows.learner_groups(self.course_key, self.request.user), pk=self.kwargs["pk"])

    def address(self, name, *args):
        return reverse(f"groups:{name}", args=[self.course_key, *args])

    def go(self, address):
        """Answer a form of a page or of a dialog with another page."""
        return HttpResponseClientRedirect(address) if self.request.htmx else redirect(address)

    def show(self, name, status=200, **context):
        """Answer with a dialog, or with the page around it where there is no JavaScript."""
        template = f"{FOLDER}/_{name}_dialog.html" if self.request.htmx else f"{FOLDER}/{name}.html"
        context = self.frame() | {"back": self.address("learner-groups"), **context}
        return render(self.request, template, context, status=status)


class LearnerGroupListView(LearnerGroupPageMixin, TableView):
    """`…/learner-groups/`: all of the run, or those of an instructor."""

    template_name = f"{FOLDER}/list.html"
    table_class = LearnerGroupTable
    filterset_class = LearnerGroupFilter
    title = "Learner groups"
    empty_title = "No learner groups yet"
    empty_text = "A learner can be in many learner groups, beside the one cohort: labs, regions, project groups."

    def get_queryset(self):
        return rows.learner_groups(self.course_key, self.request.user)

    def get_table_kwargs(self):
        known = content_groups(self.course_key)
        return {"course_key": self.course_key, "known": known, "may_manage": self.may_manage}

    def get_context_data(self, **kwargs):
        return super().get_context_data(may_manage=self.may_manage, **kwargs)

    def export_name(self):
        return f"learner groups {self.course_key}"


# --- Create, edit, delete --------------------------------------------------------------------


class ManageLearnerGroupsMixin(LearnerGroupPageMixin):
    """What only those do who manage all groups of the run."""

    permission_required = Permission.MANAGE


class LearnerGroupFormView(ManageLearnerGroupsMixin, View):
    """The base of making and editing."""

    heading = button = done = ""

    def get(self, request, **kwargs):
        return self.show_form(self.form())

    def post(self, request, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show_form(form, INVALID)
        try:
            group = self.act(form)
        except GroupStaleError as refusal:
            return self.overtaken(refusal)
        except GroupRefusedError as refusal:
            form.add_error(None, str(refusal))
            return self.show_form(form, INVALID)
        messages.success(request, self.done.format(group.name))
        return self.go(self.address("learner-group", group.pk))

    def show_form(self, form, status=200, **more):
        more |= {"form": form, "heading": self.heading, "button": self.button, "action": self.request.path}
        return self.show("form", status, set_names=rows.set_names(self.course_key), **more)


class LearnerGroupCreateView(LearnerGroupFormView):
    """`…/learner-groups/new/`."""

    heading, button = "New learner group", "Create learner group"
    done = "“{}” was created. Add its first learners below."

    def form(self, data=None):
        return LearnerGroupForm(data)

    def act(self, form):
        return actions.create(course_key=self.course_key, details=form.details(), actor=self.request.user)


class LearnerGroupEditView(LearnerGroupFormView):
    """`…/learner-groups/<id>/edit/`. A form that was overtaken answers 409 with the newer state."""

    heading, button = "Edit learner group", "Save learner group"
    done = "“{}” was saved."

    def form(self, data=None):
        details = actions.details_of(self.group)
        initial = {
            "seen": actions.fingerprint(details),
            "name": details.name,
            "description": details.description,
            "exclusive_set": details.exclusive_set,
            "instructors": "\n".join(details.instructors),
        }
        return LearnerGroupForm(data, initial=initial)

    def act(self, form):
        return actions.change(
            course_key=self.course_key,
            group_id=self.group.pk,
            details=form.details(),
            actor=self.request.user,
            seen=form.cleaned_data["seen"],
        )

    def overtaken(self, refusal):
        """Show what was typed over the newer state, so that saving once more replaces it knowingly."""
        now = actions.details_of(self.group)
        data = self.request.POST.copy()
        data["seen"] = actions.fingerprint(now)
        return self.show_form(self.form(data), STALE, refusal=refusal, now=now)


class LearnerGroupDeleteView(ManageLearnerGroupsMixin, View):
    """`…/learner-groups/<id>/delete/`: GET says what goes, POST deletes."""

    def get(self, request, **kwargs):
        return self.show_preview()

    def post(self, request, **kwargs):
        name, seen = self.group.name, request.POST.get("seen", "")
        try:
            actions.delete(course_key=self.course_key, group_id=self.group.pk, actor=request.user, seen=seen)
        except GroupRefusedError as refusal:
            return self.show_preview(STALE, refusal=refusal)
        messages.success(request, f"“{name}” was deleted.")
        return self.go(self.address("learner-groups"))

    def show_preview(self, status=200, **more):
        details = actions.details_of(self.group)
        more |= {"links": len(rows.links([self.group.pk])[self.group.pk]), "seen": actions.fingerprint(details)}
        return self.show("delete", status, group=self.group, details=details, **more)


# --- Members ---------------------------------------------------------------------------------


class LearnerGroupView(LearnerGroupPageMixin, TableView):
    """`…/learner-groups/<id>/`: the members of a learner group."""

    template_name = f"{FOLDER}/members.html"
    table_class = LearnerGroupMemberTable
    filterset_class = MemberFilter
    empty_title = "No members yet"
    empty_text = "Paste usernames or e-mail addresses above."

    @property
    def title(self):
        return f"Members of {self.group.name}"

    def get_queryset(self):
        return rows.members(self.group)

    def get_table_kwargs(self):
        return {"viewer": self.request.user}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context if self.wants_fragment() else context | about(self) | {"form": AddToLearnerGroupForm()}


def about(view) -> dict:
    """Return what the head of each page of a learner group shows."""
    known, links = content_groups(view.course_key), rows.links([view.group.pk])[view.group.pk]
    return {
        "group": view.group,
        "instructors": rows.instructors([view.group.pk])[view.group.pk],
        "contents": [known.name(*link) for link in links],
        "may_manage": view.may_manage,
    }


class AddToLearnerGroupView(LearnerGroupPageMixin, View):
    """`…/learner-groups/<id>/add/`: POST adds pasted learners and tells what became of each."""

    def get(self, request, **kwargs):
        return self.show_page(AddToLearnerGroupForm())

    def post(self, request, **kwargs):
        form = AddToLearnerGroupForm(request.POST)
        if not form.is_valid():
            return self.show_page(form, INVALID)
        texts = form.cleaned_data["learners"]
        try:
            added = members.add(course_key=self.course_key, group_id=self.group.pk, texts=texts, actor=request.user)
        except GroupRefusedError as refusal:
            form.add_error("learners", f"{refusal} Nobody was added.")
            return self.show_page(form, INVALID)
        return self.show_page(AddToLearnerGroupForm(), results=results_of(added), number=len(added))

    def show_page(self, form, status=200, **more):
        context = self.frame() | about(self) | {"form": form, **more}
        return render(self.request, f"{FOLDER}/added.html", context, status=status)


class RemoveFromLearnerGroupView(LearnerGroupPageMixin, View):
    """`…/learner-groups/<id>/members/`: POST removes the ticked members."""

    http_method_names = ("post",)

    def post(self, request, **kwargs):
        ids = selected(request)
        if not ids:
            messages.warning(request, NOBODY)
        else:
            number = members.remove(
                course_key=self.course_key, group_id=self.group.pk, learner_ids=ids, actor=request.user
            )
            messages.success(request, f"{counted(number)} removed.")
        return redirect(self.address("learner-group", self.group.pk))
