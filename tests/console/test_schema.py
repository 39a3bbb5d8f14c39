"""The schema check: what differs in an LMS's tables is named, with its effect; what Lectern need not know is fine."""

from dataclasses import replace

import pytest
from django.urls import reverse

from console.platform import TableUse, database, platform_models, table_uses
from console.platform.database import Column, kind_of
from console.platform.differences import check_schema, compare, differences, known_models
from enrollments.models import CourseOverview, GeneratedCertificate
from resets.models import CourseResetAudit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def real():
    """The columns of the audit table, as the database of the suite has them."""
    return dict(database.tables()[CourseResetAudit._meta.db_table])


def told(real, model=CourseResetAudit, use=CourseResetAudit.table_use):
    return [(difference.what, difference.effect) for difference in compare(model, use, real)]


@pytest.mark.parametrize("model", known_models(), ids=lambda model: model.__name__)
def test_what_our_migrations_made_does_not_differ(model):
    """So that whatever is named for an LMS is a difference of that LMS."""
    table = model._meta.db_table
    assert list(compare(model, table_uses()[table], database.tables()[table])) == []


def test_a_missing_table_is_named_with_what_is_missed():
    assert told(None) == [("the table is missing", CourseResetAudit.table_use.without)]


def test_a_missing_column_is_named(real):
    del real["comment"]
    assert told(real) == [("the column comment is missing", CourseResetAudit.table_use.without)]


def test_an_unknown_column_matters_only_if_an_insert_has_to_fill_it(real):
    real["note"] = Column("text", nullable=False, filled=False)
    assert [what for what, _ in told(real)] == ["the column note is unknown and has no default"]
    assert told({**real, "note": replace(real["note"], nullable=True)}) == []
    assert told({**real, "note": replace(real["note"], filled=True)}) == []
    assert told(real, use=TableUse("Nothing.")) == []


def test_a_column_that_may_be_empty_in_one_place_only_is_named(real):
    real["comment"] = replace(real["comment"], nullable=True)
    assert told(real) == [("the column comment may be empty", "Rows without it are shown, but left out of some lists.")]
    real["comment"] = replace(real["comment"], nullable=False)
    real["completed_at"] = replace(real["completed_at"], nullable=False, filled=False)
    assert told(real) == [("the column completed_at must not be empty", "Rows that leave it empty are refused.")]


def test_a_type_that_cannot_be_read_is_named(real):
    real["modified"] = Column("varchar(32)", nullable=False, filled=False)
    ((what, effect),) = told(real)
    assert what.startswith("the column modified is of type varchar(32), not ")
    assert "may fail" in effect


def test_a_shorter_text_is_named_where_we_write(real):
    real["comment"] = Column("varchar(100)", nullable=False, filled=False)
    assert told(real) == [("the column comment holds 100 characters, not 255", "Longer texts are refused.")]
    assert told(real, use=TableUse("Nothing.")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int(11)", "bigint(20) unsigned"),
        ("tinyint(1)", "bool"),
        ("integer", "serial"),
        ("varchar(255)", "longtext"),
        ("character varying(255)", "text"),
        ("datetime(6)", "timestamp with time zone"),
        ("double", "double precision"),
        ("decimal(5, 2)", "numeric(5,2)"),
        ("char(32)", "varchar(32)"),
    ],
)
def test_kinds_are_alike_whatever_the_engine_calls_them(one, other):
    assert kind_of(one) == kind_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("datetime(6)", "varchar(32)"),
        ("int(11)", "text"),
        ("date", "datetime"),
        ("timestamp without time zone", "timestamp with time zone"),
    ],
)
def test_kinds_differ_where_values_do(one, other):
    assert kind_of(one) != kind_of(other)


@pytest.fixture
def attached(settings, monkeypatch):
    """Return a function that says what the LMS's database has: tables are left out, or given."""
    settings.PLATFORM_TABLES = "existing"
    everything = database.tables()
    monkeypatch.setattr(database, "forget", lambda: None)

    def has(**tables):
        changed = {name: columns for name, columns in {**everything, **tables}.items() if columns is not None}
        monkeypatch.setattr(database, "_kept", (float("inf"), changed))

    yield has
    monkeypatch.undo()


def test_an_installation_that_made_its_tables_is_not_compared(monkeypatch):
    monkeypatch.setattr(database, "_kept", (float("inf"), {}))
    assert differences() == []


def test_the_check_tells_errors_from_warnings(attached):
    attached(course_overviews_courseoverview=None, certificates_generatedcertificate=None)
    assert [(message.id, message.msg) for message in check_schema(None, databases=["default"])] == [
        ("lectern.E010", f"course_overviews_courseoverview: the table is missing. {CourseOverview.table_use.without}"),
        (
            "lectern.W010",
            f"certificates_generatedcertificate: the table is missing. {GeneratedCertificate.table_use.without}",
        ),
    ]


def test_without_a_database_nothing_is_checked(attached):
    attached(course_overviews_courseoverview=None)
    assert check_schema(None, databases=None) == []


@pytest.mark.parametrize(
    ("missing", "state"),
    [
        ({}, "ok"),
        ({"certificates_generatedcertificate": None}, "degraded"),
        ({"student_courseenrollment": None}, "failing"),
    ],
)
def test_readyz_tells_of_the_schema(attached, client, missing, state):
    attached(**missing)
    assert client.get(reverse("console:readyz")).json()["schema"] == state


def test_the_page_names_each_difference_with_its_effect(attached, client_of):
    attached(certificates_generatedcertificate=None, course_modes_coursemode=None)
    text = client_of(factories.admin_user()).get(reverse("console:schema")).content.decode()
    assert "2 tables differ." in text
    for model in platform_models():
        missed = model.table_use.without in text
        assert missed is (model._meta.db_table in {"certificates_generatedcertificate", "course_modes_coursemode"})


def test_the_page_looks_again_when_asked(settings, client_of):
    settings.PLATFORM_TABLES = "existing"
    database._kept = (float("inf"), {})
    browser = client_of(factories.admin_user())
    assert "cannot do without" in browser.get(reverse("console:schema")).content.decode()
    text = browser.post(reverse("console:schema"), follow=True).content.decode()
    assert "Every table is as Lectern expects it." in text


def test_generated_columns_and_keys_count_as_filled():
    assert database.tables()["django_content_type"]["id"].filled
    assert not database.tables()["django_content_type"]["model"].filled
