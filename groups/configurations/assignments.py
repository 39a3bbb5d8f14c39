"""Which learners the LMS has drawn into the groups of an experiment: counted, never drawn here."""

from django.db.models import Count

from console.platform import features
from groups.models import UserCourseTag
from groups.partitions import Partition


def counts(course_key, partition: Partition) -> dict[int, int]:
    """Return the number of learners by group id. Tags that name no group of the partition are left out."""
    known = {group.id for group in partition.groups}
    return {group: count for group, count in _stored(course_key, partition).items() if group in known}


def lost(course_key, partition: Partition) -> int:
    """Return how many learners have a group that was deleted; the LMS draws another at their next visit."""
    return sum(_stored(course_key, partition).values()) - sum(counts(course_key, partition).values())


def _stored(course_key, partition):
    if not features.has(UserCourseTag):
        return {}
    key = UserCourseTag.PARTITION_KEY.format(partition.id)
    rows = UserCourseTag.objects.filter(course_id=course_key, key=key).order_by()
    found = {}
    for value, count in rows.values_list("value").annotate(count=Count("pk")):
        group = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None  # noqa: PLR2004
        found[group] = found.get(group, 0) + count
    return found
