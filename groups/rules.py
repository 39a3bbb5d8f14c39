"""Who may manage the groups of a course run, and who may ask why a learner sees what they see.

Managing follows the LMS's instructor dashboard (lms/djangoapps/instructor, "course staff"): staff or
instructor of the run or of its organisation, and global staff. The support role manages no groups
there, and none here; it may ask for explanations.
"""

from dataclasses import replace
from enum import StrEnum

import rules
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from opaque_keys.edx.keys import CourseKey

from console.rules import Permission as ConsolePermission
from console.rules import is_staff_somewhere, roles_of, still_may


class Permission(StrEnum):
    """Permissions of the groups app. With a course key as their object they are about that run.

    INSTRUCT is about members of learner groups; its object is a run or one of its groups.
    """

    MANAGE = "lectern.manage_groups"
    EXPLAIN = "lectern.explain_access"
    INSTRUCT = "lectern.instruct_learner_groups"


def managed_filter(user, field: str) -> Q:
    """Return the condition on the course key column `field` for the runs whose groups `user` manages."""
    roles = roles_of(user)
    if roles.is_admin:
        return Q()
    return replace(roles, is_support=False).course_filter(field)


@rules.predicate
def manages_groups(user, course_key=None) -> bool:
    """Course staff of this run, or of any when no run is named."""
    roles = roles_of(user)
    if course_key is None:
        return bool(roles.is_admin or roles.courses or roles.orgs)
    return roles.is_course_staff(course_key)


def must_manage(user, course_key) -> None:
    """Raise PermissionDenied unless `user` manages the groups of this run."""
    if not still_may(user, Permission.MANAGE, course_key):
        raise PermissionDenied


@rules.predicate
def explains_access(user, course_key=None) -> bool:
    """Support, and whoever manages the groups of this run."""
    return roles_of(user).is_support or manages_groups(user, course_key)


def instructed_groups(user):
    """Return ids of the learner groups whose members `user` manages, as a query. Of active accounts only."""
    rows = apps.get_model("lectern_groups", "LearnerGroupInstructor").objects
    return rows.filter(user=user.pk if user.is_authenticated and user.is_active else None).values("group")


@rules.predicate
def instructs_learner_groups(user, place=None) -> bool:
    """Instructor of a learner group: of this one, of one in this run, or of any."""
    groups = apps.get_model("lectern_groups", "CourseUserGroup").objects.filter(pk__in=instructed_groups(user))
    if place is None:
        return groups.exists()
    if isinstance(place, CourseKey):
        return groups.filter(course_id=place).exists()
    return groups.filter(pk=place.pk).exists()


@rules.predicate
def manages_place(user, place=None) -> bool:
    """Whoever manages the groups of this run, or of the run of this group."""
    return manages_groups(user, getattr(place, "course_id", place))


rules.add_perm(Permission.MANAGE, manages_groups)
rules.add_perm(Permission.EXPLAIN, explains_access)
rules.add_perm(Permission.INSTRUCT, manages_place | instructs_learner_groups)
# Somebody without a role in the LMS who manages the members of a learner group comes in for that.
rules.set_perm(ConsolePermission.USE_CONSOLE, is_staff_somewhere | instructs_learner_groups)
