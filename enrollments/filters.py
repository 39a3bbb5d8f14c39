"""Filters of the enrollment tables."""

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from enrollments import columns
from enrollments.schemas import MODES

YES_NO = (("yes", "Yes"), ("no", "No"))


class CourseKeyField(forms.CharField):
    """A text field whose value is a course key."""

    widget = forms.TextInput(attrs={"placeholder": "course-v1:Org+Number+Run", "class": "wide-field"})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return CourseKey.from_string(text)
        except InvalidKeyError as error:
            raise ValidationError(
                f"“{text}” is no course key. A course key looks like course-v1:Org+Number+Run."
            ) from error


class CourseKeyFilter(filters.Filter):
    """Rows of one course run."""

    field_class = CourseKeyField


class YesNoFilter(filters.ChoiceFilter):
    """Rows whose column or annotation is true, or false."""

    def __init__(self, **kwargs):
        super().__init__(choices=YES_NO, empty_label="Any", **kwargs)

    def filter(self, qs, value):
        return qs.filter(**{self.field_name: value == "yes"}) if value else qs


class EnrollmentFilter(filters.FilterSet):
    """Filters of a learner's courses, with those that other apps contribute."""

    q = filters.CharFilter(
        label="Course",
        method="by_course",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or key"}),
    )
    # The column is free text, so that other modes may occur; a query finds them.
    mode = filters.ChoiceFilter(choices=[(mode, mode) for mode in MODES], empty_label="Any")
    active = YesNoFilter(field_name="is_active", label="Enrolled")
    recent = YesNoFilter(field_name="recently_active", label="Recently active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for contribution in columns.contributions():
            for name, one in contribution.filters().items():
                one.parent, one.model = self, self.queryset.model
                self.filters[name] = one

    def by_course(self, queryset, name, value):
        text = value.replace("\x00", "")
        return queryset.filter(Q(course_id__icontains=text) | Q(overview__display_name__icontains=text))


def username_filter(label, field_name):
    """Return a filter by one person's username, whole."""
    widget = forms.TextInput(attrs={"placeholder": "Exact match"})
    return filters.CharFilter(label=label, field_name=field_name, widget=widget)


class EnrollmentListFilter(EnrollmentFilter):
    """Filters of all enrollments: by course key and username exactly, which have an index."""

    q = None
    course = CourseKeyFilter(label="Course key", field_name="course_id")
    learner = username_filter("Username", "user__username")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Inherited filters would come first; these two are what people begin with.
        first = {name: self.filters[name] for name in ("course", "learner")}
        self.filters = first | self.filters
