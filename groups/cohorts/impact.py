"""What depends on cohorts being on in a course run, as far as its content was imported."""

from dataclasses import dataclass

from enrollments.models import CourseEnrollment
from groups.cohorts.links import COHORT_SCHEME
from groups.models import CohortContentGroup, CourseBlock, CourseContent, GroupMember, UserPartition


@dataclass(frozen=True)
class Impact:
    """What switching cohorts off takes from learners.

    Attributes:
        blocks: blocks restricted to content groups; None where the content was not imported.
        learners: active learners in a cohort that is linked to a content group.
    """

    blocks: int | None
    learners: int


def of_switching_off(course_key) -> Impact:
    """Count what nobody would see any more, and who would notice."""
    linked = CohortContentGroup.objects.filter(course_user_group__course_id=course_key)
    members = GroupMember.objects.filter(courseusergroup__in=linked.values("course_user_group"))
    enrolled = CourseEnrollment.objects.filter(course_id=course_key, is_active=True, user__in=members.values("user"))
    return Impact(blocks=_restricted_blocks(course_key), learners=enrolled.count())


def _restricted_blocks(course_key):
    if not CourseContent.objects.filter(course_id=course_key).exists():
        return None
    partitions = UserPartition.objects.filter(course__course_id=course_key, scheme=COHORT_SCHEME)
    ids = {str(number) for number in partitions.values_list("partition_id", flat=True)}
    rules = CourseBlock.objects.filter(course__course_id=course_key).exclude(group_access=None)
    return sum(
        any(str(partition) in ids and groups for partition, groups in rule.items())
        for rule in rules.values_list("group_access", flat=True).iterator()
        if isinstance(rule, dict)
    )


def legacy_config(course_key) -> dict:
    """Return the imported course's `cohort_config`, which its LMS takes over at its first look; empty without one."""
    return CourseContent.objects.filter(course_id=course_key).values_list("cohort_config", flat=True).first() or {}
