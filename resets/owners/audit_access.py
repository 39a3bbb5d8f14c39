"""Whether an audit learner's access to the run ends: by settings, for no learner in particular.

The LMS adds 4 to 18 weeks to the start of the personal schedule, else of the enrollment
(openedx/features/course_duration_limits/access.py), in runs that have a mode to upgrade to. Settings
are stacked: the newest row of each level counts, and a course run's goes before its course's, the
organisation's, the site's and the one for all.
"""

from dataclasses import dataclass

from console.platform import features
from enrollments.models import CourseMode
from resets import rows
from resets.owners import schema
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe

SETTINGS = "course_duration_limits_coursedurationlimitconfig"
AUDIT = "audit"
# CourseMode.VERIFIED_MODES of the LMS.
UPGRADES = ("verified", "professional")
COLUMNS = ("id", "enabled", "enabled_as_of", "site_id", "org", "org_course", "course_id")


@dataclass(frozen=True)
class AuditAccess(Probe):
    """The enrollment, if it is one whose access ends."""

    def is_present(self):
        return schema.has_columns(self.table, COLUMNS)

    def find(self, scope):
        enrollment = scope.enrollment
        if enrollment.mode != AUDIT or not _can_be_upgraded(enrollment.course_id):
            return []
        return [enrollment.pk] if _is_limited(enrollment) else []


def _can_be_upgraded(course_key):
    if not features.has(CourseMode):
        return True
    return CourseMode.objects.filter(course_id=course_key, mode_slug__in=UPGRADES).exists()


def _is_limited(enrollment):
    """Say whether limits are enabled for the run, and were when the learner enrolled."""
    key = enrollment.course_id
    meant = {"org": key.org, "org_course": f"{key.org}+{key.course}", "course_id": str(key)}
    enabled, since = None, None
    for row in sorted(_rows(enrollment.created), key=_level):
        if any(row[level] not in {None, meant[level]} for level in meant):
            continue
        enabled = enabled if row["enabled"] is None else row["enabled"]
        since = since if row["is_before"] is None else row["is_before"]
    return bool(enabled and since)


def _level(row):
    """Sort the more special level last, and of one level the newest row."""
    return *(row[name] is not None for name in ("course_id", "org_course", "org", "site_id")), row["id"]


def _rows(moment):
    selected = ", ".join(schema.quoted(name) for name in COLUMNS)
    since = schema.quoted("enabled_as_of")
    is_before = f"CASE WHEN {since} IS NULL THEN NULL WHEN {since} <= %s THEN 1 ELSE 0 END"
    found = rows.fetch(f"SELECT {is_before}, {selected} FROM {schema.quoted(SETTINGS)}", [schema.moment(moment)])
    return [dict(zip(("is_before", *COLUMNS), row, strict=True)) for row in found]


OWNERS = (
    Owner(
        "audit_access",
        "Audit access ends",
        Policy.WARN,
        (AuditAccess(SETTINGS),),
        help="It lasts 4 to 18 weeks from the start of the personal schedule, not from the reset, and may be over.",
        others=("content_type_gating_contenttypegatingconfig",),
    ),
)
