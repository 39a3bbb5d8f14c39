"""Verified-track cohorting: the switch, changes of mode, and bringing a whole run into line."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.models import CourseEnrollmentHistory
from enrollments.models import CourseEnrollment
from groups.cohorts.bulk import actions as bulk_actions
from groups.cohorts.bulk import run
from groups.cohorts.errors import CohortRefusedError
from groups.errors import GroupRefusedError
from groups.models import (
    BulkAssignment,
    BulkAssignmentItem,
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    VerifiedTrackCohortedCourse,
)
from groups.verified import track as rules
from groups.verified.actions import NAME_TOO_LONG, set_switch
from groups.verified.moves import follow_changes
from groups.verified.plan import NOBODY, make_line_up
from groups.verified.track import out_of_line, track_of
from tests import factories
from tests.groups.states import RUN, cohort_of, tracked

pytestmark = pytest.mark.django_db

OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")
NAME = "Verified Learners"


@pytest.fixture
def cohort():
    """Return the verified cohort of a run where the switch is on and nothing is in its way."""
    factories.CourseOverviewFactory(id=RUN)
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    VerifiedTrackCohortedCourse.objects.create(course_key=RUN, enabled=True, verified_cohort_name=NAME)
    return factories.CohortFactory(name=NAME, assignment_type="manual")


@pytest.fixture
def automatic(cohort):
    return factories.CohortFactory(name="Everybody", assignment_type="random")


def enrolled(mode, cohort=None, *, at=100, **enrollment):
    """Return a learner who was enrolled `at` days ago in this mode."""
    created = factories.days_ago(at)
    row = factories.EnrollmentFactory(course_id=RUN, mode=mode, **enrollment)
    CourseEnrollment.objects.filter(pk=row.pk).update(created=created)
    row.refresh_from_db()
    remember(row, mode, created)
    if cohort:
        factories.join_cohort(cohort, row.user)
    return row.user


def remember(enrollment, mode, moment):
    """Keep a state of an enrollment, as the LMS's history does at each save."""
    CourseEnrollmentHistory.objects.create(
        id=enrollment.pk,
        created=enrollment.created,
        is_active=enrollment.is_active,
        mode=mode,
        course_id=enrollment.course_id,
        user_id=enrollment.user_id,
        history_date=moment,
        history_type="~",
    )


def change(learner, mode, **values):
    """Give a learner another mode, as the LMS does it."""
    CourseEnrollment.objects.filter(user=learner, course_id=RUN).update(mode=mode, **values)
    remember(CourseEnrollment.objects.get(user=learner, course_id=RUN), mode, timezone.now())


def follow():
    return follow_changes(timezone.now())


class TestSwitch:
    def test_an_admin_turns_it_on_and_off(self):
        admin = factories.admin_user()
        set_switch(course_key=RUN, is_enabled=True, cohort_name="  Paying ", actor=admin)
        row = VerifiedTrackCohortedCourse.objects.get()
        assert (row.course_key, row.enabled, row.verified_cohort_name) == (RUN, True, "Paying")
        set_switch(course_key=RUN, is_enabled=False, cohort_name="Paying", actor=admin)
        row.refresh_from_db()
        assert not row.enabled
        assert LogEntry.objects.count() == 2

    def test_nobody_else_does(self):
        for person in (factories.course_staff(RUN), factories.support(), factories.LearnerFactory()):
            with pytest.raises(PermissionDenied):
                set_switch(course_key=RUN, is_enabled=True, cohort_name=NAME, actor=person)
        assert not VerifiedTrackCohortedCourse.objects.exists()

    @pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 101, "x" * 256])
    def test_impossible_names(self, name):
        with pytest.raises(GroupRefusedError):
            set_switch(course_key=RUN, is_enabled=True, cohort_name=name, actor=factories.admin_user())

    def test_what_is_in_the_way(self, cohort):
        assert track_of(RUN).obstacle == ""
        CourseCohort.objects.update(assignment_type="random")
        assert track_of(RUN).obstacle == rules.NOT_MANUAL
        CourseUserGroup.objects.update(name=NAME.lower())
        assert track_of(RUN).obstacle == rules.NO_COHORT
        CourseCohortsSettings.objects.update(is_cohorted=False)
        assert track_of(RUN).obstacle == rules.NOT_COHORTED
        VerifiedTrackCohortedCourse.objects.update(enabled=False)
        assert track_of(RUN).obstacle == rules.OFF
        assert track_of(OTHER).obstacle == rules.OFF


@pytest.mark.django_db(transaction=True)  # MySQL's ALTER TABLE commits.
def test_a_history_in_another_collation_than_the_enrollments(cohort):
    """As an LMS has it whose tables are from different releases."""
    if connection.vendor != "mysql":
        pytest.skip("This engine has one collation.")
    amina = enrolled("audit")
    change(amina, "verified")
    column = "ALTER TABLE student_courseenrollment_history MODIFY mode varchar(100) {} NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(column.format("COLLATE utf8mb4_unicode_ci"))
        try:
            assert follow() == 1
        finally:
            cursor.execute(column.format(""))


class TestChangesOfMode:
    @pytest.mark.parametrize("mode", ["verified", "credit"])
    def test_into_the_verified_cohort(self, mode, cohort, automatic):
        housed, homeless = enrolled("audit", automatic), enrolled("audit")
        for learner in (housed, homeless):
            change(learner, mode)
        assert follow() == 2
        assert {cohort_of(housed), cohort_of(homeless)} == {cohort.pk}
        assert follow() == 0

    def test_out_of_it(self, cohort, automatic):
        learner = enrolled("verified", cohort)
        change(learner, "audit")
        assert follow() == 1
        assert cohort_of(learner) == automatic.pk

    def test_out_of_it_without_an_automatic_cohort(self, cohort):
        learner = enrolled("verified", cohort)
        change(learner, "honor")
        follow()
        made = CourseUserGroup.objects.get(pk=cohort_of(learner))
        assert (made.name, made.cohort.assignment_type) == ("Default Group", "random")

    def test_a_new_enrollment(self, cohort):
        learner = enrolled("verified", at=0)
        assert follow() == 1
        assert cohort_of(learner) == cohort.pk

    def test_who_did_not_change_stays(self, cohort, automatic):
        verified, exception = enrolled("verified", automatic), enrolled("audit", cohort)
        saved_again = enrolled("verified", automatic)
        change(saved_again, "verified")
        other_manual = factories.CohortFactory(name="Lab")
        in_between = enrolled("honor", other_manual)
        change(in_between, "audit")
        assert follow() == 0
        assert [cohort_of(learner) for learner in (verified, exception, saved_again, in_between)] == [
            automatic.pk,
            cohort.pk,
            automatic.pk,
            other_manual.pk,
        ]

    def test_unenrolling_keeps_the_cohort(self, cohort, automatic):
        learner = enrolled("verified", cohort)
        change(learner, "audit", is_active=False)
        assert follow() == 0
        assert cohort_of(learner) == cohort.pk

    def test_only_lately(self, cohort, settings):
        learner = enrolled("audit")
        change(learner, "verified")
        settings.LECTERN_VERIFIED_TRACK_MINUTES = 0
        assert follow() == 0
        assert cohort_of(learner) is None

    def test_a_run_that_stands_still_holds_up_no_other(self, cohort):
        factories.CourseOverviewFactory(id=OTHER)
        VerifiedTrackCohortedCourse.objects.create(course_key=OTHER, enabled=True, verified_cohort_name=NAME)
        VerifiedTrackCohortedCourse.objects.filter(course_key=RUN).update(id=10_000)
        learner = enrolled("audit")
        change(learner, "verified")
        assert follow() == 1

    def test_a_default_cohort_that_cannot_be_made(self, cohort):
        CourseUserGroup.objects.create(name="Default Group", course_id=RUN, group_type="groups")
        learner = enrolled("verified", cohort)
        change(learner, "audit")
        assert follow() == 0
        assert cohort_of(learner) == cohort.pk

    def test_events_name_no_person(self, cohort, automatic, caplog, django_capture_on_commit_callbacks):
        learner = enrolled("audit", automatic)
        change(learner, "verified")
        with tracked(caplog, django_capture_on_commit_callbacks) as events:
            follow()
        assert [(event["name"], event["username"], event["event"]["user_id"]) for event in events] == [
            ("edx.cohort.user_removed", "", learner.pk),
            ("edx.cohort.user_added", "", learner.pk),
            ("edx.cohort.user_add_requested", "", learner.pk),
        ]

    def test_as_many_queries_for_many_as_for_one(self, cohort, automatic):
        def queries(number):
            for _ in range(number):
                change(enrolled("audit", automatic), "verified")
                change(enrolled("verified", cohort), "audit")
            with CaptureQueriesContext(connection) as captured:
                assert follow() == 2 * number
            return len(captured)

        assert queries(1) == queries(8)


class TestBringingIntoLine:
    @pytest.fixture
    def actor(self, cohort):
        return factories.course_staff(RUN, username="ina")

    def make(self, actor):
        return make_line_up(course_key=RUN, actor=actor)

    def do(self, bulk, actor):
        bulk_actions.confirm(bulk_id=bulk.pk, actor=actor)
        while run.work(bulk.pk, worker="w"):
            pass
        return {item.typed: item for item in BulkAssignmentItem.objects.filter(bulk=bulk)}

    def test_preview_then_exactly_that(self, cohort, automatic, actor):
        people = {
            "ada": enrolled("verified", automatic, user__username="ada"),
            "ben": enrolled("credit", user__username="ben"),
            "cem": enrolled("audit", cohort, user__username="cem"),
        }
        enrolled("verified", cohort)
        enrolled("audit", automatic)
        bulk = self.make(actor)
        items = {item.typed: item for item in bulk.items.all()}
        assert {name: (item.outcome, item.cohort_name, item.previous) for name, item in items.items()} == {
            "ada": ("changed", NAME, "Everybody"),
            "ben": ("added", NAME, ""),
            "cem": ("changed", "", NAME),
        }
        assert cohort_of(people["ada"]) == automatic.pk
        done = self.do(bulk, actor)
        assert {name: (item.state, item.outcome, item.cohort_name) for name, item in done.items()} == {
            "ada": ("done", "changed", NAME),
            "ben": ("done", "added", NAME),
            "cem": ("done", "changed", "Everybody"),
        }
        assert [cohort_of(person) for person in people.values()] == [cohort.pk, cohort.pk, automatic.pk]
        assert not out_of_line(track_of(RUN)).exists()
        with pytest.raises(CohortRefusedError, match=NOBODY):
            self.make(actor)

    def test_a_mode_that_changed_after_the_preview(self, cohort, automatic, actor):
        learner = enrolled("verified", automatic, user__username="ada")
        bulk = self.make(actor)
        change(learner, "audit")
        item = self.do(bulk, actor)["ada"]
        assert (item.state, item.outcome, cohort_of(learner)) == ("done", "present", automatic.pk)

    def test_a_switch_that_was_turned_off_after_the_preview(self, cohort, actor):
        learner = enrolled("verified", user__username="ada")
        bulk = self.make(actor)
        VerifiedTrackCohortedCourse.objects.update(enabled=False)
        item = self.do(bulk, actor)["ada"]
        assert (item.state, item.reason, cohort_of(learner)) == ("failed", rules.OFF, None)

    def test_who_may(self, cohort):
        enrolled("verified")
        for person in (factories.course_staff(OTHER), factories.support(), factories.LearnerFactory()):
            with pytest.raises(PermissionDenied):
                self.make(person)

    def test_as_many_queries_for_many_as_for_one(self, cohort, automatic, actor):
        def queries(number):
            for _ in range(number):
                enrolled("verified", automatic)
            with CaptureQueriesContext(connection) as captured:
                self.make(actor)
            return len(captured)

        queries(1)
        assert queries(1) == queries(20)


class TestPages:
    @pytest.fixture
    def admin(self, cohort, client_of):
        return client_of(factories.admin_user())

    @pytest.fixture
    def instructor(self, cohort, client_of):
        return client_of(factories.course_staff(RUN))

    def page(self, client):
        return client.get(f"/groups/{RUN}/settings/").content.decode()

    def post(self, client, last="", **data):
        return client.post(f"/groups/{RUN}/settings/verified-track/{last}", data)

    def test_admins_switch_and_instructors_read(self, admin, instructor):
        assert "Turn off</button>" in self.page(admin)
        text = self.page(instructor)
        assert "The verified cohort is named" in text
        assert 'name="switch"' not in text
        assert self.post(instructor, switch="off", cohort_name=NAME).status_code == 403
        assert self.post(admin, switch="off", cohort_name=NAME).status_code == 302
        assert not track_of(RUN).is_enabled

    def test_refusals_are_shown_on_the_settings(self, admin):
        response = self.post(admin, switch="on", cohort_name="x" * 101)
        assert response.status_code == 422
        assert NAME_TOO_LONG in response.content.decode()
        assert self.post(admin, cohort_name=NAME).status_code == 422

    def test_the_missing_cohort_is_made(self, cohort, instructor):
        VerifiedTrackCohortedCourse.objects.update(verified_cohort_name="Paying")
        assert "Create “Paying”" in self.page(instructor)
        self.post(instructor, "cohort/")
        assert track_of(RUN).obstacle == ""
        assert "Create “Paying”" not in self.page(instructor)

    def test_from_the_number_to_the_preview(self, cohort, instructor):
        assert self.post(instructor, "line-up/").status_code == 409
        enrolled("verified")
        assert "1 enrolled learner is not in the cohort" in self.page(instructor)
        response = self.post(instructor, "line-up/")
        assert response.url == f"/groups/{RUN}/assignments/{BulkAssignment.objects.get().pk}/"
        assert "The mode is verified." in instructor.get(response.url).content.decode()
        assert not CohortMembership.objects.exists()
