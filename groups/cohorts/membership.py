"""Who is in which cohort: the one place that writes the two membership tables, and always both.

`CohortMembership` (at most one per learner and course run, by its unique key) is what access
reads; `GroupMember` is what lists, counts and e-mails read. Each function here is one part of a
transaction of its caller, who has checked who may, and starts the whole again when it is overtaken.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models.functions import Upper

from console.transactions import OvertakenError
from groups.cohorts import events
from groups.cohorts.errors import CohortRefusedError, NoSuchCohortError
from groups.models import (
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)

# The LMS takes its server's translation of this name (course_groups/cohorts.py).
DEFAULT_COHORT = "Default Group"
RANDOM = CourseCohort.AssignmentType.RANDOM
NAME_TAKEN = (
    f"No cohort takes learners automatically, and “{DEFAULT_COHORT}”, which would be made for them, is the name of "
    "another group. Make one cohort automatic."
)


class Put(StrEnum):
    """What became of a learner who was to be in a cohort."""

    ADDED = "added"
    CHANGED = "changed"
    PRESENT = "present"


@dataclass(frozen=True)
class Placed:
    """Where a learner is now.

    Attributes:
        outcome: whether that is new.
        cohort: the learner's cohort after all.
        previous: the cohort before, where it was another one.
    """

    outcome: Put
    cohort: CourseUserGroup
    previous: CourseUserGroup | None = None


def put(course_key, wanted: Mapping[int, CourseUserGroup], *, actor, may_move: bool = True) -> dict[int, Placed]:
    """Put learners into cohorts of one course run, at most a few thousand at once.

    Args:
        course_key: the course run.
        wanted: account id to cohort.
        actor: who causes it; named in the tracking events.
        may_move: whether a learner who is in another cohort is moved; else they stay there.

    Returns:
        Where each learner is now.

    Raises:
        NoSuchCohortError: one of the cohorts is gone.
        OvertakenError: another transaction placed one of the learners in the same moment.
    """
    cohorts = lock(course_key, {cohort.pk for cohort in wanted.values()})
    current = _current(course_key, wanted)
    placed, new = {}, []
    for user_id in sorted(wanted):
        cohort, held = cohorts[wanted[user_id].pk], current.get(user_id)
        if held is None:
            new.append(CohortMembership(user_id=user_id, course_id=course_key, course_user_group=cohort))
            placed[user_id] = Placed(Put.ADDED, cohort)
        elif held.course_user_group_id == cohort.pk or not may_move:
            placed[user_id] = Placed(Put.PRESENT, held.course_user_group)
        else:
            placed[user_id] = Placed(Put.CHANGED, cohort, held.course_user_group)
    _insert(new)
    _move(current, placed)
    _write_members(course_key, placed, actor)
    return placed


def lock(course_key, ids: Iterable[int]) -> dict[int, CourseUserGroup]:
    """Return these cohorts of the run, locked against deletion. Raises NoSuchCohortError when one is gone."""
    ids = set(ids)
    cohorts = CourseUserGroup.objects.cohorts().filter(course_id=course_key, pk__in=ids)
    found = {cohort.pk: cohort for cohort in cohorts.select_for_update().order_by("pk")}
    if ids - set(found):
        raise NoSuchCohortError
    return found


def _current(course_key, user_ids):
    """Return the locked memberships by account; in one order, so that two writers do not wait for each other."""
    held = CohortMembership.objects.filter(course_id=course_key, user_id__in=list(user_ids))
    rows = list(held.select_for_update().order_by("user_id"))
    # Not joined: MariaDB would lock these as well.
    cohorts = CourseUserGroup.objects.in_bulk({row.course_user_group_id for row in rows})
    for row in rows:
        row.course_user_group = cohorts[row.course_user_group_id]
    return {row.user_id: row for row in rows}


def _insert(memberships):
    if not memberships:
        return
    try:
        with transaction.atomic():
            CohortMembership.objects.bulk_create(memberships)
    except IntegrityError as error:
        raise OvertakenError from error


def _move(current, placed):
    """Repoint memberships, a statement for each cohort that learners go to; the rows keep their ids."""
    moved = defaultdict(list)
    for user_id, place in placed.items():
        if place.outcome == Put.CHANGED:
            moved[place.cohort.pk].append(current[user_id].pk)
    for cohort_id, ids in sorted(moved.items()):
        CohortMembership.objects.filter(pk__in=ids).update(course_user_group=cohort_id)


def _write_members(course_key, placed, actor):
    """Bring the member rows into line with the memberships, and tell of it: removed, added, requested."""
    listed, stray = _member_rows(course_key, placed)
    GroupMember.objects.filter(pk__in=[row.pk for rows in stray.values() for row in rows]).delete()
    missing = [user_id for user_id in placed if user_id not in listed]
    _insert_members(missing, placed)
    for user_id, place in placed.items():
        for row in stray[user_id]:
            events.user_removed(row.courseusergroup, user_id, actor)
        if user_id not in listed:
            events.user_added(place.cohort, user_id, actor)
        if place.outcome != Put.PRESENT:
            events.user_add_requested(place.cohort, user_id, place.previous, actor)


def _member_rows(course_key, placed):
    """Return whose member row is in the right cohort, and the rows in other cohorts of the run."""
    rows = GroupMember.objects.filter(
        user_id__in=list(placed), courseusergroup__course_id=course_key, courseusergroup__group_type="cohort"
    )
    listed, stray = set(), defaultdict(list)
    for row in rows.select_related("courseusergroup").order_by("pk"):
        if row.courseusergroup_id == placed[row.user_id].cohort.pk:
            listed.add(row.user_id)
        else:
            stray[row.user_id].append(row)
    return listed, stray


def _insert_members(user_ids, placed):
    try:
        with transaction.atomic():
            GroupMember.objects.bulk_create(
                GroupMember(courseusergroup=placed[user_id].cohort, user_id=user_id) for user_id in user_ids
            )
    except IntegrityError as error:
        raise OvertakenError from error


def take_out(cohort: CourseUserGroup, user_ids: Iterable[int], *, actor) -> set[int]:
    """Take learners out of this cohort; those who are not in it are left alone.

    Nothing keeps them out: the LMS assigns them again at their next visit.

    Returns:
        Who was in it, by either table.
    """
    ids = list(user_ids)
    memberships = CohortMembership.objects.filter(course_user_group=cohort, user_id__in=ids)
    members = GroupMember.objects.filter(courseusergroup=cohort, user_id__in=ids)
    held = set(memberships.select_for_update().order_by("user_id").values_list("user_id", flat=True))
    listed = sorted(members.values_list("user_id", flat=True))
    memberships.delete()
    members.delete()
    for user_id in listed:
        events.user_removed(cohort, user_id, actor)
    return held | set(listed)


# --- Automatic assignment --------------------------------------------------------------------


def is_cohorted(course_key) -> bool:
    """Say whether cohorts are on; a run that the LMS never looked at counts as off."""
    return CourseCohortsSettings.objects.filter(course_id=course_key, is_cohorted=True).exists()


def assign(course_key, people: Iterable, *, actor) -> dict[int, Placed]:
    """Give each of these learners a cohort who has none: as the LMS does at a first visit, but never a move.

    The order of course_groups/cohorts.py (`get_cohort`): an e-mail pre-assignment, which is used
    up by it; else any automatic cohort, at random; without one, "Default Group" is made. Where a
    learner has a member row and no membership, that cohort comes first.

    Args:
        course_key: the course run, whose cohorts are on.
        people: accounts (`pk` and `email` are read), at most a few thousand.
        actor: who causes it.

    Returns:
        Where each of them is now, those included who had a cohort.

    Raises:
        CohortRefusedError: the default cohort cannot be made.
        OvertakenError: somebody else assigned one of them at the same moment.
    """
    emails = {person.pk: person.email for person in people}
    # Not locked: `put` locks cohorts first, and then looks again.
    held = CohortMembership.objects.filter(course_id=course_key, user_id__in=list(emails))
    housed = {row.user_id: row.course_user_group for row in held.select_related("course_user_group")}
    homeless = [pk for pk in emails if pk not in housed]
    chosen, used = _choices(course_key, {pk: emails[pk] for pk in homeless}, actor)
    placed = put(course_key, housed | chosen, actor=actor, may_move=False)
    consumed = [row_id for pk, row_id in used.items() if placed[pk].outcome == Put.ADDED]
    UnregisteredLearnerCohortAssignment.objects.filter(pk__in=consumed).delete()
    return placed


def _choices(course_key, emails, actor):
    """Return a cohort for each of these accounts, and the pre-assignments that this goes by."""
    if not emails:
        return {}, {}
    listed, promised = _listed(course_key, emails), waiting(course_key, emails.values())
    chosen, used = {}, {}
    for pk, email in emails.items():
        found = promised.get(email.casefold())
        if pk in listed:
            chosen[pk] = listed[pk]
        elif found:
            chosen[pk], used[pk] = found.course_user_group, found.pk
    others = [pk for pk in emails if pk not in chosen]
    if others:
        cohorts = automatic_cohorts(course_key, actor)
        chosen |= {pk: secrets.choice(cohorts) for pk in others}
    return chosen, used


def waiting(course_key, emails: Iterable[str]) -> dict[str, UnregisteredLearnerCohortAssignment]:
    """Return the pre-assignments of these addresses in a course run, by folded address."""
    folded = {email.casefold() for email in emails if email}
    rows = UnregisteredLearnerCohortAssignment.objects.filter(course_id=course_key).annotate(upper=Upper("email"))
    found = rows.filter(upper__in={email.upper() for email in folded}).select_related("course_user_group")
    return {row.email.casefold(): row for row in found.order_by("pk") if row.email.casefold() in folded}


def _listed(course_key, user_ids):
    rows = GroupMember.objects.filter(
        user_id__in=list(user_ids), courseusergroup__course_id=course_key, courseusergroup__group_type="cohort"
    )
    return {row.user_id: row.courseusergroup for row in rows.select_related("courseusergroup").order_by("-pk")}


def automatic_cohorts(course_key, actor) -> list[CourseUserGroup]:
    """Return the automatic cohorts of a run; without any, "Default Group" is made. Raises as `assign`."""
    cohorts = CourseUserGroup.objects.cohorts().filter(course_id=course_key)
    return list(cohorts.filter(cohort__assignment_type=RANDOM).order_by("pk")) or [_default_cohort(course_key, actor)]


def _default_cohort(course_key, actor):
    taken = CourseUserGroup.objects.filter(course_id=course_key, name=DEFAULT_COHORT).first()
    if taken is None:
        return _make_default(course_key, actor)
    if taken.group_type == "cohort" and CourseCohort.objects.filter(course_user_group=taken, assignment_type=RANDOM):
        return taken  # Made by somebody else since the automatic cohorts were read.
    raise CohortRefusedError(NAME_TAKEN)


def _make_default(course_key, actor):
    try:
        with transaction.atomic():
            return make(course_key, DEFAULT_COHORT, RANDOM, actor=actor, is_requested=False)
    except IntegrityError as error:
        raise OvertakenError from error


def make(course_key, name: str, assignment_type: str, *, actor, is_requested: bool) -> CourseUserGroup:
    """Write the two rows of a new cohort. Raises IntegrityError when the database knows the name already."""
    cohort = CourseUserGroup.objects.create(course_id=course_key, name=name, group_type=CourseUserGroup.Type.COHORT)
    CourseCohort.objects.create(course_user_group=cohort, assignment_type=assignment_type)
    events.created(cohort, actor, is_requested=is_requested)
    return cohort
