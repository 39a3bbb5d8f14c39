"""How many learners of a customer have which status under an intention.

Nothing in the database holds a status: each is decided from a learner's rows. A customer of 100,000
learners is walked in chunks once, and what was found is kept for two minutes.
"""

from collections import defaultdict
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from enrollments.defaults.content import resolve
from enrollments.defaults.evidence import scan
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomerUser
from enrollments.defaults.status import Status, status_of

KEPT_SECONDS = 120


def learners_of(intention: DefaultIntention):
    """Return the customer's learners, unlinked ones included."""
    return EnterpriseCustomerUser.objects.filter(enterprise_customer=intention.enterprise_customer_id)


def tally(intention: DefaultIntention) -> dict[Status, list[int]]:
    """Return the ids of customer users by status, at most two minutes old."""
    return cache.get_or_set(_key(intention.pk), lambda: _count(intention), KEPT_SECONDS)


def forget(intention_uuid: UUID) -> None:
    """Forget what was found: something was realized."""
    cache.delete(_key(intention_uuid))


def _key(intention_uuid):
    return f"lectern_tally_{intention_uuid}"


def _count(intention):
    content = resolve([intention], timezone.now())[intention.pk]
    found = defaultdict(list)
    for subject, evidence in scan(intention, content, learners_of(intention)):
        found[status_of(evidence)].append(subject.customer_user.pk)
    return dict(found)
