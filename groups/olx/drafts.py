"""An upload in two steps: read and compared first, written when somebody has seen what would change."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from console.transactions import atomic_with_retries
from groups.errors import GroupRefusedError
from groups.mapping.links import leading_to
from groups.models import ContentImport, CourseContent
from groups.olx import rows
from groups.olx.archive import open_archive
from groups.olx.course import ReadCourse
from groups.olx.export import is_edited
from groups.olx.packing import pack, unpack
from groups.olx.reading import read_course
from groups.olx.store import import_content, stored_blocks
from groups.rules import Permission

DRAFT_LIFE = timedelta(days=1)
# In the preview, what decides access comes first.
ORDER = {"configuration": 0, "group": 1, "block": 2}
KINDS = list(rows.Kind)


@dataclass(frozen=True)
class Preview:
    """What an import would do.

    Attributes:
        changes: those of partitions first.
        revision: of the content that they were compared with.
        loses_edits: configurations were edited here since the last import; the import replaces them.
        left_dangling: names of cohorts and learner groups that are linked to a content group which
            the import removes, with the names of configuration and content group.
    """

    course: ReadCourse
    changes: list[rows.Change]
    revision: int
    loses_edits: bool
    left_dangling: list[tuple[str, str, str]]


def prepare(*, file, name: str, course_key, actor) -> ContentImport:
    """Read an uploaded export and keep what was read; nothing of the course's content is changed.

    Args:
        file: a binary file.
        name: what people call it.
        course_key: the run that it shall become the content of.
        actor: the signed-in person; earlier uploads of theirs for this run are forgotten.

    Raises:
        PermissionDenied: the actor does not manage the groups of this run.
        OlxRefusedError: names the file in the export and the cause.
    """
    if not actor.has_perm(Permission.MANAGE, course_key):
        raise PermissionDenied
    course = read_course(open_archive(file, name))
    rows.block_rows(course, course_key)  # Refuses keys that are too long in this run.
    now = timezone.now()
    with transaction.atomic():
        ContentImport.objects.filter(course_id=course_key, created_by=actor).delete()
        ContentImport.objects.filter(created__lt=now - DRAFT_LIFE).delete()
        return ContentImport.objects.create(
            course_id=course_key,
            archive_course_id=course.key,
            source=name[-255:],
            reading=pack(course),
            created=now,
            created_by=actor,
        )


def is_of_this_run(draft: ContentImport) -> bool:
    """Say whether the export came from the run that it is imported to, however its key is written."""
    there, here = draft.archive_course_id, draft.course_id
    return (there.org, there.course, there.run) == (here.org, here.course, here.run)


def preview(draft: ContentImport) -> Preview:
    """Return what confirming would change, compared with what is stored now."""
    course = unpack(draft.reading)
    content = CourseContent.objects.filter(course_id=draft.course_id).first()
    partitions = rows.stored_partitions(content) if content else ()
    blocks = stored_blocks(content) if content else {}
    changes = [
        *rows.partition_changes(partitions, course.partitions),
        *rows.block_changes(blocks, rows.block_rows(course, draft.course_id)),
    ]
    changes.sort(key=lambda change: (ORDER[change.what], KINDS.index(change.kind)))
    revision = content.revision if content else 0
    return Preview(
        course,
        changes,
        revision,
        loses_edits=bool(content and is_edited(content)),
        left_dangling=_left_dangling(draft.course_id, partitions, course.partitions),
    )


def _left_dangling(course_key, before, after):
    kept = {(partition.id, group.id) for partition in after for group in partition.groups}
    removed = {
        (partition.id, group.id): (partition.name, group.name)
        for partition in before
        for group in partition.groups
        if (partition.id, group.id) not in kept
    }
    return [(name, *removed[link]) for name, link in leading_to(course_key, removed)] if removed else []


@atomic_with_retries
def confirm(
    *, draft_id: int, course_key, seen_revision: int, from_another_run: bool = False, actor
) -> list[rows.Change]:
    """Import a prepared upload and forget it.

    Args:
        draft_id: the upload; it has to be for this run.
        course_key: the run.
        seen_revision: of the content, as the preview showed it.
        from_another_run: the person has said that an export of another run is meant.
        actor: the signed-in person.

    Returns:
        What was changed.

    Raises:
        GroupRefusedError: it is gone, or of another run and nobody said that this is meant.
        PermissionDenied, GroupStaleError, OlxRefusedError: as `import_content`.
    """
    if not actor.has_perm(Permission.MANAGE, course_key):
        raise PermissionDenied
    draft = ContentImport.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None or draft.course_id != course_key:
        raise GroupRefusedError("This upload is no longer there. Upload the export again.")
    if not from_another_run and not is_of_this_run(draft):
        raise GroupRefusedError(f"This is an export of {draft.archive_course_id}. Say that it is meant for this run.")
    changes = import_content(
        course=unpack(draft.reading),
        course_key=course_key,
        source=draft.source,
        actor=actor,
        seen_revision=seen_revision,
    )
    draft.delete()
    return changes


def discard(*, draft_id: int, course_key, actor) -> None:
    """Forget an upload. Raises PermissionDenied as `prepare`."""
    if not actor.has_perm(Permission.MANAGE, course_key):
        raise PermissionDenied
    ContentImport.objects.filter(pk=draft_id, course_id=course_key).delete()
