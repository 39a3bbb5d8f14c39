"""Addresses of the mapping, below `/groups/<course key>/mapping/`."""

from django.urls import path

from groups.mapping import views

urlpatterns = [
    path("", views.MappingView.as_view(), name="mapping"),
    path("link/", views.ChangeLinkView.as_view(), name="mapping-link"),
    path("reach/", views.ReachView.as_view(), name="mapping-reach"),
]
