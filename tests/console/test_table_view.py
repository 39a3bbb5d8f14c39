"""What every list does with a query, and with rows that take too long."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollments.models import CourseEnrollment
from enrollments.views import EnrollmentListView
from tests import factories
from tests.console.test_querying import SLOW_SQL

pytestmark = pytest.mark.django_db

COURSE = {
    "created",
    "display_name",
    "display_number_with_default",
    "end",
    "enrollment_end",
    "enrollment_start",
    "id",
    "invitation_only",
    "lowest_passing_grade",
    "mobile_available",
    "modified",
    "org",
    "self_paced",
    "start",
    "visible_to_staff_only",
}
ENROLLMENT = {
    "certificate_status",
    "course_id",
    "course_name",
    "created",
    "grade",
    "id",
    "is_active",
    "is_passing",
    "last_completion_at",
    "last_new_completion_at",
    "learner",
    "mode",
    "overview",
    "recently_active",
    "reset_status",
    "user",
}
ENROLLMENTS = {
    "lectern_enrollments.courseenrollment": ENROLLMENT,
    "lectern_enrollments.courseoverview": COURSE,
    "auth.user": {"id", "username", "email", "first_name", "last_name", "is_active", "date_joined"},
}
RESETS = {
    "lectern_resets.courseresetaudit": {
        "comment",
        "completed_at",
        "course_enrollment",
        "course_name",
        "created",
        "id",
        "learner",
        "modified",
        "reason",
        "reset_by",
        "status",
    },
    "lectern_enrollments.courseenrollment": {"id", "course_id", "created", "is_active", "mode"},
}
# Name of a list, its arguments, the model of its rows, and all that a query can ask for.
LISTS = [
    ("enrollments:list", (), "lectern_enrollments.courseenrollment", ENROLLMENTS),
    ("enrollments:courses", ("anna b",), "lectern_enrollments.courseenrollment", ENROLLMENTS),
    ("resets:list", (), "lectern_resets.courseresetaudit", RESETS),
    ("resets:learner", ("anna b",), "lectern_resets.courseresetaudit", RESETS),
]
every_list = pytest.mark.parametrize(("name", "arguments"), [one[:2] for one in LISTS])


@pytest.fixture
def client(client_of):
    factories.LearnerFactory(username="anna b")
    return client_of(factories.support())


def links(response):
    """Yield the addresses of the links in the swapped part of a list."""
    for part in response.text.split('href="')[1:]:
        yield part.split('"')[0].replace("&amp;", "&")


class TestQueryBox:
    @pytest.mark.parametrize(("name", "arguments", "model", "fields"), LISTS)
    def test_a_query_reaches_the_listed_fields_and_nothing_else(self, client, name, arguments, model, fields):
        told = client.get(reverse(f"{name}-introspect", args=arguments)).json()
        assert told["current_model"] == model
        assert {label: set(names) for label, names in told["models"].items()} == fields
        assert told["suggestions_api_url"] == reverse(f"{name}-suggestions", args=arguments)

    @every_list
    def test_the_page_has_the_box_and_the_fragment_has_not(self, client, name, arguments):
        address = reverse(name, args=arguments)
        page = client.get(address).text
        assert f'data-introspect-url="{reverse(f"{name}-introspect", args=arguments)}"' in page
        assert '<details class="query-switch">' in page
        assert '<details class="query-switch" open>' in client.get(address, {"ql": "id = 1"}).text
        assert "data-introspect-url" not in client.get(address, HTTP_HX_REQUEST="true").text

    @every_list
    def test_what_people_wrote_is_never_suggested(self, client, name, arguments):
        enrollment = factories.EnrollmentFactory(mode="a-mode-of-their-own")
        factories.AuditFactory(course_enrollment=enrollment, comment="Their memo")
        address = reverse(f"{name}-suggestions", args=arguments)
        told = client.get(reverse(f"{name}-introspect", args=arguments)).json()
        for label, listed in told["models"].items():
            for field in listed:
                answer = client.get(address, {"field": f"{label}.{field}"})
                assert "heir" not in json.dumps(answer.json()["items"])
                assert enrollment.user.username not in answer.json()["items"]
        assert client.get(address, {"field": "password"}).status_code == 400

    def test_listed_words_are_suggested(self, client):
        words = client.get(reverse("enrollments:list-suggestions"), {"field": "reset_status", "search": "not_"})
        assert words.json()["items"] == ["not_enrolled", "not_opted_in", "not_started"]
        words = client.get(reverse("resets:list-suggestions"), {"field": "status", "search": "fail"})
        assert words.json()["items"] == ["Failed"]

    @every_list
    @pytest.mark.parametrize("text", ["user.password = 1", "id = ", "x" * 5000])
    def test_a_broken_query_lists_nothing_exports_nothing_and_says_why(self, client, name, arguments, text):
        enrollment = factories.EnrollmentFactory(user__username="other")
        factories.AuditFactory(course_enrollment=enrollment)
        for export in ({}, {"_export": "csv"}):
            response = client.get(reverse(name, args=arguments), {"ql": text, **export})
            assert response.status_code == 200
            assert response.headers["Content-Type"].startswith("text/html")
            assert len(response.context["table"].rows) == 0
            assert 'class="query-error" id="query-error" role="alert"' in response.text
            assert "Export CSV" not in response.text

    def test_an_error_is_marked_and_its_correction_is_one_click(self, client):
        factories.EnrollmentFactory(mode="audit")
        factories.EnrollmentFactory(mode="verified")
        address = reverse("enrollments:list")
        response = client.get(address, {"ql": 'mod = "audit"', "active": "yes"}, HTTP_HX_REQUEST="true")
        assert "There is no field mod here." in response.text
        assert "<mark>mod</mark>" in response.text
        (corrected,) = (link for link in links(response) if "mode" in link)
        assert parse_qs(urlsplit(corrected).query) == {"ql": ['mode = "audit"'], "active": ["yes"]}
        assert len(client.get(corrected).context["table"].rows) == 1

    def test_the_query_can_be_taken_away_alone(self, client):
        response = client.get(reverse("enrollments:list"), {"ql": "id > 0", "mode": "audit", "page": "2"})
        assert "Query: <strong>id &gt; 0</strong>" in response.text
        assert "/enrollments/?mode=audit" in links(response)
        assert "/enrollments/?ql=id+%3E+0" in links(response)

    def test_a_hostile_query_stays_text(self, client):
        page = client.get(
            reverse("enrollments:list"), {"ql": '</textarea><script>alert(1)</script>"><svg onload=x>'}
        ).text
        assert "<script>alert" not in page
        assert "<svg onload" not in page

    def test_a_query_costs_no_statement_more(self, client):
        counts = []
        for text in ("", "grade > 0.5 or id > 0"):
            factories.EnrollmentFactory.create_batch(4)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("enrollments:list"), {"ql": text})
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestTimeLimit:
    @pytest.fixture(autouse=True)
    def crowd(self, settings):
        factories.LearnerFactory.create_batch(40, profile=None)
        settings.LECTERN_QUERY_SECONDS = 0.2

    @pytest.fixture
    def slow(self, monkeypatch):
        rows = EnrollmentListView.get_queryset
        monkeypatch.setattr(
            EnrollmentListView, "get_queryset", lambda view: rows(view).extra(where=[f"({SLOW_SQL}) = 0"])
        )

    @pytest.mark.parametrize("query", [{}, {"_export": "csv"}, {"ql": "id > 0"}, {"sort": "grade"}])
    def test_rows_that_take_too_long_are_given_up_in_words(self, client, slow, query):
        factories.EnrollmentFactory()
        response = client.get(reverse("enrollments:list"), query)
        assert response.status_code == 200
        assert "longer than 0.2 seconds. Narrow it down, for example by course" in response.text
        assert response.headers["Content-Type"].startswith("text/html")
        assert len(response.context["table"].rows) == 0
        assert "Nothing is listed." in response.text
        assert "No enrollments" not in response.text

    def test_so_is_an_export_whose_first_page_was_quick(self, client, monkeypatch):
        monkeypatch.setattr("console.tables.COUNT_CAP", 1)
        made = sorted(row.pk for row in factories.EnrollmentFactory.create_batch(5))
        slow = f"CASE WHEN student_courseenrollment.id = {made[2]} THEN ({SLOW_SQL}) ELSE 0 END = 0"
        rows = EnrollmentListView.get_queryset
        monkeypatch.setattr(EnrollmentListView, "get_queryset", lambda view: rows(view).extra(where=[slow]))
        # The other engines may read more rows than the page shows.
        if connection.vendor == "sqlite":
            assert "longer than" not in client.get(reverse("enrollments:list")).text
        response = client.get(reverse("enrollments:list"), {"_export": "csv"})
        assert "longer than 0.2 seconds" in response.text
        assert len(response.context["table"].rows) == 0


def test_counts_have_separators(client):
    user = factories.LearnerFactory()
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(user=user, course_id=f"course-v1:Org+C{number}+R", mode="audit") for number in range(1030)
    )
    page = client.get(reverse("enrollments:list"), {"page": "42"}).text
    assert "1,026–1,030 of 1,030" in page


def test_course_key_and_username_come_first(client):
    page = client.get(reverse("enrollments:list"))
    assert list(page.context["filter"].form.fields)[:2] == ["course", "learner"]
    assert 'placeholder="course-v1:Org+Number+Run"' in page.text
