"""From an intention to a plan: who would be enrolled, upgraded or recorded, and who is left out and why."""

from collections import Counter
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from console import history
from console.plans.changes import PlanRefusedError
from console.rules import Permission
from console.transactions import atomic_with_retries
from enrollments.defaults import evidence
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
    items = _judge(intention, content, user_ids)
    if not items:
        raise PlanRefusedError("No learner of this customer is left to do anything for.")
    return _store(items, intention, content, memo, actor)


def clean_memo(text: str) -> str:
    """Return the memo without white space around it. Raises PlanRefusedError when it is empty or too long."""
    memo = text.strip()
    if not memo:
        raise PlanRefusedError("A memo is needed: say why these learners are enrolled.")
    if len(memo) > MEMO_LENGTH:
        raise PlanRefusedError(f"The memo has {len(memo)} characters; at most {MEMO_LENGTH} are possible.")
    return memo


def _judge(intention, content, user_ids):
    learners = EnterpriseCustomerUser.objects.filter(
        enterprise_customer=intention.enterprise_customer_id, linked=True, user__isnull=False
    )
    if user_ids is not None:
        learners = learners.filter(user_id__in=user_ids)
    items = []
    for subject, found in evidence.scan(intention, content, learners):
        item = _item(subject, found)
        if item is not None:
            item.line = len(items) + 1
            items.append(item)
        if len(items) > MAX_ITEMS:
            raise PlanRefusedError(f"There are more than {MAX_ITEMS:,} learners to decide about.")
    return items


def _item(subject, found):
    status = status_of(found)
    verdict, reason = decide(found)
    if status in SETTLED or reason == RECORDED:
        return None
    return RealizeItem(
        user_id=subject.user_id,
        username=subject.customer_user.user.get_username(),
        verdict=verdict,
        status=status,
        state=State.SKIPPED if verdict == Verdict.CANNOT else State.PENDING,
        reason=reason,
    )


@atomic_with_retries
def _store(items, intention, content, memo, actor):
    now = timezone.now()
    counts = Counter(item.verdict for item in items)
    plan = RealizePlan.objects.create(
        intention_uuid=intention.pk,
        content_key=intention.content_key,
        run_key=str(content.run.key),
        memo=memo,
        created=now,
        created_by_id=actor.pk,
        expires_at=now + DRAFT_LIFE,
        will_change=len(items) - counts[Verdict.CANNOT],
        left_out=counts[Verdict.CANNOT],
    )
    for item in items:
        item.pk, item.plan = None, plan
    RealizeItem.objects.bulk_create(items, batch_size=CHUNK)
    message = f"Checked {len(items)} learners for {intention.content_key}"
    history.record(actor=actor, obj=plan, flag=history.ADDITION, message=message)
    return plan
