"""Addresses of the resets app."""

from django.urls import include, path

from console.views import list_paths
from resets import coverage_views, undo_views, views

app_name = "resets"
urlpatterns = [
    *list_paths("learners/<str:username>/resets/", views.LearnerResetsView, "learner"),
    *list_paths("resets/", views.ResetListView, "list"),
    path("resets/coverage/", coverage_views.CoverageView.as_view(), name="coverage"),
    path("resets/bulk/", include("resets.bulk.urls")),
    path("resets/<int:pk>/undo/", undo_views.UndoResetView.as_view(), name="undo"),
    path("resets/<int:pk>/", views.ResetDetailView.as_view(), name="detail"),
    path("resets/enrollments/<int:pk>/confirm/", views.ConfirmResetView.as_view(), name="confirm"),
    path("resets/enrollments/<int:pk>/status/", views.ResetStatusView.as_view(), name="status"),
]
