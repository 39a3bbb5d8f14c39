"""Effective sets of 10,000 learners and the explanation of 5,000 blocks, against bare SQL that reads the same rows.

The bare way reads the rows of the same tables for the same learners, or all blocks, and does nothing
with them: what is above one is the price of the answer.
"""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from enrollments.models import CourseEnrollment
from groups.access import course, explain, merge, sets
from groups.models import (
    CohortContentGroup,
    CohortMembership,
    CourseBlock,
    CourseCohort,
    CourseCohortsSettings,
    CourseContent,
    CourseUserGroup,
    GroupMember,
    LearnerGroup,
    LearnerGroupLink,
    PartitionGroup,
    UserPartition,
)
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch

KEY = CourseKey.from_string("course-v1:BenchX+B1+2026")
LEARNERS, BLOCKS = 10_000, 5_000
GROUPS = 20
CONTENT_GROUPS = 100
SECTIONS, SUBSECTIONS, UNITS = 10, 5, 10
BATCH = 2000
# Tables with rows per learner and run; the id of the user is the column to find them by.
TABLES = {
    "student_courseenrollment": "course_id, mode, is_active",
    "course_groups_cohortmembership": "course_id, course_user_group_id",
    "course_groups_courseusergroup_users": "courseusergroup_id",
    "user_api_usercoursetag": "course_id, value",
    "student_courseaccessrole": "course_id, org, role",
    "teams_courseteammembership": "team_id",
}


def main() -> None:
    """Load the data, time both ways, print the table."""
    given = options(__doc__)
    with database(max(given.learners, LEARNERS)):
        learners = list(get_user_model().objects.order_by("pk").values_list("pk", flat=True)[:LEARNERS])
        fill(learners)
        one = learners[len(learners) // 2]
        times = side_by_side(
            lambda: stopwatch(all_sets, learners),
            lambda: stopwatch(read_rows, learners),
            lambda: stopwatch(all_blocks, one),
            lambda: stopwatch(read_blocks),
            runs=given.runs,
        )
        queries = count(all_sets, learners), count(all_blocks, one)
        title = f"Access: sets in {queries[0]} queries, a whole course in {queries[1]}"
        report(
            title,
            [
                Comparison(f"effective sets of {LEARNERS:,} learners : their bare rows", *times[:2]),
                Comparison(f"explanation of {BLOCKS:,} blocks : their bare rows", *times[2:]),
            ],
        )


def count(function, *args) -> int:
    """Return the number of statements of a call."""
    with CaptureQueriesContext(connection) as queries:
        function(*args)
    return len(queries)


# --- What is timed ---------------------------------------------------------------------------


def all_sets(learners: list[int]) -> None:
    """Work out the effective sets of all."""
    found = list(sets.for_course(course.load_one(KEY), learners))
    if sum(len(one.crowded) for one in found) != LEARNERS // 4:
        raise RuntimeError("The sets are not what was made")


def read_rows(learners: list[int]) -> None:
    """Read the rows of the same learners, as many at a time."""
    with connection.cursor() as cursor:
        for start in range(0, len(learners), BATCH):
            ids = ", ".join(map(str, learners[start : start + BATCH]))
            for table, columns in TABLES.items():
                cursor.execute(f"SELECT user_id, {columns} FROM {table} WHERE user_id IN ({ids})")
                cursor.fetchall()


def all_blocks(learner: int) -> None:
    """Explain the whole course to one learner, as the page does before it shows 25 rows."""
    facts = course.load_one(KEY)
    found = explain.explain(facts, merge.load_tree(facts), sets.for_one(facts, learner))
    sections = found.sections()
    if len(found.verdicts) != BLOCKS or len(sections) != SECTIONS or not 0 < found.visible < BLOCKS:
        raise RuntimeError("The explanation is not of this course")
    for verdict in found.verdicts[:25]:
        found.reason(verdict), found.details(verdict), found.differences(verdict)


def read_blocks() -> None:
    """Read all blocks of the course."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lectern_groups_block ORDER BY position")
        cursor.fetchall()


# --- The data --------------------------------------------------------------------------------


def fill(learners: list[int]) -> None:
    """Enroll everybody, put them into cohorts and every fourth into a learner group, and make the content."""
    now = timezone.now()
    CourseCohortsSettings.objects.create(course_id=KEY, is_cohorted=True)
    make_content(now)
    CourseEnrollment.objects.bulk_create(
        (CourseEnrollment(user_id=user, course_id=KEY, mode="audit", created=now) for user in learners),
        batch_size=BATCH,
    )
    cohorts = [make_cohort(number, now) for number in range(GROUPS)]
    extra = make_learner_group(learners[0], now)
    members = [(cohorts[place % GROUPS], user) for place, user in enumerate(learners)]
    CohortMembership.objects.bulk_create(
        (CohortMembership(user_id=user, course_id=KEY, course_user_group_id=group) for group, user in members),
        batch_size=BATCH,
    )
    members += [(extra, user) for user in learners[::4]]
    GroupMember.objects.bulk_create(
        (GroupMember(user_id=user, courseusergroup_id=group) for group, user in members), batch_size=BATCH
    )


def make_cohort(number: int, now: datetime) -> int:
    """Make a cohort that is linked to a content group of its own; return its id."""
    group = CourseUserGroup.objects.create(name=f"Cohort {number}", course_id=KEY, group_type="cohort")
    CourseCohort.objects.create(course_user_group=group, assignment_type="manual")
    CohortContentGroup.objects.create(
        course_user_group=group, partition_id=100, group_id=number, created_at=now, updated_at=now
    )
    return group.pk


def make_learner_group(maker: int, now: datetime) -> int:
    """Make a learner group that is linked to a content group no cohort has; return its id."""
    group = CourseUserGroup.objects.create(name="Tutors", course_id=KEY, group_type="groups")
    extra = LearnerGroup.objects.create(course_user_group=group, created=now, created_by_id=maker)
    LearnerGroupLink.objects.create(group=extra, partition_id=100, group_id_in_partition=GROUPS, created=now)
    return group.pk


def make_content(now: datetime) -> None:
    """Make 5,000 blocks, of which every tenth has a rule of its own."""
    content = CourseContent.objects.create(course_id=KEY, display_name="Bench", imported_at=now)
    partition = UserPartition.objects.create(
        course=content, partition_id=100, name="Content Groups", scheme="cohort", position=0
    )
    PartitionGroup.objects.bulk_create(
        PartitionGroup(partition=partition, group_id=number, name=f"Group {number}", position=number)
        for number in range(CONTENT_GROUPS)
    )
    root = add_blocks(content, [(None, 0, "course")])[0]
    sections = add_blocks(content, [(root, 1, "chapter")] * SECTIONS)
    subsections = add_blocks(content, [(section, 2, "sequential") for section in sections for _ in range(SUBSECTIONS)])
    units = add_blocks(content, [(subsection, 3, "vertical") for subsection in subsections for _ in range(UNITS)])
    left = BLOCKS - 1 - len(sections) - len(subsections) - len(units)
    add_blocks(content, [(units[number % len(units)], 4, "problem") for number in range(left)])


def add_blocks(content: CourseContent, described: list[tuple]) -> list[CourseBlock]:
    """Make blocks of parent, depth and type at the end of the course; return them with their ids."""
    start = content.blocks.count()
    CourseBlock.objects.bulk_create(
        (
            CourseBlock(
                course=content,
                usage_key=KEY.make_usage_key(kind, f"b{place}"),
                block_type=kind,
                display_name=f"{kind} {place}",
                parent=parent,
                position=place,
                depth=depth,
                group_access={"100": [place % GROUPS, (place + 1) % GROUPS]} if place % 10 == 3 else None,
            )
            for place, (parent, depth, kind) in enumerate(described, start=start)
        ),
        batch_size=BATCH,
    )
    return list(content.blocks.filter(position__gte=start).order_by("position"))


if __name__ == "__main__":
    main()
