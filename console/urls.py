"""The address plan. Each app keeps its own addresses; this is only where they meet."""

from django.urls import include, path

urlpatterns = []
