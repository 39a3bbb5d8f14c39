"""The address plan. Each app keeps its own addresses; this is only where they meet."""

from django.conf import settings
from django.urls import include, path

from console import api_docs, health, home, learner_views, metrics, schema_views, shell_views
from console.admin import site

handler400 = "console.shell_views.bad_request"
handler403 = "console.shell_views.permission_denied"
handler404 = "console.shell_views.not_found"
handler500 = "console.shell_views.server_error"

console_patterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("learners/", learner_views.LearnerSearchView.as_view(), name="learners"),
    path("learners/<str:username>/", learner_views.learner, name="learner"),
    path("learners/<str:username>/history/", learner_views.LearnerHistoryView.as_view(), name="learner-history"),
    path("schema/", schema_views.SchemaView.as_view(), name="schema"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/schema/", api_docs.SchemaView.as_view(), name="api-schema"),
    path("api/docs/", api_docs.ApiDocsView.as_view(), name="api-docs"),
    path("csrf/api/v1/token", api_docs.CsrfTokenView.as_view(), name="csrf-token"),
    path("metrics", metrics.MetricsView.as_view(), name="metrics"),
    path("login/", shell_views.SignInView.as_view(), name="login"),
    path("logout/", shell_views.SignOutView.as_view(), name="logout"),
]
if settings.DEBUG:
    console_patterns.append(path("components/", shell_views.components, name="components"))

urlpatterns = [
    path("admin/", site.urls),
    path("", include((console_patterns, "console"))),
    path("queries/", include("console.queries.urls")),
    path("", include("enrollments.urls")),
    path("", include("groups.urls")),
    path("", include("resets.urls")),
]
