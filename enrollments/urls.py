"""Addresses of the enrollments app."""

from console.views import list_paths
from enrollments import views

app_name = "enrollments"
urlpatterns = [
    *list_paths("learners/<str:username>/courses/", views.LearnerCoursesView, "courses"),
    *list_paths("enrollments/", views.EnrollmentListView, "list"),
]
