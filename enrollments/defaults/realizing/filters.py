"""Filters of realization plans and of the learners of one."""

import django_filters as filters
from django import forms

from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.filters import username_filter

Verdict, Item = RealizeItem.Verdict, RealizeItem.State
OF_A_PLAN = [(state.value, state.label) for state in (Item.DONE, Item.FAILED, Item.PENDING)]


class RealizePlanFilter(filters.FilterSet):
    """By state and by who checked."""

    state = filters.ChoiceFilter(choices=RealizePlan.State.choices, empty_label="Any")
    by = username_filter("Checked by", "created_by__username")


class RealizeItemFilter(filters.FilterSet):
    """By username, by what is to be done, and by what came of it."""

    q = filters.CharFilter(
        label="Username",
        field_name="username",
        lookup_expr="icontains",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    verdict = filters.ChoiceFilter(label="To do", choices=Verdict.choices, empty_label="Anything")
    outcome = filters.ChoiceFilter(label="Outcome", method="by_outcome", choices=OF_A_PLAN, empty_label="Any")

    def by_outcome(self, items, name, value):
        """Keep what came out so; who was left out from the start has no outcome."""
        return items.exclude(verdict=Verdict.CANNOT).filter(state=value)
