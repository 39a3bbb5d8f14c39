"""Situations that several tests start from."""

from tests import factories


def resettable(**overview):
    """Return an enrollment that may be reset; `overview` changes its course run."""
    course = factories.CourseOverviewFactory(**overview)
    factories.OptInFactory(course=course)
    return factories.EnrollmentFactory(course=course)
