"""A made-up crowd, part three: module state for some enrollments, and finished resets for a few."""

import json
from datetime import datetime

from django.db.models import CharField, FloatField, TextField

from console.crowd import Chunk, joined, pick_table, run
from console.demo import SUPPORT
from enrollments.models import CourseOverview
from resets.models import CourseResetAudit, CourseResetCourseOptIn, ResetJob

# A block's type and name, its state, its grade.
BLOCKS = (
    *(("course", "course", {"position": 1}, None), ("chapter", "ch1", {"position": 1}, None)),
    *(("sequential", "seq1", {"position": 2}, None), ("vertical", "unit2", {"position": 1}, None)),
    ("problem", "problem2", {"attempts": 1, "seed": 1, "done": True}, 1.0),
)


def start(now: datetime) -> None:
    """Opt half of the crowd's course runs in to resets, and make the list of blocks."""
    keys = CourseOverview.objects.filter(org="Crowd").order_by("pk").values_list("pk", flat=True)
    CourseResetCourseOptIn.objects.bulk_create(
        [CourseResetCourseOptIn(created=now, modified=now, course_id=key, active=True) for key in keys[::2]],
        ignore_conflicts=True,
    )
    text = CharField(max_length=255)
    pick_table(
        "block",
        {"kind": text, "name": text, "state": TextField(), "grade": FloatField()},
        ((kind, name, json.dumps(state), grade) for kind, name, state, grade in BLOCKS),
    )


def grow(chunk: Chunk) -> int:
    """Make module state for a fiftieth of a chunk's enrollments and resets for one in two hundred
    of those in opted-in runs; returns the rows written. Needs the enrollments."""
    return _add_modules(chunk) + _add_audits(chunk) + _add_jobs(chunk)


def _add_modules(chunk):
    key = joined("'block-v1:'", "SUBSTR(e.course_id, 11)", "'+type@'", "b.kind", "'+block@'", "b.name")
    return run(
        f"""
        INSERT INTO courseware_studentmodule (module_type, module_id, student_id, course_id, state, grade, max_grade,
               done, created, modified)
        SELECT b.kind, {key}, e.user_id, e.course_id, b.state, b.grade, b.grade, 'na', e.created, e.created
        FROM student_courseenrollment e CROSS JOIN lectern_demo_block b
        WHERE e.user_id > %(after)s AND (e.user_id + e.id) %% 50 = 0
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )


def _add_audits(chunk):
    return run(
        f"""
        INSERT INTO support_courseresetaudit (created, modified, status, completed_at, course_id, course_enrollment_id,
               reset_by_id, comment)
        SELECT e.created, e.created, CASE WHEN e.id %% 7 = 0 THEN 'failed' ELSE 'complete' END,
               CASE WHEN e.id %% 7 = 0 THEN NULL ELSE e.created END, o.id, e.id, agent.id, 'Asked to start over.'
        FROM student_courseenrollment e
             JOIN support_courseresetcourseoptin o ON o.course_id = e.course_id
             JOIN auth_user agent ON agent.username = '{SUPPORT}'
        WHERE e.user_id > %(after)s AND (e.user_id + e.id) %% 200 = 7
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )


def _add_jobs(chunk):
    """Few enough for the ORM, which knows our own table's columns."""
    audits = CourseResetAudit.objects.filter(course_enrollment__user_id__gt=chunk.after)
    return len(ResetJob.objects.bulk_create([_job(audit) for audit in audits]))


def _job(audit):
    return ResetJob(
        audit=audit,
        attempts=1,
        rung_at=audit.created,
        started_at=audit.created,
        finished_at=audit.modified,
        mailed_at=audit.completed_at,
        reason="" if audit.completed_at else "The worker stopped before it had finished.",
    )
