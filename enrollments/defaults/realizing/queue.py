"""The learners of realization plans as a queue for the workers."""

from django.conf import settings

from console.plans.queue import Queue
from enrollments import tasks
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan

# One transaction: so many learners are locked at a time, and a pause waits for so many at most.
BATCH = 250

QUEUE = Queue(
    plan=RealizePlan,
    item=RealizeItem,
    parent="plan",
    task=lambda: tasks.run_realization,
    batch=BATCH,
    lease=lambda: settings.LECTERN_RESET_LEASE_SECONDS,
    ring_again=lambda: settings.LECTERN_RING_AGAIN_SECONDS,
)
