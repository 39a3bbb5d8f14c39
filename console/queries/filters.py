"""Filters of the saved queries."""

import django_filters as filters
from django import forms
from django.db.models import Q

from console.queries import lists
from console.queries.models import SavedQuery

WHOSE = (("mine", "Mine"), ("others", "Shared by others"))
SHARED = (("yes", "Shared"), ("no", "Private"))


class SavedQueryFilter(filters.FilterSet):
    """By words, by list, by owner and by who sees it."""

    q = filters.CharFilter(
        label="Search",
        method="by_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Title, description or query"}),
    )
    list = filters.ChoiceFilter(label="List", field_name="list_name", choices=(), empty_label="Any")
    whose = filters.ChoiceFilter(label="Whose", choices=WHOSE, method="by_owner", empty_label="Any")
    shared = filters.ChoiceFilter(label="Seen by others", choices=SHARED, method="by_sharing", empty_label="Any")

    class Meta:
        model = SavedQuery
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = self.queryset.order_by().values_list("list_name", flat=True).distinct()
        found = [lists.find(name) for name in {*names, self.data.get("list", "")}]
        choices = [(each.name, each.title) for each in found if each and each.is_open_to(self.request.user)]
        self.filters["list"].extra["choices"] = sorted(choices, key=lambda choice: choice[1])

    def by_words(self, queryset, name, value):
        text = value.replace("\x00", "")
        return queryset.filter(Q(title__icontains=text) | Q(description__icontains=text) | Q(text__icontains=text))

    def by_owner(self, queryset, name, value):
        mine = Q(owner=self.request.user)
        return queryset.filter(mine if value == "mine" else ~mine)

    def by_sharing(self, queryset, name, value):
        return queryset.filter(is_shared=value == "yes")
