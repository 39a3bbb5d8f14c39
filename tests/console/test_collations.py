"""Keys of two tables whose columns are in different collations, as an LMS on MySQL has them."""

import pytest
from django.db import connection, models
from django.db.models import Exists, OuterRef

from console import columns
from console.fields import CourseKeyField

# DDL ends a transaction on MySQL.
pytestmark = pytest.mark.django_db(transaction=True)

KEY, OTHER = "course-v1:DemoX+DS101+2026", "course-v1:DemoX+Other+2026"
UNICODE = "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
GENERAL = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
THREE_BYTES = "CHARACTER SET utf8 COLLATE utf8_general_ci"
PAIRS = [("", ""), (UNICODE, GENERAL), (GENERAL, UNICODE), (UNICODE, THREE_BYTES), (THREE_BYTES, UNICODE)]


class Enrolled(models.Model):  # noqa: DJ008
    course_id = CourseKeyField(max_length=255)

    class Meta:
        app_label = "tests_collations"
        managed = False


class Completed(models.Model):  # noqa: DJ008
    course_id = CourseKeyField(max_length=255)

    class Meta:
        app_label = "tests_collations"
        managed = False


@pytest.fixture(params=PAIRS, ids=lambda pair: " and ".join(text.rpartition(" ")[2] or "the engine's" for text in pair))
def tables(request):
    """Tables of the two models, each with a course of its own and one that both have."""
    if any(request.param) and connection.vendor != "mysql":
        pytest.skip("This engine has no such collations.")
    with connection.cursor() as cursor:
        for model, collation in zip((Enrolled, Completed), request.param, strict=True):
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, course_id varchar(255) {collation} NOT NULL)")
            cursor.execute(f"CREATE INDEX {table}_key ON {table} (course_id)")
            cursor.execute(f"INSERT INTO {table} VALUES (1, %s)", [KEY])
        cursor.execute(f"INSERT INTO {Enrolled._meta.db_table} VALUES (2, %s)", [OTHER])
        yield
        for model in (Enrolled, Completed):
            cursor.execute(f"DROP TABLE {model._meta.db_table}")
    columns.forget()


def test_keys_of_two_tables_are_compared(tables):
    done = Exists(Completed.objects.filter(course_id=OuterRef("course_id")))
    assert [row.pk for row in Enrolled.objects.filter(done)] == [1]
    assert [row.pk for row in Enrolled.objects.filter(~done)] == [2]


def test_a_key_is_looked_for_among_those_of_another_table(tables):
    keys = Completed.objects.values("course_id")
    assert [row.pk for row in Enrolled.objects.filter(course_id__in=keys)] == [1]
    assert [row.pk for row in Enrolled.objects.exclude(course_id__in=keys)] == [2]


def test_the_index_of_the_inner_table_serves(tables):
    """Otherwise each learner's page would read whole tables."""
    if connection.vendor != "mysql":
        pytest.skip("Elsewhere the statement is as Django makes it.")
    with connection.cursor() as cursor:
        table = Completed._meta.db_table
        cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s)", [(n, f"{OTHER}{n}") for n in range(10, 2000)])
        cursor.execute(f"ANALYZE TABLE {table}")
    found = Completed.objects.filter(course_id=OuterRef("course_id")).values("id")
    plan = Enrolled.objects.annotate(done=models.Subquery(found[:1])).explain()
    assert f"{table}_key" in plan
