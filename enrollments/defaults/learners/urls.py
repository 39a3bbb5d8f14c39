"""Addresses of learners by intention, below `/enrollments/intentions/<uuid>/`."""

from django.urls import path

from enrollments.defaults.learners import views

urlpatterns = [
    path("learners/", views.IntentionLearnersView.as_view(), name="intention-learners"),
    path("learners/tally/", views.IntentionTallyView.as_view(), name="intention-tally"),
]
