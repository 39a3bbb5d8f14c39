"""Filters of the list of course runs."""

import django_filters as filters
from django import forms
from django.db.models import Q

from enrollments.models import CourseOverview


class CourseFilter(filters.FilterSet):
    """By a part of the course name or key."""

    q = filters.CharFilter(
        label="Course name or key",
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "A part of it"}),
    )
    cohorts = filters.ChoiceFilter(
        label="Cohorts",
        method="by_switch",
        empty_label="Any",
        choices=[("on", "On"), ("off", "Off"), ("none", "Not initialised")],
    )

    class Meta:
        model = CourseOverview
        fields = ()

    def search(self, courses, name, text):
        """Keep the runs whose name or key holds the text."""
        text = text.replace("\x00", "")
        return courses.filter(Q(display_name__icontains=text) | Q(id__icontains=text))

    def by_switch(self, courses, name, value):
        """Keep the runs whose cohorts are on, off, or not initialised."""
        return courses.filter(is_cohorted={"on": True, "off": False, "none": None}[value])
