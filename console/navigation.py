"""The sidebar's registry: apps add their sections in `AppConfig.ready`, the shell shows what a person may use."""

from dataclasses import dataclass, replace

from django.urls import reverse

from console.rules import Permission


@dataclass(frozen=True)
class NavItem:
    """One section in the sidebar.

    url_name: a named address without arguments. permission: asked through `user.has_perm`.
    icon: a name of `console.html.icon`. order: ascending from the top. shortcut: the letter after
    `g` on the keyboard. section: a group in the sidebar ("console" or "admin"). The last two are
    filled in for a request by `items_for`.
    """

    label: str
    url_name: str
    permission: str
    icon: str
    order: int
    shortcut: str = ""
    section: str = "console"
    url: str = ""
    current: bool = False


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add a section. The same address twice replaces the first; a shortcut taken by another is an error."""
    for other in _items.values():
        if item.shortcut and item.shortcut == other.shortcut and item.url_name != other.url_name:
            raise ValueError(f"The shortcut {item.shortcut!r} of {item.label} is taken by {other.label}.")
    _items[item.url_name] = item


def items_for(user, path: str) -> list[NavItem]:
    """Return the sections that `user` may use, in order; the one that `path` lies in is marked current."""
    allowed = [item for item in _items.values() if user.has_perm(item.permission)]
    placed = [replace(item, url=reverse(item.url_name)) for item in sorted(allowed, key=lambda item: item.order)]
    current = _current(placed, path)
    return [replace(item, current=item.url == current) for item in placed]


def _current(items: list[NavItem], path: str) -> str | None:
    """Return the longest address that `path` starts with; the start page only matches itself."""
    home = reverse("console:home")
    inside = [item.url for item in items if path == item.url or (item.url != home and path.startswith(item.url))]
    return max(inside, key=len, default=None)


register(NavItem("Home", "console:home", Permission.USE_CONSOLE, "home", 10, "h"))
register(NavItem("Learners", "console:learners", Permission.VIEW_LEARNERS, "user", 20, "l"))
register(NavItem("Saved queries", "queries:list", Permission.USE_CONSOLE, "filter", 80, "q"))
register(NavItem("Admin", "admin:index", Permission.ADMINISTER, "database", 90, "a", section="admin"))
register(NavItem("API", "console:api-docs", Permission.ADMINISTER, "code", 97, section="admin"))
register(NavItem("Schema check", "console:schema", Permission.ADMINISTER, "rows", 98, section="admin"))
