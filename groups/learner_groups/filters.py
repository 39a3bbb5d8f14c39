"""Filters of learner groups."""

import django_filters as filters
from django import forms

from groups.learner_groups import rows


class LearnerGroupFilter(filters.FilterSet):
    """By a part of name, description or set."""

    q = filters.CharFilter(
        label="Learner group",
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "A part of name or set"}),
    )

    def by_text(self, queryset, name, value):
        return rows.search(queryset, value)
