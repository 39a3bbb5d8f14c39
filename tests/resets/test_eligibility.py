"""Every answer to "may this be reset?", and which one wins (docs/decisions/0005)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enrollments.models import CourseEnrollment
from resets.eligibility import Eligibility, ResetStatus, eligibility_of, with_reset_status
from resets.models import CourseResetAudit
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status


def status_of(enrollment, now=None):
    rows = CourseEnrollment.objects.with_grade()
    return with_reset_status(rows, now or timezone.now()).get(pk=enrollment.pk).reset_status


def test_available():
    assert status_of(resettable()) == ResetStatus.AVAILABLE


def test_not_opted_in():
    assert status_of(factories.EnrollmentFactory()) == ResetStatus.NOT_OPTED_IN


def test_inactive_opt_in_counts_as_none():
    course = factories.CourseOverviewFactory()
    factories.OptInFactory(course=course, active=False)
    assert status_of(factories.EnrollmentFactory(course=course)) == ResetStatus.NOT_OPTED_IN


def test_no_start_date_counts_as_not_started():
    assert status_of(resettable(start=None)) == ResetStatus.NOT_STARTED


def test_not_started():
    assert status_of(resettable(start=factories.days_ago(-1))) == ResetStatus.NOT_STARTED


def test_at_the_very_start_it_has_not_started():
    enrollment = resettable()
    start = enrollment.overview.start
    assert status_of(enrollment, now=start) == ResetStatus.NOT_STARTED
    assert status_of(enrollment, now=start + timedelta(microseconds=1)) == ResetStatus.AVAILABLE


def test_ended():
    assert status_of(resettable(end=factories.days_ago(1))) == ResetStatus.ENDED


def test_at_the_very_end_it_has_not_ended():
    enrollment = resettable()
    assert status_of(enrollment, now=enrollment.overview.end) == ResetStatus.AVAILABLE


def test_no_end_date_never_ends():
    assert status_of(resettable(end=None)) == ResetStatus.AVAILABLE


def test_passing():
    enrollment = resettable()
    factories.CourseGradeFactory(enrollment=enrollment, letter_grade="Pass", percent_grade=0.9)
    assert status_of(enrollment) == ResetStatus.PASSING


def test_a_grade_without_letter_is_not_passing():
    enrollment = resettable()
    factories.CourseGradeFactory(enrollment=enrollment, passed_timestamp=factories.days_ago(3))
    assert status_of(enrollment) == ResetStatus.AVAILABLE


def test_ended_beats_passing():
    enrollment = resettable(end=factories.days_ago(1))
    factories.CourseGradeFactory(enrollment=enrollment, letter_grade="Pass")
    assert status_of(enrollment) == ResetStatus.ENDED


def test_not_enrolled():
    enrollment = resettable()
    CourseEnrollment.objects.filter(pk=enrollment.pk).update(is_active=False)
    assert status_of(enrollment) == ResetStatus.NOT_ENROLLED


def test_a_retired_learner():
    enrollment = resettable(end=factories.days_ago(1))
    type(enrollment.user).objects.filter(pk=enrollment.user_id).update(username="retired__user_1")
    assert status_of(enrollment) == ResetStatus.RETIRED


def test_course_without_overview():
    enrollment = factories.EnrollmentFactory(course_id="course-v1:Gone+G1+2020")
    factories.OptInFactory(course_id=enrollment.course_id)
    assert status_of(enrollment) == ResetStatus.NO_COURSE


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (Status.ENQUEUED, ResetStatus.ENQUEUED),
        (Status.IN_PROGRESS, ResetStatus.IN_PROGRESS),
        (Status.COMPLETE, ResetStatus.COMPLETE),
        (Status.FAILED, ResetStatus.FAILED),
    ],
)
def test_what_an_audit_says(stored, shown):
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=stored)
    assert status_of(enrollment) == shown


@pytest.mark.parametrize("stored", [Status.ENQUEUED, Status.IN_PROGRESS, Status.COMPLETE])
def test_a_reset_that_exists_is_not_hidden_by_a_later_condition(stored):
    enrollment = resettable(end=factories.days_ago(1))
    factories.CourseGradeFactory(enrollment=enrollment, letter_grade="Pass")
    factories.AuditFactory(course_enrollment=enrollment, status=stored)
    assert status_of(enrollment) == stored


def test_a_failure_does_not_hide_that_the_course_ended():
    enrollment = resettable(end=factories.days_ago(1))
    audit = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    row = with_reset_status(CourseEnrollment.objects.with_grade(), timezone.now()).get(pk=enrollment.pk)
    answer = eligibility_of([row])[enrollment.pk]
    assert (answer.status, answer.latest) == (ResetStatus.ENDED, audit)
    assert not answer.is_allowed


def test_an_older_running_reset_counts_whatever_came_after():
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=Status.IN_PROGRESS)
    factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    assert status_of(enrollment) == ResetStatus.IN_PROGRESS


def test_the_newest_audit_is_the_last_written_not_the_last_modified():
    enrollment = resettable()
    factories.AuditFactory(
        course_enrollment=enrollment, status=Status.FAILED, created=factories.days_ago(2), modified=timezone.now()
    )
    newest = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED, created=factories.days_ago(1))
    row = with_reset_status(CourseEnrollment.objects.with_grade(), timezone.now()).get(pk=enrollment.pk)
    assert row.reset_audit_id == newest.pk


def test_more_resets_by_policy(settings):
    settings.LECTERN_RESETS_PER_ENROLLMENT = 2
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=Status.COMPLETE)
    assert status_of(enrollment) == ResetStatus.AVAILABLE
    factories.AuditFactory(course_enrollment=enrollment, status=Status.COMPLETE)
    assert status_of(enrollment) == ResetStatus.COMPLETE


def test_another_learners_reset_does_not_count():
    enrollment = resettable()
    other = factories.EnrollmentFactory(course_id=enrollment.course_id)
    factories.AuditFactory(course_enrollment=other, status=Status.COMPLETE)
    assert status_of(enrollment) == ResetStatus.AVAILABLE


def test_every_refusal_has_a_sentence():
    answers = {
        status: status in {ResetStatus.FAILED, ResetStatus.UNDONE, ResetStatus.AVAILABLE} for status in ResetStatus
    }
    for status, allowed in answers.items():
        answer = Eligibility(status, None)
        assert answer.is_allowed == allowed
        assert bool(answer.reason) != allowed


def test_statuses_cost_one_query_more_however_many_rows(django_assert_num_queries):
    for _ in range(3):
        factories.AuditFactory(course_enrollment=resettable(), status=Status.FAILED)
    rows = with_reset_status(CourseEnrollment.objects.with_grade(), timezone.now())
    with django_assert_num_queries(2):
        assert {answer.status for answer in eligibility_of(rows).values()} == {ResetStatus.FAILED}
