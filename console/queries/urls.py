"""Addresses of saved queries."""

from django.urls import path

from console.queries import views

app_name = "queries"
urlpatterns = [
    path("", views.SavedQueryListView.as_view(), name="list"),
    path("new/", views.NewView.as_view(), name="new"),
    path("<int:pk>/", views.RunView.as_view(), name="run"),
    path("<int:pk>/export/", views.RunView.as_view(exports=True), name="export"),
    path("<int:pk>/edit/", views.EditView.as_view(), name="edit"),
    path("<int:pk>/delete/", views.DeleteView.as_view(), name="delete"),
]
