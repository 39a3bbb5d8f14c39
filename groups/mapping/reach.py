"""How many learners each content group reaches."""

from collections import defaultdict

from django.db.models import Exists, OuterRef

from console import plots
from enrollments.models import CourseEnrollment
from groups.cohorts.links import ContentGroups
from groups.cohorts.membership import is_cohorted
from groups.models import CohortMembership, GroupMember

CAPTION = "Learners who are actively enrolled, each counted once, by cohort or learner group."
NOBODY = " A group without learners opens its content to nobody but staff."


def reach(course_key) -> dict[tuple[int, int], int]:
    """Return the number of actively enrolled learners by partition id and group id.

    Cohorts count while they are on. A learner who reaches a content group in two ways counts once.
    """
    found = defaultdict(set)
    for partition, content, user_id in _by_learner_group(course_key).iterator():
        found[partition, content].add(user_id)
    if is_cohorted(course_key):
        for partition, content, user_id in _by_cohort(course_key).iterator():
            found[partition, content].add(user_id)
    return {link: len(users) for link, users in found.items()}


def _by_cohort(course_key):
    rows = CohortMembership.objects.filter(
        _is_enrolled(course_key), course_user_group__course_id=course_key, course_user_group__content_group_link__gte=0
    )
    link = "course_user_group__content_group_link"
    return rows.values_list(f"{link}__partition_id", f"{link}__group_id", "user_id")


def _by_learner_group(course_key):
    rows = GroupMember.objects.filter(
        _is_enrolled(course_key),
        courseusergroup__course_id=course_key,
        courseusergroup__learner_group__links__isnull=False,
    )
    link = "courseusergroup__learner_group__links"
    return rows.values_list(f"{link}__partition_id", f"{link}__group_id_in_partition", "user_id")


def _is_enrolled(course_key):
    return Exists(CourseEnrollment.objects.filter(user=OuterRef("user_id"), course_id=course_key, is_active=True))


def plot(course_key, known: ContentGroups) -> plots.BarPlot:
    """Return a plot of the content groups and how many learners each reaches, in the course's order."""
    counts = reach(course_key)
    several = len({group.partition_id for group in known.groups.values()}) > 1
    rows = [
        plots.Bar(f"{group.partition_name}: {group.name}" if several else group.name, counts.get(group.key, 0))
        for group in known.groups.values()
    ]
    caption = CAPTION + (NOBODY if any(not row.value for row in rows) else "")
    return plots.bars("Learners by content group", rows, caption=caption, headings=("Content group", "Learners"))
