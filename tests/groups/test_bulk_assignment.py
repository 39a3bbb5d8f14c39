"""Uploads and automatic assignment of many: read whole, checked whole, confirmed, done by workers, repeatable."""

import codecs
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from opaque_keys.edx.keys import CourseKey

from console.models import CourseAccessRole
from console.plans.changes import PlanRefusedError
from console.textlists import ListRefusedError
from groups.cohorts import actions as cohort_actions
from groups.cohorts.bulk import actions, parse, run
from groups.cohorts.bulk.parse import Row
from groups.cohorts.bulk.plan import make_automatic, make_upload, unassigned
from groups.cohorts.bulk.progress import progress_of
from groups.cohorts.bulk.results import HEADER, summary
from groups.cohorts.errors import CohortRefusedError
from groups.models import (
    BulkAssignment,
    BulkAssignmentItem,
    CohortMembership,
    CourseCohortsSettings,
    UnregisteredLearnerCohortAssignment,
)
from tests import factories
from tests.groups.states import RUN, cohort_of, tracked

OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")

# --- Reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("cohort,username\nA,anna\nB,ben\n", [Row(2, "A", "anna"), Row(3, "B", "ben")]),
        ("\ufeffusername,cohort\r\nanna,A\r\n", [Row(2, "A", "anna")]),
        ("email;Cohort;note\ra@x.org;A;1\r", [Row(2, "A", "a@x.org")]),
        ("cohort\temail\tusername\nA\t\tanna\nB\tb@x.org\tben", [Row(2, "A", "anna"), Row(3, "B", "b@x.org")]),
        ("cohort,username\nA\n,anna\n", [Row(2, "A", ""), Row(3, "", "anna")]),
        ('cohort,username\n"A, and B","li na"', [Row(2, "A, and B", "li na")]),
        ("cohort,username\n=1+1,+anna", [Row(2, "=1+1", "+anna")]),
    ],
)
def test_files_that_can_be_read(data, rows):
    assert parse.read(data.encode()) == rows


def test_utf16_with_mark_is_read():
    assert parse.read(codecs.BOM_UTF16_LE + "cohort,email\nÄ,a@x.org".encode("utf-16-le")) == [Row(2, "Ä", "a@x.org")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"cohort,username\n", "only a header"),
        (b"username,email\nanna,a@x.org", "must be “cohort”"),
        (b"cohort,name\nA,anna", "“username”, “email” or both"),
        (b"cohort,username,Cohort\nA,anna,B", "Two columns are named “cohort”"),
        (b"cohort,username\nA,anna,B", "Line 2 has 3 columns, the header has 2"),
        (b"cohort,username\nA,anna\nB,z\xeb\n", r"Line 3 is not UTF-8 text \(byte 27 of the file\)"),
        (b"cohort,username\nA,an\x00na", "Line 2 holds a NUL"),
        (b'cohort,username\nA,"anna', "Line 2 is no proper CSV"),
        (b"PK\x03\x04" + b"x" * 20, "an Excel workbook"),
        (b"cohort,username\nA," + b"x" * 300, "Line 2 has a cell of 300 characters"),
    ],
)
def test_files_that_are_refused_whole(data, words):
    with pytest.raises(ListRefusedError, match=words):
        parse.read(data)


def test_fifty_thousand_rows_are_read_and_sixty_thousand_refused():
    body = "".join(f"A,learner{number}\n" for number in range(60_000))
    lines = f"cohort,username\n{body}".splitlines(keepends=True)
    assert len(parse.read("".join(lines[:50_001]).encode())) == 50_000
    with pytest.raises(ListRefusedError, match="60,000 learners"):
        parse.read("".join(lines).encode())


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=10))
def test_whatever_a_spreadsheet_writes_is_read_or_refused(pairs):
    import csv

    file = io.StringIO()
    csv.writer(file).writerows([("cohort", "username"), *pairs])
    expected = [(cohort.strip(), name.strip()) for cohort, name in pairs if cohort.strip() or name.strip()]
    try:
        rows = parse.read(file.getvalue().encode())
    except ListRefusedError:
        assert expected == []
    else:
        assert [(row.cohort, row.typed) for row in rows] == expected


# --- Plans -----------------------------------------------------------------------------------

db = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.course_staff(RUN)


@pytest.fixture
def cohorts():
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    return [factories.CohortFactory(name=name, course_id=RUN, assignment_type="random") for name in ("Alpha", "Beta")]


@pytest.fixture
def upload(actor):
    """Return a function that checks lines such as "Alpha,anna"."""

    def check(*lines, by=actor):
        rows = [Row(number, *line.split(",", 1)) for number, line in enumerate(lines, 2)]
        return make_upload(course_key=RUN, rows=rows, source="list.csv", actor=by)

    return check


@pytest.fixture
def carry_out(actor):
    """Return a function that confirms a plan and does what workers do for as long as they are rung for."""

    def confirmed(bulk):
        actions.confirm(bulk_id=bulk.pk, actor=actor)
        work(bulk)
        bulk.refresh_from_db()
        return bulk

    return confirmed


def work(bulk):
    while run.work(bulk.pk, worker="worker"):
        pass


def lines(bulk, *fields):
    return list(bulk.items.order_by("line").values_list(*(fields or ("outcome", "state"))))


LIST = (
    *("Alpha,anna", "alpha,ben@example.com", "Alpha,carl", "Alpha,new@x.org", "Alpha,ghost", "Alpha,no@address@"),
    *("Alpha,retired__user_1", "Gamma,anna", "Alpha,", "Beta,dora", "Alpha,dora"),
)


@pytest.fixture
def people(cohorts):
    names = ("anna", "ben", "carl", "dora", "retired__user_1")
    found = {name: factories.LearnerFactory(username=name) for name in names}
    factories.join_cohort(cohorts[1], found["ben"])
    factories.join_cohort(cohorts[0], found["carl"])
    return found


@db
def test_a_preview_says_what_each_line_would_do_and_does_nothing(upload, people):
    bulk = upload(*LIST)
    assert lines(bulk) == [
        ("added", "pending"),
        ("changed", "pending"),
        ("present", "pending"),
        ("preassigned", "pending"),
        ("unknown", "skipped"),
        ("invalid", "skipped"),
        ("not_allowed", "skipped"),
        ("no_cohort", "skipped"),
        ("unknown", "skipped"),
        ("repeated", "skipped"),
        ("added", "pending"),
    ]
    assert all(reason for state, reason in lines(bulk, "state", "reason") if state == "skipped")
    assert CohortMembership.objects.count() == 2
    assert not UnregisteredLearnerCohortAssignment.objects.exists()


@db
def test_the_result_tells_of_every_learner(upload, people, cohorts, carry_out):
    bulk = carry_out(upload(*LIST))
    assert bulk.state == BulkAssignment.State.DONE
    done = [outcome for outcome, state in lines(bulk) if state == "done"]
    assert done == ["added", "changed", "present", "preassigned", "added"]
    assert lines(bulk, "previous")[1] == ("Beta",)
    assert {name: cohort_of(learner) for name, learner in people.items()} == {
        **dict.fromkeys(("anna", "ben", "carl", "dora"), cohorts[0].pk),
        "retired__user_1": None,
    }
    assert UnregisteredLearnerCohortAssignment.objects.get().course_user_group == cohorts[0]
    assert progress_of([bulk])[bulk.pk].percent == 100


@db
def test_the_last_line_of_a_learner_wins(upload, people, cohorts, carry_out):
    bulk = carry_out(upload("Alpha,anna", "Beta,anna@example.com", "Gamma,anna"))
    assert lines(bulk) == [("repeated", "skipped"), ("added", "done"), ("no_cohort", "skipped")]
    assert "Line 3" in lines(bulk, "reason")[0][0]
    assert cohort_of(people["anna"]) == cohorts[1].pk


@db
def test_the_same_file_once_more_changes_nothing(upload, people, carry_out):
    carry_out(upload(*LIST))
    before = sorted(CohortMembership.objects.values_list("pk", "course_user_group"))
    again = carry_out(upload(*LIST))
    assert [outcome for outcome, state in lines(again) if state == "done"] == [
        *["present"] * 3,
        "preassigned",
        "present",
    ]
    assert sorted(CohortMembership.objects.values_list("pk", "course_user_group")) == before


@db
def test_the_layout_of_the_platforms_own_report(upload, people, carry_out):
    bulk = carry_out(upload(*LIST))
    assert list(summary(bulk)) == [
        HEADER,
        ["Alpha", "True", "3", ", ghost, retired__user_1", "no@address@", "new@x.org"],
        ["Gamma", "False", "0", "", "", ""],
        ["Beta", "True", "0", "", "", ""],
    ]


@db
def test_a_cohort_of_another_course_is_not_found_by_name(upload, cohorts):
    factories.CohortFactory(name="Theirs", course_id=OTHER)
    factories.CohortFactory(name="Club", course_id=RUN, group_type="groups")
    factories.LearnerFactory(username="anna")
    assert lines(upload("Theirs,anna", "Club,anna")) == [("no_cohort", "skipped")] * 2


@db
def test_more_lines_than_one_transaction_takes(upload, cohorts, carry_out, monkeypatch):
    learners = factories.LearnerFactory.create_batch(30)
    monkeypatch.setattr(run, "QUEUE", replace(run.QUEUE, batch=7))
    bulk = carry_out(upload(*[f"Alpha,{learner.username}" for learner in learners]))
    assert {cohort_of(learner) for learner in learners} == {cohorts[0].pk}
    assert bulk.state == BulkAssignment.State.DONE


@db
def test_many_lines_take_as_many_statements_as_few(upload, cohorts):
    def statements(count):
        learners = factories.LearnerFactory.create_batch(count, password="", profile=None)
        bulk = upload(*[f"Alpha,{learner.username}" for learner in learners])
        actions.confirm(bulk_id=bulk.pk, actor=bulk.created_by)
        with CaptureQueriesContext(connection) as queries:
            run.work(bulk.pk, worker="worker")
        return len(queries)

    # SQLite takes 1,000 values in a statement, the others more.
    assert statements(80) == statements(10)


# --- What changes between check and run ------------------------------------------------------


@db
def test_what_changed_since_the_check_counts(upload, people, cohorts, actor):
    bulk = upload("Alpha,anna", "Alpha,carl")
    factories.join_cohort(cohorts[1], people["anna"])
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    work(bulk)
    assert lines(bulk, "outcome", "previous") == [("changed", "Beta"), ("present", "")]


@db
def test_a_cohort_that_was_deleted_meanwhile_fails_its_lines_only(upload, people, cohorts, actor):
    bulk = upload("Alpha,anna", "Beta,dora")
    cohort_actions.delete_cohort(course_key=RUN, cohort_id=cohorts[1].pk, actor=actor)
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    work(bulk)
    assert lines(bulk, "state") == [("done",), ("failed",)]
    assert "deleted" in lines(bulk, "reason")[1][0]


@db
def test_who_lost_the_role_meanwhile_assigns_nobody(upload, people, actor, carry_out):
    bulk = upload("Alpha,anna")
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    CourseAccessRole.objects.filter(user=actor).delete()
    work(bulk)
    assert lines(bulk, "state") == [("failed",)]
    assert cohort_of(people["anna"]) is None


@db
def test_a_superuser_who_was_retired_meanwhile_assigns_nobody(upload, people, actor, carry_out):
    bulk = upload("Alpha,anna")
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    type(actor).objects.filter(pk=actor.pk).update(username="retired__user_actor", is_superuser=True)
    work(bulk)
    assert lines(bulk, "state") == [("failed",)]
    assert cohort_of(people["anna"]) is None


@db
def test_others_change_no_plan_of_this_course(upload, people):
    stranger = factories.course_staff(OTHER)
    with pytest.raises(PermissionDenied):
        upload("Alpha,anna", by=stranger)
    bulk = upload("Alpha,anna")
    for act in (actions.confirm, actions.discard, actions.cancel, actions.retry):
        with pytest.raises(PermissionDenied):
            act(bulk_id=bulk.pk, actor=stranger)


@db
def test_what_was_cancelled_is_left_out(upload, people, actor):
    bulk = upload("Alpha,anna", "Alpha,dora")
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    assert actions.cancel(bulk_id=bulk.pk, actor=actor) == 2
    work(bulk)
    bulk.refresh_from_db()
    assert bulk.state == BulkAssignment.State.CANCELLED
    assert cohort_of(people["anna"]) is None


@db
def test_a_draft_that_nobody_confirms_goes_after_a_day(upload, people, actor):
    bulk = upload("Alpha,anna")
    BulkAssignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(PlanRefusedError, match="too long ago"):
        actions.confirm(bulk_id=bulk.pk, actor=actor)
    run.sweep(timezone.now())
    assert not BulkAssignment.objects.exists()
    assert not BulkAssignmentItem.objects.exists()


@db
def test_a_worker_that_died_is_replaced(upload, people, actor, queued, django_capture_on_commit_callbacks):
    bulk = upload("Alpha,anna")
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    assert run.QUEUE.claim(bulk.pk, "doomed")
    assert run.work(bulk.pk, worker="early") == 0, "the lease holds"
    long_ago = timezone.now() - timedelta(hours=1)
    BulkAssignmentItem.objects.update(claimed_until=long_ago)
    BulkAssignment.objects.update(rung_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        run.sweep(timezone.now())
    assert queued() == [("lectern.run_assignment", bulk.pk)]
    assert run.work(bulk.pk, worker="next") == 1
    assert lines(bulk) == [("added", "done")]


# --- Everybody without a cohort --------------------------------------------------------------


@db
def test_all_unassigned_learners_are_assigned(actor, cohorts, carry_out):
    enrolled = [factories.EnrollmentFactory(course_id=RUN).user for _ in range(12)]
    left = factories.EnrollmentFactory(course_id=RUN, is_active=False).user
    member = factories.EnrollmentFactory(course_id=RUN).user
    factories.join_cohort(cohorts[0], member)
    bulk = make_automatic(course_key=RUN, actor=actor)
    assert lines(bulk) == [("assigned", "pending")] * 12
    assert unassigned(RUN).count() == 12
    carry_out(bulk)
    assert lines(bulk) == [("added", "done")] * 12
    assert {cohort_of(learner) for learner in enrolled} <= {cohort.pk for cohort in cohorts}
    assert dict(lines(bulk, "learner", "cohort_id")) == {learner.pk: cohort_of(learner) for learner in enrolled}
    assert cohort_of(left) is None
    assert unassigned(RUN).count() == 0
    with pytest.raises(CohortRefusedError, match="has a cohort already"):
        make_automatic(course_key=RUN, actor=actor)


@db
def test_nobody_is_moved_by_it(actor, cohorts, carry_out):
    learner = factories.EnrollmentFactory(course_id=RUN).user
    manual = factories.CohortFactory(course_id=RUN)
    bulk = make_automatic(course_key=RUN, actor=actor)
    factories.join_cohort(manual, learner)
    carry_out(bulk)
    assert lines(bulk) == [("present", "done")]
    assert cohort_of(learner) == manual.pk


@db
def test_not_where_cohorts_are_off(actor):
    factories.EnrollmentFactory(course_id=RUN)
    with pytest.raises(CohortRefusedError, match="Cohorts are off"):
        make_automatic(course_key=RUN, actor=actor)


# --- Tracking events -------------------------------------------------------------------------


@db
def test_one_event_for_each_learner_and_one_for_the_report(
    upload, people, carry_out, caplog, django_capture_on_commit_callbacks
):
    bulk = upload("Alpha,anna", "Alpha,ben", "Alpha,carl", "Alpha,new@x.org")
    with tracked(caplog, django_capture_on_commit_callbacks) as events:
        carry_out(bulk)
    assert [event["name"] for event in events] == [
        "edx.cohort.user_added",
        "edx.cohort.user_add_requested",
        "edx.cohort.user_removed",
        "edx.cohort.user_added",
        "edx.cohort.user_add_requested",
        "edx.cohort.email_address_preassigned",
        "edx.instructor.report.requested",
    ]
    assert events[-1]["event"] == {"report_type": "cohort_results"}
