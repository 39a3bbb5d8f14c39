"""A made-up crowd, part two: five enrollments for each learner, and what came of some of them."""

from datetime import datetime
from random import Random

from django.db import connection
from django.db.models import CharField

from console.crowd import MOMENTS, Chunk, joined, pick_table, run
from console.demo import Demo
from enrollments.demo import PASSING, course, overview
from enrollments.models import CourseMode, CourseOverview

EACH = 5
SUBJECTS = (
    *("Accounting", "Anatomy", "Architecture", "Astronomy", "Calculus", "Climate Science", "Cryptography"),
    *("Databases", "Economics", "Ethics", "Genetics", "Linguistics", "Logic", "Music Theory", "Nutrition"),
    *("Optics", "Psychology", "Robotics", "Sociology", "Thermodynamics"),
)
TITLES = (
    *("Introduction to {}", "{} I", "{} II", "Advanced {}", "{} for Teachers", "{} in Practice", "A History of {}"),
    *("Topics in {}", "{} Laboratory", "Mastering {}"),
)
COURSES = len(SUBJECTS) * len(TITLES)


def start(now: datetime) -> None:
    """Make two hundred course runs and the lists that enrollments are picked from."""
    demo = Demo(now, Random(COURSES))  # noqa: S311 (data that looks alive, not secrets)
    runs = list(_runs())
    CourseOverview.objects.bulk_create([overview(demo, each) for each in runs], ignore_conflicts=True)
    CourseMode.objects.bulk_create(
        [
            CourseMode(course_id=each.key, mode_slug=slug, mode_display_name=slug)
            for each in runs
            for slug in each.modes
        ],
        ignore_conflicts=True,
    )
    pick_table("course", {"course_key": CharField(max_length=255)}, ((str(each.key),) for each in runs))
    pick_table("place", {}, ((),) * EACH)


def _runs():
    names = [title.format(subject) for title in TITLES for subject in SUBJECTS]
    for number, name in enumerate(names, start=1):
        # A fifth of the runs is over, a tenth is yet to come.
        first, last = ((-400, -20), (-200, 100), (-60, 200), (-90, None), (-30, 300))[number % 5]
        first = first if number % 10 else 30
        yield course(f"course-v1:Crowd+CR{number:03}+R1", name, first, last, self_paced=last is None)


def grow(chunk: Chunk) -> int:
    """Make a chunk's enrollments, grades for about a tenth of them, completions for a fifth, and
    certificates; returns the rows written. Needs the accounts."""
    return _add_enrollments(chunk) + _add_grades(chunk) + _add_completions(chunk) + _add_certificates(chunk)


def _add_enrollments(chunk):
    """Pick five different runs: steps of 41 come back to the same of 200 only after 200."""
    return run(
        f"""
        INSERT INTO student_courseenrollment (user_id, course_id, created, is_active, mode)
        SELECT %(after)s + i.n, c.course_key, t.at, (i.n + k.n) %% 11 <> 0,
               CASE WHEN (i.n * 3 + k.n) %% 4 = 0 THEN 'verified' ELSE 'audit' END
        FROM lectern_demo_number i CROSS JOIN lectern_demo_place k
             CROSS JOIN lectern_demo_course c CROSS JOIN lectern_demo_moment t
        WHERE i.n <= %(size)s
          AND c.n = ((%(after)s + i.n) * 7 + k.n * 41) %% {COURSES} + 1
          AND t.n = ((%(after)s + i.n) * 13 + k.n * 389) %% {MOMENTS} + 1
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )


# About a tenth of the enrollments has a grade: 0 to 96 per cent.
GRADED = "e.user_id > %(after)s AND (e.user_id + e.id) %% 10 = 0"
GRADE = "(e.id %% 97) / 100.0"


def _add_grades(chunk):
    return run(
        f"""
        INSERT INTO grades_persistentcoursegrade (created, modified, user_id, course_id, course_version,
               grading_policy_hash, percent_grade, letter_grade, passed_timestamp)
        SELECT e.created, e.created, e.user_id, e.course_id, '', 'demo', {GRADE},
               CASE WHEN {GRADE} >= {PASSING} THEN 'Pass' ELSE '' END,
               CASE WHEN {GRADE} >= {PASSING} THEN e.created ELSE NULL END
        FROM student_courseenrollment e WHERE {GRADED}
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )


def _add_completions(chunk):
    block = joined("'block-v1:'", "SUBSTR(e.course_id, 11)", "'+type@problem+block@problem'", "k.n")
    return run(
        f"""
        INSERT INTO completion_blockcompletion (created, modified, user_id, course_key, block_key, block_type,
               completion)
        SELECT e.created, e.created, e.user_id, e.course_id, {block}, 'problem', 1.0
        FROM student_courseenrollment e CROSS JOIN lectern_demo_place k
        WHERE e.user_id > %(after)s AND (e.user_id + e.id) %% 5 = 0 AND k.n <= 2
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )


def _add_certificates(chunk):
    key = connection.ops.quote_name("key")  # A reserved word on MySQL.
    return run(
        f"""
        INSERT INTO certificates_generatedcertificate (user_id, course_id, verify_uuid, download_uuid, download_url,
               grade, {key}, distinction, status, mode, name, created_date, modified_date, error_reason)
        SELECT e.user_id, e.course_id, '', '', '', '', '', FALSE,
               CASE WHEN e.mode = 'verified' THEN 'downloadable' ELSE 'audit_passing' END,
               e.mode, '', e.created, e.created, ''
        FROM student_courseenrollment e WHERE {GRADED} AND {GRADE} >= {PASSING}
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )
