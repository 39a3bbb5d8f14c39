"""How long archives are kept."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from console.learners import RETIRED_PREFIX
from resets.models import ArchivePart, ResetArchive

BATCH = 200


def purge_archives(days: int | None = None) -> int:
    """Delete the contents of archives that are too old, or whose learner was retired.

    The archive's own row stays, and says when it was purged.

    Args:
        days: keep archives younger than this; the policy setting by default.

    Returns:
        How many archives were purged.
    """
    oldest = timezone.now() - timedelta(days=settings.LECTERN_ARCHIVE_DAYS if days is None else days)
    kept = ResetArchive.objects.filter(purged_at=None)
    too_old = kept.filter(created__lt=oldest)
    retired = kept.filter(audit__course_enrollment__user__username__startswith=RETIRED_PREFIX)
    return _purge(too_old) + _purge(retired)


def _purge(archives):
    purged = 0
    while ids := list(archives.values_list("pk", flat=True)[:BATCH]):
        ArchivePart.objects.filter(archive_id__in=ids).delete()
        purged += ResetArchive.objects.filter(pk__in=ids, purged_at=None).update(purged_at=timezone.now())
    return purged
