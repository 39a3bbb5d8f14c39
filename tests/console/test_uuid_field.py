"""UUID columns, whichever type the platform's database gave them."""

import uuid

import pytest
from django.db import connection, models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from console.fields import UUIDField
from enrollments.models import DefaultIntention, EnterpriseCustomer

pytestmark = pytest.mark.django_db

KNOWN = uuid.UUID("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9")
TYPES = {
    "sqlite": ("char(32)",),
    "postgresql": ("uuid",),
    "mysql": ("char(32)",),
    "mariadb": ("uuid", "char(32)"),
}


def _models(kind):
    """Return two models whose tables have UUIDs of one kind, `(parent, child)`."""

    class Parent(models.Model):  # noqa: DJ008
        uuid = UUIDField(primary_key=True)
        other = UUIDField(null=True)

        class Meta:
            app_label = f"tests_{kind}"
            managed = False

    class Child(models.Model):  # noqa: DJ008
        id = models.IntegerField(primary_key=True)
        parent = models.ForeignKey(Parent, models.DO_NOTHING, related_name="children")

        class Meta:
            app_label = f"tests_{kind}"
            managed = False

    return Parent, Child


MODELS = {"uuid": _models("native"), "char(32)": _models("text")}


@pytest.fixture(params=MODELS)
def tables(request):
    """The models, their tables made, and the type of their UUIDs."""
    kind = request.param
    is_mariadb = connection.vendor == "mysql" and connection.mysql_is_mariadb
    if kind not in TYPES["mariadb" if is_mariadb else connection.vendor]:
        pytest.skip(f"This engine has no {kind}.")
    parent, child = MODELS[kind]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {parent._meta.db_table} (uuid {kind} PRIMARY KEY, other {kind} NULL)")
        cursor.execute(f"CREATE TABLE {child._meta.db_table} (id integer PRIMARY KEY, parent_id {kind} NOT NULL)")
        yield parent, child, kind
        cursor.execute(f"DROP TABLE {child._meta.db_table}")
        cursor.execute(f"DROP TABLE {parent._meta.db_table}")


# DDL ends a transaction on MySQL.
on_real_tables = pytest.mark.django_db(transaction=True)


@on_real_tables
def test_a_row_that_the_lms_wrote_is_found_by_its_uuid(tables):
    parents, _, kind = tables
    stored = KNOWN.hex if kind == "char(32)" else str(KNOWN)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {parents._meta.db_table} (uuid, other) VALUES (%s, %s)", [stored, stored])
    assert parents.objects.get(pk=KNOWN).other == KNOWN
    assert parents.objects.filter(uuid=str(KNOWN).upper(), other__in=[KNOWN.hex]).count() == 1
    assert not parents.objects.exclude(uuid=KNOWN).exists()


@on_real_tables
def test_what_is_written_is_read_again_and_stored_in_the_columns_own_way(tables):
    parents, _, kind = tables
    parents.objects.create(uuid=KNOWN)
    row = parents.objects.get()
    assert (row.uuid, row.other) == (KNOWN, None)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT uuid FROM {parents._meta.db_table}")
        stored = str(cursor.fetchone()[0])
    assert stored == (KNOWN.hex if kind == "char(32)" else str(KNOWN))


@on_real_tables
def test_relations_lead_both_ways(tables):
    parents, children, _ = tables
    parent = parents.objects.create(uuid=KNOWN, other=KNOWN)
    child = children.objects.create(id=1, parent=parent)
    assert children.objects.get(parent=KNOWN).parent == parent
    assert children.objects.filter(parent__other=KNOWN, parent__in=[parent]).get() == child
    assert list(parent.children.all()) == [child]
    assert parents.objects.prefetch_related("children").get().children.all()[0] == child
    assert children.objects.values_list("parent_id", flat=True).get() == KNOWN


@on_real_tables
def test_changes_go_to_the_right_row(tables):
    parents, _, _ = tables
    parents.objects.bulk_create([parents(uuid=KNOWN), parents(uuid=uuid.uuid4())])
    row = parents.objects.get(pk=KNOWN)
    row.other = KNOWN
    row.save()
    assert parents.objects.filter(other=KNOWN).values_list("pk", flat=True).get() == KNOWN
    assert parents.objects.filter(uuid=KNOWN).update(other=None) == 1
    assert row.delete()[0] == 1
    assert parents.objects.count() == 1


@on_real_tables
def test_uuids_of_two_tables_are_compared(tables):
    parents, children, _ = tables
    parents.objects.create(uuid=KNOWN, other=KNOWN)
    children.objects.create(id=1, parent_id=KNOWN)
    same = children.objects.filter(parent_id=OuterRef("other")).values("id")
    assert parents.objects.annotate(child=Subquery(same[:1])).get().child == 1
    assert parents.objects.filter(uuid__in=children.objects.values("parent_id")).exists()


def test_looking_at_a_column_is_no_query_of_the_page(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not DefaultIntention.objects.filter(uuid=KNOWN).exists()


def test_an_expression_without_a_column_takes_uuids():
    value = models.Value(KNOWN, output_field=UUIDField())
    now = timezone.now()
    EnterpriseCustomer.objects.create(uuid=KNOWN, name="Acme", slug="acme", created=now, modified=now)
    assert EnterpriseCustomer.objects.annotate(known=value).get(uuid=models.F("known")).known == KNOWN
