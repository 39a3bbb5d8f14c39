"""A made-up site, part three: module state, subsection grades, opt-ins, and resets in every status."""

import hashlib
import json
from base64 import b64encode
from collections import defaultdict
from datetime import datetime, timedelta
from functools import lru_cache

from django.contrib.auth import get_user_model

from console.demo import AGENTS, EVERY_STATUS, SUPPORT, Demo
from enrollments import demo as site
from enrollments.models import BlockCompletion, CourseEnrollment
from resets import demo_queries, owners
from resets.journal import Journal, play_back
from resets.models import (
    CourseResetAudit,
    CourseResetCourseOptIn,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetArchive,
    ResetJob,
    StudentModule,
    StudentModuleHistory,
    VisibleBlocks,
)

Status = CourseResetAudit.Status
WORKER = "demo"
# No worker has these resets: until then, no sweeper may conclude that one was lost.
LEASE = timedelta(days=30)
OPTED_OUT = (site.DELTAS,)
NEVER_OPTED_IN = (site.BIOLOGY, site.LAW)
# What one learner's enrollments show; every other run of theirs is refused by its dates, its
# opt-in or a grade, or is available.
EVERY_STATUS_AUDITS = {
    site.DATA_SCIENCE: Status.ENQUEUED,
    site.WRITING: Status.IN_PROGRESS,
    site.PHYSICS: Status.COMPLETE,
    site.STATISTICS: Status.FAILED,
    site.HISTORY: Status.FAILED,
    site.STRATEGY: Status.COMPLETE,
}
UNDONE = site.STRATEGY
MEMOS = (
    "Learner asked to start over after parental leave. Ticket 48213.",
    "Course team agreed to a second attempt before the final exam.",
    "Learner worked through the wrong run of the course by mistake.",
    "Accommodation plan: may repeat the graded assignments.",
    "Reset requested by the employer, confirmed by the learner by e-mail.",
    "Problems in week 2 were graded wrongly; learner prefers a clean start.",
)
REASONS = (
    "The database closed the connection while grades were being cleared. Nothing was changed.",
    "The worker stopped before it had finished. Nothing was changed.",
    "Lock wait timeout exceeded; the learner was submitting answers at the same time. Nothing was changed.",
)


def load(demo: Demo) -> str:
    """Make module state and subsection grades from the completions, then opt-ins and resets.

    Returns what was made, in words. Needs the people of `console.demo` and the courses and
    completions of `enrollments.demo`.
    """
    _make_modules(demo)
    _make_history(demo)
    _make_subsection_grades(demo)
    _make_overrides(demo)
    _make_opt_ins(demo)
    _make_resets(demo)
    queries = demo_queries.load(demo)
    modules, resets = StudentModule.objects.count(), CourseResetAudit.objects.count()
    return f"{modules} student modules, {resets} course resets, {queries} saved queries"


def _make_modules(demo):
    """Make the rows that the platform would hold for what each learner completed."""
    rows = []
    for (user_id, course_key), seen in _completed().items():
        last = {}
        for unit in (unit for unit in site.outline(course_key) if unit.key in seen):
            for container, position in zip(unit.containers, unit.positions, strict=True):
                # The last unit wins: containers remember where the learner was last.
                last[container] = (seen[unit.key], json.dumps({"position": position}), None)
            if unit.key.block_type in _STATES:
                last[unit.key] = (seen[unit.key], *_STATES[unit.key.block_type](demo, unit.key))
        rows += [_module(user_id, course_key, key, facts) for key, facts in last.items()]
    StudentModule.objects.bulk_create(rows, batch_size=500)


def _completed() -> dict[tuple, dict]:
    """Return, for each learner and course run, the completed blocks and when."""
    seen = defaultdict(dict)
    rows = BlockCompletion.objects.order_by("pk").values_list("user_id", "context_key", "block_key", "created")
    for user_id, course_key, block_key, created in rows:
        seen[user_id, course_key][_in_run(block_key, course_key)] = created
    return seen


def _in_run(block_key, course_key):
    """Return the block key with its run, which keys of the old style do not spell out."""
    return block_key.map_into_course(course_key)


def _module(user_id, course_key, key, facts):
    when, state, grade = facts
    return StudentModule(
        module_type=key.block_type,
        module_state_key=key,
        student_id=user_id,
        course_id=course_key,
        state=state,
        grade=grade,
        max_grade=None if grade is None else 1.0,
        created=when - timedelta(minutes=25),
        modified=when,
    )


def _video_state(demo, key):
    seconds = demo.random.randint(20, 900)
    position = f"00:{seconds // 60:02}:{seconds % 60:02}"
    return json.dumps({"saved_video_position": position, "speed": demo.random.choice([0.75, 1.0, 1.25, 1.5])}), None


def _problem_state(demo, key):
    grade = 1.0 if demo.random.random() < 0.8 else demo.random.choice([0.0, 0.5])  # noqa: PLR2004
    answer = f"{key.block_id}_2_1"
    state = {
        "attempts": demo.random.randint(1, 4),
        "seed": demo.random.randint(1, 999),
        "done": True,
        "student_answers": {answer: f"choice_{demo.random.randint(0, 3)}"},
        "correct_map": {answer: {"correctness": "correct" if grade == 1 else "incorrect", "npoints": None}},
        "score": {"raw_earned": grade, "raw_possible": 1},
    }
    return json.dumps(state), grade


_STATES = {"video": _video_state, "problem": _problem_state}


def _make_history(demo):
    """Make an earlier state for every problem that took more than one attempt."""
    rows = StudentModule.objects.filter(module_type="problem").order_by("pk")
    StudentModuleHistory.objects.bulk_create(
        (_earlier(module, attempt) for module in rows for attempt in range(1, json.loads(module.state)["attempts"])),
        batch_size=1000,
    )


def _earlier(module, attempt):
    return StudentModuleHistory(
        student_module_id=module.pk,
        created=module.created + timedelta(minutes=2 * attempt),
        state=json.dumps({**json.loads(module.state), "attempts": attempt, "done": False}),
        grade=0.0,
        max_grade=1.0,
    )


def _make_subsection_grades(demo):
    scores = defaultdict(list)
    for module in StudentModule.objects.filter(module_type="problem").order_by("pk"):
        scores[module.student_id, module.course_id, _subsection(module)].append(module)
    # One list of blocks for all learners of a subsection, told apart by its hash.
    blocks = {_visible_blocks(subsection, course_key) for _, course_key, subsection in scores}
    VisibleBlocks.objects.bulk_create(
        VisibleBlocks(hashed=hashed, blocks_json=text, course_id=course_key)
        for hashed, text, course_key in sorted(blocks, key=lambda row: row[0])
    )
    PersistentSubsectionGrade.objects.bulk_create(
        (_subsection_grade(*place, modules) for place, modules in scores.items()), batch_size=500
    )


def _subsection(module):
    return _parents(module.course_id)[_in_run(module.module_state_key, module.course_id)]


@lru_cache(maxsize=64)
def _parents(course_key):
    return {unit.key: unit.containers[2] for unit in site.outline(course_key)}


@lru_cache(maxsize=256)
def _visible_blocks(subsection, course_key):
    """Return hash, JSON and run of a subsection's blocks, laid out as the platform does."""
    keys = [unit.key for unit in site.outline(course_key) if unit.containers[2] == subsection]
    listed = [
        {"graded": key.block_type == "problem", "locator": str(key), "raw_possible": 1.0}
        for key in keys
        if key.block_type == "problem"
    ]
    text = json.dumps({"blocks": listed, "course_key": str(course_key), "version": 1}, separators=(",", ":"))
    return b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode(), text, course_key


def _subsection_grade(user_id, course_key, subsection, modules):
    earned, possible = sum(module.grade for module in modules), float(len(modules))
    modified = max(module.modified for module in modules)
    return PersistentSubsectionGrade(
        created=modified,
        modified=modified,
        user_id=user_id,
        course_id=course_key,
        usage_key=subsection,
        earned_all=earned,
        possible_all=possible,
        earned_graded=earned,
        possible_graded=possible,
        visible_blocks_id=_visible_blocks(subsection, course_key)[0],
        first_attempted=min(module.created for module in modules),
    )


def _make_overrides(demo):
    rich = get_user_model().objects.get(username=EVERY_STATUS).pk
    grades = PersistentSubsectionGrade.objects.order_by("pk")
    chosen = [grade for grade in grades if demo.random.random() < (0.3 if grade.user_id == rich else 0.04)]
    PersistentSubsectionGradeOverride.objects.bulk_create(
        PersistentSubsectionGradeOverride(
            grade=grade,
            created=grade.modified,
            modified=grade.modified,
            earned_all_override=grade.possible_all,
            earned_graded_override=grade.possible_graded,
            override_reason="Late submission accepted by the course team",
            system="GRADEBOOK",
        )
        for grade in chosen
    )


def _make_opt_ins(demo):
    CourseResetCourseOptIn.objects.bulk_create(
        CourseResetCourseOptIn(
            created=demo.ago(130), modified=demo.ago(9), course_id=course.key, active=course not in OPTED_OUT
        )
        for course in site.COURSES
        if course not in NEVER_OPTED_IN
    )


def _make_resets(demo):
    opt_ins = {row.course_id: row for row in CourseResetCourseOptIn.objects.all()}
    agents = list(get_user_model().objects.filter(username__in=[SUPPORT, *AGENTS]).order_by("pk"))
    for enrollment, status in [*_planned(), *_chosen(demo, opt_ins)]:
        audit = _audit(demo, enrollment, status, opt_ins[enrollment.course_id], demo.random.choice(agents))
        cleared = _clear(audit, enrollment) if status == Status.COMPLETE else {}
        _job(demo, audit, cleared)
    _undo_one(demo)
    _leave_one_to_the_platform()


def _clear(audit, enrollment):
    journal = Journal.start(audit.pk, ResetArchive.Kind.RESET)
    return owners.clear(enrollment, journal=journal, actor_id=audit.reset_by_id)


def _planned():
    statuses = {course.key: status for course, status in EVERY_STATUS_AUDITS.items()}
    rows = CourseEnrollment.objects.filter(user__username=EVERY_STATUS, course_id__in=statuses).order_by("pk")
    return [(row, statuses[row.course_id]) for row in rows]


def _chosen(demo, opt_ins):
    """Yield enrollments by chance with the outcome of a reset; a failed one is sometimes repeated."""
    rows = CourseEnrollment.objects.filter(is_active=True, course_id__in=[key for key in opt_ins if _is_running(key)])
    rows = rows.exclude(user__username=EVERY_STATUS).order_by("pk")
    outcomes = [Status.COMPLETE] * 28 + [Status.FAILED] * 8 + [Status.ENQUEUED] * 3 + [Status.IN_PROGRESS] * 3
    for enrollment, status in zip(demo.random.sample(list(rows), len(outcomes)), outcomes, strict=True):
        if status == Status.COMPLETE and demo.random.random() < 0.2:  # noqa: PLR2004
            yield enrollment, Status.FAILED
        yield enrollment, status


def _is_running(course_key):
    course = next(course for course in site.COURSES if course.key == course_key)
    return course.has_started and (course.end is None or course.end > 0) and course.exists


def _audit(demo, enrollment, status, opt_in, agent):
    created = _asked_at(demo, enrollment, status)
    ended = created + timedelta(seconds=demo.random.uniform(2, 9))
    return CourseResetAudit.objects.create(
        created=created,
        modified=created if status == Status.ENQUEUED else ended,
        completed_at=ended if status == Status.COMPLETE else None,
        course=opt_in,
        course_enrollment=enrollment,
        reset_by=agent,
        status=status,
        comment=demo.random.choice(MEMOS),
    )


def _asked_at(demo, enrollment, status) -> datetime:
    """Return when the reset was asked for: running ones minutes ago, done ones after an earlier try."""
    if status in {Status.ENQUEUED, Status.IN_PROGRESS}:
        return demo.now - timedelta(minutes=demo.random.uniform(1, 6))
    earlier = enrollment.reset_audits.order_by("-pk").first()
    if earlier:
        return earlier.created + (demo.now - earlier.created) / 2
    return demo.ago(demo.random.uniform(0.1, 45))


def _job(demo, audit, cleared):
    running, waits = audit.status == Status.IN_PROGRESS, audit.status == Status.ENQUEUED
    done = audit.status in {Status.COMPLETE, Status.FAILED}
    ResetJob.objects.create(
        audit=audit,
        attempts=0 if waits else 1 + 2 * (audit.status == Status.FAILED),
        worker=WORKER if running else "",
        lease_until=demo.now + LEASE if running else None,
        rung_at=demo.now + LEASE if waits else audit.created,
        started_at=None if waits else audit.created + timedelta(seconds=1),
        finished_at=audit.modified if done else None,
        mailed_at=audit.completed_at,
        verified_at=audit.completed_at and audit.completed_at + timedelta(minutes=5),
        reason=demo.random.choice(REASONS) if audit.status == Status.FAILED else "",
        cleared=cleared,
    )


def _undo_one(demo):
    """Take back the reset of one course, as an agent who had the wrong learner would."""
    job = ResetJob.objects.get(
        audit__course_enrollment__user__username=EVERY_STATUS, audit__course_enrollment__course_id=UNDONE.key
    )
    play_back(ResetArchive.objects.get(audit_id=job.pk), owners.references())
    job.undone_at = job.finished_at + timedelta(hours=3)
    job.undone_by = get_user_model().objects.get(username=SUPPORT)
    job.undo_memo = "It was the wrong learner."
    job.save()


def _leave_one_to_the_platform():
    """Take the job of one finished reset away: Open edX's own tool writes none."""
    ResetJob.objects.filter(audit__status=Status.COMPLETE).latest("pk").delete()
