"""Rows in the form of the archive: every value comes back exactly, on each engine."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.platform import database
from console.transactions import OvertakenError
from enrollments.models import BlockCompletion
from resets import rows, rowtext
from resets.models import StudentModule
from tests import factories
from tests.resets import lms_tables

TABLE = "lectern_test_rows"
MODULES = StudentModule._meta.db_table
BYTES = {"sqlite": "blob", "postgresql": "bytea", "mysql": "longblob"}
EXACT_NUMBER = {"sqlite": "decimal", "postgresql": "numeric", "mysql": "decimal(30, 10)"}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50)

pytestmark = pytest.mark.django_db


def all_of(table):
    return lms_tables.run(f"SELECT * FROM {table} ORDER BY id")


def there_and_back(table):
    """Take every row of a table away and put it back from its archived form."""
    before = all_of(table)
    text = rowtext.dump(*rows.take(table, rows.among([row[0] for row in before])))
    assert not all_of(table)
    rows.insert(table, *rowtext.load(text))
    assert [repr(row) for row in all_of(table)] == [repr(row) for row in before]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=TEXTS | st.none(), grade=st.none() | st.floats(allow_nan=False, allow_infinity=False))
@example(state='"\\\n\t\r\x01\x1f\x7f\u2028😀', grade=-0.0)
@example(state="[null, 1]", grade=0.1 + 0.2)
@example(state="null", grade=1.7976931348623157e308)
@example(state="", grade=2.2250738585072014e-308)
def test_any_module_state(state, grade):
    StudentModule.objects.all().delete()
    factories.StudentModuleFactory(state=state, grade=grade, created=datetime(2013, 2, 3, 4, 5, 6, 70, tzinfo=UTC))
    there_and_back(MODULES)


@pytest.fixture
def odd_table():
    """A table with types that the platform's state has none of today."""
    key = lms_tables.TYPES[connection.vendor]["key"]
    columns = f"id {key}, data {BYTES[connection.vendor]} NULL, price {EXACT_NUMBER[connection.vendor]} NULL"
    lms_tables.run(f"CREATE TABLE {TABLE} ({columns}, day date NULL)")
    database.forget()
    yield
    lms_tables.drop(TABLE)
    database.forget()


@pytest.mark.django_db(transaction=True)
def test_types_that_json_does_not_have(odd_table):
    insert = f"INSERT INTO {TABLE} (data, price, day) VALUES (%s, %s, %s)"
    lms_tables.run(insert, [b"\x00\xff'\"", "12345678901234567.25", "2013-02-03"])
    lms_tables.run(insert, [None, None, None])
    there_and_back(TABLE)


@transaction.atomic
def take_in_one_transaction(where):
    rows.take(TABLE, where)
    rows.require_current([TABLE])


@pytest.mark.django_db(transaction=True)
def test_a_column_that_comes_while_lectern_runs_is_archived(odd_table):
    lms_tables.run(f"INSERT INTO {TABLE} (price) VALUES (1)")
    everything = rows.among([row[0] for row in all_of(TABLE)])
    rows.read(TABLE, everything)
    lms_tables.run(f"ALTER TABLE {TABLE} ADD COLUMN later varchar(20) NULL")
    lms_tables.run(f"UPDATE {TABLE} SET later = 'kept'")
    with pytest.raises(OvertakenError):
        take_in_one_transaction(everything)
    columns, values = rowtext.load(rowtext.dump(*rows.take(TABLE, everything)))
    rows.require_current([TABLE])
    assert values[0][columns.index("later")] == "kept"


@pytest.mark.django_db(transaction=True)
def test_a_column_that_goes_while_lectern_runs_is_noticed(odd_table):
    lms_tables.run(f"INSERT INTO {TABLE} (price) VALUES (1)")
    everything = rows.among([row[0] for row in all_of(TABLE)])
    rows.read(TABLE, everything)
    lms_tables.run(f"ALTER TABLE {TABLE} DROP COLUMN day")
    with pytest.raises((OvertakenError, DatabaseError)):
        take_in_one_transaction(everything)
    there_and_back(TABLE)


def test_archives_of_the_first_release_are_read():
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert rowtext.load(rowtext.dump(["id", "created"], [(1, moment)])) == (["id", "created"], [[1, moment]])


def test_reading_changes_nothing():
    module = factories.BlockCompletionFactory()
    rows.read(BlockCompletion._meta.db_table, rows.among([module.pk]))
    assert BlockCompletion.objects.get() == module
