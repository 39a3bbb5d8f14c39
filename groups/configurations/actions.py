"""The edits of group configurations. Each names what it changes as the person saw it: two people with two
configurations of one run are not in each other's way.

The lock of the run's content row makes edits and imports take turns. Refused edits change nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import PermissionDenied

from console import history, tracking
from console.transactions import atomic_with_retries
from groups.configurations import studio
from groups.configurations.studio import ConfigurationRefusedError, Wanted
from groups.configurations.usage import Usage, in_words, usage_of
from groups.errors import GroupStaleError
from groups.fingerprints import fingerprint_of
from groups.models import CourseContent
from groups.olx.rows import partition_changes, stored_partitions
from groups.olx.store import summary, write_partitions
from groups.partitions import VERSION, Partition
from groups.rules import Permission

Partitions = tuple[Partition, ...]
Change = Callable[[Partitions, Usage], Partitions]


def create(*, course_key, scheme: str, wanted: Wanted, actor) -> Partition:
    """Make a group configuration; ids are drawn.

    Args:
        course_key: a run whose content was imported.
        scheme: "cohort" for content groups, "random" for an experiment.
        wanted: name, description and groups, at least one.
        actor: the signed-in person.

    Raises:
        PermissionDenied: the actor does not manage the groups of this run.
        ConfigurationRefusedError: a rule is in the way; says which.
    """

    def add(before, usage):
        return (*before, studio.new_partition(wanted, scheme, taken_ids(before, usage)))

    return _edit(course_key, actor, add)[-1]


def edit(*, course_key, partition_id: int, wanted: Wanted, seen: str, actor) -> None:
    """Rename a configuration, and rename, order, add or take away its groups.

    Args:
        wanted: groups with an id keep it, so that links hold; those that are not named are deleted.
        seen: `fingerprint` of the configuration that the person looked at.

    Raises:
        PermissionDenied, ConfigurationRefusedError: as `create`.
        GroupStaleError: the configuration is not as `seen` any more.
    """

    def change(before, usage):
        taken = taken_ids(before, usage)
        return _replaced(before, partition_id, seen, lambda partition: studio.edited(partition, wanted, taken))

    _edit(course_key, actor, change)


def set_active(*, course_key, partition_id: int, active: bool, seen: str, actor) -> None:
    """Switch a configuration on or off; while it is off, its restrictions count for nothing. Raises as `edit`."""

    def change(before, usage):
        return _replaced(before, partition_id, seen, lambda partition: _switched(partition, active=active))

    _edit(course_key, actor, change)


def _switched(partition, *, active):
    if partition.scheme not in studio.EDITABLE:
        raise ConfigurationRefusedError("Unable to load this type of group configuration.")
    return replace(partition, active=active, version=VERSION)


def move(*, course_key, partition_id: int, up: bool, seen: str, actor) -> None:
    """Change places with the configuration above or below. Raises as `edit`.

    The first configuration of content groups is the one that the LMS offers for cohorts.

    Args:
        seen: the id of the configuration above or below that the person saw, as text.
    """

    def change(before, usage):
        order = list(before)
        place = order.index(_found(before, partition_id))
        other = place - 1 if up else place + 1
        if not 0 <= other < len(order):
            raise ConfigurationRefusedError(f"It is the {'first' if up else 'last'} already.")
        if seen != str(order[other].id):
            raise GroupStaleError("Somebody changed the order of the configurations in the meantime.")
        order[place], order[other] = order[other], order[place]
        return tuple(order)

    _edit(course_key, actor, change, note="order of configurations")


def delete(*, course_key, partition_id: int, seen: str, actor) -> None:
    """Delete a configuration that nothing uses. Raises as `edit`."""

    def change(before, usage):
        gone = _found(before, partition_id, seen)
        return tuple(partition for partition in before if partition is not gone)

    _edit(course_key, actor, change)


def replace_all(*, course_key, partitions: Partitions, seen: str, actor) -> None:
    """Make a run's configurations exactly these, as read from JSON. Raises as `edit`.

    Args:
        seen: `fingerprint` of all configurations that the person looked at, in their order.
    """

    def change(before, usage):
        if seen != fingerprint(*before):
            raise GroupStaleError("Somebody changed this course’s configurations in the meantime.")
        return studio.check_replacement(before, partitions)

    _edit(course_key, actor, change)


@atomic_with_retries
def set_team_partitions(*, course_key, on: bool, actor) -> None:
    """Note whether teams are content groups in this run: a flag of its LMS that no table shows.

    Args:
        on: the LMS has `teams.content_groups_for_teams` switched on for the run.

    Raises:
        PermissionDenied, ConfigurationRefusedError: as `create`.
    """
    content = _locked(course_key, actor)
    if content.team_partitions == on:
        return
    CourseContent.objects.filter(pk=content.pk).update(team_partitions=on, revision=content.revision + 1)
    history.record(actor=actor, obj=content, message=f"Teams as content groups: {'on' if on else 'off'} in the LMS")


def fingerprint(*partitions: Partition) -> str:
    """Return a short text that is another one as soon as anything of these partitions, or their order, is."""
    return fingerprint_of([partition.to_json() for partition in partitions])


def taken_ids(partitions: Partitions, usage: Usage) -> set[int]:
    """Return the ids that a new partition or group must not get, those that content still names included."""
    groups = {group.id for partition in partitions for group in partition.groups}
    return {*(partition.id for partition in partitions), *groups, *usage.ids()}


# --- The one way to write --------------------------------------------------------------------


@atomic_with_retries
def _edit(course_key, actor, change: Change, note: str = "") -> Partitions:
    """Return the partitions after `change`, which is given those of before and what uses them."""
    content = _locked(course_key, actor)
    before, usage = stored_partitions(content), usage_of(content)
    after = change(before, usage)
    _check_unused(before, after, usage)
    if after == before:
        return after
    write_partitions(content, after)
    CourseContent.objects.filter(pk=content.pk).update(revision=content.revision + 1)
    _tell(content, actor, partition_changes(before, after), note)
    return after


def _locked(course_key, actor):
    """Return the run's content, locked, when there is any and the actor may edit it."""
    if not actor.has_perm(Permission.MANAGE, course_key):
        raise PermissionDenied
    content = CourseContent.objects.select_for_update().filter(course_id=course_key).first()
    if content is None or content.course_id != course_key:
        raise ConfigurationRefusedError("The course’s content was not imported yet. Import it first.")
    return content


def _check_unused(before, after, usage):
    """Refuse to take away what content uses or links point at."""
    kept = {partition.id: {group.id for group in partition.groups} for partition in after}
    for partition in before:
        if partition.id not in kept:
            _refuse_used(f"“{partition.name}”", usage.blocks_of(partition.id), usage.links_of(partition.id))
            continue
        for group in partition.groups:
            if group.id not in kept[partition.id]:
                blocks, links = usage.blocks_of(partition.id, group.id), usage.links_of(partition.id, group.id)
                _refuse_used(f"The group “{group.name}” of “{partition.name}”", blocks, links)


def _refuse_used(what, blocks, links):
    if blocks or links:
        raise ConfigurationRefusedError(
            f"{what} is in use by {in_words(blocks, links)} and cannot be deleted.", "groups"
        )


def _found(partitions, partition_id, seen=None):
    """Return the partition of this id, when it is as `seen`; None takes it whatever it is."""
    found = next((partition for partition in partitions if partition.id == partition_id), None)
    if found is None:
        raise ConfigurationRefusedError("This configuration is no longer there.")
    if seen is not None and seen != fingerprint(found):
        raise GroupStaleError("Somebody changed this configuration in the meantime.")
    return found


def _replaced(partitions, partition_id, seen, change):
    _found(partitions, partition_id, seen)
    return tuple(change(partition) if partition.id == partition_id else partition for partition in partitions)


def _tell(content, actor, changes, note):
    lines = [f"{change.what} {change.kind.lower()}: {change.name} {change.detail}".strip() for change in changes]
    history.record(actor=actor, obj=content, message=f"Group configurations: {'; '.join(lines) or note}")
    tracking.emit(
        "lectern.group_configurations.changed",
        actor=actor,
        learner_id=None,
        course_key=content.course_id,
        data={"changes": len(changes), "summary": summary(changes) or note},
    )
