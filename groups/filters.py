"""Filters of the list of course runs."""

import django_filters as filters
from django.db.models import Q

from enrollments.models import CourseOverview


class CourseFilter(filters.FilterSet):
    """By a part of the course name or key."""

    q = filters.CharFilter(label="Course name or key", method="search")

    class Meta:
        model = CourseOverview
        fields = ()

    def search(self, courses, name, text):
        """Keep the runs whose name or key holds the text."""
        return courses.filter(Q(display_name__icontains=text) | Q(id__icontains=text))
