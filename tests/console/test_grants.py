"""The printed grants: what is declared, quoted, for tables that exist, and nothing without tables of our own."""

import pytest
from django.core.management import CommandError, call_command

from console.models import StaffSession
from console.platform import PlatformModel, TableUse, database, platform_models, table_uses
from console.platform.grants import ALL, Account, own_tables, rights_of, statements
from resets import owners

pytestmark = pytest.mark.django_db
ACCOUNT = Account("o'lectern", "10.0.0.%", "edxapp")


def test_rights_are_those_that_are_declared():
    assert list(rights_of(TableUse("Nothing."))) == ["SELECT"]
    everything = TableUse("Nothing.", insert=True, update=True, delete=True)
    assert list(rights_of(everything)) == list(ALL)
    assert list(rights_of(TableUse("Nothing.", lock=True))) == ["SELECT", "UPDATE (id)"]
    assert list(rights_of(TableUse("Nothing.", lock=True), "uuid")) == ["SELECT", "UPDATE (uuid)"]
    assert list(rights_of(TableUse("Nothing.", lock=True, update=True))) == ["SELECT", "UPDATE"]


def test_every_table_that_exists_is_granted_once_and_names_are_quoted():
    lines = list(statements("mysql", ACCOUNT))
    assert lines[0] == "GRANT REFERENCES ON `edxapp`.* TO 'o''lectern'@'10.0.0.%';"
    granted = [line.split("`")[3] for line in lines[1:]]
    expected = {*own_tables(), *table_uses()} & database.tables().keys()
    assert len(granted) == len(set(granted))
    assert set(granted) == expected
    assert "GRANT SELECT ON `edxapp`.`auth_user` TO 'o''lectern'@'10.0.0.%';" in lines


def test_accounts_are_read_only():
    for line in statements("postgresql", ACCOUNT):
        assert '"auth_user"' not in line or line.startswith("GRANT SELECT ON")


def test_own_tables_are_all_that_migrations_make_and_no_platform_table():
    names = own_tables()
    assert StaffSession._meta.db_table in names
    assert any(name.startswith("axes_") for name in names)
    assert not {model._meta.db_table for model in platform_models()} & set(names)
    assert issubclass(platform_models()[0], PlatformModel)


def test_what_owners_do_to_tables_without_a_model_is_declared():
    """Clearing deletes and undoing inserts; what is only warned about is only read."""
    uses = owners.table_uses()
    assert list(rights_of(uses["completion_aggregator_aggregator"])) == ["SELECT", "INSERT", "DELETE"]
    assert list(rights_of(uses["submissions_submission"])) == ["SELECT", "UPDATE"]
    assert list(rights_of(uses["submissions_score"])) == ["SELECT", "INSERT", "DELETE"]
    assert list(rights_of(uses["proctoring_proctoredexamstudentattempt_history"])) == ["SELECT", "INSERT"]
    assert list(rights_of(uses["certificates_generatedcertificate"])) == ["SELECT", "UPDATE"]
    assert list(rights_of(uses["teams_courseteam"])) == ["SELECT", "UPDATE"]
    assert list(rights_of(uses["teams_courseteammembership"])) == ["SELECT", "INSERT", "DELETE"]
    assert list(rights_of(uses["certificates_certificateallowlist"])) == ["SELECT"]
    assert list(rights_of(uses["student_anonymoususerid"])) == ["SELECT"]


def test_before_migrate_nothing_is_granted(monkeypatch):
    monkeypatch.setattr(database, "_kept", (float("inf"), {"auth_user": {}}))
    with pytest.raises(CommandError, match=r"does not exist yet: run manage\.py migrate first\."):
        call_command("database_grants", engine="mysql")
