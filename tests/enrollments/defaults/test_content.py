"""What an intention leads to: its run, whether learners can enroll there, in which mode and catalogs."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.content import resolve
from enrollments.defaults.keys import Kind, course_of, kind_of
from enrollments.defaults.models import CatalogMembership, Origin
from tests import factories
from tests.factories import days_ago

pytestmark = pytest.mark.django_db


def content_of(content_key, **fields):
    intention = factories.IntentionFactory(content_key=content_key, **fields)
    return resolve([intention], timezone.now())[intention.pk]


def overview(key, **fields):
    return factories.CourseOverviewFactory(id=CourseKey.from_string(key), **fields)


# --- Keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "kind", "course"),
    [
        ("course-v1:edX+DemoX+2026", Kind.RUN, "edx+demox"),
        ("edX/DemoX/2026", Kind.RUN, "edx+demox"),
        ("ccx-v1:edX+DemoX+2026+ccx@7", Kind.RUN, "edx+demox"),
        ("edX+DemoX", Kind.COURSE, "edx+demox"),
        ("Tést+C.1-a", Kind.COURSE, "tést+c.1-a"),
    ],
)
def test_a_key_is_one_of_a_course_or_of_a_run(key, kind, course):
    assert (kind_of(key), course_of(key)) == (kind, course)


@pytest.mark.parametrize(
    "key",
    [
        *("", "edX", "edX+", "+DemoX", "edX+DemoX+2026", "edX/DemoX", "course-v1:edX+DemoX", "course-v1:", "a b+c"),
        *("edX/DemoX/", "/DemoX/2026", "edX//2026", "//"),
        *(
            "library-v1:edX+lib",
            "lib:edX:lib",
            "block-v1:edX+DemoX+2026+type@problem+block@a",
            "<b>+x",
            "edX+Demo\x00X",
        ),
        "course-v1:edX+DemoX+2026+branch@draft",
    ],
)
def test_anything_else_is_neither(key):
    assert kind_of(key) is None
    content = content_of(key.replace("\x00", "?"))
    assert (content.run, content.is_enrollable, content.mode) == (None, False, None)
    assert "neither" in content.why_not


# --- Runs from an import ---------------------------------------------------------------------


def test_a_course_leads_to_its_advertised_run():
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+1"), is_advertised=False)
    fact = factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+2"), title="Beta")
    content = content_of("a+b", content_type="course")
    assert (content.run.key, content.run.title, content.is_enrollable) == (fact.run_key, "Beta", True)
    assert (content.run.origin, content.run.fetched_at) == (Origin.IMPORTED, fact.fetched_at)


def test_a_run_leads_to_itself_whatever_is_advertised():
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+2"))
    earlier = factories.RunFactFactory(
        run_key=CourseKey.from_string("course-v1:A+B+1"), is_advertised=False, is_enrollable=False
    )
    content = content_of("course-v1:a+b+1")
    assert (content.run.key, content.is_enrollable) == (earlier.run_key, False)
    assert "closed for enrollment" in content.why_not


def test_an_import_without_an_advertised_run_says_so():
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+1"), is_advertised=False)
    content = content_of("A+B", content_type="course")
    assert content.run is None
    assert content.why_not == "The import says that no run of this course is advertised."


def test_of_two_advertised_runs_the_newer_note_counts():
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+1"), fetched_at=days_ago(3))
    newer = factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+0"), fetched_at=days_ago(2))
    assert content_of("A+B").run.key == newer.run_key


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"end": days_ago(1)}, "ended"),
        ({"enroll_by": days_ago(1)}, "Enrollment closed"),
        ({"enroll_start": days_ago(-2)}, "Enrollment opens"),
    ],
)
def test_a_date_counts_more_than_a_flag_of_last_month(dates, words):
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+1"), **dates)
    content = content_of("A+B")
    assert content.is_enrollable is False
    assert words in content.why_not


# --- Runs by estimate ------------------------------------------------------------------------


def test_without_an_import_the_open_run_that_starts_latest_is_taken_and_called_an_estimate():
    overview("course-v1:A+B+old", start=days_ago(60))
    overview("course-v1:A+B+new", start=days_ago(10))
    overview("course-v1:A+B+over", start=days_ago(5), end=days_ago(1))
    overview("course-v1:A+BB+newest", start=days_ago(1))
    content = content_of("A+B")
    assert str(content.run.key) == "course-v1:A+B+new"
    assert (content.is_enrollable, content.run.origin, content.run.fetched_at) == (True, Origin.ESTIMATED, None)


def test_without_an_open_run_the_next_to_open_is_taken():
    overview("course-v1:A+B+far", enrollment_start=days_ago(-90))
    overview("course-v1:A+B+near", enrollment_start=days_ago(-5))
    overview("course-v1:A+B+over", end=days_ago(1))
    content = content_of("A+B")
    assert str(content.run.key) == "course-v1:A+B+near"
    assert content.is_enrollable is False


def test_a_course_whose_runs_are_all_over_has_no_run():
    overview("course-v1:A+B+over", end=days_ago(1))
    content = content_of("A+B")
    assert (content.run, content.problem) == (None, "No run of this course is open or about to open (estimated).")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"invitation_only": True}, "invitation only"),
        ({"visible_to_staff_only": True}, "Only course staff"),
        ({"end": days_ago(1)}, "ended"),
        ({"enrollment_end": days_ago(1)}, "Enrollment closed"),
        ({"enrollment_start": days_ago(-1)}, "Enrollment opens"),
        ({"max_student_enrollments_allowed": 2}, "full: 2 of 2"),
    ],
)
def test_an_estimate_says_why_nobody_can_enroll(fields, words):
    run = overview("course-v1:A+B+1", **fields)
    factories.EnrollmentFactory.create_batch(2, course=run)
    factories.EnrollmentFactory(course=run, is_active=False)
    content = content_of("course-v1:A+B+1")
    assert content.is_enrollable is False
    assert words in content.why_not


def test_a_run_with_a_free_place_is_open():
    run = overview("course-v1:A+B+1", max_student_enrollments_allowed=2)
    factories.EnrollmentFactory(course=run)
    assert content_of("course-v1:A+B+1").is_enrollable is True


def test_old_keys_are_runs_of_the_same_course():
    overview("A/B/1")
    assert str(content_of("A+B").run.key) == "A/B/1"


def test_what_nobody_knows_is_unknown_and_no_error():
    run = content_of("course-v1:A+B+1")
    assert (str(run.run.key), run.is_enrollable, run.run.origin) == ("course-v1:A+B+1", None, None)
    course = content_of("A+B")
    assert (course.run, course.is_enrollable) == (None, None)
    assert "Nothing is known" in run.why_not
    assert "Nothing is known" in course.why_not


# --- Modes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slugs", "original", "unexpired"),
    [
        ({}, "audit", "audit"),
        ({"audit": None, "verified": None}, "verified", "verified"),
        ({"professional": None, "verified": None}, "verified", "verified"),
        ({"audit": None, "verified": 1}, "verified", "audit"),
        ({"verified": 1}, "verified", ""),
        ({"honor": None, "unpaid-executive-education": None}, "honor", "honor"),
        ({"masters": None}, "audit", ""),
        ({"audit": -1}, "audit", "audit"),
    ],
)
def test_the_best_mode_is_the_originals_and_the_best_that_has_not_expired(slugs, original, unexpired):
    run = overview("course-v1:A+B+1")
    for slug, expired in slugs.items():
        factories.CourseModeFactory(
            course=run, mode_slug=slug, expiration_datetime=None if expired is None else days_ago(expired)
        )
    mode = content_of("course-v1:A+B+1").mode
    assert (mode.original, mode.unexpired) == (original, unexpired)


# --- Catalogs --------------------------------------------------------------------------------


def member(customer, content_key, catalog=None):
    return CatalogMembership.objects.create(
        customer_uuid=customer.pk,
        catalog_uuid=catalog or uuid.uuid4(),
        content_key=content_key,
        origin=Origin.IMPORTED,
        fetched_at=days_ago(1),
    ).catalog_uuid


def test_catalogs_of_a_customer_without_any_row_are_unknown():
    member(factories.CustomerFactory(), "A+B")
    assert content_of("course-v1:A+B+1").catalogs is None


def test_a_catalog_holds_a_run_by_itself_or_by_its_course():
    customer = factories.CustomerFactory()
    by_run, by_course = member(customer, "course-v1:A+B+1"), member(customer, "a+b")
    member(customer, "course-v1:A+B+2")
    member(factories.CustomerFactory(), "course-v1:A+B+1")
    assert content_of("course-v1:A+B+1", enterprise_customer=customer).catalogs == {by_run, by_course}
    assert content_of("A+C", enterprise_customer=customer).catalogs == frozenset()


# --- Many at once ----------------------------------------------------------------------------


def test_many_intentions_take_as_many_queries_as_one():
    counts = []
    for many in (1, 12):
        customer = factories.CustomerFactory()
        runs = [overview(f"course-v1:A{many}+B{n}+1", max_student_enrollments_allowed=9) for n in range(many)]
        intentions = [
            factories.IntentionFactory(enterprise_customer=customer, content_key=f"A{many}+B{n}")
            for n in range(len(runs))
        ]
        with CaptureQueriesContext(connection) as queries:
            assert all(content.run for content in resolve(intentions, timezone.now()).values())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_nothing_asked_is_nothing_answered():
    assert resolve([], timezone.now()) == {}
