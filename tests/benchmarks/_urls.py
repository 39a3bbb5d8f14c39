"""Lectern's own addresses, a stock admin, and bare views: what Lectern is measured against."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone

from console.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401
from enrollments.defaults.models import DefaultIntention, DefaultRealization, EnterpriseCustomerUser
from enrollments.models import CourseEnrollment
from enrollments.views import with_facts
from resets.models import CourseResetAudit

ROWS = 25


class StockAdmin(admin.ModelAdmin):
    """A plain ModelAdmin in Django's own templates."""

    list_per_page = ROWS

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        response.using = "stock"
        return response


class StockEnrollments(StockAdmin):
    list_display = ("id", "user", "course_id", "mode", "is_active", "created")
    list_select_related = ("user",)


class StockResets(StockAdmin):
    list_display = ("id", "course_enrollment", "status", "comment", "reset_by", "created", "completed_at")
    list_select_related = ("course_enrollment", "reset_by")


class StockLearners(StockAdmin):
    list_display = ("id", "username", "email", "is_active", "date_joined", "last_login")
    search_fields = ("username", "email", "profile__name")


class StockRealizations(StockAdmin):
    list_display = ("id", "intended_enrollment", "realized_enrollment", "created")
    list_select_related = ("intended_enrollment", "realized_enrollment")

    def lookup_allowed(self, lookup, value, request):
        """Allow every condition: the same questions are asked of both."""
        return True


class StockCustomerUsers(StockRealizations):
    list_display = ("id", "user", "enterprise_customer", "linked", "active", "created")
    list_select_related = ("user", "enterprise_customer")


class StockIntentions(StockRealizations):
    """Counts the realizations of each intention on the page by state, as our list does."""

    list_display = ("content_key", "enterprise_customer", "is_removed", "modified", "learners")
    list_select_related = ("enterprise_customer",)
    ordering = ("-modified",)

    def learners(self, row):
        """Return the numbers in words."""
        return ", ".join(f"{count} {state}" for (_, state), count in row.realizations.states_per_intention().items())


stock = admin.AdminSite(name="stock")
stock.register(CourseEnrollment, StockEnrollments)
stock.register(CourseResetAudit, StockResets)
stock.register(get_user_model(), StockLearners)
stock.register(DefaultRealization, StockRealizations)
stock.register(DefaultIntention, StockIntentions)
stock.register(EnterpriseCustomerUser, StockCustomerUsers)

ENROLLMENTS = """<!doctype html><title>Bare</title><table>{% for row in rows %}
<tr><td>{{ row.id }}<td>{{ row.course_id }}<td>{{ row.overview.display_name }}<td>{{ row.overview.start }}
<td>{{ row.overview.end }}<td>{{ row.mode }}<td>{{ row.is_active }}<td>{{ row.created }}{% endfor %}</table>"""
FACTS = """<!doctype html><title>Bare</title><table>{% for row in rows %}
<tr><td>{{ row.course_name }}<td>{{ row.course_id }}<td>{{ row.course_start }}<td>{{ row.course_end }}
<td>{{ row.self_paced }}<td>{{ row.mode }}<td>{{ row.is_active }}<td>{{ row.created }}<td>{{ row.recently_active }}
<td>{{ row.last_completion_at }}<td>{{ row.grade }}<td>{{ row.is_passing }}<td>{{ row.certificate_status }}
<td>{{ row.reset_status }}{% endfor %}</table>"""
RESETS = """<!doctype html><title>Bare</title><table>{% for row in rows %}
<tr><td>{{ row.id }}<td>{{ row.course_enrollment.user.username }}<td>{{ row.course_enrollment.course_id }}
<td>{{ row.status }}<td>{{ row.comment }}<td>{{ row.reset_by.username }}<td>{{ row.created }}{% endfor %}</table>"""


def _page(template, rows):
    return HttpResponse(engines["django"].from_string(template).render({"rows": rows}))


def bare_enrollments(request, user_id):
    """Answer with a learner's first enrollments from one query, in one small template."""
    rows = CourseEnrollment.objects.filter(user_id=user_id).select_related("overview")
    return _page(ENROLLMENTS, rows.order_by("course_id")[:ROWS])


def bare_facts(request, user_id):
    """Answer with the same rows and with every fact that our table shows, still from one query."""
    rows = with_facts(CourseEnrollment.objects.filter(user_id=user_id), timezone.now())
    return _page(FACTS, rows.order_by("course_id")[:ROWS])


def bare_resets(request):
    """Answer with the latest resets from one query, in one small template."""
    rows = CourseResetAudit.objects.select_related("course_enrollment__user", "reset_by")
    return _page(RESETS, rows.order_by("-pk")[:ROWS])


urlpatterns = [
    path("stock/", stock.urls),
    path("bare/enrollments/<int:user_id>/", bare_enrollments),
    path("bare/facts/<int:user_id>/", bare_facts),
    path("bare/resets/", bare_resets),
    *urlpatterns,
]
