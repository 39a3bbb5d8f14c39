"""The database itself is asked what a reset must know, and nothing that it names goes unanswered."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resets import owners
from resets.coverage import UNKNOWN, coverage
from resets.owners import Owner, Policy
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lms_schema")]


def answers():
    return {finding.table: finding.answer for finding in coverage()}


def unknown():
    return {table for table, answer in answers().items() if answer == UNKNOWN}


def test_every_table_of_an_lms_is_answered_for():
    assert unknown() == set()


def test_tables_are_found_by_what_they_are():
    found = answers()
    assert found["submissions_score"] == Policy.KEEP
    assert found["submissions_submission"] == Policy.CLEAR
    assert found["schedules_schedule"] == Policy.OFFER
    assert found["certificates_generatedcertificate"] == Policy.OFFER
    assert found["certificates_certificateallowlist"] == Policy.WARN
    assert found["proctoring_proctoredexamstudentattempt_history"] == Policy.KEEP
    assert "course_overviews_courseoverview" not in found
    assert "auth_user" not in found


def test_the_command_passes_when_all_is_known(capsys):
    call_command("reset_coverage", fail_on_unknown=True)
    out = capsys.readouterr().out
    assert " 0 unknown." in out
    assert "clear    courseware_studentmodule" in out


def test_owners_are_registered_once_and_before_those_that_they_refer_to(monkeypatch):
    monkeypatch.setattr(owners, "OWNERS", list(owners.OWNERS))
    owners.register(Owner("first", "First", Policy.KEEP))
    owners.register(Owner("notes_of_modules", "Notes", Policy.KEEP), before="student_modules")
    keys = [owner.key for owner in owners.OWNERS]
    assert keys[0] == "first"
    assert keys.index("notes_of_modules") == keys.index("student_modules") - 1
    with pytest.raises(ValueError, match="already"):
        owners.register(Owner("first", "Again", Policy.KEEP))
    with pytest.raises(ValueError, match="no owner"):
        owners.register(Owner("last", "Last", Policy.KEEP), before="nobody")


def test_keys_fit_the_archive_and_are_nobody_elses():
    keys = [owner.key for owner in owners.OWNERS]
    assert len(keys) == len(set(keys))
    assert max(map(len, keys)) <= 50
    for owner in owners.OWNERS:
        assert owner.label
        assert owner.help or owner.policy in {Policy.CLEAR, Policy.KEEP}
        assert bool(owner.consent) == owner.refuses


# --- The page --------------------------------------------------------------------------------


def test_the_page_is_paginated_and_exported(client_of):
    browser = client_of(factories.admin_user())
    address = reverse("resets:coverage")
    assert browser.get(address, {"page": 2}).status_code == 200
    rows = b"".join(browser.get(address, {"_export": "csv"}).streaming_content).decode().splitlines()
    assert len(rows) == len(coverage()) + 1


def test_asking_takes_two_queries_however_many_tables():
    with CaptureQueriesContext(connection) as queries:
        coverage()
    assert len(queries) == 2
