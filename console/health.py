"""Liveness and readiness, for load balancers and people."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from console.celery import app
from console.models import WorkerHeartbeat
from console.platform.differences import differences

HEARTBEAT_MAX_AGE = timedelta(seconds=120)
OK, DEGRADED, FAILING = "ok", "degraded", "failing"

_checks: dict[str, Callable[[], bool]] = {}


def register(name: str, check: Callable[[], bool]) -> None:
    """Add a part to `/readyz` (from `AppConfig.ready`).

    Args:
        name: the part's name in the answer.
        check: says whether the part is fine; asked only when the database answers.
    """
    _checks[name] = check


@login_not_required
@require_safe
def healthz(request):
    """`/healthz`: the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """`/readyz`: 200 when everything that a reset needs works, else 503 and which part does not.

    `schema` is "degraded" when an LMS's tables differ so that a feature is off or limited.
    """
    parts = {"database": _database(), "migrations": False, "worker": False, "broker": _broker()}
    parts |= dict.fromkeys(_checks, False)
    if parts["database"]:
        parts["migrations"] = _passes(_migrated)
        parts["worker"] = _passes(_worker_alive)
        parts |= {name: _passes(check) for name, check in _checks.items()}
    answer = {name: OK if fine else FAILING for name, fine in parts.items()}
    answer["schema"] = _schema() if parts["database"] else FAILING
    return JsonResponse(answer, status=503 if FAILING in answer.values() else 200)


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _schema():
    try:
        found = differences()
    except DatabaseError:
        return FAILING
    if any(difference.is_error for difference in found):
        return FAILING
    return DEGRADED if found else OK


def _migrated():
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _passes(check):
    try:
        return check()
    except DatabaseError:
        return False


def _worker_alive():
    return WorkerHeartbeat.objects.filter(seen_at__gte=timezone.now() - HEARTBEAT_MAX_AGE).exists()


def _broker():
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except OSError:
        return False
    except broker.connection_errors:
        return False
    return True
