"""From a file, or from everybody without a cohort, to a stored plan; nobody is assigned by that.

Everything is looked up by sets of 1,000 lines. What is found is stored with ids of accounts and
cohorts: a confirmed plan assigns exactly these, whatever matches later.
"""

from datetime import timedelta

from django.db import DataError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from console import history
from console.plans.models import ItemState
from console.transactions import atomic_with_retries
from enrollments.models import CourseEnrollment
from groups.cohorts import membership
from groups.cohorts.bulk.parse import Row
from groups.cohorts.errors import CohortRefusedError
from groups.cohorts.members import COHORTS_OFF
from groups.cohorts.people import meant_by
from groups.models import BulkAssignment, BulkAssignmentItem, CohortMembership, CourseUserGroup
from groups.rules import must_manage

CHUNK = 1000
DRAFT_LIFE = timedelta(days=1)
MAX_LEARNERS = 50_000
NOBODY_UNASSIGNED = "Every enrolled learner of this course run has a cohort already."
NO_NAME = "The line names no learner."
NO_COHORT = "The course run has no cohort of this name. An upload makes none."
UNSTORABLE = "The database cannot store a character of this list: leave out pictures and other rare characters."
Kind, Outcome = BulkAssignment.Kind, BulkAssignmentItem.Outcome


def make_upload(*, course_key, rows: list[Row], source: str, actor) -> BulkAssignment:
    """Check the rows of a file and store them as a draft.

    Of several rows for one learner the last counts, as in the LMS, and the others say so.

    Args:
        course_key: the course run; cohorts are found among its own by name, and never made.
        rows: as read by `parse`.
        source: name of the file.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        CohortRefusedError: the database cannot store a text of the list.
    """
    must_manage(actor, course_key)
    cohorts = _by_name(course_key)
    items = []
    for start in range(0, len(rows), CHUNK):
        items += _judge(rows[start : start + CHUNK], course_key, cohorts)
    _mark_repeated(items)
    return store(items, course_key, Kind.UPLOAD, source, actor)


def make_automatic(*, course_key, actor) -> BulkAssignment:
    """Store everybody who is enrolled and has no cohort as a draft; cohorts are drawn when it runs.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        CohortRefusedError: cohorts are off, or nobody is without one.
    """
    must_manage(actor, course_key)
    if not membership.is_cohorted(course_key):
        raise CohortRefusedError(COHORTS_OFF)
    people = unassigned(course_key).order_by("pk").values_list("user", "user__username")[:MAX_LEARNERS]
    items = [
        BulkAssignmentItem(
            line=line, typed=username, learner_id=user_id, outcome=Outcome.ASSIGNED, state=ItemState.PENDING
        )
        for line, (user_id, username) in enumerate(people, 1)
    ]
    if not items:
        raise CohortRefusedError(NOBODY_UNASSIGNED)
    return store(items, course_key, Kind.AUTOMATIC, "", actor)


def unassigned(course_key):
    """Return the active enrollments of the run whose learners have no cohort."""
    return unassigned_of([course_key])


def unassigned_of(course_keys):
    """Return the active enrollments of these runs whose learners have no cohort there."""
    held = CohortMembership.objects.filter(user=OuterRef("user"), course_id=OuterRef("course_id"))
    return CourseEnrollment.objects.filter(~Exists(held), course_id__in=course_keys, is_active=True)


@atomic_with_retries
def store(items, course_key, kind, source, actor) -> BulkAssignment:
    """Store checked lines as a draft. Raises CohortRefusedError when the database cannot store a text of them."""
    now = timezone.now()
    bulk = BulkAssignment.objects.create(
        course_id=course_key,
        kind=kind,
        source=source[:255],
        created=now,
        created_by_id=actor.pk,
        expires_at=now + DRAFT_LIFE,
    )
    for item in items:
        item.pk, item.bulk = None, bulk
    try:
        BulkAssignmentItem.objects.bulk_create(items, batch_size=CHUNK)
    except DataError as error:
        raise CohortRefusedError(UNSTORABLE) from error
    history.record(actor=actor, obj=bulk, flag=history.ADDITION, message=f"{len(items)} lines checked for {course_key}")
    return bulk


# --- Judging lines ---------------------------------------------------------------------------


def _by_name(course_key):
    """Return the run's cohorts by folded name; one that is spelled exactly so goes first."""
    cohorts = list(CourseUserGroup.objects.cohorts().filter(course_id=course_key).order_by("pk"))
    return {cohort.name.strip().casefold(): cohort for cohort in cohorts} | {cohort.name: cohort for cohort in cohorts}


def _judge(rows, course_key, cohorts):
    meant = meant_by({row.typed for row in rows if row.typed})
    people = {one.account.pk for one in meant.values() if one.account}
    held = CohortMembership.objects.filter(course_id=course_key, user_id__in=people).select_related("course_user_group")
    current = {row.user_id: row.course_user_group for row in held}
    return [_item(row, meant.get(row.typed), _cohort(row, cohorts), current) for row in rows]


def _cohort(row, cohorts):
    return cohorts.get(row.cohort) or cohorts.get(row.cohort.casefold())


def _item(row, meant, cohort, current):
    item = BulkAssignmentItem(line=row.number, typed=row.typed, cohort_name=row.cohort, state=ItemState.SKIPPED)
    if meant is not None and meant.account:
        item.learner_id = meant.account.pk
    if cohort is None:
        item.outcome, item.reason = Outcome.NO_COHORT, NO_COHORT
    elif meant is None:
        item.outcome, item.reason = Outcome.UNKNOWN, NO_NAME
    elif meant.outcome:
        item.outcome, item.reason = Outcome(meant.outcome), meant.reason
    else:
        item.cohort_id, item.cohort_name, item.state = cohort.pk, cohort.name, ItemState.PENDING
        _foresee(item, cohort, current.get(item.learner_id))
    return item


def _foresee(item, cohort, held):
    """Say what a line would do that can be done."""
    if item.learner_id is None:
        item.outcome = Outcome.PREASSIGNED
    elif held is None:
        item.outcome = Outcome.ADDED
    elif held.pk == cohort.pk:
        item.outcome = Outcome.PRESENT
    else:
        item.outcome, item.previous = Outcome.CHANGED, held.name


def _mark_repeated(items):
    """Leave out all lines of a learner but the last that can be done."""
    ready = [item for item in items if item.state == ItemState.PENDING]
    last = {_who(item): item.line for item in ready}
    for item in ready:
        if last[_who(item)] != item.line:
            item.state, item.outcome, item.previous = ItemState.SKIPPED, Outcome.REPEATED, ""
            item.reason = f"Line {last[_who(item)]} names the same learner and counts."


def _who(item):
    return item.learner_id or item.typed.casefold()
