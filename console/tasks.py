"""Background work of the ground floor."""

import socket

from django.utils import timezone

from console.celery import app
from console.models import WorkerHeartbeat
from console.sessions import SessionStore


@app.task(name="lectern.heartbeat", expires=60)
def heartbeat():
    """Note that scheduler, broker and worker all work; `/readyz` looks at it."""
    WorkerHeartbeat.objects.update_or_create(name=socket.gethostname()[:100], defaults={"seen_at": timezone.now()})


@app.task(name="lectern.clear_sessions", expires=3600)
def clear_sessions():
    """Delete expired sessions; nothing else would."""
    SessionStore.clear_expired()
