"""What tests of resets share."""

import pytest
from django.db import connection

from resets.owners import schema
from tests import factories
from tests.resets import lms_tables


@pytest.fixture(scope="module")
def lms_schema(django_db_setup, django_db_blocker):
    """Make the tables that an LMS has and Lectern's own migrations do not, for one module of tests."""
    with django_db_blocker.unblock():
        # Some have models by now; those tables are there.
        there = connection.introspection.table_names()
        missing = [table for table in lms_tables.TABLES if table not in there]
        for table in missing:
            lms_tables.create(table)
        schema.forget()
        yield
        for table in reversed(missing):
            lms_tables.drop(table)
        schema.forget()


@pytest.fixture
def agent():
    return factories.support(username="agent")


@pytest.fixture
def client(client_of, agent):
    """A browser in which the agent is signed in."""
    return client_of(agent)
