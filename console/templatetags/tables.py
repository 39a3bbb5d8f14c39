"""Tags of the table templates: links that keep the address, and what is filtered right now."""

from django import template
from django.utils.html import format_html

from console.views import QUERY_VAR

register = template.Library()


@register.simple_tag(takes_context=True)
def table_href(context, **changes):
    """Return this list's address with parameters replaced, or dropped where the value is None.

    The page number is dropped unless given: any other change starts at the first page.
    """
    request = context["request"]
    query = request.GET.copy()
    for name in ("page", "_export"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def table_link(context, **changes):
    """Return the attributes of a link that works with and without JavaScript."""
    href = table_href(context, **changes)
    return format_html(
        'href="{0}" hx-get="{0}" hx-target="#table" hx-swap="outerHTML show:none" hx-push-url="true" '
        'hx-indicator="#table" hx-sync="#table:replace"',
        href,
    )


@register.simple_tag(takes_context=True)
def sort_link(context, column):
    """Return the link attributes that sort by this column, the other way round when it is sorted."""
    return table_link(context, sort=str(column.order_by_alias.next))


@register.simple_tag
def aria_sort(column):
    """Return the value of `aria-sort` for a column header."""
    if not column.is_ordered:
        return "none"
    return "descending" if column.order_by_alias.is_descending else "ascending"


@register.simple_tag
def active_filters(filterset, query=""):
    """Return the filters in force, and the query among them, as dicts of name, label and value in words."""
    active = [{"name": QUERY_VAR, "label": "Query", "value": query}] if query else []
    if not filterset or not filterset.form.is_bound:
        return active
    for name, field in filterset.form.fields.items():
        text = filterset.form.data.get(name, "").strip()
        if text:
            choices = {str(value): label for value, label in getattr(field, "choices", [])}
            active.append({"name": name, "label": field.label, "value": choices.get(text, text)})
    return active


@register.simple_tag(takes_context=True)
def without_filter(context, name):
    """Return the link attributes that take one filter away."""
    return table_link(context, **{name: None})
