"""The audit log: Django's own admin log, so that the admin's History shows every action."""

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType

__all__ = ["ADDITION", "CHANGE", "DELETION", "record"]


def record(*, actor, obj, message: str, flag: int = CHANGE) -> None:
    """Write who did what to `obj`, in the transaction that does it.

    Args:
        actor: the signed-in person.
        obj: a saved model instance.
        message: one sentence; the memo belongs in it.
        flag: ADDITION, CHANGE or DELETION.
    """
    LogEntry.objects.create(
        user_id=actor.pk,
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        object_repr=str(obj)[:200],
        action_flag=flag,
        change_message=message,
    )
