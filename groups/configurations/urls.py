"""Addresses of group configurations, below `/groups/<course key>/configurations/`."""

from django.urls import path

from groups.configurations import views

urlpatterns = [
    path("", views.ConfigurationsView.as_view(), name="configurations"),
    path("new/", views.NewConfigurationView.as_view(), name="configuration-new"),
    path("teams/", views.TeamsView.as_view(), name="configurations-teams"),
    path("json/", views.JsonView.as_view(), name="configurations-json"),
    path("policy.json", views.PolicyView.as_view(), name="configurations-policy"),
    path("course.xml", views.CourseXmlView.as_view(), name="configurations-xml"),
    path("<int:partition_id>/", views.ConfigurationView.as_view(), name="configuration"),
    path("<int:partition_id>/edit/", views.EditConfigurationView.as_view(), name="configuration-edit"),
    path("<int:partition_id>/delete/", views.DeleteView.as_view(), name="configuration-delete"),
    path(
        "<int:partition_id>/activate/",
        views.ActiveView.as_view(active=True, done="“{}” counts again."),
        name="configuration-activate",
    ),
    path(
        "<int:partition_id>/deactivate/",
        views.ActiveView.as_view(active=False, done="“{}” was switched off."),
        name="configuration-deactivate",
    ),
    path("<int:partition_id>/up/", views.MoveView.as_view(up=True), name="configuration-up"),
    path("<int:partition_id>/down/", views.MoveView.as_view(up=False), name="configuration-down"),
]
