"""Finding a learner."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console import learners
from console.models import LearnerVisit, UserProfile
from tests import factories

pytestmark = pytest.mark.django_db


def learner(username, email=None, name=None):
    return factories.LearnerFactory(
        username=username, email=email or f"{username}@example.com", profile__name=name or f"Name {username}"
    )


def found(text):
    return [match.learner.username for match in learners.search(text).matches]


# --- The search itself -----------------------------------------------------------------------


def test_exact_username_comes_first():
    learner("anna2")
    learner("anna")
    assert found("anna") == ["anna", "anna2"]


def test_letter_case_and_white_space_do_not_matter():
    learner("Anna.Bell")
    assert found("  anna.bell ") == ["Anna.Bell"]


def test_exact_email_comes_before_prefixes():
    learner("a@x.org", email="other@example.com")
    learner("zed", email="a@x.or")
    assert found("a@x.or") == ["zed", "a@x.org"]


def test_user_id():
    learner("somebody")
    wanted = learner("wanted")
    assert [match.found_by for match in learners.search(str(wanted.pk)).exact] == ["user id"]


@pytest.mark.parametrize("number", ["99999999999999999999", "²", "٣"])
def test_numbers_that_are_no_ids(number):
    learner("somebody")
    assert found(number) == []


@pytest.mark.parametrize("text", ["Yusuf A", "yusuf"])
def test_beginning_of_the_full_name(text):
    learner("x1", name="Yusuf Amina")
    assert found(text) == ["x1"]


def test_not_from_the_middle():
    learner("x1", name="Amina Yusuf", email="x1@yusuf.example")
    assert found("yusuf") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "%a", "\x00", "", "   "])
def test_characters_that_mean_something_to_a_database(text):
    learner("anna")
    assert found(text) == []


def test_a_learner_found_in_two_ways_is_listed_once():
    learner("mia", email="mia@example.com", name="Mia")
    assert found("mia") == ["mia"]


def test_a_learner_without_profile_is_found():
    factories.LearnerFactory(username="bare", profile=None)
    assert found("bare") == ["bare"]


def test_more_than_the_limit_is_said(monkeypatch):
    monkeypatch.setattr(learners, "PREFIX_LIMIT", 2)
    for number in range(4):
        learner(f"many{number}")
    result = learners.search("many")
    assert (len(result.matches), result.truncated) == (2, True)


@pytest.mark.django_db(transaction=True)  # MySQL's ANALYZE commits.
def test_search_walks_indexes():
    """No engine may read the whole table: with a million learners that is the difference."""
    people = get_user_model().objects.bulk_create(
        get_user_model()(username=f"u{number:05}", email=f"u{number:05}@example.com") for number in range(3000)
    )
    people = get_user_model().objects.filter(username__in=[person.username for person in people])
    UserProfile.objects.bulk_create(UserProfile(user=person, name=f"Name {person.username}") for person in people)
    with connection.cursor() as cursor:
        cursor.execute({"mysql": "ANALYZE TABLE auth_user, auth_userprofile"}.get(connection.vendor, "ANALYZE"))
    with CaptureQueriesContext(connection) as queries:
        learners.search("u01234@example.com")
    statements = [q["sql"] for q in queries if "auth_user" in q["sql"]]
    assert len(statements) == 5
    for statement in statements:
        assert not full_scan(statement), statement


def full_scan(statement):
    """Say whether the database would read all of auth_user or auth_userprofile for this statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            return any(re.match(r"SCAN .*auth_user", row[3]) for row in cursor.fetchall())
        if connection.vendor == "mysql":
            cursor.execute(f"EXPLAIN FORMAT=TRADITIONAL {statement}")
            kind = [column[0] for column in cursor.description].index("type")
            return any(row[kind] == "ALL" for row in cursor.fetchall())
        # A small table would be read as a whole whatever the indexes; here it is about their being usable.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return any("Seq Scan" in row[0] for row in cursor.fetchall())


# --- The page --------------------------------------------------------------------------------


@pytest.fixture
def client(client_of):
    return client_of(factories.support(username="agent"))


def search(client, text, **headers):
    return client.get(reverse("console:learners"), {"q": text}, **headers)


def test_an_exact_match_goes_straight_to_the_learner(client):
    learner("anna")
    assert search(client, "anna").url == "/learners/anna/"


def test_going_straight_says_that_there_are_others(client):
    learner("anna")
    learner("anna2")
    page = client.get(search(client, "anna").url, follow=True).content.decode()
    assert "/learners/?q=anna&amp;all=1" in page
    assert len(client.get("/learners/?q=anna&all=1").context["table"].rows) == 2


def test_two_exact_matches_are_listed(client):
    someone = learner("someone")
    learner(str(someone.pk))
    response = search(client, str(someone.pk))
    assert response.status_code == 200
    assert len(response.context["table"].rows) == 2


def test_an_unknown_learner_is_said(client):
    page = search(client, "nobody").content.decode()
    assert "No learner begins with “nobody”" in page
    assert "Searched usernames, e-mail addresses and full names" in page


def test_a_course_key_goes_to_the_runs_enrollments(client):
    key = "course-v1:TestX+T1+2026"
    assert search(client, key).url == "/enrollments/?course=course-v1%3ATestX%2BT1%2B2026"


@pytest.mark.parametrize("username", ["with space", "dotted.name", "plus+at@x", "мария", "a%2Fb", "semi;colon"])
def test_usernames_in_addresses(client, username):
    factories.EnrollmentFactory(user=learner(username, email="u@example.com"))
    response = client.get(reverse("console:learner", args=[username]), follow=True)
    assert response.status_code == 200
    assert response.context["learner"].username == username


def test_an_unknown_learner_is_404(client):
    assert client.get("/learners/nobody/").status_code == 404
    assert client.get("/learners/nobody/courses/").status_code == 404
    assert client.get("/learners/no%00body/courses/").status_code == 404


def test_the_page_never_shows_the_password(client):
    someone = learner("anna")
    for address in ("/learners/anna/courses/", "/learners/?q=ann"):
        assert someone.password not in client.get(address).content.decode()


def test_a_visit_is_remembered_once_with_its_count(client):
    learner("anna")
    for _ in range(2):
        client.get("/learners/anna/courses/")
    client.get("/learners/anna/courses/", headers={"HX-Request": "true"})
    visit = LearnerVisit.objects.get()
    assert (visit.viewer.username, visit.learner.username, visit.visits) == ("agent", "anna", 2)
    assert "anna" in client.get("/").content.decode()


def test_retired_inactive_and_active(client):
    learner("retired__user_1234")
    inactive = learner("gone")
    get_user_model().objects.filter(pk=inactive.pk).update(is_active=False)
    learner("here")
    for username, word in (("retired__user_1234", "Retired"), ("gone", "Inactive"), ("here", "Active")):
        assert f"<span>{word}</span>" in client.get(f"/learners/{username}/courses/").content.decode()


def test_queries_do_not_grow_with_matches(client):
    counts = []
    for number in range(4):
        learner(f"grow{number}")
        if number in (0, 3):
            with CaptureQueriesContext(connection) as queries:
                search(client, "gro")
            counts.append(len(queries))
    assert counts[0] == counts[1]
