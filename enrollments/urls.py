"""Addresses of the enrollments app."""

from django.urls import include, path, re_path

from console.views import list_paths
from enrollments import api, views
from enrollments.defaults import api as defaults_api
from enrollments.defaults.learners.views import LearnerDefaultsView

app_name = "enrollments"
# edx-enterprise's own addresses.
INTENTIONS = "enterprise/api/v1/default-enterprise-enrollment-intentions/"
# The mobile app's: every version, and whatever follows at the end.
MOBILE = r"^api/mobile/(?P<version>v(?:0\.5|1|2|3|4))/users/(?P<username>[\w .@+-]+)/"

urlpatterns = [
    *list_paths("learners/<str:username>/courses/", views.LearnerCoursesView, "courses"),
    *list_paths("enrollments/", views.EnrollmentListView, "list"),
    path("enrollments/", include("enrollments.defaults.urls")),
    path("learners/<str:username>/defaults/", LearnerDefaultsView.as_view(), name="defaults"),
    re_path(MOBILE + "enrollments_status/", api.EnrollmentsStatusView.as_view(), name="mobile-status"),
    path(INTENTIONS, defaults_api.IntentionListView.as_view(), name="api-intentions"),
    path(f"{INTENTIONS}learner-status/", defaults_api.LearnerStatusView.as_view(), name="api-learner-status"),
    path(f"{INTENTIONS}<str:uuid>/", defaults_api.IntentionDetailView.as_view(), name="api-intention"),
]
