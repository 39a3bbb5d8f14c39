"""Undoing a reset, against bare SQL that inserts the same rows back from a copy.

Ours is all of it: locks, permission, what the learner has done since, checksums, the rows, the
log. Bare SQL is one INSERT ... SELECT for each table, in one transaction.
"""

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from console.demo import SUPPORT
from enrollments.models import CourseEnrollment
from resets import actions
from resets.models import CourseResetAudit, StudentModule
from resets.undo import undo_reset
from tests import factories
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch
from tests.benchmarks.resets import RUN, TABLES, by_bare_sql, empty_archives, fill, make_copies, make_learner


def main() -> None:
    """Load the data, time both ways, print the table."""
    given = options(__doc__)
    with database(given.learners):
        factories.OptInFactory(course=factories.CourseOverviewFactory(id=RUN))
        enrollment = make_learner()
        make_copies()
        ways = [lambda way=way: emptied_again(enrollment, way) for way in (by_lectern, by_inserting)]
        times = side_by_side(*ways, runs=given.runs)
        report("Undoing a reset of 1,000 block states", [Comparison("undo : bare SQL, insert back", *times)])


def emptied_again(enrollment: CourseEnrollment, way) -> float:
    """Return the seconds in which `way` brings the learner's state back; then take it away again."""
    fill(enrollment)
    before = StudentModule.objects.count()
    seconds = way(enrollment)
    if StudentModule.objects.count() != before:
        raise RuntimeError(f"{way.__name__} did not bring everything back")
    by_bare_sql(enrollment)
    empty_archives()
    return seconds


def by_lectern(enrollment: CourseEnrollment) -> float:
    """Reset as an agent and a worker do; return how long the undo takes."""
    agent = get_user_model().objects.get(username=SUPPORT)
    seen = CourseResetAudit.objects.filter(course_enrollment=enrollment).order_by("-pk").first()
    audit = actions.start_reset(
        enrollment_id=enrollment.pk, memo="Benchmark", actor=agent, seen_audit_id=seen and seen.pk, worker="bench"
    )
    if not actions.run_claimed(audit.pk, worker="bench", started=audit):
        raise RuntimeError("The reset failed")
    return stopwatch(lambda: undo_reset(audit_id=audit.pk, memo="Benchmark", actor=agent))


def by_inserting(enrollment: CourseEnrollment) -> float:
    """Move the rows into the copies; return how long it takes to insert them back."""
    by_bare_sql(enrollment)
    return stopwatch(_insert_back)


def _insert_back():
    with transaction.atomic(), connection.cursor() as cursor:
        # What refers to other rows was deleted first and comes back last.
        for table in reversed(TABLES):
            cursor.execute(f"INSERT INTO {table} SELECT * FROM bench_{table}")


if __name__ == "__main__":
    main()
