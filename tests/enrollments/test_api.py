"""`enrollments_status`, as Open edX's mobile app knows it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from console import tokens
from enrollments.models import CourseEnrollment
from tests import factories

pytestmark = pytest.mark.django_db


def address(username, version="v1"):
    return f"/api/mobile/{version}/users/{username}/enrollments_status/"


def course(key="course-v1:TestX+A1+2026", **fields):
    return factories.CourseOverviewFactory(id=CourseKey.from_string(key), **{"mobile_available": True, **fields})


@pytest.fixture
def learner():
    return factories.LearnerFactory(username="anna")


@pytest.fixture
def ask(client_of):
    """Return a function that asks as a support agent and gives the JSON."""
    client = client_of(factories.support())
    return lambda username="anna": client.get(address(username)).json()


class TestContract:
    def test_keys_and_types(self, learner, ask):
        factories.EnrollmentFactory(user=learner, course=course(display_name="Anatomy"))
        assert ask() == [{"course_id": "course-v1:TestX+A1+2026", "course_name": "Anatomy", "recently_active": True}]

    def test_a_name_may_be_missing(self, learner, ask):
        factories.EnrollmentFactory(user=learner, course=course(display_name=None))
        assert ask()[0]["course_name"] is None

    @pytest.mark.parametrize("version", ["v0.5", "v1", "v2", "v3", "v4"])
    def test_every_version_answers_alike(self, version, learner, client_of):
        response = client_of(learner).get(address("anna", version))
        assert (response.status_code, response.json()) == (200, [])
        assert response.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize("version", ["v5", "v0_5", "1", "v"])
    def test_other_versions_do_not_exist(self, version, learner, client_of):
        assert client_of(learner).get(address("anna", version)).status_code == 404

    def test_whatever_follows_the_address_does_not_matter(self, learner, client_of):
        assert client_of(learner).get(address("anna") + "more/").status_code == 200

    @pytest.mark.parametrize("username", ["li na", "a.b-c_d", "ann+mooc", "j@ne", "мария", "-dash-"])
    def test_usernames_with_every_character_that_the_platform_allows(self, username, client_of):
        factories.EnrollmentFactory(user=factories.LearnerFactory(username=username), course=course())
        assert len(client_of(factories.support()).get(address(username)).json()) == 1

    def test_there_is_nothing_to_change(self, learner, client_of):
        assert client_of(learner).post(address("anna")).status_code == 405


class TestWhichCourses:
    def test_left_and_deleted_courses_are_not_listed(self, learner, ask):
        factories.EnrollmentFactory(user=learner, course=course(), is_active=False)
        factories.EnrollmentFactory(user=learner, course_id=CourseKey.from_string("course-v1:Gone+G1+2020"))
        assert ask() == []

    def test_by_course_key(self, learner, ask):
        for number in (2, 3, 1):
            factories.EnrollmentFactory(user=learner, course=course(f"course-v1:TestX+A{number}+2026"))
        assert [row["course_id"][16:18] for row in ask()] == ["A1", "A2", "A3"]

    def test_the_limit_counts_before_mobile_does(self, learner, ask, settings):
        settings.LECTERN_MOBILE_ENROLLMENTS = 2
        for number, on_mobile in ((1, True), (2, False), (3, True)):
            factories.EnrollmentFactory(
                user=learner, course=course(f"course-v1:TestX+A{number}+2026", mobile_available=on_mobile)
            )
        assert [row["course_id"] for row in ask()] == ["course-v1:TestX+A1+2026"]

    def test_500_are_the_most_unless_set_otherwise(self, settings):
        assert settings.LECTERN_MOBILE_ENROLLMENTS == 500

    @pytest.mark.parametrize(
        ("role", "place", "is_listed"),
        [
            ("staff", "course-v1:TestX+A1+2026", True),
            ("instructor", "course-v1:TestX+A1+2026", True),
            ("limited_staff", "course-v1:TestX+A1+2026", True),
            ("beta_testers", "course-v1:TestX+A1+2026", True),
            ("data_researcher", "course-v1:TestX+A1+2026", False),
            ("staff", "course-v1:TestX+B1+2026", False),
            ("staff", "testx", True),
            ("beta_testers", "TestX", False),
            ("support", "", False),
        ],
    )
    def test_roles_of_the_learner_that_show_what_is_not_on_mobile(self, role, place, is_listed, ask):
        learner = (
            factories.course_staff(place, role, username="anna")
            if ":" in place
            else factories.org_staff(place, role, username="anna")
        )
        factories.EnrollmentFactory(user=learner, course=course(mobile_available=False))
        assert bool(ask()) == is_listed

    def test_global_staff_see_what_is_not_on_mobile(self, ask):
        staff = factories.LearnerFactory(username="anna", is_staff=True)
        factories.EnrollmentFactory(user=staff, course=course(mobile_available=False))
        assert len(ask()) == 1

    def test_the_switch_for_all_courses(self, learner, ask, settings):
        factories.EnrollmentFactory(user=learner, course=course(mobile_available=False))
        assert ask() == []
        settings.LECTERN_MOBILE_ALL_COURSES = True
        assert len(ask()) == 1


class TestRecentlyActive:
    """The rule itself, to the microsecond, is tested in test_recency.py."""

    @pytest.mark.parametrize(
        ("enrolled", "completed", "expected"), [(29, None, True), (31, None, False), (31, 29, True), (31, 31, False)]
    )
    def test_enrolled_or_completed_in_the_last_30_days(self, enrolled, completed, expected, learner, ask):
        row = factories.EnrollmentFactory(user=learner, course=course(), created=factories.days_ago(enrolled))
        if completed:
            factories.BlockCompletionFactory(enrollment=row, created=factories.days_ago(completed), completion=0.0)
        assert ask()[0]["recently_active"] is expected

    def test_working_again_on_what_was_completed_does_not_count(self, learner, ask):
        row = factories.EnrollmentFactory(user=learner, course=course(), created=factories.days_ago(90))
        factories.BlockCompletionFactory(enrollment=row, created=factories.days_ago(60), modified=factories.days_ago(0))
        assert ask()[0]["recently_active"] is False

    def test_an_enrollment_without_a_date_is_answered(self, learner, ask):
        """The original answers with a server error."""
        row = factories.EnrollmentFactory(user=learner, course=course())
        CourseEnrollment.objects.filter(pk=row.pk).update(created=None)
        assert ask()[0]["recently_active"] is False


class TestWhoMayAsk:
    def test_strangers_are_401(self, learner):
        assert Client().get(address("anna")).status_code == 401

    def test_learners_about_themselves_in_any_letter_case(self, learner, client_of):
        factories.EnrollmentFactory(user=learner, course=course())
        assert len(client_of(learner).get(address("ANNA")).json()) == 1

    def test_by_token_too(self, learner):
        _, secret = tokens.create(user=learner, name="App", days=1, actor=learner)
        assert Client(headers={"Authorization": f"Bearer {secret}"}).get(address("anna")).status_code == 200

    @pytest.mark.parametrize("other", ["berta", "nobody"])
    @pytest.mark.parametrize("make", [factories.LearnerFactory, lambda: factories.course_staff("course-v1:T+A+1")])
    def test_nobody_else_about_others_whether_they_exist_or_not(self, make, other, client_of):
        factories.LearnerFactory(username="berta")
        assert client_of(make()).get(address(other)).status_code == 403

    @pytest.mark.parametrize("make", [factories.support, factories.admin_user])
    def test_support_and_admins_about_everybody(self, make, learner, client_of):
        client = client_of(make())
        assert client.get(address("anna")).status_code == 200
        assert client.get(address("nobody")).json() == {"detail": "Not found."}


def test_as_many_queries_for_thirty_courses_as_for_one(learner, client_of):
    client = client_of(factories.support())

    def queries():
        client.get(address("anna"))
        with CaptureQueriesContext(connection) as captured:
            client.get(address("anna"))
        return len(captured)

    factories.EnrollmentFactory(user=learner, course=course())
    one = queries()
    for number in range(30):
        factories.EnrollmentFactory(user=learner, course=course(f"course-v1:TestX+M{number}+2026"))
    assert queries() == one
