"""From an intention to a plan: who would be enrolled, upgraded or recorded, and who is left out and why."""

import itertools
from collections import Counter
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from console import history
from console.plans.changes import PlanRefusedError
from console.query_limits import uncompiled
from console.rules import Permission
from console.transactions import atomic_with_retries
from enrollments.defaults import patterns
from enrollments.defaults.content import resolve
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomerUser
from enrollments.defaults.realizing.decide import RECORDED, decide
from enrollments.defaults.realizing.models import MEMO_LENGTH, RealizeItem, RealizePlan
from enrollments.defaults.status import Status, status_of

DRAFT_LIFE = timedelta(days=1)
CHUNK = 1000
MAX_ITEMS = 200_000
# Nothing to do for these, and nothing to explain: they are counted and not listed.
SETTLED = frozenset({Status.REALIZED})

Verdict, State = RealizeItem.Verdict, RealizeItem.State


def make_draft(*, intention_uuid, actor, memo: str, user_ids=None) -> RealizePlan:
    """Check an intention for its customer's learners and store what would be done; nothing is changed yet.

    Args:
        intention_uuid: a live intention.
        actor: the signed-in admin.
        memo: why, 1 to 255 characters.
        user_ids: only these learners; None for all of the customer's linked ones.

    Returns:
        The draft, which can be confirmed for a day.

    Raises:
        PermissionDenied: the actor is no admin.
        PlanRefusedError: the intention is removed or gone, its run is not known, memo missing or too long,
            or nobody is left to do anything for.
    """
    if not actor.has_perm(Permission.ADMINISTER):
        raise PermissionDenied
    memo = clean_memo(memo)
    intention = DefaultIntention.objects.filter(pk=intention_uuid, is_removed=False).first()
    if intention is None:
        raise PlanRefusedError("This intention was removed. Restore it first.")
    content = resolve([intention], timezone.now())[intention.pk]
    if content.run is None:
        raise PlanRefusedError(f"It is not known which course run to enroll in. {content.problem}")
    return _store(intention, content, memo, actor, user_ids)


def clean_memo(text: str) -> str:
    """Return the memo without white space around it. Raises PlanRefusedError when it is empty or too long."""
    memo = text.strip()
    if not memo:
        raise PlanRefusedError("A memo is needed: say why these learners are enrolled.")
    if len(memo) > MEMO_LENGTH:
        raise PlanRefusedError(f"The memo has {len(memo)} characters; at most {MEMO_LENGTH} are possible.")
    return memo


@atomic_with_retries
def _store(intention, content, memo, actor, user_ids):
    now = timezone.now()
    plan = RealizePlan.objects.create(
        intention_uuid=intention.pk,
        content_key=intention.content_key,
        run_key=str(content.run.key),
        memo=memo,
        created=now,
        created_by_id=actor.pk,
        expires_at=now + DRAFT_LIFE,
    )
    with uncompiled(connection):
        counts = _store_items(_items(plan, intention, content, user_ids))
    if not counts:
        raise PlanRefusedError("No learner of this customer is left to do anything for.")
    plan.left_out = counts[Verdict.CANNOT]
    plan.will_change = counts.total() - plan.left_out
    plan.save(update_fields=["left_out", "will_change"])
    message = f"Checked {counts.total()} learners for {intention.content_key}"
    history.record(actor=actor, obj=plan, flag=history.ADDITION, message=message)
    return plan


def _store_items(items):
    """Store items as they come; return how many there are of each verdict."""
    counts = Counter()
    while chunk := list(itertools.islice(items, CHUNK)):
        counts.update(item.verdict for item in chunk)
        if counts.total() > MAX_ITEMS:
            raise PlanRefusedError(f"There are more than {MAX_ITEMS:,} learners to decide about.")
        RealizeItem.objects.bulk_create(chunk)
    return counts


def _items(plan, intention, content, user_ids):
    """Yield an item for each learner that there is something to say about; what is said is decided once a pattern."""
    said = {}
    rows = patterns.with_patterns(_learners(intention, user_ids), intention, content).order_by("pk")
    lines = itertools.count(1)
    for user_id, username, pattern in rows.values_list("user_id", "user__username", "pattern").iterator():
        if pattern not in said:
            said[pattern] = _say(patterns.read([pattern], intention, content)[pattern])
        if said[pattern]:
            yield RealizeItem(plan=plan, line=next(lines), user_id=user_id, username=username, **said[pattern])


def _learners(intention, user_ids):
    learners = EnterpriseCustomerUser.objects.filter(
        enterprise_customer=intention.enterprise_customer_id, linked=True, user__isnull=False
    )
    return learners if user_ids is None else learners.filter(user_id__in=user_ids)


def _say(found):
    """Return what an item says of its learner; None when there is nothing to do and nothing to explain."""
    status = status_of(found)
    verdict, reason = decide(found)
    if status in SETTLED or reason == RECORDED:
        return None
    state = State.SKIPPED if verdict == Verdict.CANNOT else State.PENDING
    return {"verdict": verdict, "status": status, "state": state, "reason": reason}
