"""`/support/course_reset/…`, as Open edX's Support Tools page knows it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from resets.models import CourseResetAudit
from tests import factories

pytestmark = pytest.mark.django_db

RUN = "course-v1:TestX+R1+2026"
Status = CourseResetAudit.Status


def address(identifier="anna"):
    return f"/support/course_reset/{identifier}"


def enroll(key=RUN, user=None, **course):
    """Return an enrollment of anna in a run that is opted in."""
    overview = factories.CourseOverviewFactory(id=CourseKey.from_string(key), **course)
    factories.OptInFactory(course=overview)
    user = user or get_user_model().objects.filter(username="anna").first() or factories.LearnerFactory(username="anna")
    return factories.EnrollmentFactory(user=user, course=overview)


@pytest.fixture
def client(client_of):
    return client_of(factories.support(username="sam"))


def ask(client, identifier="anna"):
    response = client.get(address(identifier))
    assert response.status_code == 200
    return response.json()


def post(client, identifier="anna", **data):
    data = {"course_id": RUN, "comment": "Wrong run", **data}
    data = {key: value for key, value in data.items() if value is not ...}
    response = client.post(address(identifier), data, content_type="application/json")
    return response.status_code, response.json()


class TestList:
    def test_keys_and_types(self, client):
        enroll(display_name="Rhetoric")
        assert ask(client) == [
            {"course_id": RUN, "display_name": "Rhetoric", "can_reset": True, "comment": "", "status": "Available"}
        ]

    @pytest.mark.parametrize("identifier", ["", "nobody", "nobody@example.com", "%00", "a b", "a%00b@c"])
    def test_an_unknown_learner_has_an_empty_list(self, identifier, client):
        assert ask(client, identifier) == []

    def test_by_email_in_any_letter_case(self, client):
        enroll()
        assert len(ask(client, "Anna@Example.com")) == 1

    def test_a_username_comes_before_somebody_elses_email(self, client):
        named = factories.LearnerFactory(username="both@example.com")
        enroll(user=named)
        factories.LearnerFactory(username="other", email="both@example.com")
        assert len(ask(client, "both@example.com")) == 1

    def test_two_accounts_with_one_email_are_not_guessed_between(self, client):
        factories.LearnerFactory(email="shared@example.com")
        if connection.vendor != "postgresql":
            # There the index itself keeps addresses unique without regard to letter case.
            with pytest.raises(IntegrityError), transaction.atomic():
                factories.LearnerFactory(email="Shared@example.com")
            return
        factories.LearnerFactory(email="Shared@example.com")
        response = client.get(address("shared@example.com"))
        assert (response.status_code, list(response.json())) == (400, ["error"])

    def test_retired_learners_are_unknown(self, client):
        enroll(user=factories.LearnerFactory(username="retired__user_abc"))
        assert ask(client, "retired__user_abc") == []

    def test_only_active_enrollments_in_existing_courses_that_are_opted_in(self, client):
        anna = factories.LearnerFactory(username="anna")
        factories.EnrollmentFactory(user=anna)
        factories.OptInFactory(course_id=factories.EnrollmentFactory(user=anna).course_id, active=False)
        factories.OptInFactory(course_id=factories.EnrollmentFactory(user=anna, is_active=False).course_id)
        gone = CourseKey.from_string("course-v1:Gone+G1+2020")
        factories.OptInFactory(course_id=factories.EnrollmentFactory(user=anna, course_id=gone).course_id)
        assert ask(client) == []

    def test_by_course_key(self, client):
        for number in (3, 1, 2):
            enroll(f"course-v1:TestX+R{number}+2026")
        assert [row["course_id"][17] for row in ask(client)] == ["1", "2", "3"]

    def test_as_many_queries_for_twenty_courses_as_for_one(self, client):
        def queries():
            ask(client)
            with CaptureQueriesContext(connection) as captured:
                ask(client)
            return len(captured)

        factories.AuditFactory(course_enrollment=enroll(), status=Status.FAILED)
        one = queries()
        for number in range(20):
            factories.AuditFactory(course_enrollment=enroll(f"course-v1:TestX+Q{number}+2026"), status=Status.FAILED)
        assert queries() == one


class TestStatusWords:
    def words(self, client):
        (row,) = ask(client)
        return row["can_reset"], row["status"]

    @pytest.mark.parametrize(
        ("dates", "words"),
        [
            ({"start": factories.days_ago(-1)}, "Course Not Started"),
            ({"start": None}, "Course Not Started"),
            ({"end": factories.days_ago(1)}, "Course Ended"),
        ],
    )
    def test_dates(self, dates, words, client):
        enroll(**dates)
        assert self.words(client) == (False, words)

    def test_passing(self, client):
        factories.CourseGradeFactory(enrollment=enroll(), letter_grade="Pass")
        assert self.words(client) == (False, "Learner Has Passing Grade")

    @pytest.mark.parametrize(
        ("status", "can_reset", "words"),
        [
            (Status.ENQUEUED, False, "Enqueued - Created {0.created} by sam"),
            (Status.IN_PROGRESS, False, "In progress - Started on {0.modified} by sam"),
            (Status.COMPLETE, False, "Completed on {0.completed_at} by sam"),
            (Status.FAILED, True, "Failed on {0.modified}"),
        ],
    )
    def test_the_latest_reset(self, status, can_reset, words, client):
        agent = get_user_model().objects.get(username="sam")
        audit = factories.AuditFactory(
            course_enrollment=enroll(),
            status=status,
            reset_by=agent,
            comment="Asked for",
            modified=factories.days_ago(1),
            completed_at=factories.days_ago(2),
        )
        audit.refresh_from_db()
        assert self.words(client) == (can_reset, words.format(audit))
        assert str(audit.created).endswith("+00:00")
        assert ask(client)[0]["comment"] == "Asked for"

    def test_a_running_reset_is_not_hidden_by_a_course_that_ended(self, client):
        factories.AuditFactory(course_enrollment=enroll(end=factories.days_ago(1)), status=Status.IN_PROGRESS)
        assert self.words(client)[1].startswith("In progress")


class TestReset:
    def test_it_is_enqueued_and_answered_like_a_row_of_the_list(
        self, client, queued, django_capture_on_commit_callbacks
    ):
        enroll(display_name="Rhetoric")
        with django_capture_on_commit_callbacks(execute=True):
            code, row = post(client)
        audit = CourseResetAudit.objects.get()
        assert code == 201
        assert row == {
            "course_id": RUN,
            "display_name": "Rhetoric",
            "can_reset": False,
            "comment": "Wrong run",
            "status": f"Enqueued - Created {audit.created} by sam",
        }
        assert ask(client) == [row]
        assert (audit.status, audit.comment, audit.reset_by.username) == ("enqueued", "Wrong run", "sam")
        assert queued() == [("lectern.run_reset", audit.pk)]

    def test_a_form_will_do(self, client):
        enroll()
        response = client.post(address(), {"course_id": RUN, "comment": "Wrong run"})
        assert response.status_code == 201

    def test_a_failed_one_may_be_repeated(self, client):
        factories.AuditFactory(course_enrollment=enroll(), status=Status.FAILED)
        assert post(client)[0] == 201

    @pytest.mark.parametrize("missing", [..., None, ""])
    def test_without_a_course(self, missing, client):
        assert post(client, course_id=missing) == (400, {"error": "Must specify course id"})

    @pytest.mark.parametrize("wrong", ["rhetoric", "course-v1:", 5, "x" * 5000, "course-v1:T+R+1 2"])
    def test_a_course_id_that_is_none(self, wrong, client):
        assert post(client, course_id=wrong) == (400, {"error": "invalid course id"})

    @pytest.mark.parametrize("wrong", [True, [RUN], {"a": 1}, "\x00", "\ud800"])
    def test_a_course_id_that_is_no_text(self, wrong, client):
        code, body = post(client, course_id=wrong)
        assert (code, list(body)) == (400, ["error"])

    @pytest.mark.parametrize("identifier", ["", "nobody", "retired__user_abc"])
    def test_an_unknown_learner(self, identifier, client):
        enroll()
        factories.LearnerFactory(username="retired__user_abc")
        assert post(client, identifier) == (404, {"error": "User does not exist"})

    def test_a_course_that_is_not_opted_in(self, client):
        factories.EnrollmentFactory(
            user=factories.LearnerFactory(username="anna"),
            course=factories.CourseOverviewFactory(id=CourseKey.from_string(RUN)),
        )
        assert post(client) == (404, {"error": "Course is not eligible"})

    @pytest.mark.parametrize("was_enrolled", [True, False])
    def test_a_learner_who_is_not_enrolled(self, was_enrolled, client):
        row = enroll()
        if was_enrolled:
            row.is_active = False
            row.save()
        else:
            row.delete()
        assert post(client) == (404, {"error": "Learner is not enrolled in course"})

    def test_a_rule_that_says_no(self, client):
        enroll(end=factories.days_ago(1))
        assert post(client) == (400, {"error": "Cannot reset course: Course Ended"})
        assert not CourseResetAudit.objects.exists()

    def test_a_reset_that_runs_already(self, client):
        audit = factories.AuditFactory(course_enrollment=enroll())
        code, body = post(client)
        assert code == 400
        assert body["error"].startswith(f"Cannot reset course: Enqueued - Created {audit.created} by")

    def test_an_issued_certificate_is_left_to_the_dialog(self, client):
        factories.CertificateFactory(enrollment=enroll())
        code, body = post(client)
        assert code == 400
        assert body["error"].startswith("Cannot reset course: ")
        assert not CourseResetAudit.objects.exists()

    def test_a_course_that_no_longer_exists(self, client):
        gone = CourseKey.from_string(RUN)
        factories.OptInFactory(course_id=gone)
        factories.EnrollmentFactory(user=factories.LearnerFactory(username="anna"), course_id=gone)
        code, body = post(client)
        assert (code, body["error"]) == (400, "Cannot reset course: This course run no longer exists on the platform.")

    @pytest.mark.parametrize("memo", [..., None, "", "   ", "x" * 256, ["x"], "\x00", "\ud800"])
    def test_a_memo_is_needed_of_at_most_255_characters(self, memo, client):
        enroll()
        code, body = post(client, comment=memo)
        assert (code, list(body)) == (400, ["error"])
        assert not CourseResetAudit.objects.exists()

    def test_a_memo_of_255_characters(self, client):
        enroll()
        assert post(client, comment="ü" * 255)[0] == 201

    @pytest.mark.parametrize("body", ["[]", '"text"', "null", "5", "{", "\x00"])
    def test_a_body_that_is_no_object(self, body, client):
        response = client.post(address(), body, content_type="application/json")
        assert (response.status_code, list(response.json())) == (400, ["error"])

    def test_only_who_may_reset(self, client_of):
        enroll()
        for person in (factories.LearnerFactory(), factories.course_staff(RUN)):
            assert post(client_of(person))[0] == 403
        assert post(Client())[0] == 401
        assert not CourseResetAudit.objects.exists()

    def test_a_browser_page_sends_its_csrf_token(self):
        enroll()
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(factories.support(), backend="console.auth.StaffBackend")
        assert post(browser)[0] == 403
        browser.defaults["HTTP_X_CSRFTOKEN"] = browser.get("/csrf/api/v1/token").json()["csrfToken"]
        assert post(browser)[0] == 201


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_start_one_reset(client_of):
    """The original creates as many as are asked for at the same time, and then runs none."""
    enroll()
    agents = [client_of(factories.support()) for _ in range(8)]

    def press(agent):
        try:
            return post(agent)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(press, agents))
    assert codes == [201] + [400] * 7
    assert CourseResetAudit.objects.count() == 1
