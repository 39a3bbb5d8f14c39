"""`/groups/<course key>/settings/verified-track/…`: what the tab Settings says and does about verified learners."""

from django.contrib import messages
from django.shortcuts import redirect

from console.platform import features
from groups.cohorts import actions as cohort_actions
from groups.cohorts.views import INVALID, STALE, SettingsView
from groups.errors import GroupRefusedError
from groups.models import VerifiedTrackCohortedCourse
from groups.verified import actions
from groups.verified.plan import make_line_up
from groups.verified.track import track_of


class VerifiedTrackView(SettingsView):
    """The base of what the card's buttons do; a refusal shows the settings again."""

    http_method_names = ["post"]

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission() and self.may_enter():
            features.require(VerifiedTrackCohortedCourse)
        return super().dispatch(request, *args, **kwargs)


class SwitchView(VerifiedTrackView):
    """`…/verified-track/`: POST `switch` is `on` or `off`, `cohort_name` a name. For admins."""

    def post(self, request, **kwargs):
        wanted = {"on": True, "off": False}.get(request.POST.get("switch"))
        if wanted is None:
            return self.refused("Choose on or off.", INVALID)
        name = request.POST.get("cohort_name", "")
        try:
            actions.set_switch(course_key=self.course_key, is_enabled=wanted, cohort_name=name, actor=request.user)
        except GroupRefusedError as refusal:
            return self.refused(str(refusal), INVALID)
        messages.success(request, f"Verified-track cohorting is {'on' if wanted else 'off'} now. Nobody was moved.")
        return redirect(self.address("settings"))


class CreateCohortView(VerifiedTrackView):
    """`…/verified-track/cohort/`: POST makes the manual cohort that the switch names."""

    def post(self, request, **kwargs):
        track = track_of(self.course_key)
        try:
            cohort_actions.create_cohort(
                course_key=self.course_key,
                name=track.name,
                assignment_type=cohort_actions.MANUAL,
                actor=request.user,
            )
        except GroupRefusedError as refusal:
            return self.refused(str(refusal), STALE)
        messages.success(request, f"“{track.name}” was created.")
        return redirect(self.address("settings"))


class LineUpView(VerifiedTrackView):
    """`…/verified-track/line-up/`: POST lists who would move where; nobody is moved until that is confirmed."""

    def post(self, request, **kwargs):
        try:
            bulk = make_line_up(course_key=self.course_key, actor=request.user)
        except GroupRefusedError as refusal:
            return self.refused(str(refusal), STALE)
        return redirect(self.address("assignments-detail", bulk.pk))
