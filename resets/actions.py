"""The state changes of a reset. Everything that starts, runs, fails or mails one goes through here.

The audit row's `status` is the job's only state, in Open edX's own four words. A change of state
is one conditional UPDATE, so that exactly one of two workers, agents or clicks makes it; the lease
on `ResetJob` tells a live worker from a dead one (docs/decisions/0004).
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import lru_cache

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, DataError, Error, connection
from django.db.models import F
from django.utils import timezone

from console import history, tracking
from console.celery import ring
from console.platform import features
from console.transactions import atomic_with_retries
from enrollments.models import CourseEnrollment, PersistentCourseGrade
from resets import owners, tasks
from resets.eligibility import RUNNING, Eligibility, Present, ResetStatus, eligibility_of, with_reset_status
from resets.journal import Journal
from resets.models import CourseResetAudit, CourseResetCourseOptIn, GivenUp, ResetArchive, ResetJob
from resets.rules import Permission

log = structlog.get_logger(__name__)

MEMO_LENGTH = 255
UNSTORABLE = "The platform’s database cannot store a character of this memo, such as an emoji. Write it without."
Status = CourseResetAudit.Status


class ResetRefusedError(Exception):
    """A reset that cannot be started; the text says why, for the agent to read."""


class StatusChangedError(ResetRefusedError):
    """There is another reset since the agent looked: what they decided on is out of date."""


class LeaseLostError(Exception):
    """Another worker has taken this reset over; what this one did is rolled back."""


# --- Deciding and starting -------------------------------------------------------------------


def decide(enrollment_id: int, *, ignoring: Collection[ResetStatus] = ()) -> tuple[CourseEnrollment, Eligibility]:
    """Return an enrollment with its course and learner, and whether it may be reset now.

    Args:
        enrollment_id: the enrollment.
        ignoring: conditions that are overridden.

    Raises:
        CourseEnrollment.DoesNotExist: no such enrollment.
    """
    has_grades = features.has(PersistentCourseGrade)
    rows = _undecided(frozenset(ignoring), settings.LECTERN_RESETS_PER_ENROLLMENT, has_grades)
    enrollment = rows.get(pk=enrollment_id)
    return enrollment, eligibility_of([enrollment])[enrollment.pk]


@lru_cache(maxsize=64)
def _undecided(ignoring, limit, has_grades):
    """Return all enrollments with the question put to them; putting it takes longer than the answer.

    Args:
        ignoring: as `decide`.
        limit, has_grades: what else the question depends on.
    """
    rows = CourseEnrollment.objects.select_related("user").with_course().with_grade()
    return with_reset_status(rows, Present(), ignoring=ignoring)


def overridable(enrollment_id: int, eligibility: Eligibility, actor) -> tuple[ResetStatus, ...]:
    """Return the conditions that `actor` would have to override to reset; none when that is not possible.

    What admins may override is a policy (LECTERN_ADMIN_OVERRIDES). Behind a condition that is
    overridden another one may stand: it is looked for until the reset is allowed or cannot be.
    """
    if eligibility.is_allowed or not actor.has_perm(Permission.OVERRIDE):
        return ()
    overridden = []
    while eligibility.status in settings.LECTERN_ADMIN_OVERRIDES:
        overridden.append(eligibility.status)
        _, eligibility = decide(enrollment_id, ignoring=overridden)
    return tuple(overridden) if eligibility.is_allowed else ()


def start_reset(  # noqa: PLR0913 (by keyword only: each names one thing that was decided)
    *,
    enrollment_id: int,
    memo: str,
    actor,
    seen_audit_id: int | None = None,
    choices: Collection[str] = (),
    overrides: Collection[str] = (),
    worker: str = "",
    note: Callable[[CourseResetAudit], object] | None = None,
) -> CourseResetAudit:
    """Start the reset of one enrollment: check again under lock, record it, ring for a worker.

    Args:
        enrollment_id: the learner's enrollment.
        memo: why, 1 to 255 characters; kept in the audit row.
        actor: the signed-in agent.
        seen_audit_id: the newest audit row when the agent looked; another one by now means that
            what the agent saw is out of date. None when there was none.
        choices: keys of the learner-state owners that the agent ticked: offers to clear as well, and
            warnings that would refuse the reset.
        overrides: conditions that an admin overrides, by name of the status; kept on record.
        worker: a worker that does the reset itself, and has claimed it with this call; no other is rung for.
        note: called with the audit row in the transaction that writes it, for what has to be written
            with it; what it raises is raised, and nothing was started.

    Returns:
        The audit row: enqueued, or in progress when a worker has claimed it.

    Raises:
        PermissionDenied: the actor may not reset.
        ResetRefusedError: memo missing or too long, status changed meanwhile, not allowed, a choice
            that is none, or a warning that refuses and is not ticked.
    """
    memo, choices = clean_memo(memo), sorted(set(choices))
    try:
        audit = _start(enrollment_id, memo, actor, seen_audit_id, choices, overrides, worker, note)
    except DataError as error:
        # An LMS whose tables are in MySQL's three-byte `utf8`; the memo is the only free text here.
        raise ResetRefusedError(UNSTORABLE) from error
    if not worker:
        ring(tasks.run_reset, audit.pk)
    return audit


@atomic_with_retries
def _start(enrollment_id, memo, actor, seen_audit_id, choices, overrides, worker, note):  # noqa: PLR0913, PLR0917 (as start_reset)
    _lock_enrollment(enrollment_id)
    enrollment, eligibility = decide(enrollment_id)
    if not actor.has_perm(Permission.RESET, enrollment):
        raise PermissionDenied
    overridden = overridable(enrollment_id, eligibility, actor)
    if not eligibility.is_allowed and not (overridden and set(overridden) <= set(overrides)):
        raise ResetRefusedError(eligibility.reason)
    if enrollment.reset_audit_id != seen_audit_id:
        raise StatusChangedError("The status changed since you opened this dialog. Look at it again before you reset.")
    if reason := owners.refusal(enrollment, choices):
        raise ResetRefusedError(reason)
    audit = _enqueue(enrollment, memo, actor, worker, choices=choices, overrode=list(overridden))
    although = "".join(f", although: {status.label.lower()}" for status in overridden)
    history.record(actor=actor, obj=audit, flag=history.ADDITION, message=f"Reset enqueued{although}: {memo}")
    _track("enqueued", audit, {"memo": memo, "choices": choices, "overrode": list(overridden)})
    if note:
        note(audit)
    return audit


def clean_memo(memo: str) -> str:
    """Return the memo without the white space around it.

    Raises:
        ResetRefusedError: nothing is left, or more than 255 characters.
    """
    memo = memo.replace("\x00", "").strip()
    if not memo:
        raise ResetRefusedError("A memo is needed: say why this course is reset.")
    if len(memo) > MEMO_LENGTH:
        raise ResetRefusedError(f"The memo has {len(memo)} characters; {MEMO_LENGTH} are the most.")
    return memo


def _enqueue(enrollment, memo, actor, worker, **decided):
    now = timezone.now()
    audit = CourseResetAudit.objects.create(
        created=now,
        modified=now,
        course=CourseResetCourseOptIn.objects.get(course_id=enrollment.course_id, active=True),
        course_enrollment=enrollment,
        reset_by=actor,
        status=Status.IN_PROGRESS if worker else Status.ENQUEUED,
        comment=memo,
    )
    claimed = {"attempts": 1, **_lease(worker, now)} if worker else {}
    ResetJob.objects.create(audit=audit, rung_at=now, **claimed, **decided)
    return audit


# --- Running, in a worker --------------------------------------------------------------------


def run_reset(audit_id: int, *, worker: str) -> bool:
    """Do an enqueued reset: claim it, clear the learner's state, record the outcome.

    Args:
        audit_id: the audit row.
        worker: a name for this worker's claim, different for every delivery.

    Returns:
        Whether this call did it; False when it was not there to be claimed, failed, or was cut off
        from the database.
    """
    return claim(audit_id, worker=worker) and run_claimed(audit_id, worker=worker)


def run_claimed(
    audit_id: int, *, worker: str, started: CourseResetAudit | None = None, note: Callable[[], object] | None = None
) -> bool:
    """Do a reset that this worker has claimed. Returns as `run_reset`.

    Args:
        audit_id, worker: as `run_reset`.
        started: what `start_reset` returned a moment ago; without it the reset has waited, and is
            decided on once more.
        note: called in the transaction that completes the reset, for what has to be written with it.
    """
    link = connection.connection
    try:
        audit = started or _decide_again(audit_id)
        _clear(audit, worker, note)
    except LeaseLostError:
        log.warning("reset_lease_lost", audit=audit_id, worker=worker)
        return False
    except ResetRefusedError as refusal:
        fail(audit_id, worker=worker, reason=f"{refusal} That was so when its turn came. Nothing was cleared.")
        return False
    except Exception as error:
        if _is_cut_off(error, link):
            # Nobody's fault: the lease runs out, and the sweeper gives it to another worker.
            log.warning("reset_cut_off", audit=audit_id, worker=worker, error=str(error))
            return False
        log.exception("reset_failed", audit=audit_id)
        fail(audit_id, worker=worker, reason=_in_words(error))
        return False
    return True


@atomic_with_retries
def claim(audit_id: int, *, worker: str) -> bool:
    """Make an enqueued reset this worker's, for as long as a lease; return whether it is."""
    now = timezone.now()
    if lock_job(audit_id) is None:
        return False  # Written by Open edX's own tool: its own worker does it.
    mine = CourseResetAudit.objects.filter(pk=audit_id, status=Status.ENQUEUED)
    if not mine.update(status=Status.IN_PROGRESS, modified=now):
        return False
    ResetJob.objects.filter(pk=audit_id).update(attempts=F("attempts") + 1, reason="", **_lease(worker, now))
    return True


def _lease(worker, now):
    """Return the columns that make a reset a worker's."""
    until = now + timedelta(seconds=settings.LECTERN_RESET_LEASE_SECONDS)
    return {"worker": worker, "lease_until": until, "started_at": now}


def _decide_again(audit_id):
    """Return the audit row, with what clearing needs of other tables.

    Refuses what may not be reset any more: by now the learner may have passed, or the run is opted out.
    """
    audit = CourseResetAudit.objects.select_related("course_enrollment__user", "reset_by", "job").get(pk=audit_id)
    enrollment, eligibility = decide(audit.course_enrollment_id, ignoring=[*RUNNING, *audit.job.overrode])
    if reason := eligibility.reason or owners.refusal(enrollment, audit.job.choices):
        raise ResetRefusedError(reason)
    return audit


@atomic_with_retries
def _clear(audit, worker, note=None):
    """Clear and complete in one transaction: a worker that dies leaves all of it or nothing."""
    enrollment = audit.course_enrollment
    _lock_enrollment(enrollment.pk)
    journal = Journal.start(audit.pk, ResetArchive.Kind.RESET)
    cleared = owners.clear(enrollment, journal=journal, actor_id=audit.reset_by_id, choices=audit.job.choices)
    now = timezone.now()
    _settle(audit.pk, worker, {"status": Status.COMPLETE, "completed_at": now}, now, cleared=cleared)
    history.record(actor=audit.reset_by, obj=audit, message=f"Reset complete: {sum(cleared.values())} rows cleared")
    _track("completed", audit, {"cleared": cleared})
    ring(tasks.mail_learner, audit.pk)
    if note:
        note()


def fail(audit_id: int, *, worker: str, reason: str) -> bool:
    """Mark a running reset as failed; it may be tried again by an agent.

    Args:
        audit_id: the audit row.
        worker: the holder of the lease; nobody else's reset is touched.
        reason: why, in words for the agent.

    Returns:
        Whether it was still this worker's to fail.
    """
    try:
        _fail(audit_id, worker, reason)
    except LeaseLostError:
        return False
    return True


@atomic_with_retries
def _fail(audit_id, worker, reason):
    _settle(audit_id, worker, {"status": Status.FAILED}, timezone.now(), reason=reason)
    audit = CourseResetAudit.objects.select_related("course_enrollment", "reset_by").get(pk=audit_id)
    history.record(actor=audit.reset_by, obj=audit, message=f"Reset failed: {reason}")
    _track("failed", audit, {"reason": reason})


@atomic_with_retries
def give_up_foreign(seen: CourseResetAudit, *, hours: int) -> bool:
    """Mark a reset of Open edX's own tool as failed that has not moved since it was `seen`.

    That tool leaves a reset as it is for ever when its worker dies, and nobody could reset the
    learner again.

    Args:
        seen: the audit row, enqueued or in progress, without a job.
        hours: for how long it has not moved; for the reason.

    Returns:
        Whether it was given up; False when the tool went on or finished in the meantime.
    """
    now = timezone.now()
    unmoved = CourseResetAudit.objects.filter(pk=seen.pk, status=seen.status, modified=seen.modified)
    if not unmoved.update(status=Status.FAILED, modified=now):
        return False
    reason = (
        f"Open edX’s own tool did not finish it: {seen.get_status_display().lower()} for more than {hours} hours. "
        "Some of the learner’s state may be cleared; there is no archive of that."
    )
    GivenUp.objects.update_or_create(audit_id=seen.pk, defaults={"at": now, "reason": reason})
    history.record(actor=seen.reset_by, obj=seen, message=f"Reset given up: {reason}")
    _track("given_up", seen, {"reason": reason})
    return True


def lock_job(audit_id: int) -> ResetJob | None:
    """Lock a reset's job row: every change of its state takes this lock first. None: a foreign reset."""
    return ResetJob.objects.select_for_update().filter(pk=audit_id).first()


def _lock_enrollment(enrollment_id):
    CourseEnrollment.objects.select_for_update().values_list("pk").get(pk=enrollment_id)


def _settle(audit_id, worker, outcome, now, **details):
    """Write the outcome only as the owner of the lease: a worker that was given up writes nothing.

    Args:
        audit_id, worker: the reset, and who did it.
        outcome: columns of the audit row.
        now: when it came to that.
        details: columns of the job row. It is changed first, which locks it as `lock_job` does.
    """
    mine = ResetJob.objects.filter(pk=audit_id, worker=worker)
    running = CourseResetAudit.objects.filter(pk=audit_id, status=Status.IN_PROGRESS)
    if not mine.update(finished_at=now, lease_until=None, **details) or not running.update(modified=now, **outcome):
        raise LeaseLostError


def _is_cut_off(error, link):
    """Say whether the database went away: Django has replaced a connection that cannot even be rolled back."""
    return isinstance(error, Error) and connection.connection is not link


def _in_words(error):
    if isinstance(error, DatabaseError):
        return "The database refused or interrupted the work. Nothing was cleared; try again."
    return (
        f"Something unexpected went wrong ({type(error).__name__}). Nothing was cleared; the worker’s log has details."
    )


def _track(event, audit, data):
    enrollment = audit.course_enrollment
    tracking.emit(
        f"lectern.course_reset.{event}",
        actor=audit.reset_by,
        learner_id=enrollment.user_id,
        course_key=enrollment.course_id,
        data={"reset_id": audit.pk, **data},
    )
