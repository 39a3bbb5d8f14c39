"""Lectern on a database that an LMS made: it changes nothing there but what a reset is meant to change."""

import os
import re
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import psycopg
import pymysql
import pytest

from tests import services
from tests.engines.lms import ENGINES, MariaDB, OldMySQL, connect, contents
from tests.engines.processes import Installation, wait_for

pytestmark = pytest.mark.services

# What MariaDB and MySQL say for a right that is missing: to a database, a table, a column.
DENIED = {1044, 1142, 1143}
OWN = ("lectern_", "axes_")
# Which migrations were applied, and our models, which the admin log names; an LMS lives with rows of other apps.
BOOKKEEPING = {"django_migrations", "django_content_type"}
RUN = "course-v1:DemoX+DS101+2026"
ENROLLMENT = 101


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.__name__)
def lms(request):
    """An LMS's database, filled."""
    database = request.param(services.require(ENGINES[request.param]), f"lectern_lms_{os.getpid()}")
    database.create()
    yield database
    database.drop()


@pytest.fixture(scope="module")
def before(lms):
    """What the LMS had before Lectern came: `(definitions, contents)`."""
    tables = lms.tables()
    return {table: lms.definition(table) for table in tables}, contents(lms, tables)


@pytest.fixture(scope="module")
def installation(lms, before, tmp_path_factory):
    """Lectern, attached and migrated."""
    folder = tmp_path_factory.mktemp("lectern")
    attached = Installation(lms.url, folder, LECTERN_PLATFORM_TABLES="existing")
    attached.manage("migrate")
    attached.manage("collectstatic", "--noinput")
    return attached


@pytest.fixture(scope="module")
def working(lms, installation):
    """The same under an account that has the printed grants and no other right: web and worker run so."""
    url = lms.make_account()
    for grant in installation.manage("database_grants", "--user", lms.account).splitlines():
        lms.run(grant)
    # No sweep comes by itself, which would give up the LMS's stale resets in the middle of a comparison.
    return Installation(url, installation.folder, LECTERN_PLATFORM_TABLES="existing", LECTERN_SWEEP_SECONDS="3600")


@pytest.fixture(scope="module")
def site(working):
    with working.web() as browser:
        yield browser


@pytest.fixture(scope="module")
def agent(site):
    """The support agent's browser, signed in with the account of the LMS."""
    site.post("/login/", username="sam@example.org", password="lms password of support")
    assert site.address == "/"
    return site


def test_migrations_make_only_lecterns_own_tables(lms, before, installation):
    made = lms.tables() - before[0].keys()
    assert made
    assert {table for table in made if not table.startswith(OWN)} == set()


def test_migrations_change_no_table_of_the_lms(lms, before, installation):
    for table, definition in before[0].items():
        assert lms.definition(table) == definition, table


def test_migrations_change_no_row_of_the_lms(lms, before, installation):
    now = contents(lms, before[0])
    for table, rows in before[1].items():
        left, added = rows - now[table], now[table] - rows
        assert not left, table
        assert not added or table in BOOKKEEPING, table


def test_checks_find_nothing_wrong(working):
    """Not even under the account of web and worker, which sees every table's name and reads few."""
    assert "no issues" in working.manage("check", "--database", "default")


STATEMENTS = {
    "SELECT": "SELECT COUNT(*) FROM {0}",
    "INSERT": "INSERT INTO {0} ({1}) SELECT NULL FROM auth_user WHERE 1 = 0",
    "UPDATE": "UPDATE {0} SET {1} = {1} WHERE 1 = 0",
    "DELETE": "DELETE FROM {0} WHERE 1 = 0",
}


def test_the_account_has_the_printed_rights_and_no_other(lms, installation, working):
    """On every table of the database, those of the LMS that Lectern has no business with included."""
    granted = installation.manage("database_grants", "--user", lms.account).splitlines()
    with closing(connect(working.url)) as connection:
        for table in lms.tables():
            (line,) = [line for line in granted if f"{lms.quote}{table}{lms.quote} TO" in line] or [""]
            # Where rows are only locked, one column may be "changed" and no other.
            allowed = [verb for verb in STATEMENTS if verb in re.sub(r"UPDATE \(\w+\)", "", line)]
            column = f"{lms.quote}{lms.columns(table)[-1]}{lms.quote}"
            refused = [verb for verb in STATEMENTS if is_refused(connection, STATEMENTS[verb].format(table, column))]
            assert sorted([*allowed, *refused]) == sorted(STATEMENTS), table


def is_refused(connection, sql):
    """Say whether the account lacks the right for a statement that would change nothing."""
    try:
        connection.cursor().execute(sql)
    except psycopg.errors.InsufficientPrivilege:
        return True
    except pymysql.err.MySQLError as error:
        return error.args[0] in DENIED
    return False


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE lectern_more (id int)", "DROP TABLE lectern_resets_job", "ALTER TABLE auth_user ADD x int"]
)
def test_the_account_makes_and_changes_no_table(working, sql):
    with closing(connect(working.url)) as connection:
        assert is_refused(connection, sql)


def test_the_report_says_what_the_database_is(working):
    report = working.manage("attach_report")
    assert "isolation level: read committed" in report.lower().replace("-", " ")
    assert "support: 0005_unique_course_id, applied 2024-06-01" in report
    assert "student_courseenrollment: 13" in report
    assert "Mind" not in report
    assert "Off or limited" not in report


def test_demo_data_does_not_go_into_an_lms(installation):
    with pytest.raises(AssertionError, match="LMS"):
        installation.manage("load_demo")


@pytest.mark.parametrize("term", ["amina.yusuf", "AMINA.YUSUF@example.ORG", "4"])
def test_an_exact_term_leads_to_the_learner(agent, term):
    agent.get(f"/learners/?q={quote(term)}")
    assert agent.address == "/learners/amina.yusuf/courses/"
    assert agent.status == 200


@pytest.mark.parametrize(
    ("term", "found"), [("ami", "Amina Yusuf"), ("Old", "old name"), ("retired__", "retired__user_5f1e")]
)
def test_the_beginning_of_a_name_finds_the_learner(agent, term, found):
    assert found in agent.get(f"/learners/?q={term}").text


@pytest.mark.parametrize("username", ["old name", "no_profile", "Ines.Instructor", "retired__user_5f1e"])
def test_every_kind_of_account_has_a_page(agent, username):
    assert agent.get(f"/learners/{quote(username)}/courses/").status == 200
    assert agent.get(f"/learners/{quote(username)}/resets/").status == 200


def test_a_name_with_html_stays_text(agent):
    text = agent.get(f"/learners/{quote('old name')}/courses/").text
    assert "<b>Name</b>" not in text
    assert "&lt;b&gt;Name&lt;/b&gt;" in text


def test_every_enrollment_is_shown_however_odd_its_run(lms, agent):
    text = agent.get("/learners/amina.yusuf/courses/?per_page=100").text
    for (key,) in lms.run("SELECT course_id FROM student_courseenrollment WHERE user_id = 4"):
        assert key in text, key


@pytest.mark.parametrize("enrollment", [102, 103, 104, 106, 107, 108, 109, 110, 111])
def test_runs_that_cannot_be_reset_are_refused(lms, agent, enrollment):
    """No start, course deleted, ended, broken key, future, passed; enqueued, running and complete by the LMS's tool."""
    audits = contents(lms, ["support_courseresetaudit"])
    agent.post(f"/resets/enrollments/{enrollment}/confirm/", memo="Against the rules")
    assert agent.status == 409
    assert contents(lms, ["support_courseresetaudit"]) == audits


@pytest.mark.parametrize("lms", [MariaDB, OldMySQL], indirect=True, ids=lambda engine: engine.__name__)
def test_a_memo_that_three_byte_tables_cannot_hold_is_refused(lms, agent):
    audits = contents(lms, ["support_courseresetaudit", "django_admin_log"])
    agent.post(f"/resets/enrollments/{ENROLLMENT}/confirm/", memo="Well done 😀")
    assert agent.status == 409
    assert "cannot store a character of this memo" in agent.text
    assert contents(lms, ["support_courseresetaudit", "django_admin_log"]) == audits


LATEST = f"""
    SELECT status, comment, reset_by_id, course_id FROM support_courseresetaudit
    WHERE course_enrollment_id = {ENROLLMENT} ORDER BY id DESC LIMIT 1
"""
MEMO = "Asked for by phone: naïve 中文"


@pytest.fixture(scope="module")
def reset(lms, working, agent):
    """The reset of the one available run, done by a worker: what each table lost and won."""
    tables = [table for table in lms.tables() if not table.startswith(OWN)]
    old = contents(lms, tables)
    agent.post(f"/resets/enrollments/{ENROLLMENT}/confirm/", memo=MEMO)
    assert agent.address == "/learners/amina.yusuf/courses/", agent.text
    with working.worker():
        wait_for(lambda: lms.run(LATEST)[0][0] in {"complete", "failed"}, "the reset")
    new = contents(lms, tables)
    return {table: (len(old[table] - new[table]), len(new[table] - old[table])) for table in tables}


def test_the_reset_is_recorded_as_the_lms_records_it(lms, reset):
    assert [tuple(row) for row in lms.run(LATEST)] == [("complete", MEMO, 1, 1)]


def test_the_reset_clears_this_learner_in_this_run_and_changes_nothing_else(reset):
    changed = {table: counts for table, counts in reset.items() if counts != (0, 0)}
    changed.pop("django_admin_log", None)
    assert changed == {
        "courseware_studentmodule": (6, 0),
        "grades_persistentcoursegrade": (1, 0),
        "grades_persistentsubsectiongrade": (2, 0),
        "grades_persistentsubsectiongradeoverride": (1, 0),
        # The LMS's ORM would have written that the override was deleted; so does Lectern.
        "grades_historicalpersistentsubsectiongradeoverride": (0, 1),
        "completion_blockcompletion": (2, 0),
        "support_courseresetaudit": (0, 1),
    }


def test_other_learners_and_histories_are_as_before(lms, reset):
    assert lms.run("SELECT COUNT(*) FROM courseware_studentmodule WHERE student_id = 5")[0][0] == 1
    assert lms.run("SELECT COUNT(*) FROM courseware_studentmodulehistory")[0][0] == 1
    assert lms.run("SELECT COUNT(*) FROM coursewarehistoryextended_studentmodulehistoryextended")[0][0] == 1


def test_the_agent_sees_that_it_is_done(reset, agent):
    text = agent.get("/learners/amina.yusuf/resets/").text
    assert "Complete" in text
    assert MEMO in text


def test_signing_in_and_working_leave_the_account_as_it_was(lms, before, reset):
    """No stronger hash, which would end the person's sessions in the LMS, and no new last_login."""
    assert contents(lms, ["auth_user"])["auth_user"] == before[1]["auth_user"]


def test_an_instructor_does_not_see_learners(installation, site):
    other = type(site)(site.site)
    other.post("/login/", username="INES@example.org", password="lms password of instructor")
    assert other.address == "/"
    assert other.get("/learners/amina.yusuf/courses/").status == 403


# --- Default enrollments ---------------------------------------------------------------------

CUSTOMER = "0a1b2c3d4e5f60718293a4b5c6d7e8f0"
INTENTION, BROKEN = "1a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f1", "1a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f2"


@pytest.fixture(scope="module")
def admin(site):
    """An admin's browser, signed in with the account of the LMS."""
    browser = type(site)(site.site)
    browser.post("/login/", username="stella_staff", password="lms password of support")
    assert browser.address == "/"
    return browser


def test_intentions_are_found_by_uuid_whatever_the_type_of_their_column(admin):
    """On MariaDB the LMS's columns are char(32), although the engine has a type for UUIDs."""
    assert "Acme &amp; Söhne" in admin.get("/enrollments/intentions/").text
    for uuid, words in ((INTENTION, "course-v1:DemoX+Future+2098"), (BROKEN, "no key at all")):
        assert words in admin.get(f"/enrollments/intentions/{uuid}/").text
    assert admin.get("/enrollments/realizations/").status == 200
    assert admin.get("/enrollments/intentions/facts/").status == 200


def test_an_intention_is_written_as_the_lms_writes_it(lms, admin):
    admin.post("/enrollments/intentions/new/", customer="acme", content_key="DemoX+DS101")
    assert admin.address.startswith("/enrollments/intentions/"), admin.text
    ((stored, kind, customer),) = lms.run(
        "SELECT uuid, content_type, enterprise_customer_id FROM enterprise_defaultenterpriseenrollmentintention "
        "WHERE content_key = 'DemoX+DS101'"
    )
    assert (kind, str(customer).replace("-", "")) == ("course", CUSTOMER)
    assert not isinstance(stored, str) or len(stored) == 32
    for change in ("remove", "restore"):
        admin.post(f"{admin.address}{change}/", reason="Tried out")
    history = lms.run(
        "SELECT history_type, history_user_id, history_change_reason, uuid "
        "FROM enterprise_historicaldefaultenterpriseenrollmentintention WHERE content_key = 'DemoX+DS101' "
        "ORDER BY history_id"
    )
    assert [tuple(row) for row in history] == [
        ("+", 8, None, stored),
        ("~", 8, "Tried out", stored),
        ("~", 8, "Tried out", stored),
    ]


def test_what_is_broken_can_be_restored_and_removed(lms, admin):
    for change, removed in (("restore", 0), ("remove", 1)):
        admin.post(f"/enrollments/intentions/{BROKEN}/{change}/")
        rows = lms.run(
            "SELECT is_removed FROM enterprise_defaultenterpriseenrollmentintention WHERE content_key = 'no key at all'"
        )
        assert [int(row[0]) for row in rows] == [removed]


# A license for the admin, who is a learner of the customer too.
LICENSES = f"""license_uuid,customer_uuid,catalog_uuid,status,lms_user_id
2a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f3,{UUID(CUSTOMER)},,activated,8
"""
PLANS = "/enrollments/intentions/plans/"


def test_realizing_writes_what_the_lms_reads_and_nothing_else(lms, working, admin, tmp_path):
    """One learner is enrolled with a license, one who was enrolled already is recorded."""
    (tmp_path / "licenses.csv").write_text(LICENSES)
    working.manage("import_license_facts", str(tmp_path / "licenses.csv"))
    lms.run(
        "INSERT INTO enterprise_enterprisecustomeruser (id, created, modified, user_id, user_fk, active, linked, "
        "is_relinkable, should_inactivate_other_customers, enterprise_customer_id) "
        f"VALUES (3, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 8, 8, TRUE, TRUE, TRUE, TRUE, '{CUSTOMER}')"
    )
    ((stored,),) = lms.run(
        "SELECT uuid FROM enterprise_defaultenterpriseenrollmentintention WHERE content_key = 'DemoX+DS101'"
    )
    tables = [table for table in lms.tables() if not table.startswith(OWN)]
    old = contents(lms, tables)
    admin.post(f"{PLANS}new/", intention=str(UUID(str(stored))), memo="Asked for by the customer")
    assert admin.address.startswith(PLANS), admin.text
    plan = admin.address
    admin.post(f"{plan}confirm/")
    with working.worker():
        wait_for(lambda: "Finished" in admin.get(plan).text, "the plan")
    new = contents(lms, tables)
    changed = {table: (len(old[table] - new[table]), len(new[table] - old[table])) for table in tables}
    changed.pop("django_admin_log")
    assert {table: counts for table, counts in changed.items() if counts != (0, 0)} == {
        "student_courseenrollment": (0, 1),
        "student_courseenrollment_history": (0, 1),
        "enterprise_enterprisecourseenrollment": (0, 2),
        "enterprise_historicalenterprisecourseenrollment": (0, 2),
        "enterprise_licensedenterprisecourseenrollment": (0, 1),
        "enterprise_historicallicensedenterprisecourseenrollment": (0, 1),
        "enterprise_defaultenterpriseenrollmentrealization": (0, 2),
        "enterprise_historicaldefaultenterpriseenrollmentrealization": (0, 2),
    }
    assert [
        tuple(row) for row in lms.run("SELECT course_id, mode FROM student_courseenrollment WHERE user_id = 8")
    ] == [(RUN, "verified")]


# --- Beside Open edX's own tool, played here by the statements that it sends -------------------

SHARED = 112
LMS_STARTS = f"""
    INSERT INTO support_courseresetaudit
      (created, modified, status, completed_at, course_id, course_enrollment_id, reset_by_id, comment)
    VALUES ('{{now}}', '{{now}}', 'enqueued', NULL, 11, {SHARED}, 3, 'by the LMS')
"""
LMS_MARKS = f"""
    UPDATE support_courseresetaudit SET status = '{{status}}', modified = '{{now}}'
    WHERE course_enrollment_id = {SHARED} AND comment = 'by the LMS'
"""
# Its bulk action in the admin leaves `modified` as it is.
LMS_ADMIN_FAILS = f"""
    UPDATE support_courseresetaudit SET status = 'failed'
    WHERE course_enrollment_id = {SHARED} AND status = 'enqueued'
"""
LMS_LOOKS = f"""
    SELECT status, completed_at IS NOT NULL FROM support_courseresetaudit
    WHERE course_enrollment_id = {SHARED} ORDER BY modified DESC LIMIT 1
"""
NEWEST = f"SELECT MAX(id) FROM support_courseresetaudit WHERE course_enrollment_id = {SHARED}"
CONFIRM = f"/resets/enrollments/{SHARED}/confirm/"


def utc_now():
    """Return the moment as the LMS writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def confirm(lms, agent, memo):
    """Confirm the dialog that shows what the agent has seen."""
    ((newest,),) = lms.run(NEWEST)
    agent.post(CONFIRM, memo=memo, seen_audit_id=newest)
    return agent.status


def what_the_lms_sees(lms):
    ((status, is_completed),) = lms.run(LMS_LOOKS)
    return status, bool(is_completed)


def test_both_tools_respect_each_others_resets(lms, working, agent, reset):
    """Whoever began keeps the other out until it is over; afterwards either goes on where the other stopped."""
    lms.run(LMS_STARTS.format(now=utc_now()))
    for status in ("enqueued", "in_progress"):
        lms.run(LMS_MARKS.format(status=status, now=utc_now()))
        working.manage("sweep_resets")
        assert confirm(lms, agent, "At the same time") == 409
        assert what_the_lms_sees(lms) == (status, False)
    lms.run(LMS_MARKS.format(status="failed", now=utc_now()))

    assert confirm(lms, agent, "After the LMS failed") == 200
    # The LMS refuses while the latest is enqueued, and its own worker asks for the one that is.
    assert what_the_lms_sees(lms) == ("enqueued", False)
    lms.run(LMS_ADMIN_FAILS)
    working.manage("sweep_resets")
    assert what_the_lms_sees(lms) == ("failed", False)

    assert confirm(lms, agent, "Once more") == 200
    with working.worker():
        wait_for(lambda: what_the_lms_sees(lms)[0] in {"complete", "failed"} and not _open(lms), "the reset")
    assert what_the_lms_sees(lms) == ("complete", True)
    assert "Failed" in agent.get("/resets/?status=failed").text


def _open(lms):
    open_ones = "SELECT COUNT(*) FROM support_courseresetaudit WHERE status IN ('enqueued', 'in_progress')"
    return lms.run(f"{open_ones} AND course_enrollment_id = {SHARED}")[0][0]


# --- Every other page, on rows as odd as an LMS has them --------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/resets/",
        "/resets/1/",
        "/resets/bulk/",
        "/resets/coverage/",
        "/enrollments/",
        "/enrollments/?ql=mode%20%3D%20%22fnord%22",
        "/resets/?ql=status%20%3D%20%22failed%22",
        "/schema/",
        "/queries/",
        "/admin/",
        "/admin/auth/user/",
        "/admin/lectern_enrollments/courseenrollment/",
        "/admin/lectern_enrollments/courseoverview/",
        "/admin/lectern_console/courseaccessrole/",
        "/admin/lectern_resets/studentmodule/",
        "/groups/",
        f"/groups/{RUN}/",
        f"/groups/{RUN}/cohorts/",
        f"/groups/{RUN}/cohorts/2/",
        f"/groups/{RUN}/cohorts/3/",
        f"/groups/{RUN}/cohorts/repair/",
        f"/groups/{RUN}/learners/",
        f"/groups/{RUN}/settings/",
        f"/groups/{RUN}/content/",
        f"/groups/{RUN}/configurations/",
        f"/groups/{RUN}/learner-groups/",
        "/groups/course-v1:demox+CASE+2026/cohorts/",
        "/groups/course-v1:demox+CASE+2026/settings/",
        "/groups/course-v1:Gone+X1+2019/cohorts/",
        "/groups/OldX/History/2013_Fall/cohorts/",
        "/enrollments/intentions/",
        "/enrollments/realizations/",
        "/learners/amina.yusuf/defaults/",
        "/learners/old%20name/groups/",
        "/learners/no_profile/history/",
    ],
)
def test_no_page_fails_on_odd_rows(admin, page):
    """Pages that are not there (yet) are 404; what counts is that none of them breaks."""
    assert admin.get(page).status in {200, 404}, admin.text


def test_readyz_has_nothing_to_say_about_the_schema(site):
    assert '"schema": "ok"' in site.get("/readyz").text


def test_cohort_work_writes_what_the_lms_reads_and_nothing_else(lms, admin):
    """A new cohort, a learner moved into it from another, and an address that waits for its account."""
    tables = [table for table in lms.tables() if not table.startswith(OWN)]
    old = contents(lms, tables)
    admin.post(f"/groups/{RUN}/cohorts/new/", name="Evening", assignment_type="manual")
    assert admin.status == 200, admin.text
    ((cohort,),) = lms.run("SELECT id FROM course_groups_courseusergroup WHERE name = 'Evening'")
    admin.post(f"/groups/{RUN}/cohorts/{cohort}/add/", learners="amina.yusuf waits@example.org nobody")
    assert admin.status == 200, admin.text
    new = contents(lms, tables)
    changed = {table: (len(old[table] - new[table]), len(new[table] - old[table])) for table in tables}
    changed.pop("django_admin_log")
    assert {table: counts for table, counts in changed.items() if counts != (0, 0)} == {
        "course_groups_courseusergroup": (0, 1),
        "course_groups_coursecohort": (0, 1),
        # Her old membership had no row among the members, so that none goes.
        "course_groups_courseusergroup_users": (0, 1),
        "course_groups_cohortmembership": (1, 1),
        "course_groups_unregisteredlearnercohortassignments": (0, 1),
    }
    assert (
        lms.run(f"SELECT user_id FROM course_groups_cohortmembership WHERE course_user_group_id = {cohort}")[0][0] == 4
    )


def test_undoing_the_reset_brings_every_row_back(lms, before, agent, reset):
    """Row for row, ids included; the LMS's own row of the reset stays as it was."""
    ((audit,),) = lms.run(f"SELECT MAX(id) FROM support_courseresetaudit WHERE course_enrollment_id = {ENROLLMENT}")
    cleared = [table for table, (lost, _) in reset.items() if lost]
    agent.post(f"/resets/{audit}/undo/", memo="It was the wrong learner")
    assert agent.status == 200, agent.text
    now = contents(lms, cleared)
    missing = {row for table in cleared for row in before[1][table] - now[table]}
    assert {row for row in missing if RUN in row} == set()
    overrides = "grades_persistentsubsectiongradeoverride"
    assert before[1][overrides] == now[overrides]
    assert [tuple(row) for row in lms.run(LATEST)] == [("complete", MEMO, 1, 1)]


CHOICES = ["schedule", "teams", "cohort", "certificate_unavailable"]
OFFERED = {
    "schedules_schedule": (1, 1),
    "teams_courseteammembership": (1, 0),
    "teams_courseteam": (1, 1),
    "course_groups_cohortmembership": (1, 0),
    "course_groups_courseusergroup_users": (1, 0),
    "certificates_generatedcertificate": (1, 1),
}
HISTORIES = ["schedules_historicalschedule", "certificates_historicalgeneratedcertificate"]


def test_what_an_agent_ticks_is_done_and_undone_with_the_printed_rights(lms, working, agent):
    tables = [*OFFERED, *HISTORIES]
    lms.run("DELETE FROM grades_persistentcoursegrade WHERE user_id = 5")  # Who passes is not reset.
    old = contents(lms, tables)
    agent.post("/resets/enrollments/201/confirm/", memo="Retake", choices=CHOICES)
    assert agent.status == 200, agent.text
    latest = LATEST.replace(str(ENROLLMENT), "201")
    with working.worker():
        wait_for(lambda: lms.run(latest)[0][0] in {"complete", "failed"}, "the reset")
    assert lms.run(latest)[0][0] == "complete"
    new = contents(lms, tables)
    assert {name: (len(old[name] - new[name]), len(new[name] - old[name])) for name in tables} == {
        **OFFERED,
        **dict.fromkeys(HISTORIES, (0, 1)),
    }
    assert lms.run("SELECT team_size FROM teams_courseteam")[0][0] == 0
    ((audit,),) = lms.run("SELECT MAX(id) FROM support_courseresetaudit WHERE course_enrollment_id = 201")
    agent.post(f"/resets/{audit}/undo/", memo="It was the wrong learner")
    assert agent.status == 200, agent.text
    now = contents(lms, tables)
    assert {name: now[name] for name in OFFERED} == {name: old[name] for name in OFFERED}
    assert [len(now[name]) for name in HISTORIES] == [2, 2]
