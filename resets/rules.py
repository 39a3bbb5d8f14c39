"""Who may look at resets, and who may start one."""

from enum import StrEnum

import rules

from console.rules import is_staff_somewhere, is_support


class Permission(StrEnum):
    """Permissions of the resets app."""

    VIEW = "lectern_resets.view"
    RESET = "lectern_resets.reset"
    UNDO = "lectern_resets.undo"


# Which rows is decided by the querysets' `visible_to`.
rules.add_perm(Permission.VIEW, is_staff_somewhere)
# As in Open edX (`has_access(user, "support", "global")`): the site-wide support role or global staff.
rules.add_perm(Permission.RESET, is_support)
rules.add_perm(Permission.UNDO, is_support)
