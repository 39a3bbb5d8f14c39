"""The learners of bulk resets as a queue for the workers."""

from django.conf import settings

from console.plans.queue import Queue
from resets import tasks
from resets.bulk.models import BulkItem, BulkReset

BATCH = 10

QUEUE = Queue(
    plan=BulkReset,
    item=BulkItem,
    parent="bulk",
    task=lambda: tasks.run_bulk,
    batch=BATCH,
    lease=lambda: settings.LECTERN_RESET_LEASE_SECONDS,
    ring_again=lambda: settings.LECTERN_RING_AGAIN_SECONDS,
)
