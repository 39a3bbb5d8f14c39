"""The enrollment mode that a default enrollment is made in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from opaque_keys.edx.keys import CourseKey

from console.platform import features

# edx-enterprise, `get_best_mode_from_course_key`: other modes are never chosen.
BY_PREFERENCE = ("verified", "professional", "no-id-professional", "audit", "honor", "unpaid-executive-education")
FALLBACK = "audit"
# ENTERPRISE_COURSE_ENROLLMENT_AUDIT_MODES
AUDIT_MODES = frozenset({"audit", "honor"})


@dataclass(frozen=True)
class BestMode:
    """The best mode of a course run.

    Attributes:
        original: as edx-enterprise chooses it: expired modes count.
        unexpired: the best of those that one can still enroll in; empty when all have expired.
        has_open_audit: whether one can still enroll in an audit mode.
    """

    original: str = FALLBACK
    unexpired: str = FALLBACK
    has_open_audit: bool = True


def best_modes(run_keys: Iterable[CourseKey], now: datetime) -> dict[CourseKey, BestMode]:
    """Return the best mode of each run, with one query. A run without modes has the platform's default, audit."""
    run_keys = set(run_keys)
    offered = defaultdict(dict)
    modes = apps.get_model("lectern_enrollments", "CourseMode")
    if not features.has(modes):
        return dict.fromkeys(run_keys, BestMode())
    rows = modes.objects.filter(course_id__in=run_keys).values_list("course_id", "mode_slug", "expiration_datetime")
    for key, slug, expires in rows:
        # In two currencies a mode is two rows.
        offered[key][slug] = offered[key].get(slug, False) or expires is None or expires >= now
    return {key: _best(offered[key]) for key in run_keys}


def _best(offered: dict[str, bool]) -> BestMode:
    if not offered:
        return BestMode()
    known = [slug for slug in BY_PREFERENCE if slug in offered]
    unexpired = [slug for slug in known if offered[slug]]
    has_open_audit = any(slug in AUDIT_MODES for slug in unexpired)
    return BestMode(known[0] if known else FALLBACK, unexpired[0] if unexpired else "", has_open_audit)
