"""A learner's courses and the enrollment list."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollments.models import CourseEnrollment
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(client_of):
    return client_of(factories.support())


@pytest.fixture
def learner():
    return factories.LearnerFactory(username="anna")


def courses(client, query="", **headers):
    """Return the answer to `query`: the end of an address, or its parameters."""
    address = reverse("enrollments:courses", args=["anna"])
    return client.get(address, query, **headers) if isinstance(query, dict) else client.get(address + query, **headers)


def rows(response):
    assert response.status_code == 200
    return [row.record for row in response.context["table"].paginated_rows]


def exported(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_every_fact_of_an_enrollment(client, learner):
    course = factories.CourseOverviewFactory(display_name="Data Science 101", self_paced=True)
    enrollment = factories.EnrollmentFactory(user=learner, course=course, mode="honor")
    factories.CourseGradeFactory(enrollment=enrollment, percent_grade=0.83, letter_grade="B")
    factories.CertificateFactory(enrollment=enrollment, status="downloadable")
    factories.BlockCompletionFactory(enrollment=enrollment)
    page = courses(client).content.decode()
    for text in ("Data Science 101", "Self-paced", "honor", "Active", "83%", "Passing", "Certificate: downloadable"):
        assert text in page
    (row,) = exported(courses(client, "?_export=csv"))
    assert row["Course key"] == str(course.id)
    assert (row["Mode"], row["Pacing"], row["Enrolled"]) == ("honor", "Self-paced", "Active")
    assert (row["Grade (0 to 1)"], row["Passing"], row["Certificate"]) == ("0.83", "Passing", "downloadable")
    assert (row["Recently active"], row["Reset"]) == ("Yes", "Course not opted in")
    assert row["Start"] == course.start.isoformat()


def test_inactive_and_deleted_courses_are_listed_and_marked(client, learner):
    inactive = factories.EnrollmentFactory(user=learner, is_active=False)
    orphan = factories.EnrollmentFactory(user=learner, course_id="course-v1:Gone+G1+2019")
    response = courses(client)
    assert {row.pk for row in rows(response)} == {inactive.pk, orphan.pk}
    page = response.content.decode()
    assert "Course run no longer exists" in page
    assert "Inactive" in page


def test_a_key_that_is_none_is_shown_as_it_is(client, learner):
    enrollment = factories.EnrollmentFactory(user=learner)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE student_courseenrollment SET course_id = 'not a key'")
    assert "not a key" in courses(client).content.decode()
    assert rows(courses(client))[0].pk == enrollment.pk


def test_old_style_keys(client, learner):
    factories.EnrollmentFactory(user=learner, course_id="OldX/Num/Run")
    assert str(rows(courses(client))[0].course_id) == "OldX/Num/Run"


def test_another_learners_courses_are_not_listed(client, learner):
    factories.EnrollmentFactory()
    assert rows(courses(client)) == []
    assert "This learner has never been enrolled" in courses(client).content.decode()


@pytest.fixture
def three(learner):
    """Three enrollments, each different from the others in everything that can be filtered by."""
    alpha = factories.CourseOverviewFactory(display_name="Alpha")
    beta = factories.CourseOverviewFactory(display_name="beta", end=factories.days_ago(1))
    old, older = factories.days_ago(100), factories.days_ago(200)
    factories.OptInFactory(course=alpha)
    factories.OptInFactory(course=beta)
    return {
        "alpha": factories.EnrollmentFactory(user=learner, course=alpha, mode="audit"),
        "beta": factories.EnrollmentFactory(user=learner, course=beta, mode="verified", created=old),
        "gone": factories.EnrollmentFactory(
            user=learner, course_id="course-v1:Gone+G1+2019", mode="masters", created=older, is_active=False
        ),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=alph", {"alpha"}),
        ("?q=Gone%2BG1", {"gone"}),
        ("?q=%25", set()),
        ("?mode=verified", {"beta"}),
        ("?active=no", {"gone"}),
        ("?active=yes", {"alpha", "beta"}),
        ("?recent=yes", {"alpha"}),
        ("?reset=available", {"alpha"}),
        ("?reset=ended", {"beta"}),
        ("?reset=ended&active=no", set()),
    ],
)
def test_filters(client, three, query, expected):
    assert {row.pk for row in rows(courses(client, query))} == {three[name].pk for name in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grade > 0.5", {"beta"}),
        ("grade = None", {"alpha", "gone"}),
        ("is_passing = True", {"beta"}),
        ("is_passing != True", {"alpha", "gone"}),
        ('certificate_status = "downloadable"', {"beta"}),
        ("recently_active = True", {"alpha"}),
        ('last_completion_at > "-7d"', {"alpha"}),
        ('reset_status = "available"', {"alpha"}),
        ('reset_status in ("passing", "ended")', {"beta"}),
        ('course_name ~ "ALPH"', {"alpha"}),
        ("course_name = None", {"gone"}),
        ("overview = None", {"gone"}),
        ('overview.display_name = "beta" or overview = None', {"beta", "gone"}),
        ('course_id startswith "course-v1:Gone"', {"gone"}),
        ('mode in ("audit", "masters") and is_active = True', {"alpha"}),
        ('created < "-150d"', {"gone"}),
        ('learner = "anna" and user.username = "anna"', {"alpha", "beta", "gone"}),
        ("not_there = 1", None),
        ('learner != "anna"', set()),
    ],
)
def test_queries(client, three, text, expected):
    factories.CourseGradeFactory(enrollment=three["beta"], percent_grade=0.8, letter_grade="B")
    factories.CertificateFactory(enrollment=three["beta"], status="downloadable")
    factories.BlockCompletionFactory(enrollment=three["alpha"])
    factories.EnrollmentFactory(course_id=three["alpha"].course_id)
    response = courses(client, query={"ql": text})
    assert {row.pk for row in rows(response)} == {three[name].pk for name in expected or ()}
    assert ("There is no field not_there here" in response.text) is (expected is None)


def test_a_query_and_filters_narrow_each_other(client, three):
    text = 'reset_status in ("available", "ended")'
    assert [row.pk for row in rows(courses(client, query={"ql": text, "mode": "verified"}))] == [three["beta"].pk]
    assert rows(courses(client, query={"ql": text, "active": "no"})) == []
    assert rows(courses(client, query={"ql": text, "mode": "gold"})) == []
    both = rows(courses(client, query={"ql": text, "sort": "-course"}))
    assert [row.pk for row in both] == [three["beta"].pk, three["alpha"].pk]


def test_the_export_holds_what_the_query_describes(client, three):
    (row,) = exported(courses(client, query={"ql": 'mode = "audit"', "_export": "csv"}))
    assert row["Course name"] == "Alpha"


def test_an_unknown_filter_value_lists_nothing_and_says_so(client, three):
    response = courses(client, "?mode=gold")
    assert rows(response) == []
    assert "Select a valid choice. gold is not one of the available choices." in response.content.decode()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("enrollment", ["gone", "beta", "alpha"]),
        ("-enrollment", ["alpha", "beta", "gone"]),
        ("mode", ["alpha", "gone", "beta"]),
    ],
)
def test_sorting(client, three, sort, expected):
    assert [row.pk for row in rows(courses(client, f"?sort={sort}"))] == [three[name].pk for name in expected]


def test_an_unknown_column_does_not_sort(client, three):
    assert rows(courses(client, "?sort=password")) == rows(courses(client))


def test_missing_values_come_last_both_ways(client, three):
    for sort in ("run", "-run", "course", "-course"):
        assert rows(courses(client, f"?sort={sort}"))[-1].pk == three["gone"].pk


def test_every_column_sorts_both_ways(client, three):
    names = [c.name for c in courses(client).context["table"].columns.iterall() if c.orderable]
    assert len(names) > 15
    for name in names:
        for sign in ("", "-"):
            assert len(rows(courses(client, f"?sort={sign}{name}"))) == 3, name


def many(learner, number):
    courses = [factories.CourseOverviewFactory() for _ in range(number)]
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(user=learner, course_id=course.id, mode="audit", created=factories.days_ago(5))
        for course in courses
    )


def test_pages_neither_skip_nor_repeat(client, learner):
    many(learner, 60)
    seen = [row.pk for page in (1, 2, 3) for row in rows(courses(client, f"?page={page}&sort=mode"))]
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [("?page=999", 51, 10), ("?page=abc", 1, 25), ("?page=-1", 51, 10), ("?page=0", 51, 10)],
)
def test_pages_that_do_not_exist(client, learner, query, first, count):
    many(learner, 60)
    page = courses(client, query).context["table"].page
    assert (page.start_index(), len(page.object_list)) == (first, count)


@pytest.mark.parametrize(("asked", "given"), [("50", 50), ("100000", 25), ("0", 25), ("x", 25)])
def test_the_page_size_is_one_of_those_offered(client, learner, asked, given):
    many(learner, 60)
    assert len(rows(courses(client, f"?per_page={asked}"))) == given


def test_queries_do_not_grow_with_rows(client, learner):
    courses(client)  # The first visit of a learner is remembered by one statement more.
    counts = []
    for number in (1, 20):
        many(learner, number)
        with CaptureQueriesContext(connection) as queries:
            courses(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Page, fragment, export ------------------------------------------------------------------


def test_htmx_gets_the_table_alone(client, three):
    response = courses(client, **HTMX)
    page = response.content.decode()
    assert page.lstrip().startswith('<section id="table"')
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("header", ["HTTP_HX_HISTORY_RESTORE_REQUEST", "HTTP_HX_BOOSTED"])
def test_history_restore_and_boosted_links_get_the_page(client, three, header):
    assert "<html" in courses(client, **HTMX, **{header: "true"}).content.decode()


def test_pages_stay_in_no_cache(client, three):
    assert "no-store" in courses(client).headers["Cache-Control"]


def test_active_filters_can_be_taken_away_one_by_one(client, three):
    page = courses(client, "?mode=audit&active=yes&page=2").content.decode()
    assert 'href="/learners/anna/courses/?active=yes"' in page
    assert 'href="/learners/anna/courses/?mode=audit"' in page


def test_the_export_holds_every_page_but_only_what_is_filtered(client, learner):
    many(learner, 30)
    assert len(exported(courses(client, "?_export=csv"))) == 30
    assert exported(courses(client, "?mode=masters&_export=csv")) == []


def test_the_export_fetches_in_chunks(client, learner, monkeypatch):
    monkeypatch.setattr("console.tables.EXPORT_CHUNK", 10)
    many(learner, 25)
    assert len(exported(courses(client, "?_export=csv"))) == 25


def test_the_export_stops_at_the_limit(client, learner, settings):
    settings.LECTERN_EXPORT_ROWS = 7
    many(learner, 10)
    assert len(exported(courses(client, "?_export=csv"))) == 7


# --- The list of all enrollments -------------------------------------------------------------


def listed(client, query=""):
    return {row.pk for row in rows(client.get(reverse("enrollments:list") + query))}


def test_support_sees_all_enrollments(client):
    made = factories.EnrollmentFactory.create_batch(3)
    assert listed(client) == {row.pk for row in made}
    assert listed(client, f"?learner={made[0].user.username}") == {made[0].pk}


@pytest.mark.parametrize("make_staff", [factories.course_staff, lambda key: factories.org_staff(key.org)])
def test_instructors_see_their_own_runs(client_of, make_staff):
    mine = factories.EnrollmentFactory(course_id="course-v1:MineX+M1+2026")
    factories.EnrollmentFactory(course_id="course-v1:OtherX+O1+2026")
    factories.EnrollmentFactory(course_id="course-v1:MineXL+M1+2026")
    client = client_of(make_staff(mine.course_id))
    assert listed(client) == {mine.pk}
    assert listed(client, "?course=course-v1:OtherX%2BO1%2B2026") == set()
    assert len(exported(client.get(reverse("enrollments:list") + "?_export=csv"))) == 1


def test_a_query_finds_nothing_outside_the_scope(client_of):
    mine = factories.EnrollmentFactory(course_id="course-v1:MineX+M1+2026")
    other = factories.EnrollmentFactory(course_id="course-v1:OtherX+O1+2026")
    client = client_of(factories.course_staff(mine.course_id))
    text = f'id = {other.pk} or learner = "{other.user.username}" or id > 0'
    assert [row.pk for row in rows(client.get(reverse("enrollments:list"), {"ql": text}))] == [mine.pk]


def test_instructors_get_no_links_to_learner_pages_they_cannot_open(client_of):
    mine = factories.EnrollmentFactory()
    client = client_of(factories.course_staff(mine.course_id))
    page = client.get(reverse("enrollments:list")).content.decode()
    assert mine.user.username in page
    assert f"/learners/{mine.user.username}/" not in page


def test_the_list_does_not_ask_once_per_row(client):
    counts = []
    for number in (1, 6):
        factories.EnrollmentFactory.create_batch(number)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("enrollments:list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_counting_stops_at_the_cap(client, monkeypatch):
    monkeypatch.setattr("console.tables.COUNT_CAP", 30)
    factories.EnrollmentFactory.create_batch(32)
    response = client.get(reverse("enrollments:list"))
    assert "1–25 of more than 30" in response.content.decode()
    assert response.context["table"].paginator.num_pages == 2
