"""Undoing a reset: row for row as before, or nothing."""

import hashlib
import zlib
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DataError, connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollments.models import BlockCompletion, PersistentCourseGrade
from resets import actions, journal, mail, retention, rowtext, sweeper, undo
from resets.eligibility import ResetStatus
from resets.models import (
    ArchivePart,
    CourseResetAudit,
    HistoricalSubsectionGradeOverride,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetArchive,
    ResetJob,
    StudentModule,
)
from resets.timeline import timeline
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
CLEARED = (
    StudentModule,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    PersistentCourseGrade,
    BlockCompletion,
)


def contents():
    """Return every row of every table that a reset clears, as the database has it."""
    rows = {}
    with connection.cursor() as cursor:
        for model in CLEARED:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            rows[model._meta.db_table] = cursor.fetchall()
    return rows


def with_state(enrollment):
    for module_type in ("course", "sequential", "problem"):
        factories.StudentModuleFactory(enrollment=enrollment, module_type=module_type)
    factories.StudentModuleFactory(enrollment=enrollment, state=None, grade=0.1 + 0.2, max_grade=1.0)
    factories.OverrideFactory(grade=factories.SubsectionGradeFactory(enrollment=enrollment))
    factories.SubsectionGradeFactory(enrollment=enrollment)
    factories.CourseGradeFactory(enrollment=enrollment)
    factories.BlockCompletionFactory.create_batch(3, enrollment=enrollment)
    return enrollment


def reset(enrollment):
    audit = actions.start_reset(enrollment_id=enrollment.pk, memo="Wrong learner", actor=factories.support())
    assert actions.run_reset(audit.pk, worker="w")
    return CourseResetAudit.objects.get(pk=audit.pk)


def undo_it(audit, actor=None, memo="It was the wrong learner", **kwargs):
    undo.undo_reset(audit_id=audit.pk, memo=memo, actor=actor or factories.support(), **kwargs)


def status_of(enrollment):
    return actions.decide(enrollment.pk)[1].status


def test_row_for_row_as_before():
    enrollment = with_state(resettable())
    with_state(factories.EnrollmentFactory(course_id=enrollment.course_id))
    before = contents()
    audit = reset(enrollment)
    assert contents() != before
    undo_it(audit)
    assert contents() == before


def test_afterwards_it_can_be_reset_again():
    enrollment = with_state(resettable())
    before = contents()
    first = reset(enrollment)
    assert status_of(enrollment) == ResetStatus.COMPLETE
    undo_it(first)
    assert status_of(enrollment) == ResetStatus.UNDONE
    second = actions.start_reset(
        enrollment_id=enrollment.pk, memo="Now it is meant", actor=factories.support(), seen_audit_id=first.pk
    )
    actions.run_reset(second.pk, worker="w")
    assert status_of(enrollment) == ResetStatus.COMPLETE
    undo_it(second)
    assert contents() == before


def test_it_is_recorded():
    enrollment, agent = with_state(resettable()), factories.support()
    audit = reset(enrollment)
    undo_it(audit, agent, memo="  Wrong learner ")
    job = ResetJob.objects.get(pk=audit.pk)
    assert (job.undone_by, job.undo_memo) == (agent, "Wrong learner")
    assert job.undone_at is not None
    assert LogEntry.objects.filter(user=agent, change_message="Reset undone: Wrong learner").exists()


def test_the_platforms_own_row_keeps_one_of_its_four_words():
    audit = reset(resettable())
    undo_it(audit)
    audit.refresh_from_db()
    assert audit.status == CourseResetAudit.Status.COMPLETE


def test_override_history_tells_both():
    audit = reset(with_state(resettable()))
    undo_it(audit)
    assert [row.history_type for row in HistoricalSubsectionGradeOverride.objects.order_by("pk")] == ["-", "+"]


def test_a_learner_who_has_started_again_is_left_alone():
    enrollment = with_state(resettable())
    audit = reset(enrollment)
    newer = factories.StudentModuleFactory(enrollment=enrollment, state='{"newer": true}')
    with pytest.raises(undo.UndoRefusedError, match="has started again"):
        undo_it(audit)
    assert StudentModule.objects.get() == newer
    assert ResetJob.objects.get(pk=audit.pk).undone_at is None


def test_replacing_archives_what_the_learner_did_since():
    enrollment = with_state(resettable())
    before = contents()
    audit = reset(enrollment)
    module = StudentModule.objects.model(
        student=enrollment.user,
        course_id=enrollment.course_id,
        module_state_key=factories.block_key(enrollment.course_id, block_id="newer"),
        module_type="problem",
        state='{"newer": true}',
        created=timezone.now(),
        modified=timezone.now(),
    )
    module.save()
    undo_it(audit, replace=True)
    assert contents() == before
    replaced = ResetArchive.objects.get(audit=audit, kind=ResetArchive.Kind.REPLACED)
    assert replaced.rows == 1
    assert b"newer" in zlib.decompress(bytes(replaced.parts.get().payload))


def test_ids_that_are_taken_by_now_are_replaced_and_references_follow():
    enrollment = with_state(resettable())
    audit = reset(enrollment)
    other = factories.EnrollmentFactory(course_id=enrollment.course_id)
    part = ArchivePart.objects.get(table=PersistentSubsectionGrade._meta.db_table)
    columns, rows = rowtext.load(zlib.decompress(bytes(part.payload)))
    for row in rows:
        factories.SubsectionGradeFactory(enrollment=other, id=row[columns.index("id")])
    undo_it(audit)
    grades = PersistentSubsectionGrade.objects.filter(user_id=enrollment.user_id)
    assert grades.count() == 2
    assert PersistentSubsectionGradeOverride.objects.get().grade in grades


@pytest.mark.parametrize("memo", ["", "   ", "m" * 256])
def test_it_needs_a_memo(memo):
    audit = reset(with_state(resettable()))
    with pytest.raises(actions.ResetRefusedError, match="memo"):
        undo_it(audit, memo=memo)
    assert not StudentModule.objects.exists()


def refuse_emoji(execute, sql, params, many, context):
    """Be a MySQL whose tables are in three-byte `utf8`."""
    if sql.startswith("UPDATE") and "undo_memo" in sql:
        raise DataError(1366, "Incorrect string value: '\\xF0\\x9F\\x98\\x80' for column 'undo_memo' at row 1")
    return execute(sql, params, many, context)


def test_a_memo_that_the_database_cannot_store_is_refused():
    audit = reset(with_state(resettable()))
    with connection.execute_wrapper(refuse_emoji), pytest.raises(actions.ResetRefusedError, match="emoji"):
        undo_it(audit, memo="Sorry 😀")
    assert not StudentModule.objects.exists()


def test_only_support_and_admins():
    enrollment = with_state(resettable())
    audit = reset(enrollment)
    with pytest.raises(PermissionDenied):
        undo_it(audit, factories.course_staff(enrollment.course_id))
    assert not StudentModule.objects.exists()


def test_not_twice():
    audit = reset(with_state(resettable()))
    undo_it(audit)
    with pytest.raises(undo.UndoRefusedError, match="undone already"):
        undo_it(audit)


def test_not_a_reset_of_open_edx_own_tool():
    audit = factories.AuditFactory(job=None, status="complete")
    with pytest.raises(undo.UndoRefusedError, match="own tool"):
        undo_it(audit)


@pytest.mark.parametrize("status", ["enqueued", "in_progress", "failed"])
def test_only_a_complete_one(status):
    with pytest.raises(undo.UndoRefusedError, match="Only a complete reset"):
        undo_it(factories.AuditFactory(status=status))


def test_not_after_retirement():
    enrollment = with_state(resettable())
    audit = reset(enrollment)
    get_user_model().objects.filter(pk=enrollment.user_id).update(username="retired__user_1")
    with pytest.raises(undo.UndoRefusedError, match="retired"):
        undo_it(audit)


def test_not_when_a_later_reset_stands(settings):
    settings.LECTERN_RESETS_PER_ENROLLMENT = 2
    enrollment = with_state(resettable())
    first = reset(enrollment)
    second = actions.start_reset(
        enrollment_id=enrollment.pk, memo="Again", actor=factories.support(), seen_audit_id=first.pk
    )
    actions.run_reset(second.pk, worker="w")
    with pytest.raises(undo.UndoRefusedError, match="later reset"):
        undo_it(first)


# --- Archives that cannot be trusted ---------------------------------------------------------


def flip_a_bit():
    part = ArchivePart.objects.order_by("number")[2]
    payload = bytearray(bytes(part.payload))
    payload[5] ^= 1
    ArchivePart.objects.filter(pk=part.pk).update(payload=bytes(payload))


def lose_a_part():
    ArchivePart.objects.order_by("number")[2].delete()


def lose_the_last_part():
    ArchivePart.objects.order_by("-number")[0].delete()


def mistake_deleted_rows_for_added_ones():
    ArchivePart.objects.filter(table=StudentModule._meta.db_table).update(operation=ArchivePart.Operation.ADDED)


def mistake_the_table():
    ArchivePart.objects.filter(table="grades_persistentcoursegrade").update(table=StudentModule._meta.db_table)


@pytest.mark.parametrize(
    "damage",
    [flip_a_bit, lose_a_part, lose_the_last_part, mistake_deleted_rows_for_added_ones, mistake_the_table],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_archive_is_refused_and_changes_nothing(damage):
    audit = reset(with_state(resettable()))
    damage()
    before = contents()
    with pytest.raises(undo.UndoRefusedError, match="Nothing was changed"):
        undo_it(audit)
    assert contents() == before
    assert ResetJob.objects.get(pk=audit.pk).undone_at is None


def test_an_archive_of_an_older_version_is_still_played_back():
    """Its checksums cover the rows alone, and the number of its parts was not kept."""
    enrollment = with_state(resettable())
    before = contents()
    audit = reset(enrollment)
    ResetArchive.objects.update(part_count=None)
    for part in ArchivePart.objects.all():
        ArchivePart.objects.filter(pk=part.pk).update(sha256=hashlib.sha256(bytes(part.payload)).hexdigest())
    undo_it(audit)
    assert contents() == before


def test_every_part_can_be_checked():
    audit = reset(with_state(resettable()))
    for part in ArchivePart.objects.filter(archive__audit=audit):
        columns, rows = rowtext.load(zlib.decompress(bytes(part.payload)))
        assert len(rows) == part.rows
        assert "id" in columns


# --- Retention -------------------------------------------------------------------------------


def archived(days_ago):
    audit = reset(with_state(resettable()))
    ResetArchive.objects.filter(audit=audit).update(created=factories.days_ago(days_ago))
    return audit


def test_archives_are_purged_after_their_time(settings):
    settings.LECTERN_ARCHIVE_DAYS = 100
    old, young = archived(101), archived(99)
    assert retention.purge_archives() == 1
    assert {part.operation for part in ArchivePart.objects.filter(archive__audit=old)} == {"map"}
    assert ArchivePart.objects.filter(archive__audit=young).exists()
    with pytest.raises(undo.UndoRefusedError, match="retention"):
        undo_it(old)
    assert retention.purge_archives() == 0


def test_archives_of_retired_learners_are_purged_at_once():
    audit = archived(1)
    get_user_model().objects.filter(pk=audit.course_enrollment.user_id).update(username="retired__user_2")
    assert retention.purge_archives() == 1


def test_the_command(capsys):
    archived(10)
    call_command("purge_archives", days=5)
    assert capsys.readouterr().out.startswith("Purged 1 archives.\n")


# --- Any state at all ------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)
MOMENTS = st.datetimes(datetime(2013, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds)
MODULES = st.lists(st.tuples(TEXTS | st.none(), NUMBERS, MOMENTS), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=MODULES, theirs=MODULES, completions=st.lists(st.floats(0, 1), max_size=5))
def test_reset_then_undo_changes_nothing_whatever_the_state(mine, theirs, completions):
    enrollment = resettable()
    other = factories.EnrollmentFactory(course_id=enrollment.course_id)
    for owner, modules in ((enrollment, mine), (other, theirs)):
        for state, grade, moment in modules:
            factories.StudentModuleFactory(enrollment=owner, state=state, grade=grade, created=moment, modified=moment)
    for completion in completions:
        factories.BlockCompletionFactory(enrollment=enrollment, completion=completion)
    before = contents()
    audit = reset(enrollment)
    assert StudentModule.objects.filter(student=other.user).count() == len(theirs)
    assert not StudentModule.objects.filter(student=enrollment.user).exists()
    undo_it(audit)
    assert contents() == before


# --- What stays of a purged archive ----------------------------------------------------------


def purged(audit):
    ResetArchive.objects.filter(audit=audit).update(created=factories.days_ago(500))
    assert retention.purge_archives() == 1
    return ArchivePart.objects.filter(archive__audit=audit)


def test_which_block_a_deleted_module_was_stays_known():
    enrollment = with_state(resettable())
    modules = {
        (module.pk, module.student_id, str(module.module_state_key), str(module.course_id))
        for module in StudentModule.objects.all()
    }
    (part,) = purged(reset(enrollment))
    columns, rows = journal.unpack(part)
    assert columns == ["id", "student_id", "module_id", "course_id"]
    assert {tuple(row) for row in rows} == modules
    assert part.rows == len(modules)


def test_of_a_retired_learner_no_answer_stays():
    enrollment = resettable()
    factories.StudentModuleFactory(enrollment=enrollment, state='{"answer": "my secret"}', grade=0.625)
    audit = reset(enrollment)
    get_user_model().objects.filter(pk=enrollment.user_id).update(username="retired__user_3")
    assert retention.purge_archives() == 1
    (part,) = ArchivePart.objects.filter(archive__audit=audit)
    text = zlib.decompress(bytes(part.payload)).decode()
    assert "secret" not in text
    assert "0.625" not in text


def test_a_map_is_never_played_back():
    audit = reset(with_state(resettable()))
    purged(audit)
    with pytest.raises(undo.UndoRefusedError, match="says only which blocks"):
        undo_it(audit)
    ResetArchive.objects.filter(audit=audit).update(purged_at=None)
    before = contents()
    with pytest.raises(undo.UndoRefusedError, match="which blocks the history belongs to"):
        undo_it(audit)
    assert contents() == before


def test_a_damaged_part_leaves_no_map_but_the_rest_is_purged():
    audit = reset(with_state(resettable()))
    ArchivePart.objects.filter(table=StudentModule._meta.db_table).update(sha256="0" * 64)
    assert not purged(audit).exists()


# --- The learner is told ---------------------------------------------------------------------


def test_a_learner_who_was_told_of_the_reset_is_told_of_the_undo_once(mailoutbox):
    audit = reset(with_state(resettable()))
    assert mail.send_reset_mail(audit.pk)
    undo_it(audit)
    assert mail.send_undo_mail(audit.pk)
    assert not mail.send_undo_mail(audit.pk)
    assert [message.subject.partition(" ")[0] for message in mailoutbox] == ["Your", "Your"]
    assert mailoutbox[1].subject.endswith("is back")
    assert "as they were before the reset" in mailoutbox[1].body
    audit = CourseResetAudit.objects.select_related("job").get(pk=audit.pk)
    assert timeline(audit)[-1].title == "E-mail about the undo sent to the learner"


def test_a_learner_who_was_not_told_yet_hears_of_neither(mailoutbox):
    audit = reset(with_state(resettable()))
    undo_it(audit)
    assert not mail.send_reset_mail(audit.pk)
    assert not mail.send_undo_mail(audit.pk)
    assert mailoutbox == []


def test_an_undo_that_was_not_mailed_is_mailed_by_the_sweep():
    audit = reset(with_state(resettable()))
    undo_it(audit)
    past = timezone.now() - 2 * sweeper.MAIL_AGAIN_AFTER
    jobs = ResetJob.objects.filter(pk=audit.pk)
    jobs.update(undone_at=past, mailed_at=past, rung_at=past)
    assert sweeper.sweep()["mailed"] == 1
    assert sweeper.sweep()["mailed"] == 0
