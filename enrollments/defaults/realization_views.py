"""`/enrollments/realizations/…`: the list of realizations, and one with its trail."""

from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from console.views import TableView
from enrollments.defaults import funnel, trail
from enrollments.defaults.content import resolve
from enrollments.defaults.filters import RealizationFilter
from enrollments.defaults.models import DefaultRealization
from enrollments.defaults.pages import DefaultsMixin
from enrollments.defaults.schemas import RealizationListSchema
from enrollments.defaults.tables import RealizationTable, state_badge
from enrollments.models import CourseEnrollment


class RealizationListView(DefaultsMixin, TableView):
    """`/enrollments/realizations/`: which learner was enrolled where by which intention."""

    template_name = "enrollments/defaults/realizations.html"
    table_class = RealizationTable
    filterset_class = RealizationFilter
    query_schema = RealizationListSchema
    title = "Default enrollment realizations"
    empty_title = "No realizations"
    empty_text = "When a learner is enrolled because of an intention, the enrollment is listed here."

    def get_queryset(self):
        return DefaultRealization.objects.visible_to(self.request.user)

    def get_table_kwargs(self):
        return {"viewer": self.request.user}


class RealizationDetailView(DefaultsMixin, TemplateView):
    """`/enrollments/realizations/<id>/`: one realization and what it rests on."""

    template_name = "enrollments/defaults/realization.html"

    def get_context_data(self, pk, **kwargs):
        rows = DefaultRealization.objects.visible_to(self.request.user).with_every_fact()
        rows = rows.select_related("intended_enrollment", "realized_enrollment__enterprise_customer_user")
        realization = rows.filter(pk=pk).first()
        if realization is None:
            raise Http404
        enrollment = realization.realized_enrollment
        user_id = enrollment.enterprise_customer_user.user_id
        return super().get_context_data(
            realization=realization,
            badge=state_badge(realization.state),
            content=resolve([realization.intended_enrollment], timezone.now())[realization.intended_enrollment_id],
            enrollment=enrollment,
            course_enrollment=CourseEnrollment.objects.filter(user_id=user_id, course_id=enrollment.course_id).first(),
            payments=trail.payments(enrollment),
            steps=trail.enrollment_steps(user_id, enrollment.course_id),
            others=trail.other_realizations(realization),
            **kwargs,
        )


class FunnelView(DefaultsMixin, TemplateView):
    """`/enrollments/realizations/funnel/`: the plot of the home page, which asks for it by itself."""

    template_name = "enrollments/_funnel_card.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(plot=funnel.plot(), **kwargs)
