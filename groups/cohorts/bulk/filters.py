"""Filters of bulk assignments and of the lines of one."""

import django_filters as filters
from django import forms
from django.db.models import Q

from console.plans.models import ItemState
from groups.models import BulkAssignment, BulkAssignmentItem

FAILED = "failed"


class AssignmentFilter(filters.FilterSet):
    """By kind and state."""

    kind = filters.ChoiceFilter(choices=BulkAssignment.Kind.choices, empty_label="Any")
    state = filters.ChoiceFilter(choices=BulkAssignment.State.choices, empty_label="Any")


class AssignmentItemFilter(filters.FilterSet):
    """By what a line shows, and by what was given."""

    q = filters.CharFilter(
        label="Learner or cohort",
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "As given, or the username"}),
    )
    show = filters.ChoiceFilter(
        label="Show",
        method="by_outcome",
        empty_label="All lines",
        choices=[*BulkAssignmentItem.Outcome.choices, (FAILED, "Failed")],
    )

    def by_text(self, queryset, name, value):
        text = value.replace("\x00", "")
        return queryset.filter(
            Q(typed__icontains=text) | Q(cohort_name__icontains=text) | Q(learner__username__icontains=text)
        )

    def by_outcome(self, queryset, name, value):
        if value == FAILED:
            return queryset.filter(state=ItemState.FAILED)
        return queryset.filter(outcome=value).exclude(state=ItemState.FAILED)
