"""The sweep over all live intentions: which of them enroll nobody, and of which that is not known.

The original's command asks one question of another service: is the key in the customer's catalogs?
This asks whether learners can be enrolled at all, of what is known here, and names source and age.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, TextChoices
from django.utils.timesince import timesince

from enrollments.defaults import checks
from enrollments.defaults.content import Content, resolve
from enrollments.defaults.models import CatalogMembership, DefaultIntention, Origin

CHUNK = 500


class Finding(TextChoices):
    """What can be found; an intention can have several findings."""

    NO_KEY = "no_key", "not a course or course run"
    UNRESOLVED = "unresolved", "does not resolve"
    NOT_ENROLLABLE = "not_enrollable", "not enrollable"
    NOT_IN_CATALOG = "not_in_catalog", "not in the customer’s catalogs"
    UNKNOWN = "unknown", "unknown"


@dataclass(frozen=True)
class Report:
    """One finding about one intention.

    Attributes:
        intention: with its customer loaded.
        finding: what is wrong or not known.
        why: a sentence.
        source: where this comes from and how old it is; empty when it comes from nowhere.
    """

    intention: DefaultIntention
    finding: Finding
    why: str
    source: str = ""

    @property
    def is_invalid(self) -> bool:
        """Say whether it is wrong; what is only unknown is not."""
        return self.finding != Finding.UNKNOWN


@dataclass(frozen=True)
class Catalogs:
    """How new a customer's catalog memberships are, and where the newest comes from."""

    origin: Origin
    fetched_at: datetime


def validate(now: datetime, delay: timedelta) -> Iterator[tuple[DefaultIntention, list[Report]]]:
    """Yield every live intention with what was found about it, by customer and key.

    Args:
        now: the moment that counts for dates of enrollment and for ages.
        delay: where a customer's newest catalog membership is younger than this, membership is not
            judged: another import may be under way.
    """
    rows = DefaultIntention.objects.live().select_related("enterprise_customer")
    keys = list(rows.order_by("enterprise_customer__name", "content_key", "pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        found = rows.in_bulk(keys[start : start + CHUNK])
        intentions = [found[key] for key in keys[start : start + CHUNK] if key in found]
        contents, catalogs = resolve(intentions, now), _catalogs(intentions)
        for each in intentions:
            known = catalogs.get(each.enterprise_customer_id)
            yield each, list(_reports(each, contents[each.pk], known, now, delay))


def _catalogs(intentions):
    """Return what is known of the catalogs of each customer, by uuid."""
    customers = {each.enterprise_customer_id for each in intentions}
    rows = CatalogMembership.objects.filter(customer_uuid__in=customers).order_by()
    newest = rows.values_list("customer_uuid", "origin").annotate(at=Max("fetched_at")).order_by("at")
    return {customer: Catalogs(Origin(origin), at) for customer, origin, at in newest}


def _reports(intention, content, known, now, delay):
    if content.kind is None:
        yield Report(intention, Finding.NO_KEY, content.problem)
        return
    yield from _of_the_run(intention, content, now)
    if known is None:
        yield Report(intention, Finding.UNKNOWN, "No import names the customer’s catalogs.")
    elif not content.catalogs and now - known.fetched_at >= delay:
        source = _source(known.origin, known.fetched_at, now)
        yield Report(intention, Finding.NOT_IN_CATALOG, "No catalog of the customer contains it.", source)


def _of_the_run(intention, content: Content, now):
    run = content.run
    refusal = checks.refusal_of(content)
    if refusal or (run is None and content.runs.runs):
        yield Report(intention, Finding.UNRESOLVED, refusal or content.problem, _source_of_runs(content, now))
    elif content.is_enrollable is None or run is None:
        yield Report(intention, Finding.UNKNOWN, content.why_not)
    elif not content.is_enrollable:
        yield Report(intention, Finding.NOT_ENROLLABLE, content.why_not, _source(run.origin, run.fetched_at, now))


def _source_of_runs(content, now):
    """Return the source of what is known of a course: its newest import, or an estimate."""
    newest = max((run for run in content.runs.runs if run.fetched_at), key=lambda run: run.fetched_at, default=None)
    return _source(newest.origin, newest.fetched_at, now) if newest else _source(Origin.ESTIMATED, None, now)


def _source(origin, fetched_at, now):
    # Estimates are made of the platform's own tables, at this moment.
    return origin.label if fetched_at is None else f"{origin.label} {timesince(fetched_at, now)} ago"
