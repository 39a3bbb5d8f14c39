"""Who may manage the groups of a course run, and who may ask why a learner sees what they see.

Managing follows the LMS's instructor dashboard (lms/djangoapps/instructor, "course staff"): staff or
instructor of the run or of its organisation, and global staff. The support role manages no groups
there, and none here; it may ask for explanations.
"""

from dataclasses import replace
from enum import StrEnum

import rules
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from console.rules import roles_of


class Permission(StrEnum):
    """Permissions of the groups app. With a course key as their object they are about that run."""

    MANAGE = "lectern.manage_groups"
    EXPLAIN = "lectern.explain_access"


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
    if not user.has_perm(Permission.MANAGE, course_key):
        raise PermissionDenied


@rules.predicate
def explains_access(user, course_key=None) -> bool:
    """Support, and whoever manages the groups of this run."""
    return roles_of(user).is_support or manages_groups(user, course_key)


rules.add_perm(Permission.MANAGE, manages_groups)
rules.add_perm(Permission.EXPLAIN, explains_access)
