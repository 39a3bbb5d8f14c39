"""Addresses of the enrollments app."""

from django.urls import re_path

from console.views import list_paths
from enrollments import api, views

app_name = "enrollments"
# The mobile app's own addresses: every version, and whatever follows at the end.
MOBILE = r"^api/mobile/(?P<version>v(?:0\.5|1|2|3|4))/users/(?P<username>[\w .@+-]+)/"

urlpatterns = [
    *list_paths("learners/<str:username>/courses/", views.LearnerCoursesView, "courses"),
    *list_paths("enrollments/", views.EnrollmentListView, "list"),
    re_path(MOBILE + "enrollments_status/", api.EnrollmentsStatusView.as_view(), name="mobile-status"),
]
