"""Running a bulk reset, in workers. Any number of them may work on the same one.

A worker claims a few items, asks for another worker to take the next few, and then resets its own
one by one. So there are as many at work as are free, and a single reset that an agent asks for
meanwhile waits for a few items at most. An item is marked as started in the same transaction that
writes its audit row: wherever a worker dies, an item has either no reset or one.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from console.celery import ring
from console.transactions import atomic_with_retries
from enrollments.models import CourseEnrollment
from resets import actions, tasks
from resets.bulk.actions import delete
from resets.bulk.models import BulkItem, BulkReset
from resets.models import CourseResetAudit

log = structlog.get_logger(__name__)

BATCH = 10
# Two workers that look at once see the same items, and one of them comes away empty-handed.
CLAIM_TRIES = 5
SWEEP_LIMIT = 500

Status = CourseResetAudit.Status
State = BulkReset.State
Item = BulkItem.State

NOT_ALLOWED = "Who confirmed this list may not reset learners any more."
NOT_ENROLLED = "The enrollment no longer exists."
UNEXPECTED = "The reset could not be started ({}). Nothing was cleared; the worker’s log has details."
STATUS_CHANGED = "Another reset was started since the list was checked. Retry to reset this learner all the same."


# --- A worker's share ------------------------------------------------------------------------


def work(bulk_id: int, *, worker: str) -> int:
    """Reset a few learners of a bulk reset, and ring for the next few.

    Args:
        bulk_id: the bulk reset; one that does not run is left alone.
        worker: a name for this worker's claim, different for every delivery.

    Returns:
        How many items were this call's.
    """
    items = claim(bulk_id, worker)
    if not items:
        finish(bulk_id)
        return 0
    ring(tasks.run_bulk, bulk_id)
    bulk = BulkReset.objects.select_related("confirmed_by").get(pk=bulk_id)
    for item in items:
        if not _is_running(bulk_id):
            _release(bulk_id, worker)
            break
        _do(item, bulk, worker)
    finish(bulk_id)
    return len(items)


def claim(bulk_id: int, worker: str) -> list[BulkItem]:
    """Claim some waiting items for this worker, by one conditional UPDATE; none when it does not run."""
    if not _is_running(bulk_id):
        return []
    for _ in range(CLAIM_TRIES):
        ids = list(_claimable(bulk_id).order_by("line").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return []
        until = timezone.now() + timedelta(seconds=settings.LECTERN_RESET_LEASE_SECONDS)
        if _mark(bulk_id, ids, worker, until):
            mine = BulkItem.objects.filter(pk__in=ids, state=Item.PENDING, worker=worker)
            return list(mine.order_by("line"))
    return []


@atomic_with_retries
def _mark(bulk_id, ids, worker, until):
    taken = _claimable(bulk_id).filter(pk__in=ids).update(worker=worker, claimed_until=until)
    if taken:
        BulkReset.objects.filter(pk=bulk_id).update(rung_at=timezone.now())
    return taken


def _claimable(bulk_id):
    free = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
    return BulkItem.objects.filter(free, bulk=bulk_id, state=Item.PENDING)


def _is_running(bulk_id):
    return BulkReset.objects.filter(pk=bulk_id, state=State.RUNNING).exists()


def _release(bulk_id, worker):
    """Give claims back, so that a resumed bulk reset need not wait for the lease to run out."""
    mine = BulkItem.objects.filter(bulk=bulk_id, state=Item.PENDING, worker=worker)
    mine.update(worker="", claimed_until=None)


def _do(item, bulk, worker):
    try:
        audit_id = _start(item, bulk, worker)
    except actions.ResetRefusedError as refusal:
        changed = isinstance(refusal, actions.StatusChangedError)
        _refuse(item, worker, STATUS_CHANGED if changed else str(refusal))
    except PermissionDenied:
        _refuse(item, worker, NOT_ALLOWED)
    except CourseEnrollment.DoesNotExist:
        _refuse(item, worker, NOT_ENROLLED)
    except Exception as error:
        log.exception("bulk_item_failed", bulk=bulk.pk, line=item.line)
        _refuse(item, worker, UNEXPECTED.format(type(error).__name__))
    else:
        if audit_id:
            actions.run_reset(audit_id, worker=worker)
            settle(audit_id)


@atomic_with_retries
def _start(item, bulk, worker):
    """Start one item's reset; return its audit id, or None when it is not this worker's any more."""
    mine = BulkItem.objects.filter(pk=item.pk, state=Item.PENDING, worker=worker)
    if not mine.update(state=Item.STARTED, claimed_until=None):
        return None
    audit = actions.start_reset(
        enrollment_id=item.enrollment_id,
        memo=bulk.memo,
        actor=bulk.confirmed_by,
        seen_audit_id=item.seen_audit_id,
        rings=False,
    )
    BulkItem.objects.filter(pk=item.pk).update(audit=audit)
    return audit.pk


def _refuse(item, worker, reason):
    mine = BulkItem.objects.filter(pk=item.pk, state=Item.PENDING, worker=worker)
    mine.update(state=Item.FAILED, reason=reason, claimed_until=None)


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


@atomic_with_retries
def finish(bulk_id: int) -> bool:
    """Mark a bulk reset as finished when nothing of it waits or runs.

    Returns:
        Whether it is finished by this call.
    """
    unfinished = BulkItem.objects.filter(bulk=bulk_id, state__in=[Item.PENDING, Item.STARTED])
    if unfinished.exists():
        return False
    bulk = BulkReset.objects.select_for_update().filter(pk=bulk_id).first()
    # Once more, now that nobody can retry or cancel meanwhile.
    if bulk is None or not bulk.is_open or unfinished.exists():
        return False
    state = State.CANCELLED if bulk.state == State.CANCELLED else State.DONE
    BulkReset.objects.filter(pk=bulk_id).update(state=state, finished_at=timezone.now())
    log.info("bulk_reset_finished", bulk=bulk_id, state=state)
    return True


# --- What the sweeper does -------------------------------------------------------------------


def sweep(now: datetime) -> None:
    """Note outcomes that no worker came to note, finish, ring again, and delete drafts that are too old."""
    for bulk in BulkReset.objects.filter(finished_at=None).exclude(state=State.DRAFT).order_by("pk")[:SWEEP_LIMIT]:
        _catch_up(bulk)
        if not finish(bulk.pk):
            _ring_again(bulk.pk, now)
    for bulk in BulkReset.objects.filter(state=State.DRAFT, expires_at__lt=now)[:SWEEP_LIMIT]:
        _purge(bulk.pk)


def _catch_up(bulk):
    started = BulkItem.objects.filter(bulk=bulk, state=Item.STARTED)
    over = started.filter(Q(audit__status__in=[Status.COMPLETE, Status.FAILED]) | Q(audit__status=None))
    for audit_id in list(over.values_list("audit_id", flat=True)[:SWEEP_LIMIT]):
        settle(audit_id)


def _ring_again(bulk_id, now):
    unheard = BulkReset.objects.filter(
        pk=bulk_id, state=State.RUNNING, rung_at__lt=now - timedelta(seconds=settings.LECTERN_RING_AGAIN_SECONDS)
    )
    if _claimable(bulk_id).exists() and unheard.update(rung_at=now):
        ring(tasks.run_bulk, bulk_id)


def _purge(bulk_id):
    with transaction.atomic():
        bulk = BulkReset.objects.select_for_update().filter(pk=bulk_id, state=State.DRAFT).first()
        if bulk is not None:
            delete(bulk)
