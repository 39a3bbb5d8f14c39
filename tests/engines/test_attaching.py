"""Coming to an LMS's database and leaving it: what is in the way is said in a sentence, and nothing stays behind."""

import os
import re

import pytest

from tests import services
from tests.engines.lms import ENGINES, contents, with_account
from tests.engines.processes import Installation

pytestmark = pytest.mark.services

MIGRATE = ("migrate", "-v0")


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.__name__)
def lms(request):
    """An LMS's database, filled."""
    database = request.param(services.require(ENGINES[request.param]), f"lectern_join_{os.getpid()}")
    database.create()
    yield database
    database.drop()


@pytest.fixture
def install(tmp_path):
    """Return a function that gives Lectern on a database."""
    return lambda url, tables="existing": Installation(url, tmp_path, LECTERN_PLATFORM_TABLES=tables)


@pytest.fixture
def untouched(lms):
    """Check after the test that definitions and rows are what they were before it."""

    def dump():
        tables = lms.tables()
        return {table: lms.definition(table) for table in tables}, contents(lms, tables)

    before = dump()
    yield
    assert dump() == before


WAITING = """
    INSERT INTO lectern_resets_job
      (audit_id, attempts, worker, rung_at, mail_problem, reason, came_back, undo_memo, left_out, choices,
       overrode, cleared)
    VALUES (1, 0, '', '2026-01-01 00:00:00', '', '', '{}', '', '', '[]', '[]', '{}')
"""
LOGGED = """
    INSERT INTO django_admin_log (action_time, object_repr, action_flag, change_message, content_type_id, user_id)
    SELECT '2026-01-01 00:00:00', 'Reset 1', 2, 'Memo', id, 1 FROM django_content_type
    WHERE app_label = 'lectern_resets' AND model = 'courseresetaudit'
"""


def test_coming_and_leaving_leave_nothing_behind(lms, install, untouched):
    """Nor does a dry run of leaving; and nobody leaves while a reset waits."""
    lectern = install(lms.url)
    lectern.manage(*MIGRATE)
    joined = lms.tables()
    assert "drop table lectern_resets_job (0 rows)" in lectern.manage("detach", "--dry-run")
    lms.run(WAITING)
    assert "1 resets wait or run" in lectern.refused("detach", "--yes")
    assert lms.tables() == joined
    lms.run("DELETE FROM lectern_resets_job")
    lectern.manage("detach", "--yes")
    assert "There is nothing of Lectern" in lectern.refused("detach", "--yes")


def test_coming_again_leaving_the_log_and_without_an_optional_table(lms, install, untouched):
    lms.run("ALTER TABLE certificates_generatedcertificate RENAME TO away")
    lms.run("ALTER TABLE support_courseresetaudit ADD note varchar(10)")
    try:
        lectern = install(lms.url)
        lectern.manage(*MIGRATE)
        lectern.manage("check", "--database", "default")
        lms.run(LOGGED)
        lectern.manage("detach", "--yes")
    finally:
        lms.run("ALTER TABLE away RENAME TO certificates_generatedcertificate")
        lms.run("ALTER TABLE support_courseresetaudit DROP COLUMN note")
    entries = lms.run("SELECT content_type_id FROM django_admin_log WHERE object_repr = 'Reset 1'")
    assert [tuple(entry) for entry in entries] == [(None,)]
    lms.run("DELETE FROM django_admin_log WHERE object_repr = 'Reset 1'")


def test_an_installation_of_its_own_cannot_leave(tmp_path):
    lectern = Installation(f"sqlite:///{tmp_path}/own.sqlite3", tmp_path)
    assert "drop its database instead" in lectern.refused("detach", "--yes")


def test_a_database_of_an_lms_is_not_taken_for_an_empty_one(lms, install, untouched):
    said = install(lms.url, "managed").refused(*MIGRATE)
    assert "Set LECTERN_PLATFORM_TABLES=existing" in said
    assert "Nothing was changed." in said


def test_a_database_that_is_no_lms_is_refused(lms, install, untouched):
    lms.run("ALTER TABLE student_courseenrollment RENAME TO elsewhere")
    try:
        said = install(lms.url).refused(*MIGRATE)
    finally:
        lms.run("ALTER TABLE elsewhere RENAME TO student_courseenrollment")
    assert "is not that of an LMS: it has no table student_courseenrollment. Check DATABASE_URL" in said


def test_a_required_column_that_is_missing_stops_the_start_and_is_named(lms, install, untouched):
    lms.run("ALTER TABLE course_overviews_courseoverview RENAME COLUMN org TO organisation")
    try:
        said = install(lms.url).refused(*MIGRATE)
    finally:
        lms.run("ALTER TABLE course_overviews_courseoverview RENAME COLUMN organisation TO org")
    assert (
        "course_overviews_courseoverview: the column org is missing. Course runs have neither names nor dates." in said
    )


def test_half_of_an_earlier_migrate_is_named_with_the_way_out(lms, install, untouched):
    lms.run("CREATE TABLE lectern_console_session (session_key varchar(40))")
    try:
        said = install(lms.url).refused(*MIGRATE)
    finally:
        lms.run("DROP TABLE lectern_console_session")
    assert "stopped half-way: lectern_console_session exists already" in said
    assert "DROP TABLE lectern_console_session; and then migrate again. Nothing was changed." in said


def test_an_account_without_the_right_to_make_tables_is_told(lms, install, untouched):
    url = lms.make_account()
    lms.grant_reading()
    said = install(url).refused(*MIGRATE)
    assert f"The account {lms.account} may not make tables" in said
    assert "CREATE" in said


@pytest.mark.parametrize(
    ("problem", "command"), [("name", MIGRATE), ("password", ("check", "--database", "default")), ("port", ("detach",))]
)
def test_a_wrong_address_is_a_sentence(lms, install, problem, command):
    url = {
        "name": f"{lms.url}_not",
        "password": with_account(lms.url, "nobody_at_all"),
        "port": re.sub(r":\d+/", ":3399/", lms.url),
    }[problem]
    said = install(url).refused(*command)
    assert "The database cannot be used: " in said
    assert "in DATABASE_URL." in said


def test_an_address_of_another_kind_is_a_sentence(install):
    assert "DATABASE_URL must begin with" in install("oracle://somewhere/else").refused(*MIGRATE)
