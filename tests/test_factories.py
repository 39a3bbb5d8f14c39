"""The factories themselves: a wrong one would make every other test lie."""

import pytest

from enrollments.models import CourseEnrollment, CourseOverview
from resets.models import CourseResetAudit, ResetJob
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "factory",
    [
        factories.CourseGradeFactory,
        factories.BlockCompletionFactory,
        factories.CertificateFactory,
        factories.StudentModuleFactory,
        factories.SubsectionGradeFactory,
    ],
)
def test_state_belongs_to_the_enrollment_it_was_made_for(factory):
    enrollment = factories.EnrollmentFactory()
    factory(enrollment=enrollment)
    factory(enrollment=factories.EnrollmentFactory(user=enrollment.user))
    rows = factory._meta.model.objects
    course = "context_key" if factory is factories.BlockCompletionFactory else "course_id"
    assert rows.filter(**{course: enrollment.course_id}).count() == 1
    assert CourseEnrollment.objects.count() == 2


def test_an_enrollment_in_a_deleted_course_makes_no_overview():
    enrollment = factories.EnrollmentFactory(course_id="course-v1:Gone+G1+2020")
    assert not CourseOverview.objects.exists()
    assert str(CourseEnrollment.objects.get(pk=enrollment.pk).course_id) == "course-v1:Gone+G1+2020"


def test_an_override_brings_its_subsection_grade():
    override = factories.OverrideFactory()
    assert override.grade.visible_blocks.course_id == override.grade.course_id


def test_resets_of_one_run_share_its_opt_in():
    course = factories.CourseOverviewFactory()
    first, second = (factories.AuditFactory(course_enrollment__course=course) for _ in range(2))
    assert first.course == second.course
    assert ResetJob.objects.count() == 2


def test_a_reset_of_the_platforms_own_tool_has_no_job():
    audit = factories.AuditFactory(job=None, status=CourseResetAudit.Status.COMPLETE)
    assert not ResetJob.objects.filter(audit=audit).exists()
