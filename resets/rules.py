"""Who may look at resets, and who may start one."""

from enum import StrEnum

import rules

from console.rules import is_admin, is_staff_somewhere, is_support


class Permission(StrEnum):
    """Permissions of the resets app."""

    VIEW = "lectern_resets.view"
    RESET = "lectern_resets.reset"
    UNDO = "lectern_resets.undo"
    OVERRIDE = "lectern_resets.override"


# Which rows is decided by the querysets' `visible_to`.
rules.add_perm(Permission.VIEW, is_staff_somewhere)
# As in Open edX (`has_access(user, "support", "global")`): the site-wide support role or global staff.
rules.add_perm(Permission.RESET, is_support)
rules.add_perm(Permission.UNDO, is_support)
# What can be overridden at all is the policy LECTERN_ADMIN_OVERRIDES.
rules.add_perm(Permission.OVERRIDE, is_admin)
