"""Where the two membership tables contradict each other, and how that is mended.

The rule is the LMS's own repair command (`post_cohort_membership_fix`): the member row is right. A
membership without one is dropped, a missing membership is added, and of several member rows those
go that the membership does not confirm.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from console import history
from console.transactions import OvertakenError, atomic_with_retries
from groups.cohorts import events, membership
from groups.models import CohortMembership, CourseUserGroup, GroupMember
from groups.rules import must_manage

# More are mended by repairing once more.
AT_ONCE = 2000


@dataclass(frozen=True)
class Repair:
    """What is wrong with one learner, and what mending makes of it.

    Attributes:
        user_id: the account.
        cohort_id: where the learner is afterwards; None for nowhere.
        membership_id: the membership row as it is, if there is one.
        was_id: the cohort that this row names.
        extra: member rows that go.
    """

    user_id: int
    cohort_id: int | None
    membership_id: int | None
    was_id: int | None
    extra: tuple[GroupMember, ...]


def count(course_key) -> int:
    """Return how many rows of the two tables are without their counterpart."""
    return _lonely_memberships(course_key).count() + _lonely_members(course_key).count()


def find(course_key) -> list[Repair]:
    """Return what is to be mended, for at most 2,000 learners."""
    ids = set(_lonely_memberships(course_key).values_list("user_id", flat=True)[:AT_ONCE])
    ids |= set(_lonely_members(course_key).values_list("user_id", flat=True)[:AT_ONCE])
    return _plan(course_key, sorted(ids)[:AT_ONCE])


def _lonely_memberships(course_key):
    listed = GroupMember.objects.filter(courseusergroup=OuterRef("course_user_group"), user=OuterRef("user"))
    rows = CohortMembership.objects.filter(
        course_user_group__course_id=course_key, course_user_group__group_type="cohort"
    )
    return rows.filter(~Exists(listed))


def _lonely_members(course_key):
    held = CohortMembership.objects.filter(course_user_group=OuterRef("courseusergroup"), user=OuterRef("user"))
    rows = GroupMember.objects.filter(courseusergroup__course_id=course_key, courseusergroup__group_type="cohort")
    return rows.filter(~Exists(held))


def _plan(course_key, user_ids):
    rows = CohortMembership.objects.filter(course_id=course_key, user_id__in=user_ids)
    held = {row.user_id: row for row in rows}
    listed = defaultdict(list)
    members = GroupMember.objects.filter(
        courseusergroup__course_id=course_key, courseusergroup__group_type="cohort", user_id__in=user_ids
    )
    for row in members.select_related("courseusergroup").order_by("pk"):
        listed[row.user_id].append(row)
    return [_repair(user_id, held.get(user_id), listed[user_id]) for user_id in user_ids]


def _repair(user_id, held, listed):
    cohorts = [row.courseusergroup_id for row in listed]
    if held is not None and held.course_user_group_id in cohorts:
        cohort_id = held.course_user_group_id
    else:
        cohort_id = cohorts[0] if cohorts else None
    return Repair(
        user_id=user_id,
        cohort_id=cohort_id,
        membership_id=held.pk if held else None,
        was_id=held.course_user_group_id if held else None,
        extra=tuple(row for row in listed if row.courseusergroup_id != cohort_id),
    )


@atomic_with_retries
def repair(*, course_key, actor) -> int:
    """Mend what `find` finds.

    Returns:
        How many learners were mended.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        OvertakenError: somebody else placed one of them at the same moment, five times over.
    """
    must_manage(actor, course_key)
    cohorts = membership.lock(
        course_key,
        CourseUserGroup.objects.cohorts().filter(course_id=course_key).values_list("pk", flat=True),
    )
    repairs = find(course_key)
    _write(course_key, repairs)
    for one in repairs:
        for row in one.extra:
            events.user_removed(row.courseusergroup, one.user_id, actor)
    if repairs:
        for pk in sorted({pk for one in repairs for pk in (one.cohort_id, one.was_id) if pk in cohorts}):
            mended = sum(pk in (one.cohort_id, one.was_id) for one in repairs)
            history.record(actor=actor, obj=cohorts[pk], message=f"Memberships repaired: {mended} learners")
    return len(repairs)


def _write(course_key, repairs):
    GroupMember.objects.filter(pk__in=[row.pk for one in repairs for row in one.extra]).delete()
    dropped = [one.membership_id for one in repairs if one.membership_id and one.cohort_id is None]
    CohortMembership.objects.filter(pk__in=dropped).delete()
    moved = [
        CohortMembership(pk=one.membership_id, course_user_group_id=one.cohort_id)
        for one in repairs
        if one.membership_id and one.cohort_id and one.cohort_id != one.was_id
    ]
    CohortMembership.objects.bulk_update(moved, ["course_user_group"])
    new = [
        CohortMembership(user_id=one.user_id, course_id=course_key, course_user_group_id=one.cohort_id)
        for one in repairs
        if one.cohort_id and not one.membership_id
    ]
    try:
        with transaction.atomic():
            CohortMembership.objects.bulk_create(new)
    except IntegrityError as error:
        raise OvertakenError from error


@dataclass(frozen=True)
class RepairInWords:
    """A repair for people: who it is, and what is wrong and becomes of it."""

    username: str
    wrong: str
    becomes: str


def in_words(repairs: list[Repair]) -> list[RepairInWords]:
    """Return what is to be mended with the names of people and cohorts, by two queries."""
    people = get_user_model().objects.in_bulk([one.user_id for one in repairs])
    ids = {pk for one in repairs for pk in (one.cohort_id, one.was_id) if pk}
    names = dict(CourseUserGroup.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [_in_words(one, people.get(one.user_id), names) for one in repairs]


def _in_words(one, person, names):
    wrong = f"Membership says “{names.get(one.was_id)}”" if one.was_id else "There is no membership"
    listed = [row.courseusergroup.name for row in one.extra]
    if one.cohort_id:
        listed.append(names.get(one.cohort_id))
    wrong += f", the member list says {' and '.join(f'“{name}”' for name in listed) or 'nothing'}."
    becomes = f"In “{names.get(one.cohort_id)}”" if one.cohort_id else "In no cohort"
    return RepairInWords(person.get_username() if person else f"user {one.user_id}", wrong, becomes)
