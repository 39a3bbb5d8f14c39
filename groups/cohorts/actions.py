"""The state changes of cohorts themselves, and of a course run's cohort settings.

Rules after course_groups/cohorts.py and its views in edx-platform, with their gaps closed: a
request is done whole or not at all, names are trimmed and checked across both kinds of groups, and
the last automatic cohort can be neither made manual nor deleted.
"""

from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from console import history
from console.platform import features
from console.transactions import atomic_with_retries
from groups.cohorts import events, membership
from groups.cohorts.errors import CohortRefusedError, CohortStaleError
from groups.cohorts.links import MAX_ID, locked_content_groups
from groups.fingerprints import fingerprint_of
from groups.models import (
    BulkEmailCohortTarget,
    CohortContentGroup,
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)
from groups.names import clean_name, unique_name
from groups.rules import must_manage

TYPE_NEEDED = "Choose how learners get into the cohort."
LAST_AUTOMATIC = (
    "This is the last automatic cohort of the course run. One is needed for learners whom nobody has assigned: "
    "make another cohort automatic first."
)
# The word of the LMS's API for it.
LAST_RANDOM = "last-random-cohort"
HAS_EMAILS = (
    "Bulk e-mails of the course went to this cohort ({count}), and the LMS keeps them on record. "
    "Rename it instead, and move its learners to other cohorts."
)
POINTED_AT = "Another table of the LMS points at this cohort, as a plugin's may. Rename the cohort instead."
ID_RANGE = f"Ids of partitions and groups are whole numbers from 0 to {MAX_ID}."
NO_CONTENT_GROUP = "The course has no such content group. Choose one that it has, or import the course again."
MANUAL, RANDOM = CourseCohort.AssignmentType.MANUAL, CourseCohort.AssignmentType.RANDOM

Link = tuple[int, int]


@atomic_with_retries
def create_cohort(*, course_key, name: str, assignment_type: str, link: Link | None = None, actor) -> CourseUserGroup:
    """Make a cohort, with its link to a content group if one is given.

    Args:
        course_key: the course run.
        name: 1 to 255 characters after trimming, unlike every other group of the run.
        assignment_type: `random` (automatic) or `manual`.
        link: partition id and group id.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        GroupRefusedError: name, type or link is not possible.
    """
    must_manage(actor, course_key)
    name = clean_name(name)
    _check_type(assignment_type)
    _check_link(course_key, link)
    _lock_types(course_key)
    with unique_name(course_key, name):
        cohort = membership.make(course_key, name, assignment_type, actor=actor, is_requested=True)
    _link(cohort, None, link)
    history.record(
        actor=actor,
        obj=cohort,
        flag=history.ADDITION,
        message=f"Cohort made in {course_key}: {_words(name, assignment_type, link)}",
    )
    return cohort


@atomic_with_retries
def change_cohort(  # noqa: PLR0913 (one form, one change)
    *, course_key, cohort_id: int, name: str, assignment_type: str, link: Link | None, actor, seen: str | None = None
) -> CourseUserGroup:
    """Rename a cohort, change its type and its link, all or nothing.

    Args:
        course_key: the course run; a cohort of another run is not found.
        cohort_id: the cohort.
        name, assignment_type, link: what it is to be, as for `create_cohort`; no link unlinks it.
            A link that dangles may stay as it is.
        actor: who manages the run's groups.
        seen: `fingerprint` of what the person looked at; None to change it whatever it is.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        NoSuchCohortError: not (or no longer) a cohort of this run.
        CohortStaleError: it is not as `seen` any more.
        GroupRefusedError: a rule is in the way.
    """
    must_manage(actor, course_key)
    name = clean_name(name)
    _check_type(assignment_type)
    types = _lock_types(course_key)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    before = state_of(cohort)
    if seen is not None and seen != fingerprint(before):
        raise CohortStaleError("Somebody else has changed this cohort meanwhile.")
    if link != before.link:
        _check_link(course_key, link)
    if assignment_type == MANUAL:
        _refuse_last_automatic(types, cohort)
    _rename(cohort, name)
    CourseCohort.objects.update_or_create(course_user_group=cohort, defaults={"assignment_type": assignment_type})
    _link(cohort, before.link, link)
    after = CohortState(name, assignment_type, link)
    if after != before:
        history.record(actor=actor, obj=cohort, message=f"Cohort changed: {_difference(before, after)}")
    return cohort


@atomic_with_retries
def link_cohort(*, course_key, cohort_id: int, link: Link | None, actor) -> None:
    """Link a cohort to a content group in place of the one before, or to none; name and type stay.

    Args:
        course_key, cohort_id, link, actor: as for `change_cohort`.

    Raises:
        PermissionDenied, NoSuchCohortError, GroupRefusedError: as `change_cohort`.
    """
    must_manage(actor, course_key)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    before = state_of(cohort)
    if link == before.link:
        return
    _check_link(course_key, link)
    _link(cohort, before.link, link)
    history.record(actor=actor, obj=cohort, message=f"Cohort changed: {_difference(before, state_of(cohort))}")


@atomic_with_retries
def delete_cohort(*, course_key, cohort_id: int, actor, seen: str | None = None) -> None:
    """Delete a cohort with its memberships, pre-assignments and link, children first.

    Its learners have no cohort then; the LMS assigns them automatically at their next visit.

    Args:
        course_key, cohort_id, actor, seen: as for `change_cohort`.

    Raises:
        PermissionDenied, NoSuchCohortError, CohortStaleError: as `change_cohort`.
        CohortRefusedError: the last automatic cohort, or bulk e-mails point at it.
    """
    must_manage(actor, course_key)
    _lock_types(course_key)
    cohort = membership.lock(course_key, [cohort_id])[cohort_id]
    if seen is not None and seen != fingerprint(state_of(cohort)):
        raise CohortStaleError("Somebody else has changed this cohort meanwhile.")
    preview = deletion_preview(cohort)
    if preview.refusal:
        raise CohortRefusedError(preview.refusal)
    listed = list(GroupMember.objects.filter(courseusergroup=cohort).order_by("user_id").values_list("user", flat=True))
    for model in (CohortMembership, UnregisteredLearnerCohortAssignment, CohortContentGroup, CourseCohort):
        model.objects.filter(course_user_group=cohort).delete()
    GroupMember.objects.filter(courseusergroup=cohort).delete()
    history.record(
        actor=actor,
        obj=cohort,
        flag=history.DELETION,
        message=f"Cohort deleted from {course_key}: {preview.members} members, "
        f"{preview.preassignments} pre-assignments, {_words(*_fields(preview.state))}",
    )
    _delete_row(cohort)
    for user_id in listed:
        events.user_removed(cohort, user_id, actor)


def _delete_row(cohort):
    """Delete the cohort's own row; a plugin of the LMS may have a table that points at it."""
    try:
        with transaction.atomic():
            CourseUserGroup.objects.filter(pk=cohort.pk).delete()
            if connection.vendor == "postgresql":
                # Its foreign keys are checked at the commit, which would be too late to explain.
                connection.check_constraints()
    except IntegrityError as error:
        raise CohortRefusedError(POINTED_AT) from error


# --- Settings of the run ---------------------------------------------------------------------


@atomic_with_retries
def initialise(*, course_key, is_cohorted: bool, actor) -> None:
    """Write the run's first cohort settings, which its LMS would else make from the course itself.

    Args:
        course_key: a run without a settings row.
        is_cohorted: whether cohorts are on from now on.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        CohortStaleError: there are settings meanwhile.
    """
    must_manage(actor, course_key)
    try:
        with transaction.atomic():
            row = CourseCohortsSettings.objects.create(course_id=course_key, is_cohorted=is_cohorted)
    except IntegrityError as error:
        raise CohortStaleError("The cohorts of this course run were initialised meanwhile.") from error
    history.record(
        actor=actor, obj=row, flag=history.ADDITION, message=f"Cohorts initialised: {'on' if is_cohorted else 'off'}"
    )


@atomic_with_retries
def set_cohorted(*, course_key, is_cohorted: bool, actor) -> None:
    """Turn the cohorts of an initialised run on or off. Nothing is deleted by it.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        CohortStaleError: it is so already, or the run is not initialised.
    """
    must_manage(actor, course_key)
    rows = CourseCohortsSettings.objects.select_for_update().filter(course_id=course_key)
    row = rows.first()
    if row is None:
        raise CohortStaleError("The cohorts of this course run are not initialised.")
    if row.is_cohorted == is_cohorted:
        raise CohortStaleError(f"Cohorts are {'on' if is_cohorted else 'off'} already.")
    rows.update(is_cohorted=is_cohorted)
    row.is_cohorted = is_cohorted
    history.record(actor=actor, obj=row, message=f"Cohorts turned {'on' if is_cohorted else 'off'}")


# --- What a cohort is ------------------------------------------------------------------------


@dataclass(frozen=True)
class CohortState:
    """What a form shows of a cohort; the type is None where the LMS's row for it is missing."""

    name: str
    assignment_type: str | None
    link: Link | None


def state_of(cohort: CourseUserGroup) -> CohortState:
    """Return name, type and link as they are now."""
    kind = CourseCohort.objects.filter(course_user_group=cohort).values_list("assignment_type", flat=True).first()
    links = CohortContentGroup.objects.filter(course_user_group=cohort).values_list("partition_id", "group_id")
    return CohortState(cohort.name, kind, links.first())


def fingerprint(state: CohortState) -> str:
    """Return a short text that is another one as soon as anything of the state is."""
    return fingerprint_of(_fields(state))


@dataclass(frozen=True)
class DeletionPreview:
    """What goes with a cohort, and what is in the way.

    Attributes:
        state: the cohort.
        members: learners who lose their cohort.
        preassignments: e-mail addresses that wait for it.
        refusal: why it cannot be deleted, or empty.
    """

    state: CohortState
    members: int
    preassignments: int
    refusal: str


def deletion_preview(cohort: CourseUserGroup) -> DeletionPreview:
    """Count what would be deleted with a cohort."""
    members = set(GroupMember.objects.filter(courseusergroup=cohort).values_list("user_id", flat=True))
    members |= set(CohortMembership.objects.filter(course_user_group=cohort).values_list("user_id", flat=True))
    state = state_of(cohort)
    return DeletionPreview(
        state=state,
        members=len(members),
        preassignments=UnregisteredLearnerCohortAssignment.objects.filter(course_user_group=cohort).count(),
        refusal=_why_it_stays(cohort, state),
    )


def _why_it_stays(cohort, state):
    emails = _bulk_emails(cohort)
    if emails:
        return HAS_EMAILS.format(count=emails)
    others = CourseUserGroup.objects.cohorts().filter(course_id=cohort.course_id, cohort__assignment_type=RANDOM)
    if state.assignment_type == RANDOM and not others.exclude(pk=cohort.pk).exists():
        return LAST_AUTOMATIC
    return ""


def _bulk_emails(cohort):
    return BulkEmailCohortTarget.objects.filter(cohort=cohort).count() if features.has(BulkEmailCohortTarget) else 0


# --- Parts -----------------------------------------------------------------------------------


def _check_type(assignment_type):
    if assignment_type not in CourseCohort.AssignmentType.values:
        raise CohortRefusedError(TYPE_NEEDED, "assignment_type")


def _check_link(course_key, link):
    if link is None:
        return
    if any(not 0 <= number <= MAX_ID for number in link):
        raise CohortRefusedError(ID_RANGE, "content_group")
    known = locked_content_groups(course_key)
    if known.is_known and link not in known.groups:
        raise CohortRefusedError(NO_CONTENT_GROUP, "content_group")


def _lock_types(course_key):
    """Return the locked type rows of the run's cohorts: who counts automatic ones comes after who changes one."""
    rows = CourseCohort.objects.filter(course_user_group__in=_cohort_ids(course_key))
    return list(rows.select_for_update().order_by("pk"))


def _cohort_ids(course_key):
    return list(CourseUserGroup.objects.cohorts().filter(course_id=course_key).values_list("pk", flat=True))


def _refuse_last_automatic(types, cohort):
    automatic = {row.course_user_group_id for row in types if row.assignment_type == RANDOM}
    if automatic == {cohort.pk}:
        raise CohortRefusedError(LAST_AUTOMATIC, "assignment_type", LAST_RANDOM)


def _rename(cohort, name):
    if name == cohort.name:
        return
    with unique_name(cohort.course_id, name, cohort.pk):
        CourseUserGroup.objects.filter(pk=cohort.pk).update(name=name)
    cohort.name = name


def _link(cohort, before, link):
    if link == before:
        return
    now = timezone.now()
    rows = CohortContentGroup.objects.filter(course_user_group=cohort)
    if link is None:
        rows.delete()
    elif before is None:
        CohortContentGroup.objects.create(
            course_user_group=cohort, partition_id=link[0], group_id=link[1], created_at=now, updated_at=now
        )
    else:
        rows.update(partition_id=link[0], group_id=link[1], updated_at=now)


def _fields(state):
    return state.name, state.assignment_type, state.link


def _words(name, assignment_type, link):
    linked = f"linked to group {link[1]} of partition {link[0]}" if link else "not linked"
    return f"“{name}”, {assignment_type or 'without a type'}, {linked}"


def _difference(before, after):
    return f"{_words(*_fields(before))} is now {_words(*_fields(after))}"
