"""What tests of resets share."""

import pytest

from resets.owners import schema
from tests.resets import lms_tables


@pytest.fixture(scope="module")
def lms_schema(django_db_setup, django_db_blocker):
    """Make the tables that an LMS has and Lectern's own migrations do not, for one module of tests."""
    with django_db_blocker.unblock():
        for table in lms_tables.TABLES:
            lms_tables.create(table)
        schema.forget()
        yield
        for table in reversed(lms_tables.TABLES):
            lms_tables.drop(table)
        schema.forget()
