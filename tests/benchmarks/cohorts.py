"""Ten thousand learners into a cohort: by CSV, one by one, and by the bare statements.

By CSV is all that an upload does, from the bytes of the file over the stored plan to every line's
outcome, tracking events included; one by one is the action behind the form, a transaction for each
learner. Bare are the two inserts that both end in. Then the whole of automatic assignment.
"""

import io
import time

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from console.crowd import MAIL_HOST
from enrollments.models import CourseEnrollment
from groups.cohorts import members
from groups.cohorts.bulk import actions, parse, run
from groups.cohorts.bulk.plan import make_automatic, make_upload
from groups.models import (
    BulkAssignment,
    BulkAssignmentItem,
    CohortMembership,
    CourseCohortsSettings,
    GroupMember,
)
from tests import factories
from tests.benchmarks._measure import Comparison, database, options, report, say

LEARNERS, ONE_BY_ONE = 10_000, 300
RUN = CourseKey.from_string("course-v1:Bench+Cohorts+One")
# What an upload may cost beyond the two inserts that it cannot do without: looking learners up, a
# stored plan with an outcome for each line, and two events for each learner.
FASTER = 1 / 10


def main() -> None:
    """Load the data, measure each way once per run, print the table."""
    given = options(__doc__, runs=3)
    with database(max(given.learners, LEARNERS)):
        people, cohort, actor = prepare()
        rounds = [measure(people, cohort, actor) for _ in range(given.runs)]
        upload, assign, single, bare = (min(times) for times in zip(*rounds, strict=True))
        say(f"An upload assigns {LEARNERS / upload:,.0f} learners a second, a first visit takes {single * 1000:.1f} ms")
        report(
            f"{LEARNERS:,} learners into cohorts",
            [
                Comparison("upload : one by one", upload, single * LEARNERS, FASTER),
                Comparison("automatic, all at once : one by one", assign, single * LEARNERS, FASTER),
                Comparison("upload : two bare inserts", upload, bare),
            ],
        )


def prepare():
    """Return usernames by account id, a cohort and a member of the course staff."""
    accounts = get_user_model().objects.filter(email__endswith=f"@{MAIL_HOST}").order_by("pk")
    people = dict(accounts.values_list("pk", "username")[:LEARNERS])
    factories.CourseOverviewFactory(id=RUN)
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    rows = [CourseEnrollment(user_id=pk, course_id=RUN, created=timezone.now(), mode="audit") for pk in people]
    CourseEnrollment.objects.bulk_create(rows, batch_size=1000)
    cohort = factories.CohortFactory(name="Target", course_id=RUN, assignment_type="random")
    return people, cohort, factories.course_staff(RUN)


def measure(people, cohort, actor):
    """Return the seconds of an upload, of automatic assignment, of one learner by hand, and of bare inserts."""
    return (
        emptied(lambda: upload(people, cohort, actor)),
        emptied(lambda: carry_out(make_automatic(course_key=RUN, actor=actor), actor)),
        emptied(lambda: one_by_one(people, cohort, actor)) / ONE_BY_ONE,
        emptied(lambda: bare(people, cohort)),
    )


def emptied(act) -> float:
    """Return the seconds that it took, starting and ending without members."""
    started = time.perf_counter()
    act()
    seconds = time.perf_counter() - started
    for model in (CohortMembership, GroupMember, BulkAssignmentItem, BulkAssignment):
        model.objects.all().delete()
    return seconds


def upload(people, cohort, actor):
    file = io.StringIO()
    file.write("cohort,username\n")
    file.writelines(f"{cohort.name},{username}\n" for username in people.values())
    rows = parse.read(file.getvalue().encode())
    carry_out(make_upload(course_key=RUN, rows=rows, source="bench.csv", actor=actor), actor)


def carry_out(bulk, actor):
    actions.confirm(bulk_id=bulk.pk, actor=actor)
    while run.work(bulk.pk, worker="bench"):
        pass
    if CohortMembership.objects.filter(course_id=RUN).count() != LEARNERS:
        raise RuntimeError("Not every learner was assigned")


def one_by_one(people, cohort, actor):
    for username in list(people.values())[:ONE_BY_ONE]:
        members.add_learners(course_key=RUN, cohort_id=cohort.pk, texts=[username], actor=actor)


@transaction.atomic
def bare(people, cohort):
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO course_groups_cohortmembership (course_user_group_id, user_id, course_id) VALUES (%s, %s, %s)",
            [(cohort.pk, pk, str(RUN)) for pk in people],
        )
        cursor.executemany(
            "INSERT INTO course_groups_courseusergroup_users (courseusergroup_id, user_id) VALUES (%s, %s)",
            [(cohort.pk, pk) for pk in people],
        )


if __name__ == "__main__":
    main()
