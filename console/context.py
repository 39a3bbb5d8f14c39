"""What every page's template is given."""

import structlog
from django.conf import settings

from console.navigation import items_for
from console.rules import Roles, roles_of

SITE_NAME = "Lectern"


def shell(request):
    """Return what the skeleton shows: the site's name, and for a signed-in person their sections and roles.

    Costs no query of its own: roles are read once per request by the middleware before any page.
    """
    site = {
        "site_title": SITE_NAME,
        "site_header": SITE_NAME,
        "platform_name": settings.LECTERN_PLATFORM_NAME,
        "is_nav_sidebar_enabled": False,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return site | {"nav_items": [], "role_names": [], "has_permission": False}
    nav_items = items_for(user, request.path)
    return site | {"nav_items": nav_items, "role_names": role_names(roles_of(user)), "has_permission": bool(nav_items)}


def role_names(roles: Roles) -> list[str]:
    """Return a person's roles in words, the widest first. Course staff are called Instructor."""
    names = ["Admin"] if roles.is_admin else ["Support"] if roles.is_support else []
    return [*names, "Instructor"] if roles.courses or roles.orgs else names
