"""Clearing a learner's course, against bare SQL that archives and deletes the same rows, and block by block.

Bare SQL is one INSERT ... SELECT into a copy and one DELETE for each table. Block by block is the
least that Open edX's own tool does: one fetch and one delete through the ORM for each block, each
on its own, and no archive (lms/djangoapps/instructor/enrollment.py). It also reads the course
structure, writes a score and deletes history for each block; none of that is counted here.
"""

import json
from functools import partial

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from console.demo import SUPPORT
from enrollments.models import BlockCompletion, CourseEnrollment, PersistentCourseGrade
from resets import owners
from resets.journal import Journal
from resets.models import (
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetArchive,
    StudentModule,
    VisibleBlocks,
)
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch

BLOCKS, SUBSECTIONS, OVERRIDES = 1000, 60, 10
RUN, OTHER_RUN = (CourseKey.from_string(f"course-v1:Bench+Reset+{run}") for run in ("One", "Two"))
STATE = json.dumps({"attempts": 2, "seed": 1, "done": True, "student_answers": {"a_2_1": "choice_1"}, "score": {}})

# Archives name the reset that they belong to; here there is none.
NO_AUDIT = 2**30

OF_LEARNER = "user_id = %(user)s AND course_id = %(course)s"
GRADES_OF_LEARNER = f"SELECT id FROM grades_persistentsubsectiongrade WHERE {OF_LEARNER}"
TABLES = {
    "grades_persistentsubsectiongradeoverride": f"grade_id IN ({GRADES_OF_LEARNER})",
    "grades_persistentsubsectiongrade": OF_LEARNER,
    "grades_persistentcoursegrade": OF_LEARNER,
    "completion_blockcompletion": "user_id = %(user)s AND course_key = %(course)s",
    "courseware_studentmodule": "student_id = %(user)s AND course_id = %(course)s",
}


def main() -> None:
    """Load the data, time the three ways, print the table."""
    given = options(__doc__)
    with database(given.learners):
        enrollment = make_learner()
        make_copies()
        agent = get_user_model().objects.get(username=SUPPORT).pk
        by_lectern = partial(clear_as_lectern, actor_id=agent)
        ways = [lambda way=way: refilled(enrollment, way) for way in (by_lectern, by_bare_sql, block_by_block)]
        ours, bare, one_by_one = side_by_side(*ways, runs=given.runs)
        report(
            "Clearing 1,000 block states with grades and completions",
            [
                Comparison("reset : bare SQL, archive and delete", ours, bare, 2),
                Comparison("reset : block by block", ours, one_by_one, 1 / 20),
            ],
        )


def make_learner() -> CourseEnrollment:
    """Return the enrollment of a new learner, who has state in a second run as well."""
    user = get_user_model().objects.create(username="bench.reset", email="bench.reset@example.com")
    VisibleBlocks.objects.create(course_id=RUN, hashed="bench", blocks_json="{}")
    fill(CourseEnrollment.objects.create(user=user, course_id=OTHER_RUN, created=timezone.now()))
    return CourseEnrollment.objects.create(user=user, course_id=RUN, created=timezone.now())


def refilled(enrollment: CourseEnrollment, way) -> float:
    """Write the learner's state, and return the seconds in which `way` clears all of it."""
    fill(enrollment)
    empty_archives()
    before = StudentModule.objects.count()
    seconds = stopwatch(way, enrollment)
    if any(count for _, count in owners.preview(enrollment)) or before - StudentModule.objects.count() != BLOCKS:
        raise RuntimeError(f"{way} did not clear exactly the learner's run")
    return seconds


def make_copies() -> None:
    """Make an empty copy of each table, for the bare SQL's archive."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE bench_{table} AS SELECT * FROM {table} WHERE 1 = 0")


def empty_archives() -> None:
    """Let no way pay for what was written before it: SQLite tidies its write-ahead log at a commit of its choice."""
    ResetArchive.objects.all().delete()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM bench_{table}")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(RESTART)")


def clear_as_lectern(enrollment: CourseEnrollment, actor_id: int) -> None:
    """Archive and clear as a reset does, with the history row of each override."""
    with transaction.atomic():
        journal = Journal.start(NO_AUDIT, ResetArchive.Kind.RESET)
        owners.clear(enrollment, journal=journal, actor_id=actor_id)


def by_bare_sql(enrollment: CourseEnrollment) -> None:
    """Copy and clear by two statements for each table, and nothing else."""
    values = {"user": enrollment.user_id, "course": str(enrollment.course_id)}
    with transaction.atomic(), connection.cursor() as cursor:
        for table, condition in TABLES.items():
            cursor.execute(f"INSERT INTO bench_{table} SELECT * FROM {table} WHERE {condition}", values)
            cursor.execute(f"DELETE FROM {table} WHERE {condition}", values)


def block_by_block(enrollment: CourseEnrollment) -> None:
    """Clear each block by itself, then completions and grades as Open edX does."""
    where = {"student_id": enrollment.user_id, "course_id": enrollment.course_id}
    for key in block_keys(enrollment.course_id):
        StudentModule.objects.get(module_state_key=key, **where).delete()
    BlockCompletion.objects.filter(user_id=enrollment.user_id, context_key=enrollment.course_id).delete()
    of_learner = {"user_id": enrollment.user_id, "course_id": enrollment.course_id}
    with transaction.atomic():
        grades = PersistentSubsectionGrade.objects.filter(**of_learner)
        PersistentSubsectionGradeOverride.objects.filter(grade__in=grades.values("pk")).delete()
        grades.delete()
        PersistentCourseGrade.objects.filter(**of_learner).delete()


def block_keys(course_key) -> list:
    """Return the keys of the run's blocks."""
    return [course_key.make_usage_key("problem", f"block{number}") for number in range(BLOCKS)]


@transaction.atomic
def fill(enrollment: CourseEnrollment) -> None:
    """Write block states, completions, subsection grades, overrides and a course grade of a learner."""
    now = timezone.now()
    dates = {"created": now, "modified": now}
    mine = {"user_id": enrollment.user_id, "course_id": enrollment.course_id, **dates}
    keys = block_keys(enrollment.course_id)
    StudentModule.objects.bulk_create(
        StudentModule(
            student_id=enrollment.user_id, course_id=enrollment.course_id, module_state_key=key, state=STATE, **dates
        )
        for key in keys
    )
    BlockCompletion.objects.bulk_create(
        BlockCompletion(
            user_id=enrollment.user_id,
            context_key=enrollment.course_id,
            block_key=key,
            block_type="problem",
            completion=1.0,
            **dates,
        )
        for key in keys
    )
    PersistentCourseGrade.objects.create(percent_grade=0.4, **mine)
    PersistentSubsectionGrade.objects.bulk_create(_subsection_grade(mine, number) for number in range(SUBSECTIONS))
    grades = PersistentSubsectionGrade.objects.filter(user_id=enrollment.user_id, course_id=enrollment.course_id)
    PersistentSubsectionGradeOverride.objects.bulk_create(
        PersistentSubsectionGradeOverride(grade=grade, earned_all_override=2.0, **dates) for grade in grades[:OVERRIDES]
    )


def _subsection_grade(mine, number):
    return PersistentSubsectionGrade(
        usage_key=mine["course_id"].make_usage_key("sequential", f"subsection{number}"),
        earned_all=1.0,
        possible_all=2.0,
        earned_graded=1.0,
        possible_graded=2.0,
        visible_blocks_id="bench",
        **mine,
    )


if __name__ == "__main__":
    main()
