"""Template tags that every page may use."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma

from console import html

register = template.Library()

register.simple_tag(html.icon)
register.simple_tag(html.badge)
register.simple_tag(html.ago)
register.simple_tag(html.copyable)
register.simple_tag(html.key)
register.filter(intcomma)
