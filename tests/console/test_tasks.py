"""Background work of the ground floor."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from console import tasks
from console.celery import app
from console.models import StaffSession, WorkerHeartbeat

pytestmark = pytest.mark.django_db


def test_the_heartbeat_is_noted():
    tasks.heartbeat()
    tasks.heartbeat()
    assert timezone.now() - WorkerHeartbeat.objects.get().seen_at < timedelta(minutes=1)


def test_expired_sessions_go_and_living_ones_stay():
    now = timezone.now()
    for key, expiry in (("old", now - timedelta(days=1)), ("new", now + timedelta(days=1))):
        StaffSession.objects.create(session_key=key, session_data="", expire_date=expiry)
    tasks.clear_sessions()
    assert StaffSession.objects.get().session_key == "new"


def test_everything_that_is_scheduled_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
