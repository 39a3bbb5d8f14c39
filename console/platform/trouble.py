"""Errors of a database that is not as Lectern expects it, in words."""

from django.db import DatabaseError

from console.platform import database, uses_existing_tables
from console.platform.differences import differences

# MySQL and MariaDB: no such table, no such column, column without a default. PostgreSQL: table, column.
GAP_CODES = {1146, 1054, 1364, "42P01", "42703"}
# MySQL and MariaDB: no right to a database, table or column. PostgreSQL: insufficient privilege.
DENIED_CODES = {1044, 1142, 1143, "42501"}
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


def is_gap(error: DatabaseError) -> bool:
    """Say whether a table or column is missing, or one that is unknown has to be filled."""
    return _code(error) in GAP_CODES or "no such table" in str(error) or "no such column" in str(error)


def is_denied(error: DatabaseError) -> bool:
    """Say whether the account lacks a right."""
    return _code(error) in DENIED_CODES


def _code(error):
    return getattr(error.__cause__, "sqlstate", None) or (error.args[0] if error.args else None)
