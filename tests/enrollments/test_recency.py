"""`recently_active`: the mobile API's rule, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest

from enrollments.models import BlockCompletion, CourseEnrollment
from enrollments.recency import evidence_of
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


def why(enrollment):
    """Return what is shown beside the answer."""
    return [(fact.words, fact.moment) for fact in evidence_of(row(enrollment))]


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


OLD = THRESHOLD - timedelta(days=100)


def test_one_query_answers_for_a_page_of_courses(django_assert_num_queries):
    learner = factories.LearnerFactory()
    for created in (THRESHOLD, NOW, None):
        enrollment = factories.EnrollmentFactory(user=learner, created=created)
        completed(enrollment, NOW)
        completed(enrollment, OLD)
    with django_assert_num_queries(1):
        rows = list(CourseEnrollment.objects.filter(user=learner).with_recency(NOW))
        assert [row.recently_active for row in rows] == [True] * 3
        assert {fact.words for row in rows for fact in evidence_of(row)} == {"completed a block"}


@pytest.mark.parametrize("created", [None, OLD, THRESHOLD])
def test_active_because_of_a_new_completion_says_when(created):
    enrollment = enrolled(created)
    completed(enrollment, THRESHOLD)
    assert why(enrollment) == [("completed a block", THRESHOLD)]


def test_active_because_of_the_enrollment_says_when():
    enrollment = enrolled(THRESHOLD + TICK)
    assert why(enrollment) == [("enrolled", THRESHOLD + TICK), ("no completions", None)]
    completed(enrollment, OLD, modified=NOW)
    assert why(enrollment) == [("enrolled", THRESHOLD + TICK)]


def test_not_active_says_what_was_last():
    assert why(enrolled(None)) == [("no completions", None)]
    enrollment = enrolled(OLD)
    completed(enrollment, THRESHOLD - TICK)
    assert why(enrollment) == [("last completed a block", THRESHOLD - TICK)]


def test_not_active_in_spite_of_work_on_old_blocks_says_why():
    enrollment = enrolled(OLD)
    completed(enrollment, OLD, modified=NOW)
    assert why(enrollment) == [
        ("last completed a block", OLD),
        ("did old blocks again, which does not count", NOW),
    ]
