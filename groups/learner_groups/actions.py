"""The state changes of learner groups themselves: make, change, delete, instructors, links.

Whoever manages the groups of the course run may do all of it. The instructors of a group change its
members only (`members`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.utils import timezone

from console import history
from console.accounts import find_accounts
from console.transactions import atomic_with_retries
from groups.cohorts.links import locked_content_groups
from groups.fingerprints import fingerprint_of
from groups.learner_groups import events
from groups.learner_groups.errors import LearnerGroupRefusedError, LearnerGroupStaleError, NoSuchLearnerGroupError
from groups.models import (
    CourseUserGroup,
    ExclusiveMembership,
    ExclusiveSet,
    GroupMember,
    LearnerGroup,
    LearnerGroupInstructor,
    LearnerGroupLink,
)
from groups.names import clean_name, unique_name
from groups.rules import must_manage

DESCRIPTION_LENGTH = 500
DESCRIPTION_TOO_LONG = f"A description has at most {DESCRIPTION_LENGTH} characters."
NO_CONTENT_GROUP = "The course has no such content group. Choose one that it has, or import the course again."
STALE = "Somebody else has changed this learner group meanwhile."
CHUNK = 1000

Link = tuple[int, int]


@dataclass(frozen=True)
class Details:
    """What a person says of a learner group.

    Attributes:
        name: 1 to 255 characters, unlike every other group of the run.
        description: at most 500 characters.
        exclusive_set: name of the set whose groups exclude each other; empty for a group that
            learners can be in beside any other.
        instructors: usernames of those who manage its members.
    """

    name: str
    description: str = ""
    exclusive_set: str = ""
    instructors: tuple[str, ...] = ()


@atomic_with_retries
def create(*, course_key, details: Details, actor) -> CourseUserGroup:
    """Make a learner group without members.

    Args:
        course_key: the course run.
        details: what it is to be.
        actor: who manages the run's groups.

    Raises:
        PermissionDenied: the actor does not manage this run's groups.
        GroupRefusedError: name, description, set or an instructor is not possible.
    """
    must_manage(actor, course_key)
    details = _cleaned(details)
    with unique_name(course_key, details.name):
        group = CourseUserGroup.objects.create(
            course_id=course_key, name=details.name, group_type=CourseUserGroup.Type.LEARNER_GROUP
        )
    own = LearnerGroup.objects.create(
        course_user_group=group,
        description=details.description,
        exclusive_set=_set_named(course_key, details.exclusive_set),
        created=timezone.now(),
        created_by_id=actor.pk,
    )
    _set_instructors(own, details.instructors)
    history.record(actor=actor, obj=group, flag=history.ADDITION, message=f"Learner group made in {course_key}")
    events.changed(group, "created", actor)
    return group


@atomic_with_retries
def change(*, course_key, group_id: int, details: Details, actor, seen: str | None = None) -> CourseUserGroup:
    """Change what a learner group is; its members and links stay.

    Args:
        course_key, details, actor: as for `create`.
        group_id: a learner group of this run.
        seen: `fingerprint` of what the person looked at; None to change it whatever it is.

    Raises:
        PermissionDenied, GroupRefusedError: as `create`; also when members are in another group of
            the exclusive set.
        NoSuchLearnerGroupError: not (or no longer) a learner group of this run.
        LearnerGroupStaleError: it is not as `seen` any more.
    """
    must_manage(actor, course_key)
    details = _cleaned(details)
    group = lock(course_key, group_id)
    before = details_of(group)
    if seen is not None and seen != fingerprint(before):
        raise LearnerGroupStaleError(STALE)
    with unique_name(course_key, details.name, own_id=group.pk):
        CourseUserGroup.objects.filter(pk=group.pk).update(name=details.name)
    own = extras_of(group, actor)
    if details.exclusive_set.casefold() != before.exclusive_set.casefold():
        _join_set(own, _set_named(course_key, details.exclusive_set))
    LearnerGroup.objects.filter(pk=own.pk).update(description=details.description)
    _set_instructors(own, details.instructors)
    changed = [
        name for name in ("name", "description", "exclusive_set", "instructors") if _differ(before, details, name)
    ]
    if changed:
        words = ", ".join(name.replace("_", " ") for name in changed)
        history.record(actor=actor, obj=group, message=f"Learner group changed: {words}")
        events.changed(group, "changed", actor, changed=changed)
    group.name = details.name
    return group


@atomic_with_retries
def delete(*, course_key, group_id: int, actor, seen: str | None = None) -> None:
    """Delete a learner group with its memberships, instructors and links.

    Raises:
        PermissionDenied, NoSuchLearnerGroupError, LearnerGroupStaleError: as `change`.
    """
    must_manage(actor, course_key)
    group = lock(course_key, group_id)
    if seen is not None and seen != fingerprint(details_of(group)):
        raise LearnerGroupStaleError(STALE)
    members = GroupMember.objects.filter(courseusergroup=group)
    count = members.count()
    ExclusiveMembership.objects.filter(group=group.pk).delete()
    LearnerGroupLink.objects.filter(group=group.pk).delete()
    LearnerGroupInstructor.objects.filter(group=group.pk).delete()
    LearnerGroup.objects.filter(pk=group.pk).delete()
    members.delete()
    history.record(
        actor=actor,
        obj=group,
        flag=history.DELETION,
        message=f"Learner group deleted from {course_key}: {count} members",
    )
    events.changed(group, "deleted", actor, members=count)
    CourseUserGroup.objects.filter(pk=group.pk).delete()
    _drop_empty_sets(course_key)


@atomic_with_retries
def set_links(*, course_key, group_id: int, links: Collection[Link], actor) -> None:
    """Say which content groups the members of a learner group reach.

    Args:
        course_key, actor: as for `create`.
        group_id: a learner group of this run.
        links: pairs of partition id and group id. New ones have to exist in the imported content; a
            link that dangles may stay.

    Raises:
        PermissionDenied, NoSuchLearnerGroupError: as `change`.
        LearnerGroupRefusedError: the course has no such content group.
    """
    must_manage(actor, course_key)
    group = lock(course_key, group_id)
    own = extras_of(group, actor)
    present = {(row.partition_id, row.group_id_in_partition): row.pk for row in own.links.all()}
    new = set(links) - set(present)
    known = locked_content_groups(course_key)
    if any(link not in known.groups for link in new):
        raise LearnerGroupRefusedError(NO_CONTENT_GROUP)
    LearnerGroupLink.objects.filter(pk__in=[pk for link, pk in present.items() if link not in set(links)]).delete()
    LearnerGroupLink.objects.bulk_create(
        LearnerGroupLink(group=own, partition_id=partition, group_id_in_partition=content, created=timezone.now())
        for partition, content in sorted(new)
    )
    if set(links) != set(present):
        names = ", ".join(known.name(*link) for link in sorted(links)) or "nothing"
        history.record(actor=actor, obj=group, message=f"Learner group linked to {names}")
        events.changed(group, "linked", actor, content_groups=sorted(links))


# --- What is there ---------------------------------------------------------------------------


def lock(course_key, group_id: int) -> CourseUserGroup:
    """Return a learner group of the run, locked. Raises NoSuchLearnerGroupError."""
    groups = CourseUserGroup.objects.learner_groups().select_for_update().filter(course_id=course_key, pk=group_id)
    group = groups.first()
    if group is None:
        raise NoSuchLearnerGroupError
    return group


def extras_of(group: CourseUserGroup, actor) -> LearnerGroup:
    """Return Lectern's half of a learner group; of one that something else has made, it is made now."""
    own, _ = LearnerGroup.objects.get_or_create(
        course_user_group=group, defaults={"created": timezone.now(), "created_by_id": actor.pk}
    )
    return own


def details_of(group: CourseUserGroup) -> Details:
    """Return what is stored of a learner group."""
    own = LearnerGroup.objects.select_related("exclusive_set").filter(pk=group.pk).first()
    if own is None:
        return Details(group.name)
    names = get_user_model().objects.filter(instructed_learner_groups__group=own).order_by("username")
    return Details(
        name=group.name,
        description=own.description,
        exclusive_set=own.exclusive_set.name if own.exclusive_set else "",
        instructors=tuple(names.values_list("username", flat=True)),
    )


def fingerprint(details: Details) -> str:
    """Return a short text that is another one as soon as anything of a group is changed."""
    return fingerprint_of([details.name, details.description, details.exclusive_set, sorted(details.instructors)])


# --- Parts -----------------------------------------------------------------------------------


def _cleaned(details):
    description = details.description.strip()
    if len(description) > DESCRIPTION_LENGTH:
        raise LearnerGroupRefusedError(DESCRIPTION_TOO_LONG)
    exclusive_set = details.exclusive_set.strip()
    return Details(
        name=clean_name(details.name),
        description=description,
        exclusive_set=clean_name(exclusive_set) if exclusive_set else "",
        instructors=tuple(sorted({name.strip() for name in details.instructors if name.strip()})),
    )


def _differ(before, after, name):
    one, other = getattr(before, name), getattr(after, name)
    return sorted(one) != sorted(other) if name == "instructors" else one != other


def _set_named(course_key, name):
    """Return the set with this name, made when there is none; letter case makes no other set."""
    if not name:
        return None
    sets = {one.name.casefold(): one for one in ExclusiveSet.objects.filter(course_id=course_key)}
    return sets.get(name.casefold()) or ExclusiveSet.objects.create(course_id=course_key, name=name)


def _join_set(own, exclusive_set):
    """Move a group with its members into a set, or out of one."""
    ExclusiveMembership.objects.filter(group=own).delete()
    LearnerGroup.objects.filter(pk=own.pk).update(exclusive_set=exclusive_set)
    if exclusive_set is not None:
        _claim_members(own, exclusive_set)
    _drop_empty_sets(own.course_user_group.course_id)


def _claim_members(own, exclusive_set):
    members = list(GroupMember.objects.filter(courseusergroup=own.pk).values_list("user", flat=True))
    taken = ExclusiveMembership.objects.filter(exclusive_set=exclusive_set, user__in=members).count()
    if taken:
        raise LearnerGroupRefusedError(
            f"{taken} of its members are in another group of the set “{exclusive_set.name}”. "
            "Remove them from one of the two first."
        )
    rows = [ExclusiveMembership(exclusive_set=exclusive_set, group=own, user_id=user_id) for user_id in members]
    ExclusiveMembership.objects.bulk_create(rows, batch_size=CHUNK)


def _drop_empty_sets(course_key):
    ExclusiveSet.objects.filter(course_id=course_key, groups=None).delete()


def _set_instructors(own, usernames: Iterable[str]):
    wanted = set(usernames)
    found = find_accounts(wanted).found
    missing = sorted(wanted - set(found))
    if missing:
        raise LearnerGroupRefusedError(f"No account has this username: {', '.join(missing)}.")
    LearnerGroupInstructor.objects.filter(group=own).exclude(user__in=found.values()).delete()
    present = set(LearnerGroupInstructor.objects.filter(group=own).values_list("user", flat=True))
    LearnerGroupInstructor.objects.bulk_create(
        LearnerGroupInstructor(group=own, user_id=user_id) for user_id in sorted(set(found.values()) - present)
    )
