"""Platform models: their names, and migrations that leave an LMS's tables alone."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
from django.apps import apps
from django.conf import settings

from console.models import LearnerVisit, UserProfile
from console.platform import (
    PlatformModel,
    PlatformRouter,
    TableUse,
    check_table_names,
    check_table_uses,
    platform_models,
    register_tables,
    table_uses,
)

OWN_LABELS = [config.label for config in apps.get_app_configs() if config.label.startswith("lectern_")]
OWN_MODELS = [model for label in OWN_LABELS for model in apps.get_app_config(label).get_models()]


def _allowed(model):
    return PlatformRouter().allow_migrate("default", model._meta.app_label, model._meta.model_name, model=model)


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_attached_migrations_make_lecterns_own_tables_only(model, settings):
    settings.PLATFORM_TABLES = "existing"
    assert _allowed(model) is not issubclass(model, PlatformModel)


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_embedded_migrations_make_every_table(model):
    assert _allowed(model) is None


def test_data_operations_on_platform_tables_are_left_out_when_attached(settings):
    settings.PLATFORM_TABLES = "existing"
    allow = PlatformRouter().allow_migrate
    assert allow("default", "lectern_enrollments", platform=True) is False
    assert allow("default", "lectern_enrollments") is None


def test_other_apps_are_none_of_the_routers_business(settings):
    settings.PLATFORM_TABLES = "existing"
    assert PlatformRouter().allow_migrate("default", "axes", "accessattempt") is None


def test_all_tables_are_named_as_they_should_be():
    assert check_table_names(None) == []


def test_a_platform_table_with_our_prefix_is_an_error(monkeypatch):
    monkeypatch.setattr(UserProfile._meta, "db_table", "lectern_userprofile")
    assert [error.id for error in check_table_names(None)] == ["lectern.E001"]


def test_a_table_of_ours_without_the_prefix_is_an_error(monkeypatch):
    monkeypatch.setattr(LearnerVisit._meta, "db_table", "learner_visit")
    assert [error.id for error in check_table_names(None)] == ["lectern.E002"]


def test_every_platform_model_declares_what_is_done_with_its_table():
    assert check_table_uses(None) == []


@pytest.mark.parametrize("model", platform_models(), ids=lambda model: model.__name__)
def test_what_is_missed_without_a_table_is_a_sentence(model):
    without = model.table_use.without
    assert without[0].isupper()
    assert without.endswith(".")


def test_a_platform_model_without_a_declaration_is_an_error(monkeypatch):
    monkeypatch.delattr(UserProfile, "table_use")
    assert [(error.id, error.obj) for error in check_table_uses(None)] == [("lectern.E003", UserProfile)]


def test_tables_without_a_model_are_declared_beside_the_models(monkeypatch):
    monkeypatch.setattr("console.platform._sources", [])
    register_tables(lambda: {"auth_userprofile": TableUse("Nothing.", update=True), "other": TableUse("Little.")})
    uses = table_uses()
    assert uses["other"] == TableUse("Little.")
    assert uses["auth_userprofile"] == replace(UserProfile.table_use, update=True)


def test_migrating_an_attached_database_makes_no_platform_table(tmp_path):
    """The whole chain of migrations, in a process of its own, on a database without one LMS table."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "LECTERN_DATA_DIR": str(tmp_path),
        "LECTERN_PLATFORM_TABLES": "existing",
    }
    # Such a database is no LMS's, and would be refused.
    command = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=True)
    with sqlite3.connect(tmp_path / "lectern.sqlite3") as connection:
        made = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for model in OWN_MODELS:
        if model._meta.managed:
            assert (model._meta.db_table in made) is not issubclass(model, PlatformModel), model


def test_an_unknown_mode_of_tables_stops_the_start(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "LECTERN_DATA_DIR": str(tmp_path),
        "LECTERN_PLATFORM_TABLES": "shared",
    }
    command = [sys.executable, "manage.py", "check"]
    result = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, check=False, capture_output=True, text=True
    )
    assert result.returncode != 0
    assert "it must be 'managed' or 'existing'" in result.stderr
