"""A report on an LMS's database: what it is, how old, how much is in it, what works and what is off."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from console.platform import database, uses_existing_tables
from console.platform.differences import differences
from console.platform.overview import TableState, overview

COUNT_CAP = 100_000
COUNTED = (
    "auth_user",
    "course_overviews_courseoverview",
    "student_courseenrollment",
    "courseware_studentmodule",
    "support_courseresetaudit",
    "course_groups_courseusergroup",
    "enterprise_enterprisecustomer",
)
# Apps of the LMS whose last migration tells its age.
DATED = (
    "student",
    "course_overviews",
    "courseware",
    "grades",
    "certificates",
    "support",
    "course_groups",
    "enterprise",
)
# Clocks that differ by more make resets look stuck, or come too early.
CLOCK_SECONDS = 5

# Name of a fact, and the query for it, by engine.
FACTS = {
    "mysql": (
        ("version", "SELECT VERSION()"),
        ("account", "SELECT CURRENT_USER()"),
        ("collation", "SELECT @@collation_database"),
        ("isolation level", "SELECT @@session.{isolation}"),
        ("binary log", "SELECT IF(@@log_bin, @@binlog_format, 'off')"),
        ("read only", "SELECT IF(@@read_only, 'yes', 'no')"),
    ),
    "postgresql": (
        ("version", "SHOW server_version"),
        ("account", "SELECT CURRENT_USER"),
        ("collation", "SELECT datcollate FROM pg_database WHERE datname = current_database()"),
        ("isolation level", "SHOW transaction_isolation"),
        ("read only", "SELECT CASE WHEN pg_is_in_recovery() THEN 'yes' ELSE 'no' END"),
    ),
    "sqlite": (("version", "SELECT sqlite_version()"),),
}
CLOCKS = {"mysql": "SELECT UTC_TIMESTAMP(6)", "postgresql": "SELECT now()", "sqlite": None}


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield each part of the report: its heading and its lines."""
    database.forget()
    facts = dict(_facts())
    yield "Database", [f"{name}: {value}" for name, value in facts.items()]
    if found := list(_hints(facts)):
        yield "Mind", found
    yield "Age", list(_age())
    yield "Rows", [f"{table}: {_count(table)}" for table in COUNTED if table in database.tables()]
    yield "Works", list(_works())
    if found := [str(difference) for difference in differences()]:
        yield "Off or limited", found


def _facts():
    yield "name", connection.settings_dict["NAME"]
    yield "tables", "of the LMS" if uses_existing_tables() else "made by Lectern"
    isolation = (
        "tx_isolation" if connection.vendor == "mysql" and connection.mysql_is_mariadb else "transaction_isolation"
    )
    for name, query in FACTS[connection.vendor]:
        yield name, _value(query.format(isolation=isolation))
    if clock := CLOCKS[connection.vendor]:
        yield "clock", f"{_seconds_apart(_value(clock)):.0f} seconds from this machine's"


def _hints(facts):
    if facts.get("read only") == "yes":
        yield "This is a replica or read only: people can look, but nothing can be changed. Name the primary."
    isolation = facts.get("isolation level", "").replace("-", " ").lower()
    if isolation and isolation != "read committed":
        yield f"The isolation level is {isolation}, not read committed: parallel changes may fail or see old rows."
    if facts.get("binary log") == "STATEMENT":
        yield "The binary log is by statement, which read committed cannot write to: set binlog_format to ROW or MIXED."
    if "clock" in facts and int(facts["clock"].split()[0]) > CLOCK_SECONDS:
        yield "The clocks differ: set both by the same time server."


def _age():
    if MigrationRecorder.Migration._meta.db_table not in database.tables():
        return
    migrations = MigrationRecorder(connection).migration_qs
    for app in DATED:
        last = migrations.filter(app=app).order_by("-name").first()
        if last:
            yield f"{app}: {last.name}, applied {last.applied:%Y-%m-%d}"


def _works():
    rows = overview()
    used = [row for row in rows if row.state is not TableState.ABSENT]
    fine = [row for row in used if row.state is TableState.FINE]
    yield f"{len(fine)} of {len(used)} tables are as expected."
    yield f"{len(rows) - len(used)} further ones belong to plugins that are not here."
    written = [row for row in used if len(row.rights) > 1]
    yield f"{len(written)} of them are written to by some feature, the others are only read."


def _count(table):
    name = connection.ops.quote_name(table)
    limited = f"SELECT 1 FROM {name} LIMIT {COUNT_CAP + 1}"  # noqa: S608 (a name of ours)
    counted = _value(f"SELECT COUNT(*) FROM ({limited}) counted")  # noqa: S608 (as above)
    return f"{counted:,}" if counted <= COUNT_CAP else f"more than {COUNT_CAP:,}"


def _seconds_apart(value: datetime) -> float:
    there = value if value.tzinfo else value.replace(tzinfo=UTC)
    return abs((there - timezone.now()).total_seconds())


def _value(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
