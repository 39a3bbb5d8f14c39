"""Addresses of learner groups, below `/groups/<course key>/learner-groups/`."""

from django.urls import path

from groups.learner_groups import views

urlpatterns = [
    path("", views.LearnerGroupListView.as_view(), name="learner-groups"),
    path("new/", views.LearnerGroupCreateView.as_view(), name="learner-group-new"),
    path("<int:pk>/", views.LearnerGroupView.as_view(), name="learner-group"),
    path("<int:pk>/edit/", views.LearnerGroupEditView.as_view(), name="learner-group-edit"),
    path("<int:pk>/delete/", views.LearnerGroupDeleteView.as_view(), name="learner-group-delete"),
    path("<int:pk>/add/", views.AddToLearnerGroupView.as_view(), name="learner-group-add"),
    path("<int:pk>/members/", views.RemoveFromLearnerGroupView.as_view(), name="learner-group-members"),
]
