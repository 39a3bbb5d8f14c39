"""Open edX's own addresses of cohorts (course_groups/urls.py), below `/api/cohorts/v1/`: slashes are as there."""

from django.urls import path

from groups.cohorts import api

COHORTS = "courses/<course_key:course_key>/cohorts/"

urlpatterns = [
    path("settings/<course_key:course_key>", api.SettingsView.as_view(), name="api-cohort-settings"),
    path(COHORTS, api.CohortListView.as_view(), name="api-cohorts"),
    path(f"{COHORTS}<int:cohort_id>", api.CohortView.as_view(), name="api-cohort"),
    path(f"{COHORTS}<int:cohort_id>/users/", api.MemberListView.as_view(), name="api-cohort-users"),
    path(f"{COHORTS}<int:cohort_id>/users/<path:username>", api.MemberView.as_view(), name="api-cohort-user"),
    path("courses/<course_key:course_key>/users", api.UploadView.as_view(), name="api-cohort-upload"),
]
