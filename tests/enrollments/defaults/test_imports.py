"""Facts from files: checked whole, imported whole or not at all, and repeatable."""

import json
from io import StringIO
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.imports.actions import ImportRefusedError, import_facts
from enrollments.defaults.imports.kinds import KINDS
from enrollments.defaults.models import CatalogMembership, License, Origin, RunFact
from tests import factories

pytestmark = pytest.mark.django_db
HEADER = "run_key,is_advertised,is_enrollable,title,end\n"
GOOD = HEADER + "course-v1:A+B+1,yes,TRUE,Beta,2030-01-02\ncourse-v1:A+B+2,no,0,,\n"


def load(text, kind="runs", actor=None):
    return import_facts(kind, text.encode(), actor=actor)


def problems(text, kind="runs"):
    with pytest.raises(ImportRefusedError) as caught:
        load(text, kind)
    return caught.value.problems


def facts():
    return set(RunFact.objects.values_list("run_key", "is_advertised", "is_enrollable", "course_key"))


EXPECTED = {
    (CourseKey.from_string("course-v1:A+B+1"), True, True, "a+b"),
    (CourseKey.from_string("course-v1:A+B+2"), False, False, "a+b"),
}


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", ";"),
        json.dumps(
            [
                {"run_key": "course-v1:A+B+1", "is_advertised": True, "is_enrollable": "yes", "end": "2030-01-02"},
                {"run_key": "course-v1:A+B+2", "is_advertised": False, "is_enrollable": 0, "title": None},
            ]
        ),
    ],
    ids=["csv", "bom and crlf", "semicolons", "json"],
)
def test_a_file_is_read_in_every_form_and_twice_is_as_once(text):
    assert load(text) == 2
    assert load(text) == 2
    assert facts() == EXPECTED
    assert set(RunFact.objects.values_list("origin", flat=True)) == {Origin.IMPORTED}


def test_pages_of_services_are_lists():
    rows = [{"run_key": "course-v1:A+B+1", "is_advertised": "1", "is_enrollable": "0"}]
    assert load(json.dumps({"count": 1, "results": rows})) == 1


def test_dates_are_read_in_utc():
    load("run_key,is_advertised,is_enrollable,end,start\ncourse-v1:A+B+1,1,1,2030-01-02,2030-01-02T03:00:00+02:00\n")
    fact = RunFact.objects.get()
    assert (fact.end.isoformat(), fact.start.isoformat()) == ("2030-01-02T00:00:00+00:00", "2030-01-02T01:00:00+00:00")


def test_a_file_replaces_what_was_known_of_its_courses_and_of_no_other():
    old = factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+0"))
    other = factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+BB+1"))
    load(GOOD)
    assert not RunFact.objects.filter(pk=old.pk).exists()
    assert RunFact.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["nothing"]),
        (HEADER, ["nothing"]),
        ("\x00", ["NUL"]),
        ("run_key,is_advertised\ncourse-v1:A+B+1,1\n", ["column is_enrollable is missing"]),
        (HEADER.replace("title", "name") + "course-v1:A+B+1,1,1,,\n", ["no column “name”"]),
        (HEADER + "course-v1:A+B+1,1,1\n", ["Row 2 has 3 columns"]),
        (HEADER + "A+B,1,1,,\n", ["Row 2, run_key", "A+B"]),
        (HEADER + ",1,1,,\n", ["Row 2, run_key: it is empty"]),
        (HEADER + "course-v1:A+B+1,maybe,1,,2030-13-01\n", ["Row 2, is_advertised", "Row 2, end"]),
        (HEADER + "course-v1:A+B+1,1,1,,0001-01-01T00:00:00+23:00\n", ["Row 2, end"]),
        (HEADER + "course-v1:A+B+1,1,1,,9999-12-31T23:59:59Z\n", ["Row 2, end", "too far away"]),
        (HEADER + "course-v1:A+B+1,1,1,,0999-12-31\n", ["Row 2, end", "too far away"]),
        (GOOD + "course-v1:a+b+1,no,1,,\n", ["Row 4, run_key: it is in row 2"]),
        (GOOD + "course-v1:A+B+3,yes,1,,\n", ["Row 4, is_advertised", "row 2"]),
        ("[1]", ["list of objects"]),
        ("{}", ["list of objects"]),
        ("[", ["no JSON"]),
        ("[" * 100_000, ["no JSON"]),
        ('[{"run_key": {"a": 1}}]', ["Row 1, run_key"]),
        ('[{"run_key": "\\u0000"}]', ["Row 1, run_key"]),
    ],
)
def test_mistakes_name_row_and_column_and_import_nothing(text, words):
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+0"))
    found = " ".join(problems(text))
    for word in words:
        assert word in found
    assert RunFact.objects.count() == 1


def test_a_hundred_mistakes_are_not_all_told():
    text = HEADER + "nonsense,1,1,,\n" * 100
    found = problems(text)
    assert len(found) == 21
    assert "80 further" in found[-1]


def test_catalogs_are_replaced_by_customer():
    catalog, other = factories.CatalogFactory(), factories.MembershipFactory()
    factories.MembershipFactory(catalog=catalog, content_key="Old+1")
    text = f"customer_uuid,catalog_uuid,content_key\n{catalog.enterprise_customer_id},{catalog.pk.hex},A+B\n"
    assert load(text, "catalogs") == 1
    rows = CatalogMembership.objects.filter(customer_uuid=catalog.enterprise_customer_id)
    assert list(rows.values_list("catalog_uuid", "content_key")) == [(catalog.pk, "A+B")]
    assert CatalogMembership.objects.filter(pk=other.pk).exists()


def test_a_customer_who_is_not_there_is_a_mistake():
    gone = "6ae013d4-c5c4-474d-8da9-0e559b2448e2"
    assert gone in problems(f"customer_uuid,catalog_uuid,content_key\n{gone},{gone},A+B\n", "catalogs")[0]


def test_a_license_that_moved_to_another_customer_is_there_once():
    license_, catalog = factories.LicenseFactory(), factories.CatalogFactory()
    row = f"{license_.license_uuid},{catalog.enterprise_customer_id},Revoked,7"
    text = f"license_uuid,customer_uuid,status,lms_user_id\n{row}\n"
    assert load(text, "licenses") == 1
    found = License.objects.get()
    assert (found.customer_uuid, found.status, found.lms_user_id, found.user_email) == (
        catalog.enterprise_customer_id,
        "revoked",
        7,
        "",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("status", "lost"), ("lms_user_id", "-1"), ("lms_user_id", "99999999999")),
        *(("user_email", "nobody"), ("catalog_uuid", "x")),
    ],
)
def test_values_of_licenses_are_checked(column, value):
    customer = factories.CustomerFactory()
    row = {"license_uuid": customer.pk.hex, "customer_uuid": customer.pk.hex, "status": "activated", column: value}
    assert f"Row 1, {column}" in problems(json.dumps([row]), "licenses")[0]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_the_examples_on_the_page_can_be_imported(kind):
    factories.CustomerFactory(uuid=UUID("6ae013d4-c5c4-474d-8da9-0e559b2448e2"))
    assert load(f"{kind.header}\n{kind.example}\n", kind.key) == 1


def test_only_admins_import():
    with pytest.raises(PermissionDenied):
        load(GOOD, actor=factories.support())
    assert load(GOOD, actor=factories.admin_user()) == 2


# --- Commands --------------------------------------------------------------------------------


def test_the_command_imports_a_file_and_says_how_much(tmp_path):
    path, out = tmp_path / "runs.csv", StringIO()
    path.write_text(GOOD)
    call_command("import_run_facts", str(path), stdout=out)
    assert out.getvalue() == "Imported 2 course runs.\n"
    assert facts() == EXPECTED


def test_the_command_says_what_is_wrong(tmp_path):
    path = tmp_path / "catalogs.csv"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_catalog_facts", str(path))
    path.write_text("nonsense\n1\n")
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_catalog_facts", str(path))
    with pytest.raises(CommandError, match="no column"):
        call_command("import_license_facts", str(path))
