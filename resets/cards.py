"""The cards that resets add to the home page."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from console import plots
from resets.models import CourseResetAudit

LIMIT = 5
DAYS = 30
Status = CourseResetAudit.Status
# From the bottom of a bar, with tones as in the status badges.
_TONES = {
    Status.COMPLETE: "success",
    Status.FAILED: "danger",
    Status.IN_PROGRESS: "info",
    Status.ENQUEUED: "neutral",
}


def attention(viewer) -> dict:
    """Return the resets that run and those that failed last, each limited."""
    visible = CourseResetAudit.objects.visible_to(viewer).select_related(
        "course_enrollment__user", "course_enrollment__overview", "reset_by", "job"
    )
    running = visible.filter(status__in=[Status.ENQUEUED, Status.IN_PROGRESS]).order_by("-pk")
    failed = visible.filter(status=Status.FAILED).order_by("-pk")
    return {"running": running[:LIMIT], "failed": failed[:LIMIT]}


def per_day(viewer) -> dict:
    """Return how many resets were asked for on each of the last days (UTC), by their state now."""
    today = timezone.now().astimezone(UTC).date()
    since = today - timedelta(days=DAYS - 1)
    counts = _counts(viewer, since)
    if not counts:
        return {"plot": None, "days": DAYS}
    plot = plots.days(
        "resets-per-day",
        f"Resets per day by state, last {DAYS} days",
        [_series(status, since) for status in _TONES],
        counts=counts,
        last=today,
        number=DAYS,
        caption=f"By the day on which they were asked for (UTC), in their state of now; last {DAYS} days.",
    )
    return {"plot": plot, "days": DAYS}


def _series(status, since):
    link = f"{reverse('resets:list')}?status={status}&since={since}"
    return plots.Series(status, status.label, _TONES[status], link)


def _counts(viewer, since):
    rows = CourseResetAudit.objects.visible_to(viewer).filter(created__gte=datetime.combine(since, time.min, UTC))
    # UTC needs no time zone tables in MySQL, and is what every page shows.
    grouped = rows.order_by().values("status", day=TruncDate("created", tzinfo=UTC)).annotate(number=Count("pk"))
    return {(row["day"], row["status"]): row["number"] for row in grouped}
