"""Learners with state in one course run, and what must be true of them after any number of faults."""

import random
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import datetime

from django.db import connection, transaction

from enrollments.models import BlockCompletion, CourseEnrollment, PersistentCourseGrade
from resets import journal, undo
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
from tests import factories

MODULES = 120
COMPLETIONS = 60
SUBSECTIONS = 6
UNDONE_SHARE = 0.1
Status = CourseResetAudit.Status

# Each table with the column, reached by a join where need be, that says whose a row is.
TABLES = {
    StudentModule: ("student_id", ""),
    BlockCompletion: ("user_id", ""),
    PersistentCourseGrade: ("user_id", ""),
    PersistentSubsectionGrade: ("user_id", ""),
    PersistentSubsectionGradeOverride: ("g.user_id", "JOIN grades_persistentsubsectiongrade g ON g.id = t.grade_id"),
}


@transaction.atomic
def create(count):
    """Make learners with state in one opted-in run; return their enrollments and the agent who resets them."""
    course = factories.CourseOverviewFactory()
    factories.OptInFactory(course=course)
    agent = factories.support(username="agent")
    users = factories.LearnerFactory.build_batch(count, profile=None, password="!")
    type(agent).objects.bulk_create(users)
    users = type(agent).objects.exclude(pk=agent.pk).order_by("pk")
    CourseEnrollment.objects.bulk_create(
        factories.EnrollmentFactory.build(user=user, course_id=course.id) for user in users
    )
    enrollments = list(CourseEnrollment.objects.select_related("user").order_by("pk"))
    blocks = factories.VisibleBlocksFactory(course=course)
    problems = [factories.block_key(course.id, block_id=f"problem{number}") for number in range(MODULES)]
    for enrollment in enrollments:
        _give_state(enrollment, problems, blocks)
    return enrollments, agent


def _give_state(enrollment, problems, blocks):
    """Give a learner state of every kind; most of it without a factory, because it is a hundred thousand rows."""
    learner, course, moment = enrollment.user_id, enrollment.course_id, factories.days_ago(5)
    when = {"created": moment, "modified": moment}
    StudentModule.objects.bulk_create(
        StudentModule(student_id=learner, course_id=course, module_state_key=problem, state='{"done": 1}', **when)
        for problem in problems
    )
    BlockCompletion.objects.bulk_create(
        BlockCompletion(
            user_id=learner, context_key=course, block_key=problem, block_type="problem", completion=1.0, **when
        )
        for problem in problems[:COMPLETIONS]
    )
    factories.CourseGradeFactory(enrollment=enrollment)
    grades = factories.SubsectionGradeFactory.create_batch(SUBSECTIONS, visible_blocks=blocks, enrollment=enrollment)
    factories.OverrideFactory(grade=grades[0])


def snapshot():
    """Return every row of the cleared tables as the database has it: `{learner: {table: {row, ...}}}`."""
    found = defaultdict(dict)
    for model, (learner, join) in TABLES.items():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {learner}, t.* FROM {table} t {join}")
            names = [column[0] for column in cursor.description[1:]]
            for learner_id, *row in cursor.fetchall():
                found[learner_id].setdefault(table, set()).add(_row(names, row))
    return found


def _row(names, values):
    return repr(sorted(zip(names, map(_plain, values), strict=True)))


def _plain(value):
    """Return a date or number in one form, whether the driver or the archive gives it."""
    with suppress(TypeError, ValueError):
        return float(value)
    with suppress(TypeError, ValueError):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value


def check(enrollments, before, agent):
    """Assert that each learner is reset wholly or not at all, and that a sample can be undone.

    Returns:
        How many resets there are in each state.
    """
    states = _states()
    now = snapshot()
    for enrollment in enrollments:
        had, has = before[enrollment.user_id], now.get(enrollment.user_id, {})
        if states[enrollment.pk].count(Status.COMPLETE):
            _check_reset(enrollment, had, has, states[enrollment.pk])
        else:
            assert has == had, f"Learner {enrollment.user_id} is not reset, but rows are missing."
    totals = Counter(state for history in states.values() for state in history)
    _check_override_history(totals[Status.COMPLETE])
    _check_undo(enrollments, states, before, agent)
    return totals


def _states():
    """Return the states of each enrollment's resets, all of them final."""
    states = defaultdict(list)
    for audit in CourseResetAudit.objects.select_related("job"):
        assert audit.status in (Status.COMPLETE, Status.FAILED), f"Reset {audit.pk} is {audit.status}."
        assert audit.status == Status.COMPLETE or audit.job.reason, f"Reset {audit.pk} failed without a reason."
        states[audit.course_enrollment_id].append(audit.status)
    return states


def _check_reset(enrollment, had, has, states):
    assert states.count(Status.COMPLETE) == 1, f"Enrollment {enrollment.pk} was reset twice."
    assert has == {}, f"Learner {enrollment.user_id} is half reset."
    audit = CourseResetAudit.objects.select_related("job").get(
        course_enrollment_id=enrollment.pk, status=Status.COMPLETE
    )
    assert _archived(audit) == had, f"The archive of reset {audit.pk} does not hold what the learner had."
    cleared = sum(audit.job.cleared.values())
    assert cleared == sum(len(rows) for rows in had.values()), f"Reset {audit.pk} says {cleared} rows."
    assert audit.job.finished_at


def _check_override_history(complete):
    """Each learner had one override: each reset has noted one deletion, and nobody another."""
    noted = HistoricalSubsectionGradeOverride.objects.filter(history_type="-")
    assert noted.count() == noted.values("id").distinct().count() == complete


def _archived(audit):
    """Return what the archive of a reset holds, in the form of a snapshot; raises where it is damaged."""
    archive = ResetArchive.objects.get(audit=audit, kind=ResetArchive.Kind.RESET)
    tables = defaultdict(set)
    for part in archive.parts.filter(operation=ArchivePart.Operation.DELETED):
        names, rows = journal.unpack(part)
        tables[part.table].update(_row(names, row) for row in rows)
    return dict(tables)


def _check_undo(enrollments, states, before, agent):
    complete = [enrollment for enrollment in enrollments if Status.COMPLETE in states[enrollment.pk]]
    sample = random.sample(complete, max(1, round(len(complete) * UNDONE_SHARE)))
    for enrollment in sample:
        audit = CourseResetAudit.objects.get(course_enrollment=enrollment, status=Status.COMPLETE)
        undo.undo_reset(audit_id=audit.pk, memo="After the faults", actor=agent)
    now = snapshot()
    for enrollment in sample:
        assert now[enrollment.user_id] == before[enrollment.user_id], f"Undo of {enrollment.pk} is not complete."
    assert ResetJob.objects.exclude(undone_at=None).count() == len(sample)
