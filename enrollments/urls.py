"""Addresses of the enrollments app."""

from django.urls import path

from enrollments import views

app_name = "enrollments"
urlpatterns = [
    path("learners/<str:username>/courses/", views.LearnerCoursesView.as_view(), name="courses"),
    path("enrollments/", views.EnrollmentListView.as_view(), name="list"),
]
