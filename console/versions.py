"""The platform's history tables: every version of a row, as django-simple-history writes it from the LMS's ORM."""

from datetime import datetime

from django.conf import settings
from django.db import models

from console.platform import PlatformModel

CREATED, CHANGED, DELETED = "+", "~", "-"
CHUNK = 500


class HistoryModel(PlatformModel):
    """A table with every version of a row.

    It has the columns of the live table besides (a relation `x` as the plain column `x_id`), and
    these. Whoever writes the live table by other means than the LMS's ORM owes it a row: `keep`.
    """

    history_id = models.AutoField(primary_key=True)
    history_date = models.DateTimeField()
    history_change_reason = models.CharField(max_length=100, null=True, blank=True)
    history_type = models.CharField(max_length=1)
    history_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


def keep(  # noqa: PLR0913 (by keyword only: what a version says beside the row)
    history: type[HistoryModel],
    rows: list[models.Model],
    kind: str,
    *,
    actor,
    moment: datetime,
    reason: str = "",
) -> None:
    """Write a version of each row, as it is now, in the transaction that changed it.

    Args:
        history: the table of the versions.
        rows: saved rows of the live table, or for DELETED what was deleted.
        kind: CREATED, CHANGED or DELETED.
        actor: who did it; None for a machine.
        moment: when.
        reason: why, at most 100 characters.
    """
    names = [field.attname for field in history._meta.concrete_fields if not field.name.startswith("history_")]
    versions = [
        history(
            **{name: getattr(row, name) for name in names},
            history_date=moment,
            history_type=kind,
            history_change_reason=reason or None,
            history_user_id=actor and actor.pk,
        )
        for row in rows
    ]
    history.objects.bulk_create(versions, batch_size=CHUNK)
