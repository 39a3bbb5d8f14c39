"""The pages of a plan: its preview, progress and results, and its changes of state."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from console import html
from console.accounts import username_of
from console.plans.changes import PlanRefusedError
from console.plans.models import ItemState, Plan, PlanState
from console.plans.people import name_of
from console.plans.progress import Progress
from console.plans.queue import Queue
from console.views import StaffViewMixin

STATE_BADGES = {
    PlanState.DRAFT: ("neutral", "pencil"),
    PlanState.RUNNING: ("info", "loader"),
    PlanState.PAUSED: ("warning", "clock"),
    PlanState.CANCELLED: ("neutral", "ban"),
    PlanState.DONE: ("success", "check"),
}


def state_badge(plan: Plan):
    """Return the state of a plan as a badge."""
    tone, icon = STATE_BADGES[PlanState(plan.state)]
    return html.badge(tone, plan.get_state_display(), icon)


@dataclass(frozen=True)
class Change:
    """A change of state that the page of a plan offers.

    Attributes:
        label: on the page's button; `{number}` is how many items it is about, `{items}` that with what they are.
        act: makes it; takes the plan's id and the actor.
        done: what the person reads afterwards.
        states: in which it is offered.
        counted: the field of `Progress` that says how many it is about; without any it is not offered.
        dialog: the template of what it means; empty when it needs no confirmation.
        button: on the dialog's button; likewise.
        tone: "primary" or "danger".
    """

    label: str
    act: Callable[[int, object], object]
    done: str
    states: tuple[str, ...]
    counted: str = ""
    dialog: str = ""
    button: str = ""
    tone: str = ""

    def count(self, progress: Progress) -> int:
        return getattr(progress, self.counted) if self.counted else 0

    def is_offered(self, plan: Plan, progress: Progress) -> bool:
        return plan.state in self.states and bool(not self.counted or self.count(progress))


class PlanMixin(StaffViewMixin):
    """What the views of one kind of plan share.

    Class attributes:
        queue: the kind of plan.
        prefix: name of the list's address; `-detail`, `-progress` and `-<change>` follow it.
        changes: by the last part of their address.
        template_folder: holds `change.html`, the page around a dialog.
        noun: what an item is, for counts ("learner").
    """

    queue: Queue
    prefix = ""
    changes: dict[str, Change] = {}
    template_folder = ""
    noun = "learner"

    def plans(self):
        """Return the plans that the viewer may open."""
        names = {"maker_username": username_of("created_by_id"), "confirmer_username": username_of("confirmed_by_id")}
        return self.queue.plan.objects.annotate(**names)

    def get_plan(self) -> Plan:
        return get_object_or_404(self.plans(), pk=self.kwargs["pk"])

    def progress_of(self, plan: Plan) -> Progress:
        raise NotImplementedError

    def described(self, plan: Plan) -> dict:
        """Return what the templates show of a plan beside its lines."""
        progress = self.progress_of(plan)
        return {
            "plan": plan,
            "maker": name_of(plan.created_by_id, plan.maker_username),
            "confirmer": name_of(plan.confirmed_by_id, plan.confirmer_username),
            "badge": state_badge(plan),
            "progress": progress,
            "noun": self.noun,
            "polls": plan.is_open and (plan.state == PlanState.RUNNING or bool(progress.running)),
            "done_label": dict(self.queue.item._meta.get_field("state").flatchoices)[ItemState.DONE],
            "progress_address": self.address("progress"),
            "detail_address": self.address("detail"),
            "offered": self.offered(plan, progress),
        }

    def offered(self, plan, progress) -> list[dict]:
        """Return the buttons of the changes that are possible now."""
        return [
            {
                "name": name,
                "address": self.address(name),
                "label": self.filled_in(change.label, change.count(progress)),
                "dialog": bool(change.dialog),
                "tone": change.tone,
            }
            for name, change in self.changes.items()
            if change.is_offered(plan, progress)
        ]

    def filled_in(self, text: str, number: int) -> str:
        """Return a button's text: `{items}` is how many of what, `{number}` how many."""
        items = f"{number:,} {self.noun}{'' if number == 1 else 's'}"
        return text.format(items=items, number=f"{number:,}")

    def address(self, name: str) -> str:
        return reverse(f"{self.prefix}-{name}", kwargs=self.kwargs)

    def list_address(self) -> str:
        return reverse(self.prefix, kwargs={key: value for key, value in self.kwargs.items() if key != "pk"})


class PlanProgressView(PlanMixin, View):
    """What the page of a running plan asks for every five seconds."""

    def get(self, request, **kwargs):
        plan = self.get_plan()
        context = self.described(plan)
        parts = render_to_string(self.progress_template(), context, request)
        if plan.state == request.GET.get("seen") and plan.is_open:
            return HttpResponse(parts)
        # Somebody paused or cancelled it, or it is finished: badge, buttons and table change too.
        parts += render_to_string("console/plans/_state.html", {**context, "oob": True}, request)
        response = HttpResponse(parts)
        text = f"{plan} is {plan.get_state_display().lower()}."
        trigger_client_event(response, "lectern:toast", {"text": text, "tone": "info"}, after="settle")
        return trigger_client_event(response, "lectern:refresh-table", {}, after="settle")

    def progress_template(self):
        return f"{self.template_folder}/_progress.html"


class PlanChangeView(PlanMixin, View):
    """GET says what a change means, POST makes it.

    Class attributes:
        name: of the change; set by `as_view`.
    """

    name = ""

    def get(self, request, **kwargs):
        change, plan = self.changes[self.name], self.get_plan()
        if not change.dialog:
            return HttpResponseNotAllowed(["POST"])
        context = self.described(plan)
        if plan.state not in change.states:
            messages.warning(request, f"{plan} is {plan.get_state_display().lower()} by now.")
            return self.back()
        context |= {
            "dialog": change.dialog,
            "button": self.filled_in(change.button, change.count(context["progress"])),
            "address": request.path,
        }
        template = "console/plans/_dialog.html" if request.htmx else f"{self.template_folder}/change.html"
        return render(request, template, context)

    def post(self, request, **kwargs):
        change, plan = self.changes[self.name], self.get_plan()
        try:
            change.act(plan.pk, request.user)
        except PlanRefusedError as refusal:
            messages.error(request, f"{refusal} Nothing was changed.")
        else:
            messages.success(request, change.done)
        return self.back()

    def back(self):
        kept = self.plans().filter(pk=self.kwargs["pk"]).exists()
        address = self.address("detail") if kept else self.list_address()
        return HttpResponseClientRedirect(address) if self.request.htmx else redirect(address)
