"""Tables of a course run's configurations, and of what uses one of them."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from console import html
from console.tables import Table
from groups.configurations.studio import EDITABLE
from groups.configurations.usage import in_words

NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
NAMES_SHOWN = 6
SCHEME_ICONS = {"cohort": "users", "random": "rotate"}


def scheme_badge(scheme: str):
    """Return the kind of a configuration as a badge, in Studio's words."""
    return html.badge("neutral", EDITABLE.get(scheme, scheme), SCHEME_ICONS.get(scheme, "shield"))


def active_badge(*, active: bool):
    """Return whether a configuration counts."""
    return html.badge("success", "Active") if active else html.badge("neutral", "Inactive", "ban")


class ConfigurationTable(Table):
    """Configurations in the course's order; rows are partitions, each with `row.used`."""

    name = tables.Column()
    scheme = tables.Column(verbose_name="Kind")
    groups = tables.Column(orderable=False)
    id = tables.Column(attrs=NUMERIC)
    active = tables.Column(verbose_name="State")
    used = tables.Column(accessor="id", verbose_name="Used by", orderable=False)
    title_column = "name"

    class Meta(Table.Meta):
        fields = ()

    def __init__(self, data, course_key, usage, **kwargs):
        self.course_key, self.usage = course_key, usage
        super().__init__(data, **kwargs)

    def render_name(self, record):
        address = reverse("groups:configuration", args=[self.course_key, record.id])
        return format_html('<a href="{}">{}</a>', address, record.name)

    def value_name(self, record):
        return record.name

    def render_scheme(self, value):
        return scheme_badge(value)

    def value_scheme(self, value):
        return value

    def render_groups(self, value):
        names = ", ".join(group.name for group in value[:NAMES_SHOWN])
        return f"{names} and {len(value) - NAMES_SHOWN} more" if len(value) > NAMES_SHOWN else names or "no group"

    def value_groups(self, value):
        return ", ".join(group.name for group in value)

    def render_id(self, value):
        return value

    def render_active(self, value):
        return active_badge(active=value)

    def value_active(self, value):
        return "active" if value else "inactive"

    def render_used(self, value):
        return in_words(self.usage.blocks_of(value), self.usage.links_of(value)) or "nothing"


class UseTable(Table):
    """Blocks that name groups of one partition; rows are `usage.Use`."""

    name = tables.Column(verbose_name="Block", orderable=False)
    path = tables.Column(orderable=False, attrs={"td": {"class": "memo"}})
    groups = tables.Column(orderable=False)
    block_type = tables.Column(verbose_name="Type", orderable=False)
    usage_key = tables.Column(verbose_name="Block key", orderable=False, attrs={"td": {"class": "memo"}})
    title_column = "name"

    class Meta(Table.Meta):
        fields = ()

    def __init__(self, data, names, **kwargs):
        self.names = names
        super().__init__(data, **kwargs)

    def value_groups(self, value):
        return ", ".join(self.names.get(group, f"deleted group {group}") for group in value)

    def render_groups(self, value, record):
        if record.is_experiment:
            return "Runs the experiment"
        known = [self.names[group] for group in value if group in self.names]
        gone = [html.badge("danger", f"Deleted group {group}") for group in value if group not in self.names]
        return format_html("{} {}", ", ".join(known), gone[0]) if gone else ", ".join(known)

    def render_usage_key(self, value):
        return html.key(value)

    def value_usage_key(self, value):
        return value
