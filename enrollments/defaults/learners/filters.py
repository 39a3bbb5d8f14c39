"""Filters of learners by intention."""

import django_filters as filters
from django import forms

from console.tables import COUNT_CAP
from enrollments.defaults.learners.tally import tally
from enrollments.defaults.models import EnterpriseCustomerUser
from enrollments.defaults.status import Status


class LearnerStatusFilter(filters.FilterSet):
    """By username and status. The first 10,000 learners of a status are listed."""

    q = filters.CharFilter(
        label="Username",
        field_name="user__username",
        lookup_expr="istartswith",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Begins with"}),
    )
    status = filters.ChoiceFilter(label="Status", method="by_status", choices=Status.choices, empty_label="Any")

    class Meta:
        model = EnterpriseCustomerUser
        fields = ()

    def __init__(self, *args, intention, **kwargs):
        super().__init__(*args, **kwargs)
        self.intention = intention

    def by_status(self, learners, name, value):
        """Keep the learners who have this status."""
        return learners.filter(pk__in=tally(self.intention).get(Status(value), ())[: COUNT_CAP + 1])
