"""Errors of a database that is not as Lectern expects it, in words."""

from django.db import DatabaseError, OperationalError

from console.platform import database, uses_existing_tables
from console.platform.differences import differences

# MySQL and MariaDB: no such table, no such column, column without a default. PostgreSQL: table, column.
GAP_CODES = {1146, 1054, 1364, "42P01", "42703"}
# MySQL and MariaDB: no right to a database, table or column. PostgreSQL: insufficient privilege.
DENIED_CODES = {1044, 1142, 1143, "42501"}
# MySQL and MariaDB: access denied, no such database, no such host, nobody there, connection lost.
UNREACHABLE_CODES = {1045, 1698, 1049, 2002, 2003, 2005, 2006, 2013}
DENIED = "The database account of Lectern may not do this. `manage.py database_grants` prints the rights that it needs."


def explain(error: BaseException) -> list[str]:
    """Say what is missing in an LMS's database; empty when the error is not about that."""
    if not isinstance(error, DatabaseError) or not uses_existing_tables():
        return []
    if is_denied(error):
        return [DENIED]
    if not is_gap(error):
        return []
    database.forget()
    return [str(difference) for difference in differences()]


def in_one_sentence(error: DatabaseError) -> str:
    """Say what is wrong and what to do next, for a command; empty when the error is not about the database as such."""
    told = str(error.args[-1] if error.args else error).strip().splitlines()[0].rstrip(".")
    if is_denied(error):
        return f"{told}. {DENIED}"
    if _codes(error) & UNREACHABLE_CODES or _is_no_connection(error):
        return f"The database cannot be used: {told}. Check user, password, host, port and name in DATABASE_URL."
    return ""


def _is_no_connection(error):
    """Say whether PostgreSQL refused to connect: only then its driver gives no code."""
    cause = error.__cause__
    is_psycopg = isinstance(error, OperationalError) and type(cause).__module__.startswith("psycopg")
    return is_psycopg and not cause.sqlstate


def is_gap(error: DatabaseError) -> bool:
    """Say whether a table or column is missing, or one that is unknown has to be filled."""
    return bool(_codes(error) & GAP_CODES) or "no such table" in str(error) or "no such column" in str(error)


def is_denied(error: DatabaseError) -> bool:
    """Say whether the account lacks a right."""
    return bool(_codes(error) & DENIED_CODES)


def _codes(error):
    """Return the numbers and letters by which the database names the error."""
    return {getattr(error.__cause__, "sqlstate", None), *error.args[:1]}
