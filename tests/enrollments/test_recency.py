"""`recently_active`: the mobile API's rule, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest

from enrollments.models import BlockCompletion, CourseEnrollment
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 12, 0, 0, 123456, tzinfo=UTC)
THRESHOLD = NOW - timedelta(days=30)
TICK = timedelta(microseconds=1)


def enrolled(created):
    return factories.EnrollmentFactory(created=created)


def completed(enrollment, created, modified=None):
    completion = factories.BlockCompletionFactory(enrollment=enrollment)
    BlockCompletion.objects.filter(pk=completion.pk).update(created=created, modified=modified or created)


def row(enrollment):
    return CourseEnrollment.objects.with_recency(NOW).get(pk=enrollment.pk)


@pytest.mark.parametrize(
    ("created", "recent"), [(THRESHOLD, False), (THRESHOLD + TICK, True), (THRESHOLD - TICK, False), (None, False)]
)
def test_by_enrollment_date_strictly_after_the_threshold(created, recent):
    assert row(enrolled(created)).recently_active is recent


@pytest.mark.parametrize(("created", "recent"), [(THRESHOLD, True), (THRESHOLD - TICK, False), (NOW, True)])
def test_by_completion_at_or_after_the_threshold(created, recent):
    enrollment = enrolled(THRESHOLD - timedelta(days=100))
    completed(enrollment, created)
    assert row(enrollment).recently_active is recent


def test_working_on_an_old_block_again_does_not_count_but_is_shown():
    enrollment = enrolled(THRESHOLD - timedelta(days=100))
    completed(enrollment, THRESHOLD - timedelta(days=50), modified=NOW)
    assert row(enrollment).recently_active is False
    assert row(enrollment).last_completion_at == NOW


def test_a_missing_enrollment_date_with_a_recent_completion():
    enrollment = enrolled(None)
    completed(enrollment, NOW)
    assert row(enrollment).recently_active is True


def test_completions_in_another_run_or_of_another_learner_do_not_count():
    enrollment = enrolled(None)
    completed(factories.EnrollmentFactory(user=enrollment.user), NOW)
    completed(factories.EnrollmentFactory(course_id=enrollment.course_id), NOW)
    assert row(enrollment).recently_active is False
    assert row(enrollment).last_completion_at is None
