"""The rows of the lists about learner groups, with what each list shows beside them."""

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from enrollments.models import CourseEnrollment
from groups.models import CourseUserGroup, ExclusiveSet, GroupMember, LearnerGroupInstructor, LearnerGroupLink
from groups.rules import Permission, instructed_groups


def learner_groups(course_key, viewer) -> QuerySet:
    """Return the learner groups of a run that `viewer` may open, with set and number of members."""
    groups = CourseUserGroup.objects.learner_groups().filter(course_id=course_key)
    if not viewer.has_perm(Permission.MANAGE, course_key):
        groups = groups.filter(pk__in=instructed_groups(viewer))
    members = GroupMember.objects.filter(courseusergroup=OuterRef("pk")).order_by()
    counted = members.values("courseusergroup").annotate(number=Count("pk")).values("number")
    return groups.annotate(
        description=F("learner_group__description"),
        set_name=F("learner_group__exclusive_set__name"),
        member_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)),
    )


def members(group) -> QuerySet:
    """Return the member rows of a learner group with person and enrollment."""
    enrollment = CourseEnrollment.objects.filter(user=OuterRef("user"), course_id=group.course_id)
    return GroupMember.objects.filter(courseusergroup=group).annotate(
        username=F("user__username"),
        email=F("user__email"),
        full_name=F("user__profile__name"),
        is_active=Subquery(enrollment.values("is_active")[:1]),
        mode=Subquery(enrollment.values("mode")[:1]),
    )


def instructors(group_ids) -> dict[int, list[str]]:
    """Return the usernames of the instructors of each group by its id, with one query."""
    found = {group_id: [] for group_id in group_ids}
    rows = LearnerGroupInstructor.objects.filter(group__in=found).order_by("user__username")
    for group_id, username in rows.values_list("group", "user__username"):
        found[group_id].append(username)
    return found


def links(group_ids) -> dict[int, list[tuple[int, int]]]:
    """Return the links of each group by its id, with one query."""
    found = {group_id: [] for group_id in group_ids}
    rows = LearnerGroupLink.objects.filter(group__in=found).order_by("partition_id", "group_id_in_partition")
    for group_id, partition, content in rows.values_list("group", "partition_id", "group_id_in_partition"):
        found[group_id].append((partition, content))
    return found


def set_names(course_key) -> list[str]:
    """Return the names of the run's exclusive sets."""
    return list(ExclusiveSet.objects.filter(course_id=course_key).order_by("name").values_list("name", flat=True))


def search(groups: QuerySet, text: str) -> QuerySet:
    """Keep groups with this text in name, set or description."""
    text = text.replace("\x00", "")
    parts = ("name", "learner_group__description", "learner_group__exclusive_set__name")
    condition = Q()
    for part in parts:
        condition |= Q(**{f"{part}__icontains": text})
    return groups.filter(condition)
