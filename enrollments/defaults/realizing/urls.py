"""Addresses of realization plans, below `/enrollments/intentions/plans/`."""

from django.urls import path

from enrollments.defaults.realizing import views

urlpatterns = [
    path("", views.RealizePlanListView.as_view(), name="realize"),
    path("new/", views.NewRealizationView.as_view(), name="realize-new"),
    path("<int:pk>/", views.RealizeDetailView.as_view(), name="realize-detail"),
    path("<int:pk>/progress/", views.RealizeProgressView.as_view(), name="realize-progress"),
    *[
        path(f"<int:pk>/{name}/", views.RealizeChangeView.as_view(name=name), name=f"realize-{name}")
        for name in views.RealizeMixin.changes
    ],
]
