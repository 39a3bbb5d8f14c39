"""Who is in a learner group. Adding and removing can be repeated; in an exclusive set, joining moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from console import history
from console.transactions import OvertakenError, atomic_with_retries
from groups.cohorts.members import AT_ONCE, Added, names_in_words
from groups.cohorts.people import Outcome, meant_once
from groups.learner_groups import events
from groups.learner_groups.actions import extras_of, lock
from groups.learner_groups.errors import LearnerGroupRefusedError
from groups.models import CourseUserGroup, ExclusiveMembership, GroupMember, LearnerGroup
from groups.rules import Permission

TOO_MANY = f"At most {AT_ONCE:,} learners can be added at once."
NO_ACCOUNT = "No account has this e-mail address, and a learner group cannot wait for one."


def must_change_members(user, group: CourseUserGroup) -> None:
    """Raise PermissionDenied unless `user` manages the run's groups or is an instructor of this one."""
    if not user.has_perm(Permission.INSTRUCT, group):
        raise PermissionDenied


@atomic_with_retries
def add(*, course_key, group_id: int, texts: Sequence[str], actor) -> list[Added]:
    """Put learners into a learner group, by username or e-mail address.

    Args:
        course_key: the course run.
        group_id: a learner group of this run.
        texts: at most 1,000.
        actor: who manages the run's groups, or an instructor of this one.

    Returns:
        What became of each, in the order of the texts. `changed` is a learner who was in another
        group of the exclusive set.

    Raises:
        PermissionDenied: the actor may not change the members of this group.
        NoSuchLearnerGroupError: not (or no longer) a learner group of this run.
        LearnerGroupRefusedError: too many.
    """
    if len(texts) > AT_ONCE:
        raise LearnerGroupRefusedError(TOO_MANY)
    group = lock(course_key, group_id)
    must_change_members(actor, group)
    meant = meant_once(texts)
    own = extras_of(group, actor)
    placed = _put(group, own, [one.account.pk for one in meant if one.account])
    added = [_outcome(one, placed) for one in meant]
    new = [one.username for one in added if one.outcome in (Outcome.ADDED, Outcome.CHANGED)]
    if new:
        history.record(actor=actor, obj=group, message=f"Added to the learner group: {names_in_words(new)}")
    events.members(group, "added", placed.added, actor)
    return added


@dataclass
class _Placed:
    """Account ids by what became of them; `previous` is the name of the group that somebody left for this one."""

    added: list[int]
    previous: dict[int, str]


def _put(group, own, user_ids):
    present = set(GroupMember.objects.filter(courseusergroup=group, user__in=user_ids).values_list("user", flat=True))
    new = sorted(set(user_ids) - present)
    previous = _leave_others(own, new) if own.exclusive_set_id else {}
    rows = [GroupMember(courseusergroup=group, user_id=user_id) for user_id in new]
    claims = [
        ExclusiveMembership(exclusive_set_id=own.exclusive_set_id, group=own, user_id=user_id)
        for user_id in new
        if own.exclusive_set_id
    ]
    try:
        with transaction.atomic():
            GroupMember.objects.bulk_create(rows)
            ExclusiveMembership.objects.bulk_create(claims)
    except IntegrityError as error:
        raise OvertakenError("Somebody else added one of them in the same moment.") from error
    return _Placed(new, previous)


def _leave_others(own: LearnerGroup, user_ids):
    """Take learners out of the other groups of the set; return the group's name for each who was in one."""
    held = ExclusiveMembership.objects.filter(exclusive_set=own.exclusive_set_id, user__in=user_ids)
    rows = list(held.select_for_update().order_by("user_id"))
    names = dict(CourseUserGroup.objects.filter(pk__in={row.group_id for row in rows}).values_list("pk", "name"))
    for group_id in names:
        users = [row.user_id for row in rows if row.group_id == group_id]
        GroupMember.objects.filter(courseusergroup=group_id, user__in=users).delete()
    # These and no others: somebody else's, new since then, has a member of that group beside it.
    ExclusiveMembership.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {row.user_id: names.get(row.group_id, "") for row in rows}


def _outcome(meant, placed):
    if meant.account is None:
        if meant.email:
            return Added(meant.typed, Outcome.UNKNOWN, email=meant.email, reason=NO_ACCOUNT)
        return Added(meant.typed, meant.outcome, reason=meant.reason)
    account, outcome = meant.account, Outcome.PRESENT
    if account.pk in placed.previous:
        outcome = Outcome.CHANGED
    elif account.pk in placed.added:
        outcome = Outcome.ADDED
    previous = placed.previous.get(account.pk, "")
    return Added(meant.typed, outcome, username=account.get_username(), email=account.email, previous=previous)


@atomic_with_retries
def remove(*, course_key, group_id: int, learner_ids: Iterable[int], actor) -> int:
    """Take learners out of a learner group; return how many were in it.

    Raises:
        PermissionDenied, NoSuchLearnerGroupError: as `add`.
    """
    group = lock(course_key, group_id)
    must_change_members(actor, group)
    members = GroupMember.objects.filter(courseusergroup=group, user__in=list(learner_ids))
    found = dict(members.order_by("user__username").values_list("user", "user__username"))
    ExclusiveMembership.objects.filter(group=group.pk, user__in=found).delete()
    members.delete()
    if found:
        names = names_in_words(list(found.values()))
        history.record(actor=actor, obj=group, message=f"Removed from the learner group: {names}")
    events.members(group, "removed", found, actor)
    return len(found)
