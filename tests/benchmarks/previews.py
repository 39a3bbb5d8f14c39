"""The preview of a reset for a learner with 20,000 block states in the run, against bare counts.

The preview finds the rows as the reset will, by id, in every table of learner state that the
database has; the bare way counts in five of them.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollments.models import CourseEnrollment
from resets import owners
from resets.models import StudentModule
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch
from tests.benchmarks.resets import BLOCKS, STATE, TABLES, fill, make_learner

MODULES = 20_000


def main() -> None:
    """Load the data, time both ways, print the table."""
    given = options(__doc__)
    with database(given.learners):
        enrollment = make_learner()
        fill(enrollment)
        add_modules(enrollment, MODULES - BLOCKS)
        times = side_by_side(
            lambda: stopwatch(preview, enrollment), lambda: stopwatch(count, enrollment), runs=given.runs
        )
        with CaptureQueriesContext(connection) as queries:
            preview(enrollment)
        title = f"Preview of a reset with {MODULES:,} block states, {len(queries)} queries"
        report(title, [Comparison(f"preview : {len(TABLES)} bare counts", *times)])


def add_modules(enrollment: CourseEnrollment, number: int) -> None:
    """Give the learner so many further block states in the run."""
    now = timezone.now()
    StudentModule.objects.bulk_create(
        (
            StudentModule(
                student_id=enrollment.user_id,
                course_id=enrollment.course_id,
                module_state_key=enrollment.course_id.make_usage_key("problem", f"more{place}"),
                state=STATE,
                created=now,
                modified=now,
            )
            for place in range(number)
        ),
        batch_size=BLOCKS,
    )


def preview(enrollment: CourseEnrollment) -> None:
    """Find all that the dialog shows."""
    effects = owners.effects(enrollment)
    if MODULES not in [effect.count for effect in effects.cleared]:
        raise RuntimeError("The preview does not show every block state")


def count(enrollment: CourseEnrollment) -> None:
    """Count the rows of each table by one statement."""
    values = {"user": enrollment.user_id, "course": str(enrollment.course_id)}
    with connection.cursor() as cursor:
        for table, condition in TABLES.items():
            cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE {condition}", values)
            cursor.fetchall()


if __name__ == "__main__":
    main()
