"""Bringing a whole course run into line: a stored plan, of the same kind as uploads."""

from console.plans.models import ItemState
from groups.cohorts.bulk.plan import MAX_LEARNERS, store
from groups.cohorts.errors import CohortRefusedError
from groups.models import BulkAssignment, BulkAssignmentItem, CohortMembership
from groups.rules import must_manage
from groups.verified.track import VERIFIED_MODES, out_of_line, track_of

NOBODY = "Every learner of this course run is in the cohort that their mode asks for."
INTO_VERIFIED = "The mode is {}."
INTO_AUTOMATIC = "The mode is {}: into one of the automatic cohorts, by chance."
Outcome = BulkAssignmentItem.Outcome


def make_line_up(*, course_key, actor) -> BulkAssignment:
    """Store everybody who is out of line as a draft; nobody is moved by that.

    Args:
        course_key: a course run with the switch on.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        CohortRefusedError: something is in the way, or nobody is out of line.
    """
    must_manage(actor, course_key)
    track = track_of(course_key)
    if track.obstacle:
        raise CohortRefusedError(track.obstacle)
    rows = out_of_line(track).order_by("user__username", "pk").values_list("user", "user__username", "mode")
    rows = list(rows[:MAX_LEARNERS])
    if not rows:
        raise CohortRefusedError(NOBODY)
    # Read by the cohorts of the run: no index begins with its key.
    held = CohortMembership.objects.filter(course_user_group__course_id=course_key)
    current = dict(held.values_list("user", "course_user_group__name"))
    items = [_item(line, row, track.cohort, current) for line, row in enumerate(rows, 1)]
    return store(items, course_key, BulkAssignment.Kind.VERIFIED, "", actor)


def _item(line, row, cohort, current):
    user_id, username, mode = row
    previous = current.get(user_id, "")
    item = BulkAssignmentItem(line=line, typed=username, learner_id=user_id, previous=previous, state=ItemState.PENDING)
    item.outcome = Outcome.CHANGED if previous else Outcome.ADDED
    if mode in VERIFIED_MODES:
        item.cohort_id, item.cohort_name, item.reason = cohort.pk, cohort.name, INTO_VERIFIED.format(mode)
    else:
        item.reason = INTO_AUTOMATIC.format(mode)
    return item
