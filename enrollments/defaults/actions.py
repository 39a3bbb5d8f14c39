"""The state changes of intentions, each with the history row that the platform's own ORM would write."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError
from django.utils import timezone

from console import history, versions
from console.rules import Permission
from console.transactions import atomic_with_retries
from enrollments.defaults import checks
from enrollments.defaults.content import resolve
from enrollments.defaults.keys import kind_of
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomer, HistoricalIntention

REASON_LENGTH = HistoricalIntention._meta.get_field("history_change_reason").max_length
UNSTORABLE = "The database cannot store a character of this text. Write it with ordinary letters and signs."

# MySQL takes letters with and without accent for the same.
ALIKE = "The customer has an intention whose key is the same to the database."


class IntentionRefusedError(Exception):
    """A change that is not possible; the text says why, for the person to read.

    Attributes:
        existing: the intention that is in the way, if one is.
    """

    def __init__(self, message: str, existing: DefaultIntention | None = None):
        super().__init__(message)
        self.existing = existing


def create_intention(*, customer_id: UUID, content_key: str, actor) -> DefaultIntention:
    """Intend a course or course run for all learners of a customer.

    Args:
        customer_id: the customer's uuid.
        content_key: `Org+Number`, or the key of a course run.
        actor: the signed-in admin.

    Raises:
        PermissionDenied: the actor is no admin.
        IntentionRefusedError: no such customer, a key that is none or leads to no run, or the same key
            a second time, removed intentions included.
    """
    try:
        return _create(customer_id, content_key.strip(), actor)
    except DataError as error:
        raise IntentionRefusedError(UNSTORABLE) from error
    except IntegrityError as error:
        raise IntentionRefusedError(ALIKE) from error


@atomic_with_retries
def _create(customer_id, content_key, actor):
    customer, siblings = _lock(customer_id, actor)
    now = timezone.now()
    intention = DefaultIntention(created=now, enterprise_customer=customer)
    _set_key(intention, content_key, siblings, now)
    _save(intention, versions.CREATED, actor=actor, now=now)
    history.record(actor=actor, obj=intention, message=f"Intended for {customer}", flag=history.ADDITION)
    return intention


def change_intention(
    *, intention_id: UUID, content_key: str, actor, seen: datetime | None = None, reason: str = ""
) -> DefaultIntention:
    """Give a live intention another key. Its realizations stay.

    Args:
        seen: `modified` when the admin looked: another one by now means that somebody else changed it.
        reason: why, at most 100 characters; kept in the history.

    Raises as `create_intention`.
    """
    try:
        return _change(intention_id, content_key.strip(), actor, seen, reason)
    except DataError as error:
        raise IntentionRefusedError(UNSTORABLE) from error
    except IntegrityError as error:
        raise IntentionRefusedError(ALIKE) from error


@atomic_with_retries
def _change(intention_id, content_key, actor, seen, reason):
    intention, siblings = _lock_with_siblings(intention_id, actor)
    if intention.is_removed:
        raise IntentionRefusedError("This intention is removed. Restore it first.", intention)
    if seen is not None and intention.modified != seen:
        raise IntentionRefusedError("Somebody changed this intention meanwhile. Look at it again.", intention)
    before = intention.content_key
    if content_key == before:
        return intention
    now = timezone.now()
    _set_key(intention, content_key, siblings, now)
    _save(intention, versions.CHANGED, actor=actor, now=now, reason=reason)
    _record(intention, actor, f"Content key changed from {before} to {content_key}", reason)
    return intention


@atomic_with_retries
def remove_intention(*, intention_id: UUID, actor, reason: str = "") -> DefaultIntention:
    """Remove an intention softly: nobody is enrolled by it any more, its realizations stay.

    The original checks the content again and so cannot remove what no longer resolves; this can.

    Raises:
        PermissionDenied: the actor is no admin.
        IntentionRefusedError: it is removed already, or no longer there.
    """
    intention, _ = _lock_with_siblings(intention_id, actor)
    if intention.is_removed:
        raise IntentionRefusedError("This intention is removed already.", intention)
    intention.is_removed = True
    _save(intention, versions.CHANGED, actor=actor, now=timezone.now(), reason=reason)
    _record(intention, actor, "Removed", reason)
    return intention


@atomic_with_retries
def restore_intention(*, intention_id: UUID, actor, reason: str = "") -> DefaultIntention:
    """Make a removed intention count again, whatever is known of its content.

    Raises:
        PermissionDenied: the actor is no admin.
        IntentionRefusedError: it is not removed, no longer there, or another one has its key by now.
    """
    intention, siblings = _lock_with_siblings(intention_id, actor)
    if not intention.is_removed:
        raise IntentionRefusedError("This intention is not removed.", intention)
    twin = checks.same_key((each for each in siblings if not each.is_removed), intention.content_key)
    if twin:
        raise IntentionRefusedError(f"The customer has another intention with this key: {twin.content_key}.", twin)
    intention.is_removed = False
    _save(intention, versions.CHANGED, actor=actor, now=timezone.now(), reason=reason)
    _record(intention, actor, "Restored", reason)
    return intention


def _lock(customer_id, actor):
    """Return the customer and all of its intentions, locked, if the actor may change them.

    The locks keep two people from adding the same key in different letter case, which only MySQL's
    own uniqueness would notice. The first two intentions of a customer may slip through: the
    customer itself is not locked, because that takes the right to change it. A warning names them.
    """
    if not actor.has_perm(Permission.ADMINISTER):
        raise PermissionDenied
    customer = EnterpriseCustomer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise IntentionRefusedError("This customer is no longer there.")
    intentions = DefaultIntention.objects.select_for_update().filter(enterprise_customer=customer).order_by("pk")
    return customer, list(intentions)


def _lock_with_siblings(intention_id, actor):
    """Return an intention and all others of its customer, locked."""
    found = DefaultIntention.objects.filter(pk=intention_id).only("enterprise_customer_id").first()
    if found is None:
        raise IntentionRefusedError("This intention is no longer there.")
    customer, intentions = _lock(found.enterprise_customer_id, actor)
    intention = next(each for each in intentions if each.pk == intention_id)
    intention.enterprise_customer = customer
    return intention, [each for each in intentions if each is not intention]


def _set_key(intention, content_key, siblings, now):
    """Put a checked key into an intention. Raises IntentionRefusedError."""
    intention.content_key = content_key
    if len(content_key) > checks.KEY_LENGTH:
        raise IntentionRefusedError(f"A content key has at most {checks.KEY_LENGTH} characters.")
    refusal = checks.refusal_of(resolve([intention], now)[intention.pk])
    if refusal:
        raise IntentionRefusedError(refusal)
    twin = checks.same_key(siblings, content_key)
    if twin and twin.is_removed:
        raise IntentionRefusedError("The customer had this intention; it was removed. Restore it instead.", twin)
    if twin:
        raise IntentionRefusedError(f"The customer has this intention already, as {twin.content_key}.", twin)
    intention.content_type = kind_of(content_key)


def _save(intention, kind, *, actor, now, reason=""):
    intention.modified = now
    intention.save(force_insert=kind == versions.CREATED)
    versions.keep(HistoricalIntention, [intention], kind, actor=actor, moment=now, reason=reason[:REASON_LENGTH])


def _record(intention, actor, message, reason):
    history.record(actor=actor, obj=intention, message=f"{message}. {reason}" if reason else message)
