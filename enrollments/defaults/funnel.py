"""From what customers want by default to what their learners still have: the funnel of the home page."""

from django.core.cache import cache
from django.db.models import Count, Exists
from django.urls import reverse

from console import plots
from enrollments.defaults.models import DefaultIntention, DefaultRealization, EnterpriseCustomerUser
from enrollments.defaults.querysets import RealizationState, platform_enrollments, state_conditions

KEPT_SECONDS = 300
CAPTION = "Pairs of a linked learner and a live intention of their customer; at most five minutes old."


def plot() -> plots.BarPlot | None:
    """Return the funnel of all customers; None while there are no live intentions."""
    counts = cache.get_or_set("lectern_realization_funnel", _count, KEPT_SECONDS)
    if not counts["wanted"]:
        return None
    realizations = reverse("enrollments:realizations")
    steps = [
        plots.Bar("Wanted by default", counts["wanted"], reverse("enrollments:intentions")),
        plots.Bar("Realized", counts["realized"], realizations),
        plots.Bar("Still enrolled", counts["enrolled"]),
        plots.Bar("Not downgraded to audit", counts["kept"], f"{realizations}?state={RealizationState.ACTIVE}"),
    ]
    return plots.funnel("Default enrollments", steps, caption=CAPTION, headings=("Step", "Learners and intentions"))


def _count():
    """Count by conditions: to work out the state of each of a million realizations takes ten times as long."""
    live = DefaultIntention.objects.live().order_by()
    per_customer = dict(live.values_list("enterprise_customer").annotate(number=Count("pk")))
    learners = EnterpriseCustomerUser.objects.filter(enterprise_customer__in=per_customer, linked=True).order_by()
    linked = learners.values_list("enterprise_customer").annotate(number=Count("pk"))
    rows = DefaultRealization.objects.filter(
        intended_enrollment__is_removed=False, realized_enrollment__enterprise_customer_user__linked=True
    )
    realized = rows.count()
    enrolled = rows.filter(Exists(platform_enrollments().filter(is_active=True))).count()
    downgraded = rows.filter(state_conditions()[RealizationState.DOWNGRADED]).count()
    return {
        "wanted": sum(number * per_customer[customer] for customer, number in linked),
        "realized": realized,
        "enrolled": enrolled,
        "kept": enrolled - downgraded,
    }
