"""Addresses of bulk resets, below `/resets/bulk/`; included by those of the resets app."""

from django.urls import path

from resets.bulk import views

urlpatterns = [
    path("", views.BulkListView.as_view(), name="bulk"),
    path("new/", views.NewBulkView.as_view(), name="bulk-new"),
    path("<int:pk>/", views.BulkDetailView.as_view(), name="bulk-detail"),
    path("<int:pk>/progress/", views.BulkProgressView.as_view(), name="bulk-progress"),
    *[
        path(f"<int:pk>/{name}/", views.BulkChangeView.as_view(name=name), name=f"bulk-{name}")
        for name in views.BulkMixin.changes
    ],
]
