"""The state changes of a cohort's members: add, move, remove, pre-assign, assign automatically."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from console import history
from console.transactions import OvertakenError, atomic_with_retries
from enrollments.models import CourseEnrollment
from groups.cohorts import events, membership
from groups.cohorts.errors import CohortRefusedError
from groups.cohorts.people import Outcome, meant_once
from groups.models import (
    CohortMembership,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)
from groups.rules import must_manage

# What is typed by hand; more goes by CSV upload.
AT_ONCE = 1000
TOO_MANY = f"At most {AT_ONCE:,} learners can be added at once. Upload a CSV file for more."
COHORTS_OFF = "Cohorts are off in this course run, so nobody is assigned to one. Turn them on in the settings first."
NAMES_RECORDED = 20


@dataclass(frozen=True)
class Added:
    """What became of one text of a list.

    Attributes:
        typed: the text.
        outcome: by the words of the LMS.
        username, email: of the account, or the address that waits for one.
        previous: the name of the cohort before, of somebody who was moved.
        reason: why not, in a sentence.
    """

    typed: str
    outcome: Outcome
    username: str = ""
    email: str = ""
    previous: str = ""
    reason: str = ""


@atomic_with_retries
def add_learners(*, course_key, cohort_id: int, texts: Sequence[str], actor) -> list[Added]:
    """Put learners into a cohort, by username or e-mail address; who is in another cohort is moved.

    Args:
        course_key: the course run.
        cohort_id: a cohort of this run.
        texts: at most 1,000. An address without an account is pre-assigned.
        actor: who manages the run's groups.

    Returns:
        What became of each, in the order of the texts; an account or address that is named twice
        counts once.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        NoSuchCohortError: not (or no longer) a cohort of this run.
        CohortRefusedError: too many.
    """
    must_manage(actor, course_key)
    if len(texts) > AT_ONCE:
        raise CohortRefusedError(TOO_MANY)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    meant = meant_once(texts)
    people = {one.account.pk: cohort for one in meant if one.account}
    placed = membership.put(course_key, people, actor=actor)
    preassign(course_key, {one.email: cohort for one in meant if one.email}, actor=actor)
    added = [_added(one, placed.get(one.account.pk) if one.account else None) for one in meant]
    _record(cohort, actor, "Added to the cohort", [one.username or one.email for one in added if _is_new(one)])
    return added


def _added(meant, placed):
    if placed is not None:
        account, previous = meant.account, placed.previous
        return Added(
            meant.typed,
            Outcome(placed.outcome),
            username=account.get_username(),
            email=account.email,
            previous=previous.name if previous else "",
        )
    if meant.email:
        return Added(meant.typed, Outcome.PREASSIGNED, email=meant.email)
    return Added(meant.typed, meant.outcome, reason=meant.reason)


def _is_new(added):
    return added.outcome in {Outcome.ADDED, Outcome.CHANGED, Outcome.PREASSIGNED}


@atomic_with_retries
def move(*, course_key, cohort_id: int, learner_ids: Iterable[int], actor) -> dict[int, membership.Placed]:
    """Put these accounts into a cohort, whether they are in another one or in none.

    Args:
        course_key: the course run.
        cohort_id: a cohort of this run.
        learner_ids: accounts that are enrolled in the run, or in one of its cohorts; others are left out.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied, NoSuchCohortError: as `add_learners`.
    """
    must_manage(actor, course_key)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    people = _people_of(course_key, learner_ids)
    placed = membership.put(course_key, dict.fromkeys(people, cohort), actor=actor)
    new = [people[pk] for pk, place in placed.items() if place.outcome != membership.Put.PRESENT]
    _record(cohort, actor, "Put into the cohort", new)
    return placed


def _people_of(course_key, ids):
    """Return usernames by account: whoever manages a run must not reach people who have nothing to do with it."""
    ids = list(ids)
    known = set(CourseEnrollment.objects.filter(course_id=course_key, user__in=ids).values_list("user", flat=True))
    members = GroupMember.objects.filter(courseusergroup__course_id=course_key, user__in=ids)
    held = CohortMembership.objects.filter(course_user_group__course_id=course_key, user__in=ids)
    known |= set(members.values_list("user", flat=True)) | set(held.values_list("user", flat=True))
    return dict(get_user_model().objects.filter(pk__in=known).values_list("pk", "username"))


@atomic_with_retries
def remove(*, course_key, cohort_id: int, learner_ids: Iterable[int], actor) -> int:
    """Take learners out of a cohort. Nothing keeps them out: the LMS assigns them again at their next visit.

    Returns:
        How many were in it.

    Raises:
        PermissionDenied, NoSuchCohortError: as `add_learners`.
    """
    must_manage(actor, course_key)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    removed = membership.take_out(cohort, learner_ids, actor=actor)
    names = get_user_model().objects.filter(pk__in=removed).order_by("username").values_list("username", flat=True)
    _record(cohort, actor, "Removed from the cohort", list(names))
    return len(removed)


@atomic_with_retries
def assign_automatically(*, course_key, learner_ids: Iterable[int], actor) -> dict[int, membership.Placed]:
    """Give each of these accounts a cohort who has none; nobody is moved.

    Args:
        course_key: a course run whose cohorts are on.
        learner_ids: accounts, at most a few thousand.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        CohortRefusedError: cohorts are off, or the default cohort cannot be made.
    """
    must_manage(actor, course_key)
    if not membership.is_cohorted(course_key):
        raise CohortRefusedError(COHORTS_OFF)
    people = get_user_model().objects.filter(pk__in=list(learner_ids)).only("email")
    return membership.assign(course_key, people, actor=actor)


# --- Pre-assignments -------------------------------------------------------------------------


def preassign(course_key, wanted: dict[str, CourseUserGroup], *, actor) -> None:
    """Let e-mail addresses without an account wait for a cohort; an address that waits for another is repointed.

    Part of a transaction of its caller.

    Raises:
        OvertakenError: somebody else pre-assigned one of them at the same moment.
    """
    if not wanted:
        return
    folded = {email.casefold(): (email, cohort) for email, cohort in wanted.items()}
    held = membership.waiting(course_key, wanted)
    for key, row in held.items():
        row.course_user_group = folded[key][1]
    UnregisteredLearnerCohortAssignment.objects.bulk_update(held.values(), ["course_user_group"])
    new = [
        UnregisteredLearnerCohortAssignment(email=email, course_id=course_key, course_user_group=cohort)
        for key, (email, cohort) in folded.items()
        if key not in held
    ]
    try:
        with transaction.atomic():
            UnregisteredLearnerCohortAssignment.objects.bulk_create(new)
    except IntegrityError as error:
        raise OvertakenError from error
    for email, cohort in folded.values():
        events.email_preassigned(cohort, email, actor)


@atomic_with_retries
def remove_preassignments(*, course_key, cohort_id: int, ids: Iterable[int], actor) -> int:
    """Forget pre-assignments of a cohort; return how many there were. Raises as `add_learners`."""
    must_manage(actor, course_key)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    rows = UnregisteredLearnerCohortAssignment.objects.filter(course_user_group=cohort, pk__in=list(ids))
    emails = list(rows.order_by("email").values_list("email", flat=True))
    rows.delete()
    _record(cohort, actor, "Pre-assignment removed", emails)
    return len(emails)


# --- Parts -----------------------------------------------------------------------------------


def _record(cohort, actor, what, names):
    if names:
        history.record(actor=actor, obj=cohort, message=f"{what}: {names_in_words(names)}")


def names_in_words(names: Sequence[str]) -> str:
    """Return names for the log, the first twenty and how many more."""
    more = f" and {len(names) - NAMES_RECORDED} more" if len(names) > NAMES_RECORDED else ""
    return f"{', '.join(names[:NAMES_RECORDED])}{more}"
