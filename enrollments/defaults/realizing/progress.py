"""How far realization plans have come."""

from console.plans import progress
from console.plans.progress import Progress
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan


def progress_of(plans: list[RealizePlan]) -> dict[int, Progress]:
    """Return the progress of each, by its id, with one query for all of them."""
    return progress.count(plans, RealizeItem.objects.exclude(verdict=RealizeItem.Verdict.CANNOT), "plan")
