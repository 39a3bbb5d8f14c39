"""What Prometheus may know: requests, and what the apps count. `/metrics` shows it.

With several web processes, each writes its numbers into a folder, and whichever is asked adds them
up (`gunicorn.conf.py` makes that folder). The apps' numbers are read from the database when asked.
"""

import os
from collections.abc import Callable, Iterable
from time import perf_counter

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from console.models import WorkerHeartbeat
from console.rules import Permission

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter(
    "lectern_http_requests", "Requests by view, method and status.", ["view", "method", "status"], registry=None
)
SECONDS = Histogram(
    "lectern_http_request_seconds",
    "Time until the answer begins.",
    ["view"],
    registry=None,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

_sources: list[Callable[[], Iterable[Metric]]] = []


def register(source: Callable[[], Iterable[Metric]]) -> None:
    """Add numbers to `/metrics` (from `AppConfig.ready`).

    Args:
        source: returns metric families, with names that start with `lectern_`; may ask the database.
    """
    _sources.append(source)


class MetricsMiddleware:
    """Counts requests and their time. Views are named, not addresses, which hold usernames."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        start = perf_counter()
        response = self.get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, response.status_code).inc()
        SECONDS.labels(view).observe(perf_counter() - start)
        return response


class _Apps:
    """Collects what the apps registered."""

    def collect(self):
        for source in _sources:
            yield from source()


def exposition() -> bytes:
    """Return all numbers in Prometheus' text format."""
    registry = CollectorRegistry()
    if FOLDER_VARIABLE in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(_Apps())
    return generate_latest(registry)


def _heartbeats():
    """Yield how long ago each worker ran the heartbeat task."""
    family = GaugeMetricFamily(
        "lectern_worker_heartbeat_age_seconds", "Since a worker was last heard of.", labels=["worker"]
    )
    now = timezone.now()
    for beat in WorkerHeartbeat.objects.order_by("name"):
        family.add_metric([beat.name], (now - beat.seen_at).total_seconds())
    yield family


register(_heartbeats)


class _AnyAnswer(BaseContentNegotiation):
    """Answers whatever the program says that it accepts: there is only one format."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class MetricsView(APIView):
    """`/metrics`: for everybody with a role. There is nothing about learners in it."""

    permission_required = Permission.USE_CONSOLE
    content_negotiation_class = _AnyAnswer

    @extend_schema(exclude=True)
    def get(self, request):
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
