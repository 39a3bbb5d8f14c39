"""Addresses of the groups app. Each area keeps its own list; this is only where they meet."""

from django.urls import include, path, register_converter

from console.converters import CourseKeyConverter
from groups import views

register_converter(CourseKeyConverter, "course_key")

app_name = "groups"
urlpatterns = [
    path("groups/", views.CourseListView.as_view(), name="courses"),
    path("groups/<course_key:course_key>/", views.CourseView.as_view(), name="course"),
    path("", include("groups.access.urls")),
    path("api/cohorts/v1/", include("groups.cohorts.api_urls")),
    path("groups/<course_key:course_key>/configurations/", include("groups.configurations.urls")),
    path("groups/<course_key:course_key>/import/", include("groups.olx.urls")),
    path("groups/<course_key:course_key>/learner-groups/", include("groups.learner_groups.urls")),
    path("groups/<course_key:course_key>/mapping/", include("groups.mapping.urls")),
    path("groups/<course_key:course_key>/settings/verified-track/", include("groups.verified.urls")),
    path("groups/<course_key:course_key>/", include("groups.cohorts.urls")),
]
