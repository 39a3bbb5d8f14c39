"""Sign-in and sign-out, the error pages, and the preview of all components."""

from datetime import timedelta
from http import HTTPStatus

import structlog
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator

from console import html, plots
from console.api import is_for_programs


class SignInForm(AuthenticationForm):
    """Django's form, but an e-mail address will do as well as a username."""

    username = UsernameField(label="Username or e-mail", widget=forms.TextInput(attrs={"autofocus": True}))
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "No active account has this username or e-mail with this password. Check both and try again.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        # Django takes the username's length, 150; an e-mail address may have 254.
        self.fields["username"].max_length = 254
        self.fields["username"].widget.attrs["maxlength"] = 254


class SignInView(LoginView):
    """The one sign-in page, for support, instructors and admins alike."""

    authentication_form = SignInForm
    template_name = "console/login.html"
    redirect_authenticated_user = True


@method_decorator(login_not_required, name="dispatch")
class SignOutView(LogoutView):
    """Open to everybody signed in: a person without a role must be able to leave too."""


def bad_request(request, exception):
    """Answer 400."""
    return _error(request, 400)


def permission_denied(request, exception):
    """Answer 403."""
    return _error(request, 403)


def not_found(request, exception):
    """Answer 404."""
    return _error(request, 404)


def server_error(request):
    """Answer 500 from the template alone: neither database nor session may be needed here."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    if is_for_programs(request):
        return _with_request_id(JsonResponse({"detail": "Something went wrong here."}, status=500), request_id)
    page = render_to_string("500.html", {"request_id": request_id, "site_title": "Lectern"})
    return _with_request_id(HttpResponseServerError(page), request_id)


def _error(request, status: int) -> HttpResponse:
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    if is_for_programs(request):
        answer = JsonResponse({"detail": f"{HTTPStatus(status).phrase}."}, status=status)
    else:
        answer = render(request, f"{status}.html", status=status)
    return _with_request_id(answer, request_id)


def _with_request_id(response, request_id: str):
    """Name the request in a header, for the message that lectern.js shows when a fragment fails."""
    if request_id:
        response.headers["X-Request-ID"] = request_id
    return response


def components(request):
    """Show every component in every state (only with DEBUG)."""
    now = timezone.now()
    return render(
        request,
        "console/components.html",
        {
            "icons": html.icon_names(),
            "tones": list(html.TONES),
            "past": now - timedelta(days=3),
            "future": now + timedelta(hours=2),
            "plots": _example_plots(now.date()),
        },
    )


def _example_plots(today):
    """Return a plot of each kind."""
    people = [("Applied cohort", 1204, ""), ("Late starters", 310, "info"), ("Nobody yet", 0, "")]
    steps = [("Learners with an intention", 4210), ("Enrolled by it", 2600), ("Completed", 417)]
    tones = [("complete", "Complete", "success"), ("failed", "Failed", "danger"), ("running", "Running", "info")]
    counts = {(today - timedelta(days=day), key): day * 7 % 5 for day in range(0, 30, 2) for key, _, _ in tones}
    return [
        plots.bars(
            "Bars",
            [plots.Bar(name, size, "#tables", tone=tone) for name, size, tone in people],
            headings=("Cohort", "Learners"),
            caption="Learners by cohort, largest first.",
        ),
        plots.funnel("Funnel", [plots.Bar(*step) for step in steps], headings=("Step", "Learners")),
        plots.days(
            "c-days",
            "Stacked bars over days",
            [plots.Series(*tone) for tone in tones],
            counts=counts,
            last=today,
            caption="Resets by the day on which they were asked for (UTC).",
        ),
    ]
