"""What `/metrics` says of resets: how many there are by state, and how long the oldest waits."""

from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from console.platform import features
from resets.bulk.models import BulkItem, BulkReset
from resets.models import RESET_TABLES, CourseResetAudit, ResetJob

Status = CourseResetAudit.Status


def collect():
    """Yield the numbers; none where the LMS has no resets."""
    if not features.has(*RESET_TABLES):
        return
    now = timezone.now()
    yield _by_state()
    yield from _ages(now)
    waiting = BulkItem.objects.filter(state=BulkItem.State.PENDING, bulk__state=BulkReset.State.RUNNING).count()
    yield GaugeMetricFamily("lectern_bulk_reset_learners_waiting", "Learners of running bulk resets.", value=waiting)


def _by_state():
    family = GaugeMetricFamily("lectern_resets", "Resets by their state, Open edX's own included.", labels=["state"])
    counts = dict(CourseResetAudit.objects.values_list("status").annotate(Count("pk")).order_by())
    for status in Status.values:
        family.add_metric([status], counts.get(status, 0))
    return family


def _ages(now):
    jobs = ResetJob.objects.filter(audit__status__in=[Status.ENQUEUED, Status.IN_PROGRESS]).aggregate(
        enqueued=Min("audit__modified", filter=Q(audit__status=Status.ENQUEUED)),
        running=Min("started_at", filter=Q(audit__status=Status.IN_PROGRESS)),
    )
    for name, words in (("enqueued", "waits for a worker"), ("running", "has been running")):
        age = (now - jobs[name]).total_seconds() if jobs[name] else 0
        yield GaugeMetricFamily(f"lectern_resets_oldest_{name}_seconds", f"How long the oldest reset {words}.", age)
