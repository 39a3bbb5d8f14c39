"""What the agent ticks travels with the reset, and comes back with its undo."""

import re

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollments.models import CourseOverview
from resets import actions, owners, undo
from resets.models import ArchivePart, CourseResetAudit, ResetJob
from tests import factories
from tests.resets import lms_tables
from tests.resets.lms_tables import HISTORIES, draw, fill, join, put, put_team, rows, run
from tests.resets.states import resettable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lms_schema")]

OFFERS = [owner.key for owner in owners.OWNERS if owner.is_choice and not owner.refuses]
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


# --- Places that somebody may have taken, or taken away, since ------------------------------


def test_a_certificate_that_becomes_unavailable_refuses_no_more():
    enrollment = resettable()
    factories.CertificateFactory(enrollment=enrollment)
    before = rows("certificates_generatedcertificate")
    audit = reset(enrollment, ["certificate_unavailable"])
    assert [row["status"] for row in rows("certificates_generatedcertificate")] == ["unavailable"]
    undo_it(audit)
    assert rows("certificates_generatedcertificate") == before


def test_an_undo_takes_back_what_the_reset_set_and_nothing_else():
    enrollment = resettable()
    fill(enrollment)
    (before,) = rows("schedules_schedule")
    audit = reset(enrollment, ["schedule"])
    run("UPDATE schedules_schedule SET active = %s", [False])
    undo_it(audit)
    (after,) = rows("schedules_schedule")
    assert after == before | {"active": after["active"]}
    assert not after["active"]


def in_a_team(enrollment):
    team = put_team(enrollment.course_id)
    join(enrollment, team)
    return team


def teams():
    return {row["id"]: row["team_size"] for row in rows("teams_courseteam")}


def members():
    return {(row["user_id"], row["team_id"]) for row in rows("teams_courseteammembership")}


def test_an_undo_counts_who_is_in_the_team_by_then():
    enrollment = resettable()
    team = in_a_team(enrollment)
    audit = reset(enrollment, ["teams"])
    assert (teams(), members()) == ({team: 0}, set())
    mate = factories.EnrollmentFactory(course_id=enrollment.course_id)
    join(mate, team)
    run("UPDATE teams_courseteam SET name = 'Renamed since'")
    undo_it(audit)
    assert teams() == {team: 2}
    assert members() == {(enrollment.user_id, team), (mate.user_id, team)}
    assert rows("teams_courseteam")[0]["name"] == "Renamed since"


def test_a_team_that_was_joined_since_is_left_when_that_is_chosen():
    enrollment = resettable()
    old, new = in_a_team(enrollment), put_team(enrollment.course_id)
    audit = reset(enrollment, ["teams"])
    join(enrollment, new)
    with pytest.raises(undo.UndoRefusedError, match="started again"):
        undo_it(audit)
    undo_it(audit, replace=True)
    assert (teams(), members()) == ({old: 1, new: 0}, {(enrollment.user_id, old)})


def test_a_team_that_is_gone_stays_gone(client_of):
    enrollment = resettable()
    fill(enrollment)
    gone = in_a_team(enrollment)
    before = contents()
    audit = reset(enrollment, ["teams"])
    run("DELETE FROM teams_courseteam WHERE id = %s", [gone])
    browser, address = client_of(factories.support()), reverse("resets:undo", args=[audit.pk])
    assert "Places in teams: the team is gone." in browser.get(address).content.decode()
    assert browser.post(address, {"memo": "Wrong learner"}).status_code == 302
    was = "teams_courseteam", "teams_courseteammembership"
    assert {name: found for name, found in contents().items() if name not in was} == {
        name: found for name, found in before.items() if name not in was
    }
    assert rows(was[0]) == [row for row in before[was[0]] if row["id"] != gone]
    assert rows(was[1]) == [row for row in before[was[1]] if row["team_id"] != gone]
    page = browser.get(reverse("resets:detail", args=[audit.pk])).content.decode()
    assert "Not all of it came back" in page
    assert "Places in teams: the team is gone." in page


def in_a_cohort(enrollment, assignment="random"):
    cohort = factories.CohortFactory(course_id=enrollment.course_id, assignment_type=assignment)
    draw(enrollment, cohort)
    return cohort


def places():
    of_lms = [(row["user_id"], row["course_user_group_id"]) for row in rows("course_groups_cohortmembership")]
    assert of_lms == [
        (row["user_id"], row["courseusergroup_id"]) for row in rows("course_groups_courseusergroup_users")
    ]
    return of_lms


def test_a_cohort_that_was_drawn_since_is_replaced_when_that_is_chosen():
    enrollment = resettable()
    old = in_a_cohort(enrollment)
    audit = reset(enrollment, ["cohort"])
    assert places() == []
    in_a_cohort(enrollment)
    with pytest.raises(undo.UndoRefusedError, match="started again"):
        undo_it(audit)
    undo_it(audit, replace=True)
    assert places() == [(enrollment.user_id, old.pk)]


def test_a_cohort_that_staff_chose_since_stays():
    enrollment = resettable()
    in_a_cohort(enrollment)
    audit = reset(enrollment, ["cohort"])
    given = in_a_cohort(enrollment, "manual")
    assert undo.undoability(audit).left_out == ["Place in an automatic cohort: staff have chosen a cohort since."]
    undo_it(audit)
    assert places() == [(enrollment.user_id, given.pk)]


def test_a_cohort_that_is_gone_stays_gone():
    enrollment = resettable()
    cohort = in_a_cohort(enrollment)
    audit = reset(enrollment, ["cohort"])
    cohort.cohort.delete()
    cohort.delete()
    undo_it(audit)
    assert places() == []
    assert ResetJob.objects.get(pk=audit.pk).left_out == "Place in an automatic cohort: the cohort is gone."


def test_an_archive_that_cannot_be_read_refuses_before_it_is_asked_for():
    enrollment = resettable()
    in_a_team(enrollment)
    audit = reset(enrollment, ["teams"])
    ArchivePart.objects.filter(owner="teams").update(sha256="0" * 64)
    answer = undo.undoability(audit)
    assert (answer.is_possible, "checksum" in answer.reason) == (False, True)


# --- Whatever there is ----------------------------------------------------------------------


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
