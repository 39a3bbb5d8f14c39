"""Filters of learners by intention."""

import django_filters as filters
from django import forms

from enrollments.defaults.learners.tally import having
from enrollments.defaults.models import EnterpriseCustomerUser
from enrollments.defaults.status import Status


class LearnerStatusFilter(filters.FilterSet):
    """By username and status."""

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

    def __init__(self, *args, intention, content, **kwargs):
        super().__init__(*args, **kwargs)
        self.intention, self.content = intention, content

    def by_status(self, learners, name, value):
        """Keep the learners who have this status."""
        return having(learners, Status(value), self.intention, self.content)
