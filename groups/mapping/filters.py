"""Filters of the matrix."""

import django_filters as filters
from django import forms
from django.db.models import Q

from groups.models import CourseUserGroup

UNLINKED, LINKED = "unlinked", "linked"


class MappingFilter(filters.FilterSet):
    """By name, kind, and whether a group is linked at all."""

    q = filters.CharFilter(
        label="Name",
        field_name="name",
        lookup_expr="icontains",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "A part of the name"}),
    )
    kind = filters.ChoiceFilter(
        label="Kind", field_name="group_type", choices=CourseUserGroup.Type.choices, empty_label="Any"
    )
    links = filters.ChoiceFilter(
        label="Links", method="by_links", choices=[(LINKED, "Linked"), (UNLINKED, "Not linked")], empty_label="Any"
    )

    class Meta:
        model = CourseUserGroup
        fields = ()

    def by_links(self, groups, name, value):
        """Keep the groups that have a link to anything, or those that have none."""
        has_link = Q(content_group_link__isnull=False) | Q(learner_group__links__isnull=False)
        found = CourseUserGroup.objects.filter(has_link).values("pk")
        return groups.filter(pk__in=found) if value == LINKED else groups.exclude(pk__in=found)
