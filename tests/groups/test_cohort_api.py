"""`/api/cohorts/v1/…`, as clients of Open edX know it."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from groups.models import BulkAssignment, CohortContentGroup, CourseCohort, CourseCohortsSettings, CourseUserGroup
from tests import factories
from tests.groups.states import cohort_of

pytestmark = pytest.mark.django_db

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")
SETTINGS = f"/api/cohorts/v1/settings/{RUN}"
COHORTS = f"/api/cohorts/v1/courses/{RUN}/cohorts/"
UPLOAD = f"/api/cohorts/v1/courses/{RUN}/users"


@pytest.fixture(autouse=True)
def course():
    return factories.CourseOverviewFactory(id=RUN)


@pytest.fixture
def client(client_of):
    return client_of(factories.course_staff(RUN, username="ina"))


def send(client, method, address, **data):
    response = client.generic(method.upper(), address, json.dumps(data), content_type="application/json")
    return response.status_code, response.json() if response.content else None


def refusal(message, code=None):
    return {"developer_message": message} | ({"error_code": code} if code else {})


class TestSettings:
    def test_on_and_off(self, client):
        row = CourseCohortsSettings.objects.create(course_id=RUN)
        assert client.get(SETTINGS).json() == {"id": row.pk, "is_cohorted": False}
        assert send(client, "put", SETTINGS, is_cohorted=True) == (200, {"id": row.pk, "is_cohorted": True})
        assert send(client, "put", SETTINGS, is_cohorted=True)[0] == 200
        assert client.get(SETTINGS).json()["is_cohorted"] is True
        assert LogEntry.objects.count() == 1

    def test_reading_writes_nothing(self, client):
        assert client.get(SETTINGS).json() == {"id": None, "is_cohorted": False}
        assert not CourseCohortsSettings.objects.exists()

    def test_the_first_settings(self, client):
        code, answer = send(client, "put", SETTINGS, is_cohorted=True)
        row = CourseCohortsSettings.objects.get()
        assert (code, answer) == (200, {"id": row.pk, "is_cohorted": True})
        assert row.cohorted_discussions == "[]"

    @pytest.mark.parametrize("value", ["true", 1, None, []])
    def test_a_value_that_is_no_boolean(self, value, client):
        expected = 400, refusal("Cohorted must be a boolean")
        assert send(client, "put", SETTINGS, is_cohorted=value) == expected

    def test_no_value(self, client):
        expected = 400, refusal('Missing field "is_cohorted".')
        assert send(client, "put", SETTINGS, is_course_cohorted=True) == expected
        assert client.put(SETTINGS, "[]", content_type="application/json").status_code == 400
        response = client.put(SETTINGS, "abcd", content_type="application/json")
        assert (response.status_code, list(response.json())) == (400, ["developer_message"])


class TestWho:
    def test_organisation_staff_and_admins(self, client_of):
        for person in (factories.org_staff("MineX"), factories.admin_user(), factories.LearnerFactory(is_staff=True)):
            assert client_of(person).get(COHORTS).status_code == 200

    def test_staff_of_another_run_and_support_learn_nothing_about_which_runs_exist(self, client_of):
        for person in (factories.course_staff(OTHER), factories.support()):
            for key in (RUN, "course-v1:No+Such+Run"):
                response = client_of(person).get(f"/api/cohorts/v1/settings/{key}")
                assert (response.status_code, list(response.json())) == (403, ["developer_message"])

    def test_a_run_that_is_not_there(self, client_of):
        response = client_of(factories.admin_user()).get("/api/cohorts/v1/settings/e/d/X")
        assert (response.status_code, response.json()) == (404, refusal("Course not found."))

    def test_a_cohort_of_another_run(self, client):
        foreign = factories.CohortFactory(course_id=OTHER)
        expected = 404, refusal(f"Cohort (ID {foreign.pk}) not found for {RUN}", "cohort-not-found")
        for method, address, data in (
            ("get", f"{COHORTS}{foreign.pk}", {}),
            ("patch", f"{COHORTS}{foreign.pk}", {"name": "Taken over"}),
            ("get", f"{COHORTS}{foreign.pk}/users/", {}),
            ("post", f"{COHORTS}{foreign.pk}/users/", {"users": ["ina"]}),
            ("delete", f"{COHORTS}{foreign.pk}/users/ina", {}),
        ):
            assert send(client, method, address, **data) == expected

    def test_a_learner_group_is_no_cohort(self, client):
        group = CourseUserGroup.objects.create(name="Lab", course_id=RUN, group_type="groups")
        assert client.get(f"{COHORTS}{group.pk}").status_code == 404
        assert client.get(COHORTS).json() == []


class TestList:
    def test_keys_and_types(self, client):
        cohort = factories.CohortFactory(name="Alpha", assignment_type="random")
        factories.link(cohort, 100, 7)
        factories.join_cohort(cohort, factories.EnrollmentFactory(course_id=RUN).user)
        factories.join_cohort(cohort, factories.EnrollmentFactory(course_id=RUN, is_active=False).user)
        factories.join_cohort(cohort, factories.LearnerFactory())
        expected = {
            "name": "Alpha",
            "id": cohort.pk,
            "user_count": 1,
            "assignment_type": "random",
            "user_partition_id": 100,
            "group_id": 7,
        }
        assert client.get(COHORTS).json() == [expected]
        assert client.get(f"{COHORTS}{cohort.pk}").json() == expected

    def test_without_link_and_without_its_type(self, client):
        CourseUserGroup.objects.create(name="Bare", course_id=RUN, group_type="cohort")
        (row,) = client.get(COHORTS).json()
        assert (row["assignment_type"], row["user_partition_id"], row["group_id"]) == (None, None, None)

    def test_by_name_either_way(self, client):
        for name in ("Beta", "Alpha", "Gamma"):
            factories.CohortFactory(name=name)
        assert [row["name"] for row in client.get(COHORTS).json()] == ["Alpha", "Beta", "Gamma"]
        assert [row["name"] for row in client.get(f"{COHORTS}?ordering=DESC").json()] == ["Gamma", "Beta", "Alpha"]
        response = client.get(f"{COHORTS}?ordering=name")
        message = 'Invalid ordering value. Must be "asc" or "desc".'
        assert (response.status_code, response.json()) == (400, refusal(message, "invalid-ordering-value"))

    def test_pages(self, client):
        for _ in range(12):
            factories.CohortFactory()
        assert len(client.get(COHORTS).json()) == 10
        assert len(client.get(f"{COHORTS}?page=2").json()) == 2
        assert len(client.get(f"{COHORTS}?page_size=500").json()) == 12
        assert client.get(f"{COHORTS}?page=3").status_code == 404

    def test_as_many_queries_for_ten_cohorts_as_for_one(self, client):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(COHORTS).status_code == 200
            return len(captured)

        factories.CohortFactory()
        queries()
        one = queries()
        for _ in range(9):
            factories.join_cohort(factories.CohortFactory(), factories.LearnerFactory())
        assert queries() == one


class TestCreate:
    def test_with_a_link(self, client):
        code, answer = send(
            client, "post", COHORTS, name=" Alpha ", assignment_type="manual", user_partition_id=3, group_id=0
        )
        cohort = CourseUserGroup.objects.get()
        assert (code, answer) == (
            200,
            {
                "name": "Alpha",
                "id": cohort.pk,
                "user_count": 0,
                "assignment_type": "manual",
                "user_partition_id": 3,
                "group_id": 0,
            },
        )

    @pytest.mark.parametrize(
        ("data", "message", "code"),
        [
            ({}, '"name" must be specified to create cohort.', "missing-cohort-name"),
            ({"assignment_type": "manual"}, '"name" must be specified to create cohort.', "missing-cohort-name"),
            ({"name": "A"}, '"assignment_type" must be specified to create cohort.', "missing-assignment-type"),
            (
                {"name": "A", "assignment_type": "manual", "group_id": 1},
                "If group_id is specified, user_partition_id must also be specified.",
                "missing-user-partition-id",
            ),
            (
                {"name": "beta", "assignment_type": "manual"},
                "A cohort with the same name already exists.",
                "cohort-name-exists",
            ),
        ],
    )
    def test_refused(self, data, message, code, client):
        factories.CohortFactory(name="Beta")
        assert send(client, "post", COHORTS, **data) == (400, refusal(message, code))
        assert CourseUserGroup.objects.count() == 1

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ({"assignment_type": "automatic"}, "invalid-assignment-type"),
            ({"name": "x" * 256}, "invalid-name"),
            ({"name": ["A"]}, "invalid-name"),
            ({"group_id": "x"}, "invalid-group-id"),
            ({"user_partition_id": 2**40, "group_id": 1}, "invalid-user-partition-id"),
        ],
    )
    def test_what_the_platform_takes_or_dies_of(self, data, code, client):
        status, answer = send(client, "post", COHORTS, **{"name": "A", "assignment_type": "manual", **data})
        assert (status, answer["error_code"]) == (400, code)
        assert not CourseUserGroup.objects.exists()

    def test_the_name_of_a_learner_group(self, client):
        CourseUserGroup.objects.create(name="Lab", course_id=RUN, group_type="groups")
        status, answer = send(client, "post", COHORTS, name="Lab", assignment_type="manual")
        assert (status, "learner group" in answer["developer_message"]) == (400, True)

    def test_other_bodies_and_addresses(self, client):
        cohort = factories.CohortFactory()
        assert client.post(COHORTS, "[1]", content_type="application/json").status_code == 400
        assert send(client, "post", f"{COHORTS}{cohort.pk}", name="A") == (
            405,
            refusal("Please use the parent endpoint.", "wrong-endpoint"),
        )
        assert send(client, "patch", COHORTS, name="A") == (
            405,
            refusal("Request method requires cohort_id in path", "missing-cohort-id"),
        )


class TestChange:
    def test_what_is_not_sent_stays(self, client):
        cohort = factories.CohortFactory(name="Alpha", assignment_type="manual")
        factories.link(cohort, 100, 7)
        assert send(client, "patch", f"{COHORTS}{cohort.pk}", name="alpha") == (204, None)
        assert send(client, "patch", f"{COHORTS}{cohort.pk}", assignment_type="random") == (204, None)
        row = client.get(f"{COHORTS}{cohort.pk}").json()
        assert (row["name"], row["assignment_type"], row["group_id"]) == ("alpha", "random", 7)

    def test_link_and_unlink(self, client):
        cohort = factories.CohortFactory()
        address = f"{COHORTS}{cohort.pk}"
        assert send(client, "patch", address, group_id=7, user_partition_id=100) == (204, None)
        assert client.get(address).json()["user_partition_id"] == 100
        assert send(client, "patch", address, group_id=None) == (204, None)
        assert not CohortContentGroup.objects.exists()

    def test_a_refused_link_changes_no_name(self, client):
        cohort = factories.CohortFactory(name="Alpha")
        factories.imported(RUN)
        code, answer = send(client, "patch", f"{COHORTS}{cohort.pk}", name="Beta", group_id=7, user_partition_id=1)
        assert (code, answer["error_code"]) == (400, "invalid-content-group")
        assert client.get(f"{COHORTS}{cohort.pk}").json()["name"] == "Alpha"

    def test_refused(self, client):
        cohort = factories.CohortFactory(name="Alpha", assignment_type="random")
        factories.CohortFactory(name="Beta")
        address = f"{COHORTS}{cohort.pk}"
        message = "Request must include name, assignment_type, and/or group_id."
        assert send(client, "patch", address) == (400, refusal(message, "missing-fields"))
        message = "A cohort with the same name already exists."
        assert send(client, "patch", address, name="Beta") == (400, refusal(message, "cohort-name-exists"))
        message = "There must be one cohort to which students can automatically be assigned."
        assert send(client, "patch", address, assignment_type="manual") == (
            400,
            refusal(message, "last-random-cohort"),
        )
        assert CourseCohort.objects.get(course_user_group=cohort).assignment_type == "random"


class TestMembers:
    def test_all_outcomes(self, client):
        alpha, beta = factories.CohortFactory(name="Alpha"), factories.CohortFactory(name="Beta")
        people = {name: factories.LearnerFactory(username=name) for name in ("anna", "bea", "cem")}
        factories.LearnerFactory(username="retired__user_x")
        factories.join_cohort(beta, people["anna"])
        factories.join_cohort(alpha, people["bea"])
        users = ["new@example.com", "anna", "", None, "nobody", "cem", "bea", "foo@bar", "retired__user_x"]
        assert send(client, "post", f"{COHORTS}{alpha.pk}/users/", users=users) == (
            200,
            {
                "success": True,
                "added": [{"username": "cem", "email": "cem@example.com"}],
                "changed": [{"username": "anna", "email": "anna@example.com", "previous_cohort": "Beta"}],
                "present": ["bea"],
                "unknown": ["nobody", "retired__user_x"],
                "preassigned": ["new@example.com"],
                "invalid": ["foo@bar"],
            },
        )
        assert {name: cohort_of(person) for name, person in people.items()} == dict.fromkeys(people, alpha.pk)

    def test_one_by_the_address(self, client):
        cohort = factories.CohortFactory()
        anna = factories.LearnerFactory(username="anna maria")
        code, answer = send(client, "post", f"{COHORTS}{cohort.pk}/users/anna%20maria")
        assert (code, answer["added"]) == (200, [{"username": "anna maria", "email": anna.email}])

    def test_as_a_form(self, client):
        cohort = factories.CohortFactory()
        factories.LearnerFactory(username="anna")
        response = client.post(f"{COHORTS}{cohort.pk}/users/", {"users": ["anna", "nobody"]})
        assert (len(response.json()["added"]), response.json()["unknown"]) == (1, ["nobody"])

    @pytest.mark.parametrize("users", [[], None, [""]])
    def test_nobody_named(self, users, client):
        address = f"{COHORTS}{factories.CohortFactory().pk}/users/"
        assert send(client, "post", address, users=users) == (
            400,
            refusal("Missing users key in payload", "missing-users"),
        )

    @pytest.mark.parametrize("users", ["anna", {"anna": 1}, [["anna"]], ["a\x00"], ["x"] * 1001 + ["y"]])
    def test_what_is_no_list_of_people(self, users, client):
        factories.LearnerFactory(username="anna")
        address = f"{COHORTS}{factories.CohortFactory().pk}/users/"
        if isinstance(users, list) and len(users) > 1000:
            users = [f"{text}{number}" for number, text in enumerate(users)]
        assert send(client, "post", address, users=users)[0] == 400

    def test_list(self, client):
        cohort = factories.CohortFactory()
        for name in ("zoe", "anna"):
            person = factories.LearnerFactory(username=name, first_name=name.title(), last_name="Lee")
            factories.join_cohort(cohort, person)
        address = f"{COHORTS}{cohort.pk}/users/"
        answer = client.get(address).json()
        assert answer["results"] == [
            {"username": "zoe", "email": "zoe@example.com", "name": "Zoe Lee"},
            {"username": "anna", "email": "anna@example.com", "name": "Anna Lee"},
        ]
        assert {key: answer[key] for key in answer if key != "results"} == {
            "next": None,
            "previous": None,
            "count": 2,
            "num_pages": 1,
            "current_page": 1,
            "start": 0,
        }
        second = client.get(f"{address}?page_size=1&page=2").json()
        assert (second["start"], [row["username"] for row in second["results"]]) == (1, ["anna"])
        assert client.get(f"{address}?page=9").status_code == 404

    def test_remove(self, client):
        cohort = factories.CohortFactory()
        anna = factories.LearnerFactory(username="anna")
        factories.join_cohort(cohort, anna)
        address = f"{COHORTS}{cohort.pk}/users/"
        assert send(client, "delete", f"{address}anna") == (204, None)
        assert cohort_of(anna) is None
        message = "User not assigned to the given cohort."
        assert send(client, "delete", f"{address}anna") == (400, refusal(message, "user-not-in-cohort"))
        for nobody in ("bea", "anna@example.com", "an%00na%00x"):
            expected = 404, refusal("User does not exist.", "user-not-found")
            assert send(client, "delete", f"{address}{nobody}") == expected
        assert send(client, "delete", address) == (405, refusal("Missing username in path", "missing-username"))


class TestUpload:
    def upload(self, client, text, name="list.csv"):
        response = client.post(UPLOAD, {"uploaded-file": SimpleUploadedFile(name, text.encode())})
        return response.status_code, response.json() if response.content else None

    def test_a_confirmed_bulk_assignment(self, client, queued, django_capture_on_commit_callbacks):
        factories.CohortFactory(name="Alpha")
        factories.LearnerFactory(username="anna")
        with django_capture_on_commit_callbacks(execute=True):
            assert self.upload(client, "username,cohort\nanna,Alpha\n") == (204, None)
        bulk = BulkAssignment.objects.get()
        assert (bulk.state, bulk.source, bulk.confirmed_by.username) == ("running", "list.csv", "ina")
        assert [message[1] for message in queued()] == [bulk.pk]

    @pytest.mark.parametrize(
        ("text", "name", "message"),
        [
            ("a,b\n1,2\n", "x.csv", "The file must contain a 'cohort' column containing cohort names."),
            ("cohort\nA\n", "x.csv", "The file must contain a 'username' column, an 'email' column, or both."),
            ("cohort,email\nA,a@b.c\n", "x.txt", "The file must end with the extension '.csv'."),
            ("cohort,email\nNone,a@example.com\n", "x.csv", "Nothing in this list can be done."),
        ],
    )
    def test_refused(self, text, name, message, client):
        assert self.upload(client, text, name) == (400, refusal(message, "failed-validation"))

    def test_no_file(self, client):
        message = "No file uploaded with key 'uploaded-file'."
        response = client.post(UPLOAD)
        assert (response.status_code, response.json()) == (400, refusal(message, "failed-validation"))
