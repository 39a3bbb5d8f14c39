"""What several tests of groups start from, and what they look at."""

import json
import logging
from contextlib import contextmanager

from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from groups.models import CohortMembership, CourseContent, GroupMember, PartitionGroup, UserPartition

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")


def import_content_groups(course_key, partitions, scheme=None):
    """Store content as an import does: partition id to group id to name; `scheme` by partition id, else `cohort`."""
    content = CourseContent.objects.create(course_id=course_key, imported_at=timezone.now())
    for position, (partition_id, groups) in enumerate(partitions.items()):
        partition = UserPartition.objects.create(
            course=content,
            partition_id=partition_id,
            name=f"Partition {partition_id}",
            scheme=(scheme or {}).get(partition_id, "cohort"),
            position=position,
        )
        for place, (group_id, name) in enumerate(groups.items()):
            PartitionGroup.objects.create(partition=partition, group_id=group_id, name=name, position=place)
    return content


def cohort_of(learner, course_key=RUN):
    """Return the learner's cohort, which both tables must agree on; None for none."""
    held = list(CohortMembership.objects.filter(user=learner, course_id=course_key).values_list("course_user_group"))
    listed = list(
        GroupMember.objects.filter(
            user=learner, courseusergroup__course_id=course_key, courseusergroup__group_type="cohort"
        ).values_list("courseusergroup")
    )
    assert held == listed, "the two tables agree"
    return held[0][0] if held else None


@contextmanager
def tracked(caplog, capture):
    """Give the list that tracking events of the block are in after it, without Lectern's own field."""
    logger, events = logging.getLogger("tracking"), []
    logger.addHandler(caplog.handler)
    caplog.clear()
    try:
        with capture(execute=True):
            yield events
    finally:
        logger.removeHandler(caplog.handler)
    for record in caplog.records:
        if record.name == "tracking":
            document = json.loads(record.getMessage())
            document["event"].pop("request_id")
            events.append(document)
