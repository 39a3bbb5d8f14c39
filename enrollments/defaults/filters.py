"""Filters of intentions and realizations."""

import django_filters as filters
from django import forms

from enrollments.defaults.keys import Kind
from enrollments.defaults.models import EnterpriseCustomer
from enrollments.defaults.querysets import RealizationState, other_content, state_conditions
from enrollments.filters import CourseKeyFilter, YesNoFilter, username_filter

CUSTOMERS_OFFERED = 500
REMOVED = (("no", "Live"), ("yes", "Removed"))


def customers_offered():
    """Return the customers that a form or filter offers, by name: their slug and what is shown."""
    rows = EnterpriseCustomer.objects.order_by("name", "pk").values_list("slug", "name")
    return [(slug, name) for slug, name in rows[:CUSTOMERS_OFFERED]]


class ContainsFilter(filters.CharFilter):
    """Rows whose text contains what was typed."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"type": "search", "placeholder": kwargs.pop("placeholder", "")})
        super().__init__(lookup_expr="icontains", widget=widget, **kwargs)

    def filter(self, qs, value):
        return super().filter(qs, value.replace("\x00", "") if value else value)


class RemovedFilter(filters.ChoiceFilter):
    """Live intentions or removed ones."""

    def __init__(self, **kwargs):
        super().__init__(choices=REMOVED, empty_label="Live and removed", label="State", **kwargs)

    def filter(self, qs, value):
        return qs.filter(**{self.field_name: value == "yes"}) if value else qs


class CustomerFilter(filters.ChoiceFilter):
    """Rows of one customer, by the slug in `field_name`."""

    def __init__(self, **kwargs):
        super().__init__(choices=customers_offered, empty_label="Any", label="Customer", **kwargs)


class IntentionFilter(filters.FilterSet):
    """By customer, key, kind and whether it is removed."""

    customer = CustomerFilter(field_name="enterprise_customer__slug")
    key = ContainsFilter(label="Content key", field_name="content_key", placeholder="Part of it")
    kind = filters.ChoiceFilter(choices=Kind.choices, empty_label="Any", label="Kind")
    removed = RemovedFilter(field_name="is_removed")


class StateFilter(filters.ChoiceFilter):
    """Realizations in one state."""

    def filter(self, qs, value):
        return qs.filter(state_conditions()[RealizationState(value)]) if value else qs


class MismatchFilter(YesNoFilter):
    """Realizations of what their intention names, or of something else."""

    def filter(self, qs, value):
        return qs.filter(other_content() if value == "yes" else ~other_content()) if value else qs


class RealizationFilter(filters.FilterSet):
    """By customer, content, learner, run and state; the rest is for queries."""

    customer = CustomerFilter(field_name="intended_enrollment__enterprise_customer__slug")
    key = filters.CharFilter(
        label="Content key",
        field_name="intended_enrollment__content_key",
        lookup_expr="iexact",
        widget=forms.TextInput(attrs={"placeholder": "Exact match"}),
    )
    learner = username_filter("Username", "realized_enrollment__enterprise_customer_user__user__username")
    run = CourseKeyFilter(label="Enrolled run", field_name="realized_enrollment__course_id")
    state = StateFilter(choices=RealizationState.choices, empty_label="Any", label="State")
    mismatch = MismatchFilter(label="Other content")
