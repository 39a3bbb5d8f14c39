"""The sweep over all live intentions: what it finds, what it says, and when it fails."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults import validation
from enrollments.defaults.content import resolve
from enrollments.defaults.models import CatalogMembership, RunFact
from enrollments.defaults.validation import Finding, validate
from tests import factories
from tests.enrollments.defaults.scene import CATALOG, RUN, Scene
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def scene():
    return Scene()


def findings(intention):
    reports = dict(validate(timezone.now(), HALF_AN_HOUR))
    return [report.finding for report in reports[intention]]


def another(scene, content_key):
    return factories.IntentionFactory(enterprise_customer=scene.customer, content_key=content_key)


def membership(customer, content_key="Other+O1", **fields):
    values = {"catalog_uuid": CATALOG, "fetched_at": days_ago(1), "origin": "imported"} | fields
    return CatalogMembership.objects.create(customer_uuid=customer.pk, content_key=content_key, **values)


def fact(run_key, **fields):
    values = {"is_advertised": True, "is_enrollable": True, "fetched_at": days_ago(2), "origin": "imported"}
    return RunFact.objects.create(run_key=CourseKey.from_string(run_key), **values | fields)


def run(*arguments):
    """Run the command; return its lines and its complaint."""
    out = StringIO()
    try:
        call_command("validate_default_enrollment_intentions", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_nothing_is_found_about_a_good_intention(scene):
    assert findings(scene.intention) == []
    assert run() == (["1 live default enrollment intentions checked, 0 invalid."], "")


def test_a_key_that_names_nothing(scene):
    assert findings(another(scene, "nonsense")) == [Finding.NO_KEY]


def test_a_course_without_an_advertised_run_does_not_resolve(scene):
    fact("course-v1:A+B+1", is_advertised=False)
    membership(scene.customer, "A+B")
    assert findings(another(scene, "A+B")) == [Finding.UNRESOLVED]


def test_a_run_that_the_import_of_its_course_does_not_know_does_not_resolve(scene):
    fact("course-v1:A+B+1")
    membership(scene.customer, "A+B")
    assert findings(another(scene, "course-v1:A+B+2")) == [Finding.UNRESOLVED]


def test_a_course_whose_estimated_runs_are_all_over_does_not_resolve(scene):
    factories.CourseOverviewFactory(id=CourseKey.from_string("course-v1:A+B+1"), end=days_ago(3))
    membership(scene.customer, "A+B")
    assert findings(another(scene, "A+B")) == [Finding.UNRESOLVED]


def test_a_run_that_is_over_and_in_no_catalog_has_both_findings(scene):
    scene.course.end = days_ago(1)
    scene.course.save()
    CatalogMembership.objects.exclude(content_key="MineX+M1").delete()
    CatalogMembership.objects.update(content_key="Other+O1")
    assert findings(scene.intention) == [Finding.NOT_ENROLLABLE, Finding.NOT_IN_CATALOG]


@pytest.mark.parametrize(("minutes", "expected"), [(29, []), (31, [Finding.NOT_IN_CATALOG])])
def test_catalogs_that_have_just_changed_are_not_judged(scene, minutes, expected):
    CatalogMembership.objects.all().delete()
    membership(scene.customer, fetched_at=days_ago(40))
    membership(scene.customer, "Another+O2", fetched_at=timezone.now() - timedelta(minutes=minutes))
    assert findings(scene.intention) == expected


def test_the_delay_counts_for_the_customer_alone(scene):
    CatalogMembership.objects.all().delete()
    membership(scene.customer)
    membership(factories.CustomerFactory(), fetched_at=timezone.now())
    assert findings(scene.intention) == [Finding.NOT_IN_CATALOG]


def test_what_nothing_is_known_of_is_unknown_and_fails_only_on_demand(scene):
    unknown = factories.IntentionFactory(content_key="Nobody+Knows")
    assert findings(unknown) == [Finding.UNKNOWN, Finding.UNKNOWN]
    lines, complaint = run()
    assert complaint == ""
    assert "  1 unknown" in lines
    assert run("--unknown")[1] == "1 invalid default enrollment intentions found."


def test_removed_intentions_are_left_out(scene):
    removed = factories.IntentionFactory(content_key="nonsense", is_removed=True)
    assert removed not in dict(validate(timezone.now(), HALF_AN_HOUR))
    assert run()[1] == ""


def test_the_command_names_customer_key_reason_source_and_age_and_counts_intentions(scene):
    customer = factories.CustomerFactory(name="Acme\nLtd")
    factories.IntentionFactory(enterprise_customer=customer, content_key="course-v1:A+B+1")
    fact("course-v1:A+B+1", is_enrollable=False)
    membership(customer, origin="entered")
    lines, complaint = run()
    assert complaint == "1 invalid default enrollment intentions found."
    reason = "It was closed for enrollment when this was noted."
    assert f"Acme Ltd: course-v1:A+B+1: not enrollable. {reason} [Imported 2 days ago]" in lines
    missing = "No catalog of the customer contains it. [Entered by hand 1 day ago]"
    assert f"Acme Ltd: course-v1:A+B+1: not in the customer’s catalogs. {missing}" in lines
    assert "2 live default enrollment intentions checked, 1 invalid." in lines


def test_an_estimate_is_called_one(scene):
    scene.course.end = days_ago(1)
    scene.course.save()
    assert any(str(RUN) in line and line.endswith("[Estimated]") for line in run()[0])


@pytest.mark.parametrize("minutes", ["-1", "99999999999"])
def test_a_delay_that_is_none_is_refused(minutes):
    assert "--delay-minutes" in run("--delay-minutes", minutes)[1]


def test_many_intentions_take_as_many_queries_as_one(scene, django_assert_max_num_queries):
    for number in range(30):
        another(scene, f"Many+M{number}")
    with django_assert_max_num_queries(9):
        assert len(list(validate(timezone.now(), HALF_AN_HOUR))) == 31


def test_more_intentions_than_a_chunk_are_all_checked(scene, monkeypatch):
    monkeypatch.setattr(validation, "CHUNK", 2)
    for number in range(4):
        another(scene, f"Many+M{number}")
    assert len(list(validate(timezone.now(), HALF_AN_HOUR))) == 5


def test_a_thousand_courses_are_resolved_at_once(scene):
    """SQLite refuses a condition with more than a thousand parts."""
    intentions = [factories.IntentionFactory.build(content_key=f"Many+M{number}") for number in range(1000)]
    for each in intentions:
        each.enterprise_customer = scene.customer
    contents = resolve([scene.intention, *intentions], timezone.now())
    assert contents[scene.intention.pk].is_enrollable
    assert len(contents) == 1001
