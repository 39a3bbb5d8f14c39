"""The home page's card about cohorts."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count
from django.urls import reverse

from console import plots
from console.platform import features
from enrollments.models import CourseOverview
from groups.cohorts import rows
from groups.cohorts.bulk.plan import unassigned_of
from groups.models import CohortMembership, CourseCohortsSettings, CourseUserGroup, GroupMember
from groups.rules import Permission, managed_filter

RUNS, COHORTS = 5, 8
# Counting everybody without a cohort takes a moment in a large run, and nobody waits for its last digit.
SECONDS = 60


@dataclass(frozen=True)
class Unassigned:
    """How many enrolled learners of a run have no cohort."""

    key: object
    name: str
    number: int


def cohort_sizes(viewer) -> dict | None:
    """Return sizes of the largest cohorts and unassigned learners in the cohorted runs that `viewer` manages.

    At most five runs, those that were cohorted last. None for somebody who manages no groups.
    """
    if not viewer.has_perm(Permission.MANAGE):
        return None
    if not features.has(CourseCohortsSettings, CourseUserGroup, GroupMember, CohortMembership):
        return None
    return cache.get_or_set(f"groups.cohort_sizes.{viewer.pk}", lambda: _counted(viewer), SECONDS)


def _counted(viewer):
    mine = CourseCohortsSettings.objects.filter(managed_filter(viewer, "course_id"), is_cohorted=True)
    keys = list(mine.order_by("-pk").values_list("course_id", flat=True)[:RUNS])
    overviews = CourseOverview.objects.in_bulk(keys)
    # MySQL finds cohorts of a run whose key is written in other letters: they have no name here.
    names = {key: str(overviews.get(key) or key) for key in keys}
    cohorts = rows.sizes(keys)[:COHORTS]
    bars = [
        plots.Bar(
            f"{cohort.name} · {names.get(cohort.course_id, cohort.course_id)}",
            cohort.member_count,
            link=reverse("groups:cohort", args=[cohort.course_id, cohort.pk]),
        )
        for cohort in cohorts
    ]
    plot = plots.bars("Members of the largest cohorts", bars, headings=("Cohort", "Members")) if bars else None
    return {"plot": plot, "unassigned": _unassigned(keys, names)}


def _unassigned(keys, names):
    counts = unassigned_of(keys).order_by().values_list("course_id").annotate(number=Count("pk"))
    return [
        Unassigned(key, names.get(key, str(key)), number) for key, number in sorted(counts, key=lambda pair: -pair[1])
    ]
