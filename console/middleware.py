"""Nobody gets past here without a role; no personal page stays in a cache.

And every page has the site's time zone, for all moments that there are.
"""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_structlog.middlewares import RequestMiddleware

from console.api import decides_itself
from console.platform import trouble
from console.platform.features import FeatureOffError
from console.rules import Permission
from console.zones import BoundlessZone

NOT_HERE = 404
BROKEN = 503


class RequestLogMiddleware(RequestMiddleware):
    """Binds a request id to every log line. What was searched for stays out of the log: it is about people."""

    def format_request(self, request):
        return f"{request.method} {request.path}"


class PrivateResponseMiddleware:
    """Marks every page as private: learners' data must not stay in a browser or proxy cache."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response.headers["Cache-Control"] += ", no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response


class TimeZoneMiddleware:
    """Shows and reads dates in the site's time zone, at both ends of time as well."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(BoundlessZone(settings.TIME_ZONE)):
            return self.get_response(request)


class PlatformGapMiddleware:
    """Turns what an LMS's database lacks into a page that says so, whichever view met it first."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, FeatureOffError):
            return self.answer(request, [str(exception)], NOT_HERE)
        notes = trouble.explain(exception)
        return self.answer(request, notes, BROKEN) if notes else None

    def answer(self, request, notes, status):
        """Answer a program with JSON, as its other refusals, and a person with a page."""
        if decides_itself(request.resolver_match.func):
            return JsonResponse({"detail": " ".join(notes)}, status=status)
        return render(request, "console/feature_off.html", {"notes": notes}, status=status)


class StaffOnlyMiddleware(LoginRequiredMiddleware):
    """Default deny: sign-in first, then a role. Open views are marked `login_not_required`.

    Views of Django REST framework sign in later, with a token perhaps, and answer 401 and 403 as
    JSON; the framework takes all of them out of Django's own check. So one that has given up our
    permission class is closed.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if hasattr(view_func, "cls"):
            return _closed_unless_it_decides(view_func)
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        if refusal is not None or not request.user.is_authenticated:
            return refusal
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.has_perm(Permission.USE_CONSOLE):
            return None
        return render(request, "console/no_role.html", status=403)

    def handle_no_permission(self, request, view_func):
        """Send a fragment's request to the sign-in page as a whole, never into a table cell."""
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        back = request.htmx.current_url_abs_path or resolve_url("console:home")
        login = resolve_url(self.get_login_url(view_func))
        return HttpResponseClientRedirect(f"{login}?{urlencode({self.redirect_field_name: back})}")


def _closed_unless_it_decides(view_func):
    if not decides_itself(view_func):
        raise PermissionDenied
