"""An LMS that lacks optional tables: whatever is missing, every page answers and says what is off."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from console.admin import site
from console.platform import database, platform_models
from enrollments.defaults.models import CourseEnrollmentHistory
from enrollments.models import BlockCompletion, CourseMode, GeneratedCertificate, PersistentCourseGrade
from groups.models import CohortMembership, VerifiedTrackCohortedCourse
from groups.verified.moves import follow_changes
from resets.models import CourseResetAudit, CourseResetCourseOptIn
from resets.sweeper import nothing_is_stuck, sweep
from tests import factories
from tests.test_addresses import ADDRESSES, CUSTOMER, RUN, address, rows  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)

OPTIONAL = [model for model in platform_models() if model.table_use.optional]
HERE, OFF = 200, 404
# What some addresses ask for, by a part of them.
NEEDED = {"suggestions": {"field": "id"}, "/enterprise/": {"enterprise_customer_uuid": CUSTOMER}}


@pytest.fixture
def without(settings):
    """Return a function that takes a model's table away, or a column of it; all come back after the test."""
    settings.PLATFORM_TABLES = "existing"
    undo = []

    def take_away(model, column=None):
        quote = connection.ops.quote_name
        table = model._meta.db_table
        away, back = (
            (
                f"ALTER TABLE {quote(table)} RENAME TO {quote(table + '_x')}",
                f"ALTER TABLE {quote(table + '_x')} RENAME TO {quote(table)}",
            )
            if column is None
            else tuple(
                f"ALTER TABLE {quote(table)} RENAME COLUMN {quote(old)} TO {quote(new)}"
                for old, new in ((column, f"{column}_x"), (f"{column}_x", column))
            )
        )
        _execute(away)
        undo.append(back)
        database.forget()

    yield take_away
    for statement in reversed(undo):
        _execute(statement)
    database.forget()


def _execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def admin(client_of):
    return client_of(factories.admin_user())


def admin_pages():
    """Return the lists of every model in the admin."""
    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in site._registry]
    return ["/admin/", *(reverse(f"admin:{name}_changelist") for name in names)]


@pytest.mark.parametrize("model", OPTIONAL, ids=lambda model: model.__name__)
def test_no_page_fails_without_an_optional_table(model, without, rows, admin):  # noqa: F811
    pages = {address(name, rows): ADDRESSES[name][0][-1] for name in ADDRESSES} | dict.fromkeys(admin_pages(), HERE)
    without(model)
    for page, expected in pages.items():
        response = admin.get(page, next((data for part, data in NEEDED.items() if part in page), {}))
        assert response.status_code in {expected, OFF}, page
        if response.status_code != expected:
            assert f"no table {model._meta.db_table}" in response.content.decode(), page


@pytest.mark.parametrize("model", [PersistentCourseGrade, BlockCompletion, GeneratedCertificate])
def test_a_learners_courses_are_shown_without_the_missing_facts(model, without, rows, admin):  # noqa: F811
    without(model)
    page = admin.get(reverse("enrollments:courses", args=["anna"]), {"sort": "-grade", "recent": "no"})
    text = page.content.decode()
    assert page.status_code == HERE
    assert model.table_use.without in text
    assert f"no table {model._meta.db_table}" in text


def test_nothing_is_said_where_nothing_is_missing(without, rows, admin):  # noqa: F811
    database.forget()
    assert "This database has no" not in admin.get(reverse("enrollments:courses", args=["anna"])).content.decode()


def test_a_table_that_lacks_a_column_counts_as_missing(without, rows, admin):  # noqa: F811
    without(GeneratedCertificate, "status")
    text = admin.get(reverse("enrollments:list")).content.decode()
    assert "no column status in certificates_generatedcertificate" in text


@pytest.mark.parametrize("model", [CourseResetAudit, CourseResetCourseOptIn])
def test_without_their_tables_resets_are_off_and_the_rest_works(model, without, rows, admin):  # noqa: F811
    without(model)
    page = admin.get(reverse("resets:confirm", args=[rows["enrollment"]]))
    assert page.status_code == OFF
    assert model.table_use.without in page.content.decode()
    courses = admin.get(reverse("enrollments:courses", args=["anna"])).content.decode()
    assert str(RUN) in courses
    assert model.table_use.without in courses
    assert "reset_status" not in courses


def test_without_their_tables_nothing_sweeps_resets(without):
    without(CourseResetAudit)
    assert nothing_is_stuck()
    assert not any(sweep().values())


def test_a_table_that_goes_while_we_run_is_noticed_at_once(without, rows, admin):  # noqa: F811
    page = reverse("admin:lectern_enrollments_coursemode_changelist")
    without(CourseMode)
    database._kept = (float("inf"), {**database.tables(), CourseMode._meta.db_table: _columns(CourseMode)})
    assert admin.get(page).status_code == 503
    assert admin.get(page).status_code == OFF


def _columns(model):
    return {field.column: None for field in model._meta.concrete_fields}


def test_without_its_table_the_verified_track_is_off(without, rows, admin):  # noqa: F811
    without(VerifiedTrackCohortedCourse)
    page = admin.get(reverse("groups:settings", args=[RUN]))
    assert page.status_code == HERE
    assert VerifiedTrackCohortedCourse.table_use.without in page.content.decode()
    assert admin.post(reverse("groups:verified-switch", args=[RUN])).status_code == OFF
    assert follow_changes(timezone.now()) == 0


@pytest.mark.parametrize("model", [CourseEnrollmentHistory, CohortMembership])
def test_without_what_it_reads_nobody_follows_changes_of_mode(model, without, rows, admin):  # noqa: F811
    VerifiedTrackCohortedCourse.objects.create(course_key=RUN, enabled=True, verified_cohort_name="Paying")
    without(model)
    assert follow_changes(timezone.now()) == 0
    if model is CourseEnrollmentHistory:
        text = admin.get(reverse("groups:settings", args=[RUN])).content.decode()
        assert "no history of enrollments" in text
