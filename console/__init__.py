"""The ground floor of Lectern: settings, shell, roles, and what every other app stands on."""

from console.celery import app as celery_app

__all__ = ["celery_app"]
