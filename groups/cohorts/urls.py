"""Addresses of cohorts, below a course run's; included by those of the groups app."""

from django.urls import path

from groups.cohorts import member_views, views
from groups.cohorts.bulk import views as bulk_views

urlpatterns = [
    path("cohorts/", views.CohortListView.as_view(), name="cohorts"),
    path("cohorts/new/", views.CohortCreateView.as_view(), name="cohort-new"),
    path("cohorts/repair/", views.RepairView.as_view(), name="cohorts-repair"),
    path("cohorts/<int:pk>/", member_views.MemberListView.as_view(), name="cohort"),
    path("cohorts/<int:pk>/edit/", views.CohortEditView.as_view(), name="cohort-edit"),
    path("cohorts/<int:pk>/delete/", views.CohortDeleteView.as_view(), name="cohort-delete"),
    path("cohorts/<int:pk>/add/", member_views.AddLearnersView.as_view(), name="cohort-add"),
    path("cohorts/<int:pk>/members/", member_views.ChangeMembersView.as_view(), name="cohort-members"),
    path("cohorts/<int:pk>/waiting/", member_views.WaitingListView.as_view(), name="cohort-waiting"),
    path("learners/", member_views.LearnerListView.as_view(), name="learners"),
    path("learners/assign/", member_views.AssignAllView.as_view(), name="learners-assign"),
    path("settings/", views.SettingsView.as_view(), name="settings"),
    path("assignments/", bulk_views.AssignmentListView.as_view(), name="assignments"),
    path("assignments/new/", bulk_views.UploadView.as_view(), name="assignments-new"),
    path("assignments/<int:pk>/", bulk_views.AssignmentDetailView.as_view(), name="assignments-detail"),
    path("assignments/<int:pk>/progress/", bulk_views.AssignmentProgressView.as_view(), name="assignments-progress"),
    path("assignments/<int:pk>/summary/", bulk_views.AssignmentSummaryView.as_view(), name="assignments-summary"),
    *[
        path(
            f"assignments/<int:pk>/{name}/",
            bulk_views.AssignmentChangeView.as_view(name=name),
            name=f"assignments-{name}",
        )
        for name in bulk_views.AssignmentMixin.changes
    ],
]
