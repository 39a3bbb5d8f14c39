"""Addresses of the import, below `/groups/<course key>/import/`."""

from django.urls import path

from groups.olx import views

urlpatterns = [
    path("", views.ImportView.as_view(), name="import"),
    path("<int:pk>/", views.PreviewView.as_view(), name="import-preview"),
    path("<int:pk>/discard/", views.DiscardView.as_view(), name="import-discard"),
]
