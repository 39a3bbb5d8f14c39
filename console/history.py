"""The audit log: Django's own admin log, so that the admin's History shows every action."""

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

__all__ = ["ADDITION", "CHANGE", "DELETION", "record", "record_each"]

CHUNK = 500


def record(*, actor, obj, message: str, flag: int = CHANGE) -> None:
    """Write who did what to `obj`, in the transaction that does it.

    Args:
        actor: the signed-in person.
        obj: a saved model instance.
        message: one sentence; the memo belongs in it.
        flag: ADDITION, CHANGE or DELETION.
    """
    record_each([(obj, message)], actor=actor, flag=flag)


def record_each(messages: list[tuple[Model, str]], *, actor, flag: int = CHANGE) -> None:
    """Write who did what to each of some instances of one model, in the transaction that does it.

    Args:
        messages: the instances, each with its message.
        actor, flag: as for `record`.
    """
    entries = [_entry(actor, obj, message, flag) for obj, message in messages]
    LogEntry.objects.bulk_create(entries, batch_size=CHUNK)


def _entry(actor, obj, message, flag):
    return LogEntry(
        user_id=actor.pk,
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        object_repr=str(obj)[:200],
        action_flag=flag,
        change_message=message,
    )
