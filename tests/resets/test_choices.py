"""What the agent ticks travels with the reset, and comes back with its undo."""

import re

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollments.models import CourseOverview
from resets import actions, owners, undo
from resets.models import CourseResetAudit, ResetJob
from tests import factories
from tests.resets import lms_tables
from tests.resets.lms_tables import fill, put, rows
from tests.resets.states import resettable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lms_schema")]

OFFERS = [owner.key for owner in owners.OWNERS if owner.is_choice and not owner.refuses]
# The LMS's ORM would have written there, twice: that stays.
HISTORIES = {"proctoring_proctoredexamstudentattempt_history"}
PARTS = (lms_tables.fill, lms_tables.fill_gates, lms_tables.fill_awards, lms_tables.fill_submissions)


def contents():
    return {table: rows(table) for table in lms_tables.TABLES if table not in HISTORIES}


def reset(enrollment, choices, **kwargs):
    agent = factories.support()
    audit = actions.start_reset(enrollment_id=enrollment.pk, memo="Retake", actor=agent, choices=choices, **kwargs)
    assert actions.run_reset(audit.pk, worker="w")
    return CourseResetAudit.objects.get(pk=audit.pk)


def undo_it(audit, **kwargs):
    undo.undo_reset(audit_id=audit.pk, memo="Wrong learner", actor=factories.support(), **kwargs)


def confirm(enrollment):
    return reverse("resets:confirm", args=[enrollment.pk])


def test_choices_travel_with_the_reset():
    enrollment = resettable()
    fill(enrollment)
    audit = reset(enrollment, ["schedule", "partition_tags"])
    job = ResetJob.objects.get(pk=audit.pk)
    assert job.choices == ["partition_tags", "schedule"]
    assert (job.cleared["partition_tags"], job.cleared["schedule"]) == (1, 1)
    assert "field_overrides" not in job.cleared
    assert len(rows("courseware_studentfieldoverride")) == 1


@pytest.mark.parametrize("choice", ["nonsense", "student_modules", "bookmarks", "team_submissions", "", "\x00"])
def test_what_is_no_choice_is_refused(choice):
    enrollment = resettable()
    with pytest.raises(actions.ResetRefusedError, match="There is no choice"):
        reset(enrollment, ["schedule", choice])
    assert not CourseResetAudit.objects.exists()


def test_an_issued_certificate_refuses_until_it_is_ticked():
    enrollment = resettable()
    factories.CertificateFactory(enrollment=enrollment)
    with pytest.raises(actions.ResetRefusedError, match="Certificate issued"):
        reset(enrollment, [])
    assert not CourseResetAudit.objects.exists()
    assert reset(enrollment, ["certificate"]).status == "complete"


@pytest.mark.parametrize("status", ["notpassing", "unavailable", "audit_passing"])
def test_one_that_was_not_issued_does_not(status):
    enrollment = resettable()
    factories.CertificateFactory(enrollment=enrollment, status=status)
    assert reset(enrollment, []).status == "complete"


def test_undo_gives_back_what_was_ticked():
    enrollment = resettable()
    fill(enrollment)
    fill(factories.EnrollmentFactory(course_id=enrollment.course_id))
    before = contents()
    audit = reset(enrollment, OFFERS)
    assert contents() != before
    undo_it(audit)
    assert contents() == before
    histories = [row["history_type"] for row in rows("proctoring_proctoredexamstudentattempt_history")]
    assert histories == ["-", "+"]


def test_an_undo_notes_nothing_of_what_was_not_ticked():
    enrollment = resettable()
    fill(enrollment)
    undo_it(reset(enrollment, []))
    assert rows("proctoring_proctoredexamstudentattempt_history") == []


def test_new_rows_in_the_way_are_replaced_when_that_is_chosen():
    enrollment = resettable()
    fill(enrollment)
    before = contents()
    audit = reset(enrollment, OFFERS)
    put(
        "user_api_usercoursetag",
        user_id=enrollment.user_id,
        course_id=enrollment.course_id,
        key="xblock.partition_service.partition_50",
        value="8",
    )
    with pytest.raises(undo.UndoRefusedError, match="started again"):
        undo_it(audit)
    undo_it(audit, replace=True)
    assert contents() == before


def test_work_handed_in_since_stays_as_a_deleted_submission_after_replacing():
    """The platform deletes no submission, so neither does an undo that replaces."""
    enrollment = resettable()
    fill(enrollment)
    summaries, submissions = rows("submissions_scoresummary"), rows("submissions_submission")
    audit = reset(enrollment, [])
    item = summaries[0]["student_item_id"]
    newer = put("submissions_submission", student_item_id=item, status="A")
    score = put("submissions_score", student_item_id=item, submission_id=newer, points_earned=5, reset=False)
    statement = "UPDATE submissions_scoresummary SET latest_id = %s, highest_id = %s WHERE student_item_id = %s"
    lms_tables.run(statement, [score, score, item])
    undo_it(audit, replace=True)
    assert rows("submissions_scoresummary") == summaries
    *as_before, last = rows("submissions_submission")
    assert as_before == submissions
    assert (last["id"], last["status"]) == (newer, "D")


def test_rows_of_an_offer_that_was_not_taken_are_no_new_start():
    enrollment = resettable()
    fill(enrollment)
    audit = reset(enrollment, [])
    assert not undo.undoability(audit).must_replace
    before = contents()
    put("courseware_studentfieldoverride", student_id=enrollment.user_id, course_id=enrollment.course_id)
    undo_it(audit)
    assert len(rows("courseware_studentfieldoverride")) == len(before["courseware_studentfieldoverride"]) + 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mine=st.lists(st.sampled_from(PARTS), max_size=3),
    theirs=st.lists(st.sampled_from(PARTS), max_size=2),
    choices=st.sets(st.sampled_from(OFFERS)),
)
def test_reset_then_undo_changes_nothing_whatever_is_ticked(mine, theirs, choices):
    enrollment = resettable()
    other = factories.EnrollmentFactory(course_id=enrollment.course_id)
    for number, part in enumerate(mine):
        part(enrollment if not number else again(enrollment))
    for number, part in enumerate(theirs):
        part(other if not number else again(other))
    before = contents()
    counted = {owner.key: count for owner, count in owners.preview(enrollment, choices)}
    others = owners.preview(other, OFFERS)
    audit = reset(enrollment, choices)
    assert ResetJob.objects.get(pk=audit.pk).cleared == counted
    assert owners.preview(other, OFFERS) == others
    undo_it(audit)
    assert contents() == before


def again(enrollment):
    """Return another run of the same learner: rows there are nobody's business."""
    return factories.EnrollmentFactory(user=enrollment.user)


# --- The dialog ------------------------------------------------------------------------------


def test_the_dialog_shows_offers_warnings_and_what_stays(client_of):
    enrollment = resettable()
    CourseOverview.objects.filter(pk=enrollment.course_id).update(self_paced=True)
    fill(enrollment)
    page = client_of(factories.support()).get(confirm(enrollment)).content.decode()
    assert '<input type="checkbox" name="choices" value="partition_tags" checked>' in page
    assert '<input type="checkbox" name="choices" value="schedule" checked>' in page
    assert '<input type="checkbox" name="choices" value="field_overrides">' in page
    assert "<strong>Submissions of the learner’s team.</strong>" in page
    assert "Bookmarks" in page
    assert "certificates_certificatewhitelist" in page
    assert "Certificate issued" not in page


def test_warnings_are_not_scrolled_away_by_focus_on_the_memo(client_of):
    browser, quiet, loud = client_of(factories.support()), resettable(), resettable()
    fill(loud)
    for enrollment, begins_at in ((quiet, "textarea"), (loud, "h2")):
        page = browser.get(confirm(enrollment)).content.decode()
        assert re.findall(r"<(\w+)[^>]* autofocus[ >]", page) == [begins_at]


def test_a_refused_form_keeps_the_ticks(client_of):
    enrollment = resettable()
    fill(enrollment)
    factories.CertificateFactory(enrollment=enrollment)
    browser = client_of(factories.support())
    response = browser.post(confirm(enrollment), {"memo": "Retake", "choices": ["field_overrides"]})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Certificate issued. To go on, tick “Reset although a certificate was issued”." in page
    assert '<input type="checkbox" name="choices" value="field_overrides" checked>' in page
    assert '<input type="checkbox" name="choices" value="partition_tags">' in page
    assert not CourseResetAudit.objects.exists()


def test_a_form_with_ticks_starts_the_reset(client_of):
    enrollment = resettable()
    fill(enrollment)
    factories.CertificateFactory(enrollment=enrollment)
    data = {"memo": "Retake", "choices": ["field_overrides", "certificate"]}
    assert client_of(factories.support()).post(confirm(enrollment), data).status_code == 302
    assert ResetJob.objects.get().choices == ["certificate", "field_overrides"]


def test_the_page_of_a_reset_says_what_was_ticked(client_of):
    enrollment = resettable()
    fill(enrollment)
    factories.CertificateFactory(enrollment=enrollment)
    audit = reset(enrollment, ["certificate", "schedule"])
    page = client_of(factories.support()).get(reverse("resets:detail", args=[audit.pk])).content.decode()
    assert "<dt>Choice</dt><dd>Reset although a certificate was issued</dd>" in page
    assert '<span class="num">1</span> Start of the personal schedule' in page
