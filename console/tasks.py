"""Background work of the ground floor."""

import socket

from django.utils import timezone

from console.celery import app
from console.models import WorkerHeartbeat


@app.task(name="lectern.heartbeat", expires=60)
def heartbeat():
    """Note that scheduler, broker and worker all work; `/readyz` looks at it."""
    WorkerHeartbeat.objects.update_or_create(name=socket.gethostname()[:100], defaults={"seen_at": timezone.now()})
