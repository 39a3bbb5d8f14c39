"""The lines of bulk assignments as a queue for the workers."""

from django.conf import settings

from console.plans.queue import Queue
from groups import tasks
from groups.models import BulkAssignment, BulkAssignmentItem

# As many as one transaction writes.
BATCH = 1000

QUEUE = Queue(
    plan=BulkAssignment,
    item=BulkAssignmentItem,
    parent="bulk",
    task=lambda: tasks.run_assignment,
    batch=BATCH,
    lease=lambda: settings.LECTERN_RESET_LEASE_SECONDS,
    ring_again=lambda: settings.LECTERN_RING_AGAIN_SECONDS,
)
