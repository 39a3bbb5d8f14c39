"""Running a bulk reset, in workers. Any number of them may work on the same one.

A worker claims a few items, asks for another worker to take the next few, and then resets its own
one by one. So there are as many at work as are free, and a single reset that an agent asks for
meanwhile waits for a few items at most. An item is marked as started in the transaction that writes
its audit row, and as done in the one that clears: wherever a worker dies, an item has either no
reset or one.
"""

from datetime import datetime
from functools import partial

import structlog
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from console.plans.queue import SWEEP_LIMIT
from console.rules import still_may
from enrollments.models import CourseEnrollment
from resets import actions
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.queue import QUEUE
from resets.models import CourseResetAudit
from resets.rules import Permission

log = structlog.get_logger(__name__)

Status = CourseResetAudit.Status
Item = BulkItem.State

NOT_ALLOWED = "Who confirmed this list may not reset learners any more."
NOT_ENROLLED = "The enrollment no longer exists."
UNEXPECTED = "The reset could not be started ({}). Nothing was cleared; the worker’s log has details."
STATUS_CHANGED = "Another reset was started since the list was checked. Retry to reset this learner all the same."


class NotMineError(Exception):
    """An item that this worker may not start any more: paused, cancelled, or claimed by another since."""


# --- A worker's share ------------------------------------------------------------------------


def work(bulk_id: int, *, worker: str) -> int:
    """Reset a few learners of a bulk reset, and ring for the next few.

    Args:
        bulk_id: the bulk reset; one that does not run is left alone.
        worker: a name for this worker's claim, different for every delivery.

    Returns:
        How many items were this call's.
    """
    items = QUEUE.claim(bulk_id, worker)
    if not items:
        QUEUE.finish(bulk_id)
        return 0
    QUEUE.ring(bulk_id)
    bulk = BulkReset.objects.select_related("confirmed_by").get(pk=bulk_id)
    for item in items:
        if not _do(item, bulk, worker):
            QUEUE.release(bulk_id, worker)
            break
    QUEUE.finish(bulk_id)
    return len(items)


def _do(item, bulk, worker):
    """Reset an item's learner, or note why not; say whether the item was this worker's."""
    try:
        audit = _start(item, bulk, worker)
    except NotMineError:
        return False
    except actions.ResetRefusedError as refusal:
        changed = isinstance(refusal, actions.StatusChangedError)
        QUEUE.fail(item, worker, STATUS_CHANGED if changed else str(refusal))
    except PermissionDenied:
        QUEUE.fail(item, worker, NOT_ALLOWED)
    except CourseEnrollment.DoesNotExist:
        QUEUE.fail(item, worker, NOT_ENROLLED)
    except Exception as error:
        log.exception("bulk_item_failed", bulk=bulk.pk, line=item.line)
        QUEUE.fail(item, worker, UNEXPECTED.format(type(error).__name__))
    else:
        note = partial(BulkItem.objects.filter(pk=item.pk, state=Item.STARTED).update, state=Item.DONE)
        if not actions.run_claimed(audit.pk, worker=worker, started=audit, note=note):
            settle(audit.pk)
    return True


def _start(item, bulk, worker):
    """Start and claim one item's reset; return its audit row.

    All in one transaction: where one worker writes at a time, each further one is a wait for the others.

    Raises:
        NotMineError: nothing was started.
    """

    def take(audit):
        if not QUEUE.startable(item, worker).update(state=Item.STARTED, claimed_until=None, audit=audit):
            raise NotMineError

    if not still_may(bulk.confirmed_by, Permission.RESET):
        raise PermissionDenied
    return actions.start_reset(
        enrollment_id=item.enrollment_id,
        memo=bulk.memo,
        actor=bulk.confirmed_by,
        seen_audit_id=item.seen_audit_id,
        choices=bulk.choices,
        worker=worker,
        note=take,
    )


# --- Outcomes --------------------------------------------------------------------------------


def settle(audit_id: int) -> int | None:
    """Note the outcome of a finished reset on the line that asked for it, if one did.

    Returns:
        The bulk reset whose line was waiting for this, if any.
    """
    items = BulkItem.objects.filter(audit=audit_id, state=Item.STARTED)
    bulk_id = items.values_list("bulk", flat=True).first()
    if bulk_id is None:
        return None
    audit = CourseResetAudit.objects.select_related("job").filter(pk=audit_id).first()
    if audit is None or audit.status == Status.FAILED:
        reason = getattr(getattr(audit, "job", None), "reason", "") or "The reset failed."
        settled = items.update(state=Item.FAILED, reason=reason)
    elif audit.status == Status.COMPLETE:
        settled = items.update(state=Item.DONE)
    else:
        settled = 0
    return bulk_id if settled else None


# --- What the sweeper does -------------------------------------------------------------------


def sweep(now: datetime) -> None:
    """Note outcomes that no worker came to note; then what is to be done for every kind of plan."""
    for bulk in QUEUE.open_plans():
        _catch_up(bulk)
    QUEUE.sweep(now)


def _catch_up(bulk):
    started = BulkItem.objects.filter(bulk=bulk, state=Item.STARTED)
    over = started.filter(Q(audit__status__in=[Status.COMPLETE, Status.FAILED]) | Q(audit__status=None))
    for audit_id in list(over.values_list("audit_id", flat=True)[:SWEEP_LIMIT]):
        settle(audit_id)
