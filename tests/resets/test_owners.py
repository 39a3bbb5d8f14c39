"""What a reset clears, and what it leaves alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey, UsageKey

from console.fields import UnreadableKey
from enrollments.models import BlockCompletion, CourseEnrollment, GeneratedCertificate, PersistentCourseGrade
from resets import owners, rows
from resets.journal import Journal
from resets.models import (
    ArchivePart,
    HistoricalSubsectionGradeOverride,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetArchive,
    StudentModule,
    StudentModuleHistory,
    VisibleBlocks,
)
from resets.owners import Owner, Policy, schema
from resets.owners.probe import Probe
from resets.owners.scope import Scope
from tests import factories

pytestmark = pytest.mark.django_db


def with_state(enrollment):
    """Give a learner a little of everything in a run."""
    for module_type in ("course", "chapter", "sequential", "vertical", "problem", "video"):
        factories.StudentModuleFactory(enrollment=enrollment, module_type=module_type)
    factories.OverrideFactory(grade=factories.SubsectionGradeFactory(enrollment=enrollment))
    factories.SubsectionGradeFactory(enrollment=enrollment)
    factories.CourseGradeFactory(enrollment=enrollment)
    factories.BlockCompletionFactory.create_batch(3, enrollment=enrollment)
    return enrollment


def clear(enrollment, actor_id=None, **kwargs):
    journal = Journal.start(factories.AuditFactory().pk, ResetArchive.Kind.RESET)
    return owners.clear(enrollment, journal=journal, actor_id=actor_id or factories.support().pk, **kwargs)


def test_everything_of_the_learner_in_the_run_is_cleared():
    enrollment = with_state(factories.EnrollmentFactory())
    assert clear(enrollment) == {
        "overrides": 1,
        "subsection_grades": 2,
        "course_grades": 1,
        "completions": 3,
        "student_modules": 6,
    }
    for model in (
        StudentModule,
        PersistentSubsectionGrade,
        PersistentSubsectionGradeOverride,
        PersistentCourseGrade,
        BlockCompletion,
    ):
        assert not model.objects.exists()


def test_the_preview_counts_what_is_cleared():
    enrollment = with_state(factories.EnrollmentFactory())
    counted = {owner.key: count for owner, count in owners.preview(enrollment)}
    assert counted == clear(enrollment)


def test_clearing_twice_clears_nothing_more():
    enrollment = with_state(factories.EnrollmentFactory())
    clear(enrollment)
    assert set(clear(enrollment).values()) == {0}


def test_other_learners_and_other_runs_keep_theirs():
    enrollment = with_state(factories.EnrollmentFactory())
    with_state(factories.EnrollmentFactory(course_id=enrollment.course_id))
    with_state(factories.EnrollmentFactory(user=enrollment.user))
    clear(enrollment)
    assert StudentModule.objects.count() == 12
    assert PersistentSubsectionGradeOverride.objects.count() == 2
    assert PersistentCourseGrade.objects.count() == 2
    assert BlockCompletion.objects.count() == 6


def test_a_run_whose_key_begins_the_same_keeps_its_rows():
    user = factories.LearnerFactory()
    short = factories.EnrollmentFactory(user=user, course_id=CourseKey.from_string("course-v1:Org+Demo+1"))
    long = factories.EnrollmentFactory(user=user, course_id=CourseKey.from_string("course-v1:Org+Demo+10"))
    with_state(short)
    with_state(long)
    clear(short)
    assert {module.course_id for module in StudentModule.objects.all()} == {long.course_id}


def test_a_run_whose_key_differs_in_letter_case_keeps_its_rows():
    """MySQL's collations and our embedded tables take both keys for one; the reset must not."""
    enrollment = factories.EnrollmentFactory(course_id=CourseKey.from_string("course-v1:Org+Demo+Run"))
    twin = CourseKey.from_string("course-v1:Org+demo+run")
    factories.StudentModuleFactory(
        enrollment=enrollment, course_id=twin, module_state_key=factories.block_key(twin, block_id="other")
    )
    factories.StudentModuleFactory(enrollment=enrollment)
    assert clear(enrollment)["student_modules"] == 1
    assert StudentModule.objects.get().course_id == twin


@pytest.mark.parametrize(
    "usage_key",
    [
        "block-v1:TestX+Gone+2026+type@problem+block@deleted",
        "i4x://TestX/Old/problem/p1",
        "aside-usage-v2:block-v1$:TestX+C+2026+type@problem+block@p::tagging_aside",
    ],
)
def test_rows_that_a_walk_over_the_course_would_miss(usage_key):
    enrollment = factories.EnrollmentFactory()
    factories.StudentModuleFactory(enrollment=enrollment, module_state_key=UsageKey.from_string(usage_key))
    assert clear(enrollment)["student_modules"] == 1


@pytest.mark.parametrize("text", ["OldX/Num/Run", "ccx-v1:TestX+C1+2026+ccx@7"])
def test_course_keys_of_other_formats(text):
    enrollment = with_state(factories.EnrollmentFactory(course_id=CourseKey.from_string(text)))
    assert clear(enrollment)["student_modules"] == 6


def test_module_history_is_kept():
    enrollment = factories.EnrollmentFactory()
    module = factories.StudentModuleFactory(enrollment=enrollment)
    StudentModuleHistory.objects.create(student_module_id=module.pk, created=factories.days_ago(1), state="{}")
    clear(enrollment)
    assert StudentModuleHistory.objects.get().student_module_id == module.pk


def test_enrollment_certificate_and_shared_block_lists_are_kept():
    enrollment = with_state(factories.EnrollmentFactory())
    factories.CertificateFactory(enrollment=enrollment)
    clear(enrollment)
    assert CourseEnrollment.objects.filter(pk=enrollment.pk, is_active=True).exists()
    assert GeneratedCertificate.objects.get().status == "downloadable"
    assert VisibleBlocks.objects.count() == 2


def test_a_deleted_override_leaves_the_history_row_that_the_lms_would_write():
    enrollment = factories.EnrollmentFactory()
    override = factories.OverrideFactory(grade=factories.SubsectionGradeFactory(enrollment=enrollment))
    agent = factories.support()
    clear(enrollment, agent.pk)
    row = HistoricalSubsectionGradeOverride.objects.get()
    assert (row.id, row.history_type, row.history_user_id) == (override.pk, "-", agent.pk)
    assert row.override_reason == override.override_reason
    assert row.grade_id == override.grade_id


def test_more_rows_than_one_statement_takes(monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 4)
    enrollment = factories.EnrollmentFactory()
    factories.BlockCompletionFactory.create_batch(10, enrollment=enrollment)
    assert clear(enrollment)["completions"] == 10
    assert not BlockCompletion.objects.exists()
    assert [part.rows for part in ArchivePart.objects.order_by("number")] == [4, 4, 2]


def test_clearing_is_by_set():
    """The number of statements does not grow with the rows."""
    counts = []
    schema.columns()  # Read once per process.
    for number in (1, 30):
        enrollment = factories.EnrollmentFactory()
        factories.StudentModuleFactory.create_batch(number, enrollment=enrollment)
        started = Journal.start(factories.AuditFactory().pk, ResetArchive.Kind.RESET)
        with CaptureQueriesContext(connection) as queries:
            owners.clear(enrollment, journal=started, actor_id=1)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Databases that lack something -----------------------------------------------------------


def test_tables_that_this_database_lacks_are_skipped_and_named():
    enrollment = with_state(factories.EnrollmentFactory())
    effects = owners.effects(enrollment)
    assert {"submissions_submission", "schedules_schedule", "milestones_usermilestone"} <= set(effects.missing)
    assert not set(effects.missing) & set(schema.columns())
    assert effects.offered == []
    everything = [owner.key for owner in owners.OWNERS if owner.is_choice]
    assert set(clear(enrollment, choices=everything)) == {
        "overrides",
        "subsection_grades",
        "course_grades",
        "completions",
        "student_modules",
        "partition_tags",
        "cohort",
        "teams",
        "certificate_unavailable",
    }


def test_a_column_that_an_older_release_lacks_reads_as_none():
    enrollment = with_state(factories.EnrollmentFactory())
    seen = []
    probe = Probe(
        "grades_persistentcoursegrade", reads=("letter_grade", "new_column"), accept=lambda *row: seen.append(row)
    )
    assert probe.is_present()
    assert probe.find(Scope(enrollment)) == []
    assert seen == [("", None)]


@pytest.mark.parametrize("given", [{"course": "course_key"}, {"person": ("owner", "user_id")}, {"value": "uuid"}])
def test_a_table_without_a_column_that_is_needed_counts_as_missing(given):
    probe = Probe("grades_persistentcoursegrade", **given)
    assert not probe.is_present()
    assert Owner("later", "Later", Policy.CLEAR, (probe,)).missing() == ["grades_persistentcoursegrade"]


def test_a_course_key_that_cannot_be_read_clears_what_bears_it():
    enrollment = factories.EnrollmentFactory()
    CourseEnrollment.objects.filter(pk=enrollment.pk).update(course_id=UnreadableKey("not a key"))
    broken = CourseEnrollment.objects.get(pk=enrollment.pk)
    assert isinstance(broken.course_id, UnreadableKey)
    assert owners.effects(broken).cleared == []
