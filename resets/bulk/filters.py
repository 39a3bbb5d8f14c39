"""Filters of bulk resets and of the lines of one."""

import django_filters as filters
from django import forms
from django.db.models import Q

from enrollments.filters import CourseKeyFilter, username_filter
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.tables import UNDONE

Verdict, State = BulkItem.Verdict, BulkItem.State
LEFT_OUT = [(verdict.value, verdict.label) for verdict in (Verdict.CANNOT, Verdict.UNKNOWN, Verdict.DUPLICATE)]
# What a line shows: its verdict while nothing runs, then what became of the learner.
OF_A_DRAFT = [(Verdict.WILL_RESET.value, Verdict.WILL_RESET.label), *LEFT_OUT]
OF_A_PLAN = [
    (State.DONE.value, State.DONE.label),
    (UNDONE, "Reset, then undone"),
    *[(state.value, state.label) for state in (State.FAILED, State.STARTED, State.PENDING)],
    (State.SKIPPED.value, "Cancelled"),
    *LEFT_OUT,
]


class BulkFilter(filters.FilterSet):
    """By state, course run and agent."""

    state = filters.ChoiceFilter(choices=BulkReset.State.choices, empty_label="Any")
    course = CourseKeyFilter(label="Course key", field_name="course_id")
    agent = username_filter("Uploaded by", "created_by__username")


class BulkItemFilter(filters.FilterSet):
    """By what a line shows, and by what was typed."""

    q = filters.CharFilter(
        label="Learner",
        method="by_learner",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "As typed, or the username"}),
    )
    show = filters.ChoiceFilter(label="Show", method="by_outcome", empty_label="All lines", choices=())

    def __init__(self, *args, bulk, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["show"].extra["choices"] = OF_A_DRAFT if bulk.state == BulkReset.State.DRAFT else OF_A_PLAN

    def by_learner(self, queryset, name, value):
        text = value.replace("\x00", "")
        return queryset.filter(Q(typed__icontains=text) | Q(learner__username__icontains=text))

    def by_outcome(self, queryset, name, value):
        if value in Verdict.values:
            return queryset.filter(verdict=value)
        if value == UNDONE:
            return queryset.filter(audit__job__undone_at__isnull=False)
        queryset = queryset.filter(verdict=Verdict.WILL_RESET, state=value)
        return queryset.filter(audit__job__undone_at=None) if value == State.DONE else queryset
