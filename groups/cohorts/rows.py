"""The rows of the lists about cohorts, with what each list shows beside them."""

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce

from enrollments.models import CourseEnrollment
from groups.models import (
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)


def cohorts(course_key) -> QuerySet:
    """Return the cohorts of a run with type, link and counts.

    Active members are counted as the LMS does: member rows with an active enrollment in the run.
    """
    members = GroupMember.objects.filter(courseusergroup=OuterRef("pk"))
    enrolled = CourseEnrollment.objects.filter(user=OuterRef("user"), course_id=course_key, is_active=True)
    waiting = UnregisteredLearnerCohortAssignment.objects.filter(course_user_group=OuterRef("pk"))
    return (
        CourseUserGroup.objects.cohorts()
        .filter(course_id=course_key)
        .annotate(
            assignment_type=F("cohort__assignment_type"),
            partition_id=F("content_group_link__partition_id"),
            group_id=F("content_group_link__group_id"),
            member_count=_number(members, "courseusergroup"),
            active_count=_number(members.filter(Exists(enrolled)), "courseusergroup"),
            waiting_count=_number(waiting, "course_user_group"),
        )
    )


def members(cohort) -> QuerySet:
    """Return the member rows of a cohort with person, enrollment, and whether the membership agrees."""
    held = CohortMembership.objects.filter(user=OuterRef("user"), course_user_group=OuterRef("courseusergroup"))
    enrollment = CourseEnrollment.objects.filter(user=OuterRef("user"), course_id=cohort.course_id)
    return _with_person(GroupMember.objects.filter(courseusergroup=cohort)).annotate(
        is_active=Subquery(enrollment.values("is_active")[:1]),
        mode=Subquery(enrollment.values("mode")[:1]),
        is_confirmed=Exists(held),
    )


def learners(course_key) -> QuerySet:
    """Return the enrollments of a run, active or not, with person and cohort."""
    held = CohortMembership.objects.filter(user=OuterRef("user"), course_id=course_key)
    homeless = When(~Exists(held), is_active=True, then=Value(True))
    rows = CourseEnrollment.objects.filter(course_id=course_key).select_related("user")
    return _with_person(rows).annotate(
        cohort_pk=Subquery(held.values("course_user_group")[:1]),
        cohort_name=Subquery(held.values("course_user_group__name")[:1]),
        needs_cohort=Case(homeless, default=Value(False), output_field=BooleanField()),
    )


def courses(overviews: QuerySet) -> QuerySet:
    """Add to course overviews how many cohorts each run has, and whether they are on (None: never initialised)."""
    groups = CourseUserGroup.objects.filter(group_type="cohort", course_id=OuterRef("pk"))
    settings = CourseCohortsSettings.objects.filter(course_id=OuterRef("pk"))
    return overviews.annotate(
        cohort_count=_number(groups, "course_id"), is_cohorted=Subquery(settings.values("is_cohorted")[:1])
    )


def sizes(course_keys) -> QuerySet:
    """Return the cohorts of several runs with their member counts, largest first."""
    rows = CourseUserGroup.objects.cohorts().filter(course_id__in=course_keys)
    return rows.annotate(member_count=Count("members")).order_by("-member_count", "name", "pk")


def choices(course_key) -> list[tuple[int, str]]:
    """Return id and name of the run's cohorts, by name."""
    rows = CourseUserGroup.objects.cohorts().filter(course_id=course_key)
    return list(rows.order_by("name", "pk").values_list("pk", "name"))


def has_automatic(course_key) -> bool:
    """Say whether a cohort of the run takes learners automatically."""
    random = CourseCohort.AssignmentType.RANDOM
    rows = CourseCohort.objects.filter(course_user_group__course_id=course_key, assignment_type=random)
    return rows.filter(Q(course_user_group__group_type="cohort")).exists()


def _number(rows, parent):
    counted = rows.order_by().values(parent).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _with_person(rows):
    return rows.annotate(username=F("user__username"), email=F("user__email"), full_name=F("user__profile__name"))
