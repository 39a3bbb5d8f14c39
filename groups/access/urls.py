"""Addresses of access."""

from django.urls import path

from groups.access import views

urlpatterns = [
    path("learners/<str:username>/groups/", views.LearnerGroupsView.as_view(), name="learner"),
    path(
        "learners/<str:username>/groups/<course_key:course_key>/",
        views.LearnerCourseView.as_view(),
        name="learner-course",
    ),
    path("groups/<course_key:course_key>/content/", views.ContentView.as_view(), name="content"),
]
