"""Retrying a whole unit of work when the database, not the work, was at fault."""

from functools import wraps

import structlog
from django.db import OperationalError, transaction
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

log = structlog.get_logger(__name__)

# MySQL and MariaDB: lock wait timeout, deadlock. PostgreSQL: deadlock, serialization failure.
CONFLICT_CODES = {1205, 1213, "40P01", "40001"}


class OvertakenError(Exception):
    """Another transaction got in between, as by inserting the same row: the unit starts again and then sees it.

    Raised inside a function with `atomic_with_retries`; without one around it, it is a failure.
    """


def is_conflict(error: BaseException) -> bool:
    """Say whether the same transaction, started again, may well succeed."""
    if isinstance(error, OvertakenError):
        return True
    if not isinstance(error, OperationalError):
        return False
    code = error.args[0] if error.args else None
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return code in CONFLICT_CODES or sqlstate in CONFLICT_CODES or "database is locked" in str(error)


def atomic_with_retries(function):
    """Run `function` in one transaction; start the whole of it again on a deadlock, lock timeout
    or when it was overtaken.

    Inside an outer transaction it is a savepoint, and nothing is retried: a deadlock has broken the
    outer one too.
    """

    @wraps(function)
    def wrapper(*args, **kwargs):
        if transaction.get_connection().in_atomic_block:
            return _in_transaction(function, args, kwargs)
        retrying = Retrying(
            retry=retry_if_exception(is_conflict),
            stop=stop_after_attempt(5),
            wait=wait_random_exponential(multiplier=0.05, max=1),
            before_sleep=_log_retry,
            reraise=True,
        )
        return retrying(_in_transaction, function, args, kwargs)

    return wrapper


def _in_transaction(function, args, kwargs):
    with transaction.atomic():
        return function(*args, **kwargs)


def _log_retry(state):
    log.info("transaction_retried", attempt=state.attempt_number, error=str(state.outcome.exception()))
