"""Addresses of default enrollments."""

from django.urls import include, path

from console.views import list_paths
from enrollments.defaults import fact_views, intention_views, realization_views

urlpatterns = [
    *list_paths("intentions/", intention_views.IntentionListView, "intentions"),
    path("intentions/facts/", fact_views.FactsView.as_view(), name="facts"),
    path("intentions/new/", intention_views.NewIntentionView.as_view(), name="intention-new"),
    path("intentions/<uuid:pk>/", intention_views.IntentionDetailView.as_view(), name="intention"),
    path("intentions/<uuid:pk>/edit/", intention_views.ChangeIntentionView.as_view(), name="intention-edit"),
    path("intentions/<uuid:pk>/remove/", intention_views.RemoveIntentionView.as_view(), name="intention-remove"),
    path("intentions/<uuid:pk>/restore/", intention_views.RestoreIntentionView.as_view(), name="intention-restore"),
    path("intentions/<uuid:pk>/", include("enrollments.defaults.learners.urls")),
    path("realizations/funnel/", realization_views.FunnelView.as_view(), name="funnel"),
    path("intentions/plans/", include("enrollments.defaults.realizing.urls")),
    *list_paths("realizations/", realization_views.RealizationListView, "realizations"),
    path("realizations/<int:pk>/", realization_views.RealizationDetailView.as_view(), name="realization"),
]
