"""The Celery application. It only rings: the database row is the job (docs/decisions/0004)."""

import os
import socket
import uuid

import celery
import kombu.exceptions
import structlog
from django.db import transaction

from console import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

log = structlog.get_logger(__name__)

broker.install()
app = celery.Celery("lectern")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def ring(task: celery.Task, *ids: int) -> None:
    """Ask a worker to run `task` once the current transaction is committed.

    A broker that is down loses nothing: the row that the task is about stays as it is, and the
    sweeper rings again. So the failure is logged and not raised.

    Args:
        task: a Celery task that takes primary keys only.
        ids: those keys.
    """

    def send() -> None:
        try:
            task.apply_async(args=ids)
        except (kombu.exceptions.OperationalError, OSError) as error:
            log.warning("broker_unreachable", task=task.name, ids=ids, error=str(error))

    transaction.on_commit(send)


def worker_name() -> str:
    """Return a name for one delivery's claims, different every time."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
