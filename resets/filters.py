"""Filters of the reset lists."""

from datetime import date, datetime, time, timedelta

import django_filters as filters
from django import forms
from django.utils import timezone

from enrollments.filters import CourseKeyFilter, username_filter
from resets.models import CourseResetAudit

DATE = {"type": "date"}


class ResetFilter(filters.FilterSet):
    """By status, course run, agent and day."""

    status = filters.ChoiceFilter(choices=CourseResetAudit.Status.choices, empty_label="Any")
    course = CourseKeyFilter(label="Course key", field_name="course_enrollment__course_id")
    learner = username_filter("Learner", "course_enrollment__user__username")
    agent = username_filter("Reset by", "reset_by__username")
    since = filters.DateFilter(label="From", method="from_day", widget=forms.DateInput(attrs=DATE))
    until = filters.DateFilter(label="To", method="to_day", widget=forms.DateInput(attrs=DATE))

    def from_day(self, queryset, name, value):
        return queryset.filter(created__gte=_midnight(value))

    def to_day(self, queryset, name, value):
        """Include the whole last day; after the last one that there is comes nothing to leave out."""
        if value == date.max:
            return queryset
        return queryset.filter(created__lt=_midnight(value + timedelta(days=1)))


class LearnerResetFilter(ResetFilter):
    """The same for one learner."""

    learner = None


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))
