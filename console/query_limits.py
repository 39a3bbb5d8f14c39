"""Cutting off a query that runs for too long, on each of the three engines."""

import time
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, DataError, NotSupportedError, OperationalError, transaction

from console.platform import trouble
from console.query_text import QueryError

log = structlog.get_logger(__name__)

# How many steps of SQLite's machine pass between two looks at the clock: well under a millisecond.
_SQLITE_STEPS = 10_000
# MySQL 3024 and MariaDB 1969; PostgreSQL's query_canceled.
_MYSQL_TIMEOUTS = {3024, 1969}
_POSTGRESQL_TIMEOUT = "57014"


class QueryTimeout(QueryError):  # noqa: N818 (an outcome with a name of its own, as TimeoutError is)
    """A query that was cut off because it ran for too long."""


@contextmanager
def time_limit(connection, seconds: float):
    """Cut off the reading of rows inside this block after `seconds`.

    SQLite counts the block as a whole, PostgreSQL, MySQL and MariaDB each statement. On PostgreSQL
    the block is a transaction, because the limit is set for one. Meant for reading only.

    Raises QueryTimeout, or QueryError when the database refuses the query.
    """
    limited = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}[connection.vendor]
    try:
        with limited(connection, seconds):
            yield
    except DatabaseError as error:
        refusal = _in_words(connection, error, seconds)
        if refusal is None:
            raise
        raise refusal from error
    except OverflowError as error:
        raise QueryError("A number in this query is too large.") from error


def _in_words(connection, error, seconds):
    if isinstance(error, OperationalError) and _is_timeout(connection, error.__cause__ or error):
        return QueryTimeout(
            f"The search was stopped because it took longer than {seconds:g} seconds. "
            "Narrow it down, for example by course, learner or date."
        )
    if trouble.is_gap(error) or trouble.is_denied(error):
        return None  # It is about the database, not about what was asked.
    if isinstance(error, DataError | NotSupportedError | OperationalError):
        log.warning("query_failed", error=str(error))
        return QueryError("The database could not answer this query. Please simplify it.")
    return None


def _is_timeout(connection, error):
    if connection.vendor == "sqlite":
        return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"
    if connection.vendor == "postgresql":
        return getattr(error, "sqlstate", "") == _POSTGRESQL_TIMEOUT
    return bool(error.args) and error.args[0] in _MYSQL_TIMEOUTS


@contextmanager
def _sqlite(connection, seconds):
    connection.ensure_connection()
    database = connection.connection
    deadline = time.monotonic() + seconds
    database.set_progress_handler(lambda: time.monotonic() > deadline, _SQLITE_STEPS)
    try:
        yield
    finally:
        database.set_progress_handler(None, 0)


@contextmanager
def _postgresql(connection, seconds):
    with _set_locally(connection, statement_timeout=_milliseconds(seconds), jit="off"):
        yield


@contextmanager
def uncompiled(connection):
    """Keep PostgreSQL from compiling the statements of this block, which takes it longer than running them.

    It compiles what it thinks expensive: seconds for a statement of many expressions that has its
    answer after a tenth of that. The block is a transaction there. Other engines compile nothing.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with _set_locally(connection, jit="off"):
        yield


@contextmanager
def _set_locally(connection, **settings):
    """Change settings of PostgreSQL for this block, which is a transaction; in one round trip, and one back."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
        yield
        # Inside an outer transaction the settings would stay until its end.
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))


@contextmanager
def _mysql(connection, seconds):
    name, value = (
        ("max_statement_time", seconds)
        if connection.mysql_is_mariadb
        else ("max_execution_time", _milliseconds(seconds))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION {name} = {value}")
        try:
            yield
        finally:
            cursor.execute(f"SET SESSION {name} = DEFAULT")


def _milliseconds(seconds):
    """Return whole milliseconds, at least one: zero would mean no limit."""
    return max(1, round(seconds * 1000))
