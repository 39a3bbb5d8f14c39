"""Who may do what, read from `auth_user` and `student_courseaccessrole`.

Open edX's own meaning of a role row (common/djangoapps/student/roles.py): org and course empty =
the whole site; org filled and course empty = every run of that organisation; both filled = one
run. Global staff is `auth_user.is_staff`.

Predicates are for single objects (`user.has_perm("lectern.…", object)`); `Roles.course_filter` is
the same decision for whole querysets.
"""

from dataclasses import dataclass
from enum import StrEnum

import rules
from django.db.models import Q
from opaque_keys.edx.keys import CourseKey

from console.fields import UnreadableKey
from console.learners import is_retired
from console.models import CourseAccessRole

COURSE_STAFF_ROLES = ("instructor", "staff")
SUPPORT_ROLE = "support"


class Permission(StrEnum):
    """Permissions of the ground floor. Domain apps add theirs in their own `rules.py`."""

    USE_CONSOLE = "lectern.use_console"
    VIEW_LEARNERS = "lectern.view_learners"
    ADMINISTER = "lectern.administer"


@dataclass(frozen=True)
class Roles:
    """What one person is. `courses` and `orgs` are where they are instructor or staff."""

    is_admin: bool = False
    is_support: bool = False
    courses: frozenset[CourseKey] = frozenset()
    orgs: frozenset[str] = frozenset()

    @property
    def is_staff_somewhere(self) -> bool:
        return bool(self.is_admin or self.is_support or self.courses or self.orgs)

    @property
    def sees_everything(self) -> bool:
        return self.is_admin or self.is_support

    def is_course_staff(self, course_key: CourseKey) -> bool:
        """Say whether the person is instructor or staff of this run, itself or by organisation.

        Letter case of an organisation does not count: neither does it in `course_filter`.
        """
        of_org = course_key.org.casefold() in {org.casefold() for org in self.orgs}
        return self.is_admin or course_key in self.courses or of_org

    def course_filter(self, field: str) -> Q:
        """Return the condition on the course key column `field` for the runs this person staffs.

        Organisations are matched on the key's own text, because a run may lack its overview.
        """
        if self.sees_everything:
            return Q()
        condition = Q(**{f"{field}__in": self.courses})
        for org in self.orgs:
            for prefix in (f"course-v1:{org}+", f"ccx-v1:{org}+", f"{org}/"):
                condition |= Q(**{f"{field}__istartswith": prefix})
        return condition


NOBODY = Roles()


def roles_of(user) -> Roles:
    """Return the roles of a user, read once per user object (that is, once per request)."""
    if not user.is_authenticated or not user.is_active or is_retired(user):
        return NOBODY
    if not hasattr(user, "_lectern_roles"):
        user._lectern_roles = _read(user)
    return user._lectern_roles


def still_may(user, permission: str, obj=None) -> bool:
    """Say whether whoever confirmed work some time ago may still do it.

    Args:
        user: the account, None when it is gone by now. A superuser who was retired has every
            permission in Django's eyes, so this is asked beside it.
        permission, obj: as of `has_perm`.
    """
    return user is not None and not is_retired(user) and user.has_perm(permission, obj)


def _read(user) -> Roles:
    rows = CourseAccessRole.objects.filter(user=user, role__in=[*COURSE_STAFF_ROLES, SUPPORT_ROLE])
    is_admin = user.is_superuser or user.is_staff
    is_support, courses, orgs = is_admin, set(), set()
    for row in rows:
        # Once more, exactly: MySQL finds "Instructor " when asked for "instructor", the LMS does not.
        if row.role not in {*COURSE_STAFF_ROLES, SUPPORT_ROLE}:
            continue
        if row.role == SUPPORT_ROLE:
            is_support = is_support or not (row.org or row.course_id)
        elif isinstance(row.course_id, UnreadableKey):
            continue  # Of no course run: nothing can be addressed or shown by such text.
        elif row.course_id:
            courses.add(row.course_id)
        elif row.org:
            orgs.add(row.org)
    return Roles(is_admin, is_support, frozenset(courses), frozenset(orgs))


@rules.predicate
def is_admin(user) -> bool:
    """Superuser or global staff."""
    return roles_of(user).is_admin


@rules.predicate
def is_support(user) -> bool:
    """Holder of the site-wide support role, or an admin."""
    return roles_of(user).is_support


@rules.predicate
def is_staff_somewhere(user) -> bool:
    """Anybody with a role that Lectern knows."""
    return roles_of(user).is_staff_somewhere


rules.add_perm(Permission.USE_CONSOLE, is_staff_somewhere)
rules.add_perm(Permission.VIEW_LEARNERS, is_support)
rules.add_perm(Permission.ADMINISTER, is_admin)
