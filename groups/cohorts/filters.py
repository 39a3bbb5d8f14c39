"""Filters of cohorts' members and of the learners of a run."""

import django_filters as filters
from django import forms
from django.db.models import Q

UNASSIGNED = "none"


def _search(placeholder):
    return forms.TextInput(attrs={"type": "search", "placeholder": placeholder})


class CohortFilter(filters.FilterSet):
    """By a part of the name."""

    q = filters.CharFilter(label="Cohort", method="by_name", widget=_search("A part of the name"))

    def by_name(self, queryset, name, value):
        return queryset.filter(name__icontains=value.replace("\x00", ""))


class PeopleFilter(filters.FilterSet):
    """By a part of username, e-mail address or name. Rows have `full_name` beside `user`."""

    q = filters.CharFilter(label="Learner", method="by_person", widget=_search("Username, e-mail or name"))

    def by_person(self, queryset, name, value):
        text = value.replace("\x00", "")
        person = Q(user__username__icontains=text) | Q(user__email__icontains=text) | Q(full_name__icontains=text)
        return queryset.filter(person)


class MemberFilter(PeopleFilter):
    """By person, and by whether they are enrolled."""

    enrolled = filters.ChoiceFilter(
        label="Enrollment", method="by_enrollment", empty_label="Any", choices=[("yes", "Active"), ("no", "Not active")]
    )

    def by_enrollment(self, queryset, name, value):
        return queryset.filter(is_active=True) if value == "yes" else queryset.exclude(is_active=True)


class WaitingFilter(filters.FilterSet):
    """By a part of the address."""

    q = filters.CharFilter(label="E-mail", method="by_email", widget=_search("A part of the address"))

    def by_email(self, queryset, name, value):
        return queryset.filter(email__icontains=value.replace("\x00", ""))


class LearnerFilter(PeopleFilter):
    """By person, by enrollment, and by cohort or none."""

    active = filters.ChoiceFilter(
        label="Enrolled", field_name="is_active", choices=((True, "Yes"), (False, "No")), empty_label="Any"
    )
    cohort = filters.ChoiceFilter(label="Cohort", method="by_cohort", empty_label="Any", choices=())

    def __init__(self, *args, cohorts, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["cohort"].extra["choices"] = [(UNASSIGNED, "None, though enrolled"), *cohorts]

    def by_cohort(self, queryset, name, value):
        return queryset.filter(needs_cohort=True) if value == UNASSIGNED else queryset.filter(cohort_pk=int(value))
