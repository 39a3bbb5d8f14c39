"""How long archives and typed lists are kept, and what of them stays.

The LMS's history of a block's state names a row that a reset deleted by its id alone. Which learner
and block that was is known to the archive only, so that much of it stays: no answer and no grade.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from console.learners import RETIRED_PREFIX
from console.transactions import atomic_with_retries
from resets import rowtext
from resets.bulk.models import BulkItem
from resets.journal import DamagedArchiveError, compress, seal, unpack
from resets.models import ArchivePart, ResetArchive, StudentModule

log = structlog.get_logger(__name__)

BATCH = 200
MAPPED = ("id", "student_id", "module_id", "course_id")
FORGOTTEN = "(removed)"


def purge_archives(days: int | None = None) -> int:
    """Delete the contents of archives that are too old, or whose learner was retired.

    The archive's own row stays, and says when it was purged; so does which learner and block each
    deleted module id meant.

    Args:
        days: keep archives younger than this; the policy setting by default.

    Returns:
        How many archives were purged.
    """
    kept = ResetArchive.objects.filter(purged_at=None)
    too_old = kept.filter(created__lt=_oldest(days))
    retired = kept.filter(audit__course_enrollment__user__username__startswith=RETIRED_PREFIX)
    return _purge_all(too_old) + _purge_all(retired)


def forget_typed(days: int | None = None) -> int:
    """Remove what was typed into bulk lists: of retired learners, and e-mail addresses in lists that are too old.

    Args:
        days: keep addresses in lists younger than this; the policy setting by default.

    Returns:
        How many lines were changed.
    """
    retired = Q(learner__username__startswith=RETIRED_PREFIX)
    too_old = Q(typed__contains="@", bulk__created__lt=_oldest(days))
    lines, forgotten = BulkItem.objects.filter(retired | too_old).exclude(typed=FORGOTTEN), 0
    while ids := list(lines.values_list("pk", flat=True)[:BATCH]):
        forgotten += BulkItem.objects.filter(pk__in=ids).update(typed=FORGOTTEN)
    return forgotten


def _oldest(days):
    return timezone.now() - timedelta(days=settings.LECTERN_ARCHIVE_DAYS if days is None else days)


def _purge_all(archives):
    purged = 0
    while ids := list(archives.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        purged += sum(_purge(archive_id) for archive_id in ids)
    return purged


@atomic_with_retries
def _purge(archive_id):
    if not ResetArchive.objects.filter(pk=archive_id, purged_at=None).update(purged_at=timezone.now()):
        return 0
    parts = ArchivePart.objects.filter(archive=archive_id).select_related("archive")
    for part in parts.filter(operation=ArchivePart.Operation.DELETED, table=StudentModule._meta.db_table):
        _reduce(part)
    parts.exclude(operation=ArchivePart.Operation.MAP).delete()
    return 1


def _reduce(part):
    try:
        columns, rows = unpack(part)
    except DamagedArchiveError as error:
        log.warning("archive_not_mapped", archive=part.archive_id, part=part.number, error=str(error))
        return
    places = [columns.index(name) for name in MAPPED]
    part.operation = ArchivePart.Operation.MAP
    part.payload = compress(rowtext.dump(MAPPED, [[row[place] for place in places] for row in rows]))
    part.sha256 = seal(part)
    part.save(update_fields=["operation", "payload", "sha256"])
