"""Carrying out a bulk assignment, in workers: a thousand lines in one transaction.

A worker claims lines, writes memberships and what became of each line together, and asks for a
worker to take the next ones. Wherever it dies, its lines are either done or waiting; doing a line
twice does no harm.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from console import history
from console.plans.models import ItemState
from console.transactions import atomic_with_retries
from groups.cohorts import events, members, membership
from groups.cohorts.bulk.queue import QUEUE
from groups.errors import GroupRefusedError
from groups.models import BulkAssignment, BulkAssignmentItem, CourseUserGroup
from groups.rules import must_manage
from groups.verified import moves

log = structlog.get_logger(__name__)

NOT_ALLOWED = "Who confirmed this list may not manage the groups of this course run any more."
COHORT_GONE = "The cohort was deleted after the list was checked."
LEARNER_GONE = "The account no longer exists."
IN_LINE = "Mode and cohort agreed by then."
UNEXPECTED = "This line could not be done ({}). Nothing was changed by it; the worker’s log has details."
WRITTEN = ("state", "outcome", "reason", "previous", "cohort_id", "cohort_name")
Kind, Outcome = BulkAssignment.Kind, BulkAssignmentItem.Outcome


def work(bulk_id: int, *, worker: str) -> int:
    """Do the next few lines of a bulk assignment, and ring for the next.

    Args:
        bulk_id: the bulk assignment; one that does not run is left alone.
        worker: a name for this worker's claim, different for every delivery.

    Returns:
        How many lines were this call's.
    """
    items = QUEUE.claim(bulk_id, worker)
    if items:
        QUEUE.ring(bulk_id)
        _do(BulkAssignment.objects.select_related("confirmed_by").get(pk=bulk_id), items, worker)
    if QUEUE.finish(bulk_id):
        _finished(bulk_id)
    return len(items)


def sweep(now: datetime) -> None:
    """Finish what is over, ring for what no worker is about to do, delete drafts that are too old."""
    QUEUE.sweep(now)


def _do(bulk, items, worker):
    """Do the lines all at once; if that is impossible, say the same reason on each of them."""
    try:
        _write(bulk, items, worker)
    except PermissionDenied:
        _fail(items, worker, NOT_ALLOWED)
    except GroupRefusedError as refusal:
        _fail(items, worker, str(refusal))
    except Exception as error:
        log.exception("bulk_assignment_failed", bulk=bulk.pk, first=items[0].line)
        _fail(items, worker, UNEXPECTED.format(type(error).__name__))


def _fail(items, worker, reason):
    mine = BulkAssignmentItem.objects.filter(pk__in=[item.pk for item in items], worker=worker)
    mine.filter(state=ItemState.PENDING).update(state=ItemState.FAILED, reason=reason, claimed_until=None)


@atomic_with_retries
def _write(bulk, items, worker):
    must_manage(bulk.confirmed_by, bulk.course_id)
    mine = BulkAssignmentItem.objects.filter(pk__in=[item.pk for item in items], worker=worker, state=ItemState.PENDING)
    held = list(mine.select_for_update().order_by("line"))
    WRITERS[bulk.kind](bulk, held)
    _note(held)


def _note(items):
    """Write down what became of the lines: a statement for each outcome and cohort, not one for each line."""
    alike = defaultdict(list)
    for item in items:
        alike[tuple(getattr(item, name) for name in WRITTEN)].append(item.pk)
    for values, ids in alike.items():
        rows = BulkAssignmentItem.objects.filter(pk__in=ids)
        rows.update(claimed_until=None, **dict(zip(WRITTEN, values, strict=True)))


def _write_upload(bulk, items):
    cohorts = CourseUserGroup.objects.cohorts().filter(course_id=bulk.course_id)
    cohorts = cohorts.in_bulk({item.cohort_id for item in items})
    ready = _possible(items, cohorts)
    wanted = {item.learner_id: cohorts[item.cohort_id] for item in ready if item.learner_id}
    placed = membership.put(bulk.course_id, wanted, actor=bulk.confirmed_by)
    addresses = {item.typed: cohorts[item.cohort_id] for item in ready if not item.learner_id}
    members.preassign(bulk.course_id, addresses, actor=bulk.confirmed_by)
    for item in ready:
        _settle(item, placed.get(item.learner_id))


def _write_automatic(bulk, items):
    ready = _possible(items)
    placed = members.assign_automatically(
        course_key=bulk.course_id, learner_ids=[item.learner_id for item in ready], actor=bulk.confirmed_by
    )
    for item in ready:
        place = placed[item.learner_id]
        _settle(item, place)
        item.cohort_id, item.cohort_name = place.cohort.pk, place.cohort.name


def _write_verified(bulk, items):
    ready = _possible(items)
    placed = moves.bring_into_line(
        course_key=bulk.course_id, learner_ids=[item.learner_id for item in ready], actor=bulk.confirmed_by
    )
    for item in ready:
        place = placed.get(item.learner_id)
        if place is None:
            item.state, item.outcome, item.reason = ItemState.DONE, Outcome.PRESENT, IN_LINE
            continue
        _settle(item, place)
        item.cohort_id, item.cohort_name = place.cohort.pk, place.cohort.name


WRITERS = {Kind.UPLOAD: _write_upload, Kind.AUTOMATIC: _write_automatic, Kind.VERIFIED: _write_verified}


def _possible(items: Sequence[BulkAssignmentItem], cohorts=None) -> list[BulkAssignmentItem]:
    """Return the lines whose account, and cohort if it matters, are still there; note on the others what is not."""
    ids = {item.learner_id for item in items if item.learner_id}
    people = set(get_user_model().objects.filter(pk__in=ids).values_list("pk", flat=True))
    for item in items:
        if cohorts is not None and item.cohort_id not in cohorts:
            item.state, item.reason = ItemState.FAILED, COHORT_GONE
        elif item.learner_id and item.learner_id not in people:
            item.state, item.reason = ItemState.FAILED, LEARNER_GONE
    return [item for item in items if item.state == ItemState.PENDING]


def _settle(item, place):
    item.state, item.reason, item.previous = ItemState.DONE, "", ""
    if place is None:
        item.outcome = Outcome.PREASSIGNED
        return
    item.outcome = Outcome(place.outcome)
    item.previous = place.previous.name if place.previous else ""


@atomic_with_retries
def _finished(bulk_id):
    """Record the end, and tell the LMS's reports of the results of an upload."""
    bulk = BulkAssignment.objects.select_related("confirmed_by").get(pk=bulk_id)
    done = BulkAssignmentItem.objects.filter(bulk=bulk, state=ItemState.DONE).count()
    history.record(actor=bulk.confirmed_by, obj=bulk, message=f"Finished: {done} lines done")
    if bulk.kind == Kind.UPLOAD:
        events.results_stored(bulk.course_id, bulk.confirmed_by)
