"""Demo data: a site that looks real, loaded once, never into anybody else's database."""

from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db.models import Count, F
from django.test import TestCase
from django.utils import timezone
from opaque_keys import OpaqueKey

from console import crowd, demo
from console.auth import StaffBackend
from console.models import UserProfile
from console.platform import OWN_PREFIX
from console.rules import roles_of
from enrollments.defaults.demo import STORIES
from enrollments.demo import ARCHIVE_COURSES, COURSES
from enrollments.models import (
    BlockCompletion,
    CourseEnrollment,
    CourseMode,
    CourseOverview,
    GeneratedCertificate,
    PersistentCourseGrade,
)
from groups.demo.access import PEOPLE as EXPLAINED
from resets import owners
from resets.eligibility import ResetStatus, with_reset_status
from resets.models import (
    CourseResetAudit,
    CourseResetCourseOptIn,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetJob,
    StudentModule,
    StudentModuleHistory,
    VisibleBlocks,
)
from resets.sweeper import sweep

User = get_user_model()
KEY_COLUMNS = (
    *((CourseOverview, "id"), (CourseOverview, "location"), (CourseEnrollment, "course_id"), (CourseMode, "course_id")),
    *((BlockCompletion, "context_key"), (BlockCompletion, "block_key"), (PersistentCourseGrade, "course_id")),
    *((GeneratedCertificate, "course_id"), (StudentModule, "course_id"), (StudentModule, "module_state_key")),
    *((PersistentSubsectionGrade, "usage_key"), (CourseResetCourseOptIn, "course_id"), (VisibleBlocks, "course_id")),
)


def load(*args):
    out = StringIO()
    call_command("load_demo", *args, stdout=out)
    return out.getvalue()


def row_counts():
    ours = [app for app in apps.get_app_configs() if app.label.startswith(OWN_PREFIX)]
    models = [User, *(model for app in ours for model in app.get_models())]
    return {model._meta.db_table: model.objects.count() for model in models}


def unreadable(model, column):
    return [key for key in model.objects.values_list(column, flat=True) if not isinstance(key, OpaqueKey)]


def statuses():
    rows = CourseEnrollment.objects.with_course().with_grade().with_recency(timezone.now())
    return with_reset_status(rows, timezone.now())


class DemoSiteTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.said = load()

    def test_one_learner_shows_every_reset_status(self):
        rows = statuses().filter(user__username=demo.EVERY_STATUS)
        # Who is retired has none of the others, and in the demo no enrollment.
        assert {row.reset_status for row in rows} == set(ResetStatus) - {ResetStatus.RETIRED}

    def test_available_courses_have_state_of_every_kind_to_clear(self):
        rows = statuses().filter(user__username=demo.EVERY_STATUS, reset_status=ResetStatus.AVAILABLE)
        counts = [{owner.key: count for owner, count in owners.preview(row)} for row in rows]
        assert len(counts) > 2
        assert all(count["student_modules"] and count["completions"] and count["course_grades"] for count in counts)
        assert any(count["overrides"] for count in counts)

    def test_an_undone_reset_has_put_its_state_back(self):
        audit = CourseResetAudit.objects.get(job__undone_at__isnull=False)
        assert sum(count for _, count in owners.preview(audit.course_enrollment)) == sum(audit.job.cleared.values())

    def test_a_second_run_changes_nothing(self):
        before = row_counts()
        assert "already there" in load()
        assert row_counts() == before

    def test_the_sign_ins_work_and_are_said(self):
        users = {name: StaffBackend().authenticate(None, name, demo.PASSWORD) for name in demo.SIGN_INS}
        assert all(users.values())
        assert all(name in self.said for name in [*users, demo.PASSWORD])
        assert roles_of(users[demo.ADMIN]).is_admin
        assert roles_of(users[demo.SUPPORT]).is_support
        assert not roles_of(users[demo.SUPPORT]).is_admin
        assert roles_of(users[demo.INSTRUCTOR]).courses == set(demo.INSTRUCTOR_COURSES)
        assert not roles_of(users[demo.INSTRUCTOR]).is_support
        assert not roles_of(users[demo.NO_ROLE]).is_staff_somewhere

    def test_nobody_else_can_sign_in(self):
        others = User.objects.exclude(username__in=demo.SIGN_INS)
        assert others.count() == demo.LEARNERS + len(demo.AGENTS) + len(EXPLAINED) + len(STORIES)
        assert not [user for user in others if user.has_usable_password()]

    def test_every_person_has_a_profile(self):
        assert UserProfile.objects.count() == User.objects.count()
        assert (
            User.objects.filter(username__startswith="retired__user_", email__endswith="@retired.invalid").count() == 2
        )
        assert User.objects.filter(is_active=False).count() > 2

    def test_one_learner_has_a_very_long_list(self):
        assert CourseEnrollment.objects.filter(user__username=demo.MANY_COURSES).count() == ARCHIVE_COURSES

    def test_all_enrollment_modes_occur(self):
        wanted = {mode for course in COURSES for mode in course.modes}
        assert len(wanted) == 12
        assert set(CourseEnrollment.objects.values_list("mode", flat=True)) == wanted
        assert CourseEnrollment.objects.filter(created=None).count() == 1
        assert CourseEnrollment.objects.filter(is_active=False).exists()

    def test_courses_are_in_every_date_situation(self):
        now, runs = timezone.now(), CourseOverview.objects
        assert runs.filter(start__lt=now, end__gt=now).exists()
        assert runs.filter(start__lt=now, end=None, self_paced=True).exists()
        assert runs.filter(start__gt=now, start__lt=now + timedelta(days=32)).exists()
        assert runs.filter(start=None).exists()
        assert runs.filter(end__lt=now).exists()
        assert any(key.deprecated for key in runs.values_list("id", flat=True))
        assert CourseEnrollment.objects.exclude(course_id__in=runs.values("id")).exists()
        assert set(CourseResetCourseOptIn.objects.values_list("active", flat=True)) == {True, False}

    def test_every_key_can_be_read(self):
        assert not [found for place in KEY_COLUMNS for found in unreadable(*place)]

    def test_nothing_was_done_in_the_future(self):
        now = timezone.now()
        for model in (BlockCompletion, PersistentCourseGrade, StudentModule, StudentModuleHistory, CourseEnrollment):
            assert not model.objects.filter(created__gt=now).exists(), model

    def test_every_job_fits_its_audit(self):
        soon = timezone.now() + timedelta(days=1)
        jobs = ResetJob.objects.all()
        assert set(jobs.values_list("audit__status", flat=True)) == set(CourseResetAudit.Status)
        assert not jobs.filter(audit__status="enqueued").exclude(rung_at__gt=soon, started_at=None).exists()
        assert not jobs.filter(audit__status="in_progress").exclude(lease_until__gt=soon, worker="demo").exists()
        assert not jobs.filter(audit__status="failed", reason="").exists()
        assert not jobs.filter(audit__status="complete", audit__completed_at=None).exists()
        assert CourseResetAudit.objects.filter(job=None, status="complete").count() == 1

    def test_the_sweeper_finds_nothing_to_do(self):
        assert set(sweep().values()) == {0}

    def test_a_completed_reset_has_cleared_its_state(self):
        for audit in CourseResetAudit.objects.filter(status="complete", job__undone_at=None):
            assert not sum(count for _, count in owners.preview(audit.course_enrollment))
        assert any(job.cleared.get("student_modules") for job in ResetJob.objects.filter(audit__status="complete"))

    def test_state_is_complete(self):
        kinds = set(StudentModule.objects.values_list("module_type", flat=True))
        assert kinds == {"course", "chapter", "sequential", "vertical", "problem", "video"}
        assert StudentModuleHistory.objects.exists()
        assert PersistentSubsectionGradeOverride.objects.exists()
        assert not StudentModule.objects.filter(grade__gt=F("max_grade")).exists()


class CrowdTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        load()
        cls.said = load("--learners", "500")
        cls.people = User.objects.filter(email__endswith=f"@{crowd.MAIL_HOST}")

    def test_as_many_people_as_asked_for(self):
        assert self.people.count() == crowd.size() == 500
        assert "500 generated learners" in self.said
        assert UserProfile.objects.filter(user__in=self.people).exclude(name="").count() == 500
        assert not [user for user in self.people if user.has_usable_password()]

    def test_names_are_unique_whatever_their_letter_case(self):
        rows = list(self.people.values_list("username", "email"))
        for column in zip(*rows, strict=True):
            assert len({value.lower() for value in column}) == 500

    def test_each_has_five_enrollments_in_existing_runs(self):
        counts = self.people.annotate(count=Count("course_enrollments__course_id", distinct=True))
        assert set(counts.values_list("count", flat=True)) == {5}
        rows = CourseEnrollment.objects.filter(user__in=self.people)
        assert rows.count() == rows.filter(overview__start__isnull=False).count() == 2500
        assert not rows.filter(created__gt=timezone.now()).exists()

    def test_every_key_can_be_read(self):
        assert not [found for place in KEY_COLUMNS for found in unreadable(*place)]

    def test_blocks_lie_in_the_course_of_their_row(self):
        done = BlockCompletion.objects.filter(user__in=self.people)
        state = StudentModule.objects.filter(student__in=self.people)
        assert done.count() > 500
        assert all(row.block_key.course_key == row.context_key for row in done)
        assert {row.module_type for row in state} == {"course", "chapter", "sequential", "vertical", "problem"}
        assert all(row.module_state_key.course_key == row.course_id for row in state)

    def test_grades_and_resets_belong_to_enrollments(self):
        grades = PersistentCourseGrade.objects.filter(user_id__in=self.people.values("pk"))
        enrolled = set(CourseEnrollment.objects.filter(user__in=self.people).values_list("user_id", "course_id"))
        assert grades.filter(letter_grade="Pass").exists()
        assert grades.filter(letter_grade="").exists()
        assert set(grades.values_list("user_id", "course_id")) < enrolled
        audits = CourseResetAudit.objects.filter(course_enrollment__user__in=self.people)
        assert audits.exists()
        assert all(audit.course.course_id == audit.course_enrollment.course_id for audit in audits)
        assert ResetJob.objects.filter(audit__in=audits).count() == audits.count()

    def test_the_same_number_again_adds_nothing(self):
        before = row_counts()
        assert "nothing was added" in load("--learners", "500")
        assert row_counts() == before

    def test_a_higher_number_adds_the_rest(self):
        load("--learners", "620")
        assert self.people.count() == 620
        assert CourseEnrollment.objects.filter(user__in=self.people).count() == 3100

    def test_accounts_can_still_be_made(self):
        """Their ids were given by hand, which a sequence does not notice."""
        assert User.objects.create(username="later", email="later@example.com").pk > self.people.last().pk


@pytest.mark.django_db
def test_tables_of_an_lms_are_refused(settings):
    settings.PLATFORM_TABLES = "existing"
    with pytest.raises(CommandError, match="existing"):
        load()
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("args", [(), ("--learners", "10")])
def test_a_database_with_people_of_its_own_is_refused(args):
    User.objects.create(username="support", email="support@real.example")
    with pytest.raises(CommandError, match="users of its own"):
        load(*args)
    assert User.objects.count() == 1
    assert not CourseOverview.objects.exists()


@pytest.mark.django_db
def test_a_negative_number_is_refused():
    with pytest.raises(CommandError, match="negative"):
        load("--learners", "-1")
    assert not User.objects.exists()
