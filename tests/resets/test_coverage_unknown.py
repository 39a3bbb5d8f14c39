"""Tables that came with a feature nobody has heard of are named, and nothing else is."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resets import owners
from resets.coverage import Shape, _by_reference, coverage
from resets.owners import Owner, Policy, schema
from tests import factories
from tests.resets import lms_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lms_schema")]

# How a feature that nobody has heard of may store a learner's state.
NEW = {
    "streaks_streak": "user_id:int course_id:text days:int",
    "streaks_freeze": "streak_id:int>streaks_streak used:bool",
    "polls_vote": "username:text usage_key:text choice:int",
    "quests_progress": "learner_id:int quest_id:int>quests_quest",
    "upsell_offer": "course_enrollment_id:int price:int",
    "coach_chat": "participant_id:int courserun_key:text said:long",
    "mentor_hint": "learner_username:text content_key:text hint:long",
    "labs_machine": "user_uuid:text course:text address:text",
}
# Settings, people and lists that are nobody's state in a course.
HARMLESS = {
    "quests_quest": "course_key:text title:text",
    "streaks_config": "changed_by_id:int course_id:text enabled:bool",
    "profiles_badge": "user_id:int title:text",
    "quests_text": "quest_id:int>quests_quest body:long",
    "lectern_later_note": "user_id:int course_id:text",
    "reruns_state": "created_user_id:int updated_user_id:int course_key:text",
    "exams_policy": "set_by_user_id:int course_id:text",
    "student_courseaccessrolehistory": "user_id:int course_id:text role:text",
}


@pytest.fixture(scope="module", autouse=True)
def new_tables(lms_schema, django_db_blocker):
    """Make tables that no owner knows."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(lms_tables, "TABLES", {**lms_tables.TABLES, **NEW, **HARMLESS})
        made = [*HARMLESS, *NEW]
        for table in made:
            lms_tables.create(table)
        yield
        for table in ("streaks_freeze", *reversed(made)):
            lms_tables.drop(table)
    schema.forget()


def unknown():
    return {finding.table for finding in coverage() if finding.is_unknown}


def test_what_no_owner_knows_is_said():
    assert unknown() == set(NEW)
    assert coverage()[0].is_unknown


@pytest.mark.parametrize("column", ["set_by_user_id", "created_user_id", "history_user_id", "sender_id", "used_by_id"])
def test_who_did_something_is_not_whose_it_is(column):
    """The LMS has foreign keys to accounts under each of these names, in tables that are nobody's state."""
    shape = Shape(course={"course_id"})
    _by_reference(shape, column, "auth_user", direct=set())
    assert not shape.is_found
    _by_reference(shape, "member_id", "auth_user", direct=set())
    assert shape.is_found


def test_the_command_fails_on_what_is_unknown(capsys):
    call_command("reset_coverage")
    assert f"{len(NEW)} unknown." in capsys.readouterr().out
    with pytest.raises(CommandError, match="streaks_streak"):
        call_command("reset_coverage", fail_on_unknown=True)


def test_an_owner_of_another_app_is_known(monkeypatch):
    monkeypatch.setattr(owners, "OWNERS", list(owners.OWNERS))
    owners.register(Owner("streaks", "Streaks", Policy.KEEP, others=("streaks_streak", "streaks_freeze")))
    assert unknown() == set(NEW) - {"streaks_streak", "streaks_freeze"}


def test_the_page_shows_what_is_unknown_first(client_of):
    page = client_of(factories.admin_user()).get(reverse("resets:coverage")).content.decode()
    assert f"{len(NEW)} tables have no owner" in page
    assert page.index("polls_<wbr>vote") < page.index("certificates_<wbr>generatedcertificate<")


def test_asking_takes_two_queries_however_many_tables():
    with CaptureQueriesContext(connection) as queries:
        coverage()
    assert len(queries) == 2
