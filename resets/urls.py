"""Addresses of the resets app."""

from django.urls import include, path, re_path

from console.views import list_paths
from resets import api, coverage_views, undo_views, views

app_name = "resets"
urlpatterns = [
    *list_paths("learners/<str:username>/resets/", views.LearnerResetsView, "learner"),
    *list_paths("resets/", views.ResetListView, "list"),
    path("resets/coverage/", coverage_views.CoverageView.as_view(), name="coverage"),
    path("resets/bulk/", include("resets.bulk.urls")),
    # Open edX's own address; nobody is named where the page has no learner yet.
    re_path(r"^support/course_reset/(?P<identifier>[^/]+)?$", api.CourseResetView.as_view(), name="api"),
    path("resets/<int:pk>/undo/", undo_views.UndoResetView.as_view(), name="undo"),
    path("resets/<int:pk>/", views.ResetDetailView.as_view(), name="detail"),
    path("resets/enrollments/<int:pk>/confirm/", views.ConfirmResetView.as_view(), name="confirm"),
    path("resets/enrollments/<int:pk>/status/", views.ResetStatusView.as_view(), name="status"),
]
