"""Filters of the enrollment tables."""

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from enrollments import columns

# Open edX's modes (common/djangoapps/course_modes); the column is free text, so others may occur.
MODES = (
    "audit",
    "honor",
    "verified",
    "professional",
    "no-id-professional",
    "credit",
    "masters",
    "executive-education",
    "paid-executive-education",
    "unpaid-executive-education",
    "paid-bootcamp",
    "unpaid-bootcamp",
)
YES_NO = (("yes", "Yes"), ("no", "No"))


class CourseKeyField(forms.CharField):
    """A text field whose value is a course key."""

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


class EnrollmentListFilter(EnrollmentFilter):
    """Filters of all enrollments: by course key and username exactly, which have an index."""

    q = None
    course = CourseKeyFilter(label="Course key", field_name="course_id")
    learner = filters.CharFilter(label="Username", field_name="user__username")
    field_order = ("course", "learner")
