"""Addresses of verified-track cohorting, below a course run's settings."""

from django.urls import path

from groups.verified import views

urlpatterns = [
    path("", views.SwitchView.as_view(), name="verified-switch"),
    path("cohort/", views.CreateCohortView.as_view(), name="verified-cohort"),
    path("line-up/", views.LineUpView.as_view(), name="verified-line-up"),
]
