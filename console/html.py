"""Small pieces of safe HTML for table columns and templates. Each is a template tag of the same name."""

import re
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Drawn on a 24 x 24 grid with round strokes; the stylesheet sets size, width and colour.
_PATHS = {
    "alert": "M12 4 2.8 20h18.4L12 4ZM12 10v4.5M12 17.4v.1",
    "arrow-right": "M5 12h14M13 6l6 6-6 6",
    "ban": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM5.7 5.7l12.6 12.6",
    "book": "M12 6.5C10 5 7 4.5 3.5 5v13.5c3.5-.5 6.5 0 8.5 1.5 2-1.5 5-2 8.5-1.5V5C17 4.5 14 5 12 6.5ZM12 6.5V20",
    "check": "M5 12.5 10 17.5 19.5 7",
    "chevron-down": "m6 9.5 6 6 6-6",
    "chevron-left": "m14.5 6-6 6 6 6",
    "chevron-right": "m9.5 6 6 6-6 6",
    "chevron-up": "m6 14.5 6-6 6 6",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7.5V12l3 2",
    "code": "M8.5 7 4 12l4.5 5M15.5 7l4.5 5-4.5 5M13.5 5l-3 14",
    "columns": "M4 4.5h16v15H4v-15ZM9.3 4.5v15M14.7 4.5v15",
    "copy": "M9 8.5h11v12H9v-12ZM15 8.5v-5H4v12h5",
    "database": "M4.5 6c0-1.7 3.4-3 7.5-3s7.5 1.3 7.5 3-3.4 3-7.5 3-7.5-1.3-7.5-3ZM4.5 6v12c0 1.7 3.4 3 7.5 3"
    "s7.5-1.3 7.5-3V6M4.5 12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3",
    "download": "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
    "external": "M13.5 4.5h6v6M19.5 4.5 11 13M10 5.5H4.5v14h14V14",
    "filter": "M3.5 6h17M7 12h10M10.5 18h3",
    "home": "M4 11.5 12 4l8 7.5M6 10v10h4.5v-6h3v6H18V10",
    "inbox": "M4 13.5 6.5 5h11L20 13.5V19H4v-5.5ZM4 13.5h4.5c.4 1.8 1.7 2.8 3.5 2.8s3.1-1 3.5-2.8H20",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v5.5M12 7.6v.1",
    "keyboard": "M3 6.5h18v11H3v-11ZM7 10.2v.1M10.3 10.2v.1M13.7 10.2v.1M17 10.2v.1M8 14h8",
    "loader": "M12 3a9 9 0 1 0 9 9",
    "log-out": "M14 4.5H5v15h9M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5",
    "menu": "M4 6.5h16M4 12h16M4 17.5h16",
    "minus": "M5.5 12h13",
    "moon": "M19.5 14A8 8 0 0 1 10 4.5a8 8 0 1 0 9.5 9.5Z",
    "panel": "M4 4.5h16v15H4v-15ZM9.5 4.5v15",
    "pencil": "M4 20l1-4.5L16.5 4 20 7.5 8.5 19 4 20ZM14 6.5 17.5 10",
    "plus": "M12 5v14M5 12h14",
    "rotate": "M4.5 12a7.5 7.5 0 1 0 2.5-5.6L4.5 8.7M4.5 4v4.7h4.7",
    "rows": "M4 5h16M4 9.7h16M4 14.3h16M4 19h16",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20.5 20.5",
    "shield": "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6l-7-2.5Z",
    "sun": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4"
    "M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
    "user": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c.7-3.8 3.5-6 7.5-6s6.8 2.2 7.5 6",
    "users": "M9.5 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM3 19.5c.6-3.2 3-5 6.5-5s5.9 1.8 6.5 5"
    "M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.5 14.9c2 .7 3.2 2.3 3.6 4.6",
    "x": "M6 6l12 12M18 6 6 18",
}

TONES = {"success": "check", "warning": "alert", "danger": "x", "info": "info", "neutral": "minus"}

_UNITS = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("week", timedelta(days=7)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


def icon_names() -> list[str]:
    """Return the names that `icon` knows, in alphabetical order."""
    return sorted(_PATHS)


def icon(name: str, label: str = "") -> SafeString:
    """Return one of our icons as inline SVG.

    name: one of `icon_names()`; another raises KeyError, because it is a slip of the pen.
    label: what it means where no word stands beside it; empty for decoration.
    """
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon--{}" viewBox="0 0 24 24" {}><path d="{}"></path></svg>', name, meaning, _PATHS[name]
    )


def badge(tone: str, label: str, icon_name: str | None = None) -> SafeString:
    """Return a state as tinted badge, always with icon and word.

    tone: success, warning, danger, info or neutral. icon_name: another icon than the tone's own.
    """
    drawing = icon(icon_name or TONES[tone])
    return format_html('<span class="badge badge--{}">{}<span>{}</span></span>', tone, drawing, label)


def ago(moment: datetime | None, missing: str = "never") -> SafeString:
    """Return a moment as relative text, with the absolute time in UTC on hover and for screen readers.

    moment: an aware datetime, past or future. missing: the word for None.
    """
    if moment is None:
        return format_html('<span class="muted">{}</span>', missing)
    utc = moment.astimezone(UTC)
    absolute = f"{utc:%-d %B %Y, %H:%M} UTC"
    return format_html(
        '<time datetime="{}" title="{}">{}<span class="visually-hidden"> ({})</span></time>',
        utc.isoformat(timespec="seconds"),
        absolute,
        relative(moment, timezone.now()),
        absolute,
    )


def relative(moment: datetime, now: datetime) -> str:
    """Say how far `moment` lies from `now`, in its largest whole unit: "3 days ago", "in 2 hours"."""
    distance = abs(now - moment)
    for unit, size in _UNITS:
        count = distance // size
        if count:
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if moment <= now else f"in {words}"
    return "just now" if moment <= now else "in less than a minute"


def copyable(text, label: str | None = None) -> SafeString:
    """Return `text` in monospace with a button that copies it (hidden without JavaScript).

    label: what is copied, for screen readers ("username"); the text itself otherwise.
    """
    return _copyable(text, format_html("{}", text), label)


def clamped(text) -> SafeString:
    """Return text that a list cuts after two lines; all of it is there on hover, and for screen readers."""
    return format_html('<span class="clamp" title="{0}">{0}</span>', text)


def table_name(name: str) -> SafeString:
    """Return the name of a database table; a long one breaks after its underscores only."""
    parts = format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in re.split("(?<=_)", name)))
    return format_html('<span class="mono">{}</span>', parts)


def key(course_key) -> SafeString:
    """Return a course or usage key as `copyable`, able to break after its separators."""
    return _copyable(course_key, breakable(course_key), "course key")


def breakable(course_key) -> SafeString:
    """Return a key that can break after its separators, and nowhere else while there is room."""
    text = format_html("{}", str(course_key))
    for separator in ("+", ":", "@", "/"):
        text = text.replace(separator, f"{separator}<wbr>")
    # Escaped above; only <wbr> was added since.
    return mark_safe(text)  # noqa: S308


def _copyable(text, shown: SafeString, label: str | None) -> SafeString:
    return format_html(
        '<span class="copyable"><span class="mono">{}</span><button type="button" class="copy js-only" '
        'data-copy="{}" aria-label="Copy {}" title="Copy">{}</button></span>',
        shown,
        text,
        label or text,
        icon("copy"),
    )
