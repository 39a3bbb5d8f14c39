"""The members of a cohort, the addresses that wait for it, and all learners of a run."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.generic import View

from console.views import TableView
from groups.cohorts import actions, members, membership, rows
from groups.cohorts.bulk.plan import make_automatic, unassigned
from groups.cohorts.filters import LearnerFilter, MemberFilter, WaitingFilter
from groups.cohorts.forms import AddLearnersForm
from groups.cohorts.links import MAX_ID
from groups.cohorts.people import Outcome
from groups.cohorts.tables import LearnerTable, MemberTable, WaitingTable, type_badge
from groups.cohorts.views import INVALID, CohortPageMixin
from groups.errors import GroupRefusedError
from groups.models import UnregisteredLearnerCohortAssignment

AT_ONCE = 100
REMOVED = "{} removed. Whoever visits the course again is put into an automatic cohort: removing is not excluding."
NOBODY = "Nobody was selected. Tick the boxes first."
# Outcomes with tone and words, in the order of what needs attention.
OUTCOMES = {
    Outcome.UNKNOWN: ("warning", "Unknown"),
    Outcome.INVALID: ("warning", "Invalid address"),
    Outcome.NOT_ALLOWED: ("danger", "Not allowed"),
    Outcome.ADDED: ("success", "Added"),
    Outcome.CHANGED: ("success", "Moved"),
    Outcome.PREASSIGNED: ("info", "Pre-assigned"),
    Outcome.PRESENT: ("neutral", "Already there"),
}


def counted(number: int) -> str:
    """Return a number of learners in words."""
    return f"{number:,} learner{'' if number == 1 else 's'}"


def selected(request, name="learner") -> list[int]:
    """Return the ids that were ticked, as many as a page can hold."""
    ids = [as_id(text) for text in request.POST.getlist(name)[:AT_ONCE]]
    return [number for number in ids if number is not None]


def as_id(text: str) -> int | None:
    """Return text as the id of a row; None for what can be none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID)) else None
    return number if number is not None and number <= MAX_ID else None


class CohortMixin(CohortPageMixin):
    """A page about one cohort."""

    @cached_property
    def cohort(self):
        return self.get_cohort()

    def about(self) -> dict:
        """Return what the head of each page of a cohort shows."""
        state = actions.state_of(self.cohort)
        dangles = bool(state.link) and self.known.dangles(*state.link)
        waiting = UnregisteredLearnerCohortAssignment.objects.filter(course_user_group=self.cohort)
        return {
            "cohort": self.cohort,
            "type_badge": type_badge(state.assignment_type),
            "link": self.known.name(*state.link) if state.link else "",
            "dangles": dangles,
            "waiting_count": waiting.count(),
            "others": [pair for pair in rows.choices(self.course_key) if pair[0] != self.cohort.pk],
        }


class MemberListView(CohortMixin, TableView):
    """`…/cohorts/<id>/`: the members of a cohort."""

    template_name = "groups/cohorts/members.html"
    table_class = MemberTable
    filterset_class = MemberFilter
    empty_title = "No members yet"
    empty_text = "Paste usernames or e-mail addresses above, or upload a CSV file for many cohorts at once."

    @property
    def title(self):
        return f"Members of {self.cohort.name}"

    def get_queryset(self):
        return rows.members(self.cohort)

    def get_table_kwargs(self):
        return {"viewer": self.request.user}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context if self.wants_fragment() else context | self.about() | {"form": AddLearnersForm()}


class AddLearnersView(CohortMixin, View):
    """`…/cohorts/<id>/add/`: POST puts pasted learners into the cohort and tells what became of each."""

    def get(self, request, **kwargs):
        return self.show(AddLearnersForm())

    def post(self, request, **kwargs):
        form = AddLearnersForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=INVALID)
        try:
            added = members.add_learners(
                course_key=self.course_key,
                cohort_id=self.cohort.pk,
                texts=form.cleaned_data["learners"],
                actor=request.user,
            )
        except GroupRefusedError as refusal:
            form.add_error("learners", f"{refusal} Nobody was added.")
            return self.show(form, status=INVALID)
        return self.show(AddLearnersForm(), results=results_of(added), number=len(added))

    def show(self, form, status=200, **more):
        context = self.frame() | self.about() | {"form": form, **more}
        return render(self.request, "groups/cohorts/added.html", context, status=status)


def results_of(added):
    """Return outcomes with their learners, in the order of what needs attention."""
    found = []
    for outcome, (tone, label) in OUTCOMES.items():
        people = [one for one in added if one.outcome == outcome]
        if people:
            found.append({"tone": tone, "label": label, "people": people})
    return found


class ChangeMembersView(CohortMixin, View):
    """`…/cohorts/<id>/members/`: POST moves the ticked members to `target`, or removes them."""

    http_method_names = ("post",)

    def post(self, request, **kwargs):
        ids, target = selected(request), as_id(request.POST.get("target", ""))
        if not ids:
            messages.warning(request, NOBODY)
        elif "remove" in request.POST:
            self.remove(ids)
        elif target is None:
            messages.warning(request, "Choose the cohort that they move to.")
        else:
            put_into(self, target, ids)
        return redirect(self.address("cohort", self.cohort.pk))

    def remove(self, ids):
        number = members.remove(
            course_key=self.course_key, cohort_id=self.cohort.pk, learner_ids=ids, actor=self.request.user
        )
        messages.success(self.request, REMOVED.format(counted(number)))


def put_into(view, cohort_id: int, ids: list[int]) -> None:
    """Put these learners into a cohort of the view's run, and say what became of them."""
    try:
        placed = members.move(course_key=view.course_key, cohort_id=cohort_id, learner_ids=ids, actor=view.request.user)
    except GroupRefusedError as refusal:
        messages.error(view.request, f"{refusal} Nobody was moved.")
        return
    changed = [place for place in placed.values() if place.outcome != membership.Put.PRESENT]
    there = len(placed) - len(changed)
    name = next((place.cohort.name for place in placed.values()), "")
    text = f"{counted(len(changed))} put into “{name}”."
    messages.success(view.request, f"{text} {there:,} there already." if there else text)


class WaitingListView(CohortMixin, TableView):
    """`…/cohorts/<id>/waiting/`: e-mail addresses that wait for their account; POST forgets the ticked ones."""

    template_name = "groups/cohorts/waiting.html"
    table_class = WaitingTable
    filterset_class = WaitingFilter
    empty_title = "Nobody is pre-assigned"
    empty_text = "An e-mail address without an account that is added to the cohort waits here until there is one."

    @property
    def title(self):
        return f"Pre-assigned to {self.cohort.name}"

    def get_queryset(self):
        return UnregisteredLearnerCohortAssignment.objects.filter(course_user_group=self.cohort)

    def post(self, request, **kwargs):
        ids = selected(request, "waiting")
        number = members.remove_preassignments(
            course_key=self.course_key, cohort_id=self.cohort.pk, ids=ids, actor=request.user
        )
        if number:
            messages.success(request, f"{number:,} pre-assignment{'' if number == 1 else 's'} removed.")
        else:
            messages.warning(request, NOBODY)
        return redirect(self.address("cohort-waiting", self.cohort.pk))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context if self.wants_fragment() else context | self.about()


# --- All learners of a run -------------------------------------------------------------------


class LearnerListView(CohortPageMixin, TableView):
    """`…/learners/`: who is or was enrolled, with cohort and effective set. POST puts the ticked ones into `target`."""

    tab = "learners"
    template_name = "groups/cohorts/learners.html"
    table_class = LearnerTable
    filterset_class = LearnerFilter
    title = "Learners"
    empty_title = "No learners"
    empty_text = "Nobody was ever enrolled in this course run."

    def get_queryset(self):
        return rows.learners(self.course_key)

    def get_table_kwargs(self):
        return {"viewer": self.request.user, "course_key": self.course_key}

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "cohorts": self.cohorts}

    @cached_property
    def cohorts(self):
        return rows.choices(self.course_key)

    def export_name(self):
        return f"learners {self.course_key}"

    def post(self, request, **kwargs):
        ids, target = selected(request), as_id(request.POST.get("target", ""))
        if not ids:
            messages.warning(request, NOBODY)
        elif target is None:
            messages.warning(request, "Choose a cohort.")
        else:
            put_into(self, target, ids)
        return redirect(self.address("learners"))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.wants_fragment():
            return context
        return context | {
            "cohorts": self.cohorts,
            "unassigned": unassigned(self.course_key).count(),
            "is_cohorted": self.is_cohorted,
        }


class AssignAllView(CohortPageMixin, View):
    """`…/learners/assign/`: POST checks who has no cohort and leads to the preview of assigning them."""

    tab = "learners"
    http_method_names = ("post",)

    def post(self, request, **kwargs):
        try:
            bulk = make_automatic(course_key=self.course_key, actor=request.user)
        except GroupRefusedError as refusal:
            messages.warning(request, str(refusal))
            return redirect(self.address("learners"))
        return redirect(self.address("assignments-detail", bulk.pk))
