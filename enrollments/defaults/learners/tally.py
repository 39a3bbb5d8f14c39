"""How many learners of a customer have which status under an intention, and which learners these are.

Nothing in the database holds a status. What decides about it the database counts in one statement
(`patterns`); what it found is kept for two minutes. Of a course whose run is not known any run of a
learner may count: then all are walked in chunks, and decided one by one.
"""

from collections import defaultdict

from django.core.cache import cache
from django.db.models import QuerySet

from console.tables import COUNT_CAP
from enrollments.defaults import patterns
from enrollments.defaults.content import Content
from enrollments.defaults.evidence import scan
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomerUser
from enrollments.defaults.status import Status, status_of

KEPT_SECONDS = 120


def learners_of(intention: DefaultIntention) -> QuerySet:
    """Return the customer's learners, unlinked ones included."""
    return EnterpriseCustomerUser.objects.filter(enterprise_customer=intention.enterprise_customer_id)


def tally(intention: DefaultIntention, content: Content) -> dict[Status, int]:
    """Return how many learners have each status, at most two minutes old."""
    if content.run is None:
        return {status: len(ids) for status, ids in _walked(intention, content).items()}
    found = defaultdict(int)
    counts = _counted(intention, content)
    for pattern, status in _statuses(counts, intention, content).items():
        found[status] += counts[pattern]
    return dict(found)


def having(learners: QuerySet, status: Status, intention: DefaultIntention, content: Content) -> QuerySet:
    """Return those of the learners who have a status. Of a course without a known run: the first 10,000."""
    if content.run is None:
        return learners.filter(pk__in=_walked(intention, content).get(status, ())[: COUNT_CAP + 1])
    statuses = _statuses(_counted(intention, content), intention, content)
    wanted = [pattern for pattern, its_status in statuses.items() if its_status == status]
    return (
        patterns.with_patterns(learners, intention, content).filter(pattern__in=wanted) if wanted else learners.none()
    )


def forget(intention: DefaultIntention) -> None:
    """Forget what was found: something was realized."""
    cache.delete_many([_key("counted", intention), _key("walked", intention)])


def _key(kind, intention):
    return f"lectern_tally_{kind}_{intention.pk}"


def _statuses(counts, intention, content):
    evidence = patterns.read(list(counts), intention, content)
    return {pattern: status_of(found) for pattern, found in evidence.items()}


def _counted(intention, content):
    return cache.get_or_set(
        _key("counted", intention),
        lambda: patterns.count(learners_of(intention), intention, content),
        KEPT_SECONDS,
    )


def _walked(intention, content):
    return cache.get_or_set(_key("walked", intention), lambda: _walk(intention, content), KEPT_SECONDS)


def _walk(intention, content):
    found = defaultdict(list)
    for subject, evidence in scan(intention, content, learners_of(intention)):
        found[status_of(evidence)].append(subject.customer_user.pk)
    return dict(found)
