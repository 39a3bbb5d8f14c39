"""Addresses of the resets app."""

from django.urls import path

from resets import views

app_name = "resets"
urlpatterns = [
    path("learners/<str:username>/resets/", views.LearnerResetsView.as_view(), name="learner"),
    path("resets/", views.ResetListView.as_view(), name="list"),
    path("resets/<int:pk>/", views.ResetDetailView.as_view(), name="detail"),
    path("resets/enrollments/<int:pk>/confirm/", views.ConfirmResetView.as_view(), name="confirm"),
    path("resets/enrollments/<int:pk>/status/", views.ResetStatusView.as_view(), name="status"),
]
