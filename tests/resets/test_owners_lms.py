"""Owners of what only a whole LMS has: every kind of row, nobody else's, and back again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from console.models import CourseAccessRole
from enrollments.models import BlockCompletion, CourseEnrollment, GeneratedCertificate
from resets import owners
from resets.journal import Journal, play_back
from resets.models import ArchivePart, ResetArchive, StudentModule
from resets.owners import Policy, schema
from tests import factories
from tests.resets.lms_tables import (
    HISTORIES,
    TABLES,
    draw,
    fill,
    fill_submissions,
    join,
    put,
    put_team,
    rows,
    run,
    submit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lms_schema")]

CHOICES = [owner.key for owner in owners.OWNERS if owner.is_choice]
CLEARED = {
    "overrides": 0,
    "subsection_grades": 0,
    "course_grades": 0,
    "offline_grades": 1,
    "score_overriders": 1,
    "completions": 0,
    "completion_aggregates": 2,
    "problem_builder": 2,
    "student_modules": 1,
    "workflows": 2,
    "assessment_pools": 4,
    "scores": 2,
    "submissions": 2,
}
OFFERED = {
    "field_overrides": 1,
    "external_graders": 2,
    "partition_tags": 1,
    "cohort": 1,
    "teams": 1,
    "celebrations": 1,
    "schedule": 1,
    "due_dates": 1,
    "entrance_exam": 1,
    "content_gates": 1,
    "exam_attempts": 1,
    "certificate_unavailable": 1,
    "lti_scores": 1,
}
WARNED = {
    "team_submissions": 1,
    "team_files": 1,
    "team_memberships": 1,
    "access_roles": 1,
    "course_milestones": 1,
    "proctored_attempts": 1,
    "certificate": 1,
    "certificate_allowlist": 1,
    "credit": 2,
    "enterprise_channels": 2,
    "lti_outcomes": 1,
    "overrides_of_tools": 0,
    "poll_totals": 0,
    "certificate_record": 0,
    "audit_access": 0,
}


def learner(**kwargs):
    """Return the enrollment of a learner who left something everywhere."""
    enrollment = factories.EnrollmentFactory(**kwargs)
    module = factories.StudentModuleFactory(enrollment=enrollment)
    put("bulk_grades_scoreoverrider", module_id=module.pk, user_id=factories.LearnerFactory().pk)
    factories.CertificateFactory(enrollment=enrollment)
    CourseAccessRole.objects.create(
        user=enrollment.user, org=enrollment.course_id.org, course_id=enrollment.course_id, role="beta_testers"
    )
    fill(enrollment)
    return enrollment


def clear(enrollment, choices=()):
    journal = Journal.start(factories.AuditFactory().pk, ResetArchive.Kind.RESET)
    cleared = owners.clear(enrollment, journal=journal, actor_id=factories.support().pk, choices=choices)
    return cleared, journal.archive


def contents():
    return {table: rows(table) for table in TABLES}


def counts(effects):
    return {effect.owner.key: effect.count for effect in effects}


def changed(before):
    return {table for table, then in before.items() if rows(table) != then}


def test_everything_that_must_go_goes():
    assert clear(learner())[0] == CLEARED


def test_everything_that_is_offered_goes_when_it_is_ticked():
    assert clear(learner(), CHOICES)[0] == CLEARED | OFFERED


@pytest.mark.parametrize("choice", OFFERED)
def test_one_offer_takes_its_own_rows_and_no_other(choice):
    enrollment = learner()
    assert clear(enrollment, [choice])[0] == CLEARED | {choice: OFFERED[choice]}
    left = {key: count for key, count in OFFERED.items() if key not in {choice, "schedule"}}
    assert counts(owners.effects(enrollment).offered) | {"schedule": 1} == left | {"schedule": 1}


def test_the_preview_says_all_of_it():
    enrollment = learner()
    effects = owners.effects(enrollment)
    assert counts(effects.cleared) == {key: count for key, count in CLEARED.items() if count}
    assert counts(effects.nothing) == {key: count for key, count in CLEARED.items() if not count}
    assert counts(effects.offered) == OFFERED
    assert counts(effects.refusals) == {"certificate": 1}
    assert counts([*effects.warnings, *effects.refusals]) == {key: count for key, count in WARNED.items() if count}
    kept = counts(effects.kept)
    assert (kept["bookmarks"], kept["cohorts"], kept["enrollment"]) == (1, 0, 0)
    assert "certificates_certificatewhitelist" in effects.missing
    assert "submissions_score" not in effects.missing


@pytest.mark.parametrize("choices", [[], CHOICES])
def test_the_preview_counts_what_is_cleared(choices):
    enrollment = learner()
    counted = {owner.key: count for owner, count in owners.preview(enrollment, choices)}
    assert counted == clear(enrollment, choices)[0]


def test_afterwards_nothing_is_left_to_clear():
    enrollment = learner()
    clear(enrollment, CHOICES)
    assert counts(owners.effects(enrollment).cleared) == {}
    assert counts(owners.effects(enrollment).offered) == {"schedule": 1}


def test_every_owner_is_tried_here():
    tried = {*CLEARED, *OFFERED, *WARNED}
    assert tried == {owner.key for owner in owners.OWNERS if owner.policy != Policy.KEEP}


def test_warnings_and_kept_rows_never_change():
    enrollment = learner()
    before = contents()
    clear(enrollment, CHOICES)
    touched = {table for owner in owners.cleared_with(CHOICES) for table in (*owner.tables(), *owner.updates)}
    assert changed(before) <= touched
    for table in ("bookmarks_bookmark", "courseware_xmodulestudentprefsfield"):
        assert table not in changed(before)


def test_other_learners_and_other_runs_keep_theirs():
    enrollment = learner()
    others = [learner(course_id=enrollment.course_id), learner(user=enrollment.user)]
    clear(enrollment, CHOICES)
    for other in others:
        effects = owners.effects(other)
        assert counts(effects.cleared) == {key: count for key, count in CLEARED.items() if count}
        assert counts(effects.offered) == OFFERED


def test_runs_whose_keys_are_alike_keep_theirs():
    """`_` is a wildcard in LIKE, and MySQL's collations take upper and lower case for the same."""
    mine = learner(course_id=CourseKey.from_string("course-v1:Org_+Demo+Run"))
    others = ("course-v1:OrgX+Demo+Run", "course-v1:Org_+Demo+Run2")
    twins = [learner(user=mine.user, course_id=CourseKey.from_string(text)) for text in others]
    lower = put(
        "user_api_usercoursetag",
        key="xblock.partition_service.partition_51",
        user_id=mine.user_id,
        course_id="course-v1:org_+demo+run",
    )
    module = factories.StudentModuleFactory(enrollment=mine, course_id=CourseKey.from_string("course-v1:org_+demo+run"))
    clear(mine, CHOICES)
    assert [counts(owners.effects(twin).offered) for twin in twins] == [OFFERED] * 2
    assert lower in [row["id"] for row in rows("user_api_usercoursetag")]
    assert StudentModule.objects.filter(pk=module.pk).exists()


def test_rows_of_a_team_submission_are_as_before():
    enrollment = factories.EnrollmentFactory()
    team = put("submissions_teamsubmission", course_id=str(enrollment.course_id), status="A")
    for member in (enrollment, factories.EnrollmentFactory(course_id=enrollment.course_id)):
        name = f"anonymous{member.pk}"
        put("student_anonymoususerid", anonymous_user_id=name, user_id=member.user_id, course_id=str(member.course_id))
        submit(member, name, "team-ora", team_submission_id=team)
    before = contents()
    clear(enrollment, CHOICES)
    assert changed(before) == set()


def test_a_score_is_followed_by_a_reset_one():
    enrollment = factories.EnrollmentFactory()
    put(
        "student_anonymoususerid",
        anonymous_user_id="a1",
        user_id=enrollment.user_id,
        course_id=str(enrollment.course_id),
    )
    item = submit(enrollment, "a1", "ora")
    clear(enrollment)
    old, new = rows("submissions_score")
    assert (old["points_earned"], bool(old["reset"])) == (3, False)
    assert (new["points_earned"], new["points_possible"], bool(new["reset"])) == (0, 0, True)
    assert (new["student_item_id"], new["submission_id"]) == (item, None)
    (summary,) = rows("submissions_scoresummary")
    assert summary["highest_id"] == summary["latest_id"] == new["id"]
    (submission,) = rows("submissions_submission")
    assert submission["status"] == "D"


def test_workflows_are_cancelled_and_say_why():
    enrollment = factories.EnrollmentFactory()
    put(
        "student_anonymoususerid",
        anonymous_user_id="a1",
        user_id=enrollment.user_id,
        course_id=str(enrollment.course_id),
    )
    submit(enrollment, "a1", "ora")
    clear(enrollment)
    assert [row["status"] for row in rows("workflow_assessmentworkflow")] == ["cancelled"]
    (cancellation,) = rows("workflow_assessmentworkflowcancellation")
    assert "reset" in cancellation["comments"]
    assert all(row["cancelled_at"] for row in rows("assessment_peerworkflow") + rows("assessment_staffworkflow"))


def test_a_deleted_exam_attempt_leaves_the_history_row_that_the_lms_would_write():
    enrollment = learner()
    clear(enrollment, ["exam_attempts"])
    (row,) = rows("proctoring_proctoredexamstudentattempt_history")
    assert (row["user_id"], row["history_type"], row["status"]) == (enrollment.user_id, "-", "submitted")


def test_the_schedule_starts_today_and_is_ticked_for_self_paced_runs():
    answers = {}
    for self_paced in (True, False):
        course = factories.CourseOverviewFactory(self_paced=self_paced)
        enrollment = learner(course=course)
        offered = {effect.owner.key: effect.is_ticked for effect in owners.effects(enrollment).offered}
        answers[self_paced] = offered["schedule"]
        assert offered["partition_tags"]
        assert not offered["field_overrides"]
    assert answers == {True: True, False: False}
    clear(enrollment, ["schedule"])
    assert [bool(row["start_date"]) for row in rows("schedules_schedule")] == [False, True]


@pytest.mark.parametrize(
    ("choice", "table"),
    [
        ("schedule", "schedules_historicalschedule"),
        ("certificate_unavailable", "certificates_historicalgeneratedcertificate"),
    ],
)
def test_a_changed_row_leaves_the_history_row_that_the_lms_would_write(choice, table):
    enrollment = learner()
    agent = factories.support().pk
    journal = Journal.start(factories.AuditFactory().pk, ResetArchive.Kind.RESET)
    owners.clear(enrollment, journal=journal, actor_id=agent, choices=[choice])
    play_back(journal.archive)
    owners.restored(enrollment, actor_id=agent, choices=[choice])
    changed, restored = rows(table)
    (now,) = [row for row in rows(table.replace("_historical", "_")) if row["id"] == restored["id"]]
    assert [row["history_type"] for row in (changed, restored)] == ["~", "~"]
    assert {row["history_user_id"] for row in (changed, restored)} == {agent}
    assert {name: restored[name] for name in now} == now
    assert {name: changed[name] for name in now} != now


def test_a_certificate_becomes_unavailable_as_the_lms_does_it():
    enrollment = learner()
    GeneratedCertificate.objects.update(download_uuid="abc", download_url="https://x/1.pdf", error_reason="none")
    (before,) = rows("certificates_generatedcertificate")
    clear(enrollment, ["certificate_unavailable"])
    (after,) = rows("certificates_generatedcertificate")
    emptied = dict.fromkeys(("download_uuid", "download_url", "grade", "error_reason"), "")
    assert after == before | emptied | {"status": "unavailable", "modified_date": after["modified_date"]}
    assert after["modified_date"] > before["modified_date"]


@pytest.mark.parametrize(("assignment", "offered", "kept"), [("random", 1, 0), ("manual", 0, 1)])
def test_only_a_place_that_the_lms_drew_is_given_up(assignment, offered, kept):
    enrollment = factories.EnrollmentFactory()
    draw(enrollment, factories.CohortFactory(course_id=enrollment.course_id, assignment_type=assignment))
    group = factories.CohortFactory(course_id=enrollment.course_id, group_type="groups", assignment_type="random")
    put("course_groups_courseusergroup_users", courseusergroup_id=group.pk, user_id=enrollment.user_id)
    effects = owners.effects(enrollment)
    assert counts(effects.offered).get("cohort", 0) == offered
    assert counts(effects.kept)["cohorts"] == kept
    clear(enrollment, ["cohort"])
    assert len(rows("course_groups_cohortmembership")) == kept
    assert len(rows("course_groups_courseusergroup_users")) == kept + 1


def test_a_team_is_counted_anew_by_who_is_in_it():
    mine = factories.EnrollmentFactory()
    mate = factories.EnrollmentFactory(course_id=mine.course_id)
    team, other = put_team(mine.course_id), put_team(mine.course_id)
    join(mine, team)
    join(mate, team)
    run("UPDATE teams_courseteam SET team_size = 7")
    clear(mine, ["teams"])
    assert [(row["id"], row["team_size"]) for row in rows("teams_courseteam")] == [(team, 1), (other, 7)]
    assert [row["user_id"] for row in rows("teams_courseteammembership")] == [mate.user_id]


LIMITS = "course_duration_limits_coursedurationlimitconfig"
LONG_AGO = {"enabled": True, "enabled_as_of": factories.days_ago(400)}


@pytest.mark.parametrize(
    ("settings", "mode", "number"),
    [
        ([{}], "audit", 1),
        ([{}], "verified", 0),
        ([], "audit", 0),
        ([{"enabled": None}], "audit", 0),
        ([{"enabled_as_of": None}], "audit", 0),
        ([{"enabled_as_of": factories.days_ago(1)}], "audit", 0),
        ([{"org": "TestX"}], "audit", 1),
        ([{"org": "testx"}], "audit", 0),
        ([{"org_course": "TestX+A"}], "audit", 1),
        ([{"course_id": "course-v1:TestX+A+1"}], "audit", 1),
        ([{"course_id": "course-v1:TestX+A+2"}], "audit", 0),
        ([{"site_id": 3}], "audit", 1),
        # The more special level counts, whenever it was set; of one level the newest row.
        ([{"org": "TestX", "enabled": False, "enabled_as_of": None}, {}], "audit", 0),
        ([{"enabled": False}, {"org_course": "TestX+A", "enabled_as_of": None}], "audit", 1),
        ([{}, {"enabled": False, "enabled_as_of": None}], "audit", 0),
    ],
)
def test_an_audit_access_that_ends_is_warned_about(settings, mode, number):
    enrollment = factories.EnrollmentFactory(course_id=CourseKey.from_string("course-v1:TestX+A+1"), mode=mode)
    factories.CourseModeFactory(course_id=enrollment.course_id, mode_slug="verified")
    for values in settings:
        put(LIMITS, **LONG_AGO | values)
    assert counts(owners.effects(enrollment).warnings).get("audit_access", 0) == number


def test_an_audit_access_does_not_end_where_there_is_nothing_to_upgrade_to():
    enrollment = factories.EnrollmentFactory(mode="audit")
    put(LIMITS, **LONG_AGO)
    assert "audit_access" not in counts(owners.effects(enrollment).warnings)


@pytest.mark.parametrize(("kind", "number"), [("survey", 1), ("word_cloud", 1), ("problem", 0)])
def test_totals_of_polls_are_warned_about(kind, number):
    enrollment = factories.EnrollmentFactory()
    factories.StudentModuleFactory(enrollment=enrollment, module_type=kind)
    factories.StudentModuleFactory(module_type=kind)
    assert counts(owners.effects(enrollment).warnings).get("poll_totals", 0) == number


@pytest.mark.parametrize(
    ("org", "course_id", "number"),
    [("TestX", "", 1), ("testx", "", 0), ("", "", 0), ("TestX", "course-v1:TestX+B+1", 0)],
)
def test_roles_in_the_whole_organisation_are_warned_about(org, course_id, number):
    enrollment = factories.EnrollmentFactory(course_id=CourseKey.from_string("course-v1:TestX+A+1"))
    key = CourseKey.from_string(course_id) if course_id else None
    CourseAccessRole.objects.create(user=enrollment.user, org=org, course_id=key, role="staff")
    assert counts(owners.effects(enrollment).warnings).get("access_roles", 0) == number


def test_a_weekly_goal_that_was_reached_before_is_not_celebrated_in_the_new_attempt():
    enrollment = factories.EnrollmentFactory()
    table = "student_courseenrollmentcelebration"
    put(table, enrollment_id=enrollment.pk, celebrate_first_section=False, celebrate_weekly_goal=True)
    clear(enrollment, ["celebrations"])
    (row,) = rows(table)
    assert (bool(row["celebrate_first_section"]), bool(row["celebrate_weekly_goal"])) == (True, False)


def test_ticks_of_the_agent_stand():
    offered = owners.effects(learner(), ["due_dates"]).offered
    assert [effect.owner.key for effect in offered if effect.is_ticked] == ["due_dates"]


def test_playing_back_gives_everything_back():
    enrollment = learner()
    learner(course_id=enrollment.course_id)
    before = contents()
    _, archive = clear(enrollment, CHOICES)
    assert changed(before)
    play_back(archive)
    assert changed(before) == HISTORIES


def test_a_changed_row_that_is_gone_by_now_comes_back():
    enrollment = learner()
    before = contents()
    _, archive = clear(enrollment)
    run("DELETE FROM assessment_peerworkflow WHERE cancelled_at IS NOT NULL")
    play_back(archive)
    assert not changed(before)


def test_references_without_a_foreign_key_follow_a_new_id():
    enrollment = factories.EnrollmentFactory()
    module = factories.StudentModuleFactory(enrollment=enrollment)
    put("bulk_grades_scoreoverrider", module_id=module.pk, user_id=1)
    _, archive = clear(enrollment)
    factories.StudentModuleFactory(enrollment=factories.EnrollmentFactory(), id=module.pk)
    play_back(archive, owners.references())
    (row,) = rows("bulk_grades_scoreoverrider")
    assert row["module_id"] == StudentModule.objects.get(student=enrollment.user).pk != module.pk


def test_a_preview_costs_the_same_however_much_there_is():
    few, many = learner(), learner()
    name = fill_submissions(many)
    for number in range(20):
        submit(many, name, f"ora{number}")
    numbers = []
    schema.columns()  # Read once per process.
    for enrollment in (few, many):
        with CaptureQueriesContext(connection) as queries:
            owners.effects(enrollment)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_text_that_is_no_course_key_is_previewed_all_the_same():
    enrollment = factories.EnrollmentFactory(mode="audit")
    run("UPDATE student_courseenrollment SET course_id = 'no key' WHERE id = %s", [enrollment.pk])
    put(LIMITS, **LONG_AGO)
    effects = owners.effects(CourseEnrollment.objects.get(pk=enrollment.pk))
    assert counts(effects.warnings) == {}


def test_which_tables_hold_anything_is_asked_by_one_statement():
    enrollment = factories.EnrollmentFactory()
    schema.columns()  # Read once per process.
    with CaptureQueriesContext(connection) as queries:
        owners.preview(enrollment)
    assert len(queries) == 4, "the learner’s names, the tables, and two that are looked through anyway"


@pytest.mark.parametrize(
    ("model", "factory"),
    [(BlockCompletion, factories.BlockCompletionFactory), (StudentModule, factories.StudentModuleFactory)],
)
def test_what_comes_while_the_rows_are_looked_for_is_cleared_whole_or_stays(model, factory):
    """A row may come to an empty table right after that was asked; it stays, as one does that comes after the reset."""
    enrollment = factories.EnrollmentFactory()
    waiting = [lambda: factory(enrollment=enrollment)]

    def after_the_look(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if waiting and sql.startswith("SELECT EXISTS"):
            waiting.pop()()
        return result

    with connection.execute_wrapper(after_the_look):
        cleared = sum(clear(enrollment)[0].values())
    assert not waiting
    assert cleared + model.objects.count() == 1
    assert sum(part.rows for part in ArchivePart.objects.all()) == cleared
    assert sum(count for _, count in owners.preview(enrollment)) == model.objects.count(), "the second look finds it"
