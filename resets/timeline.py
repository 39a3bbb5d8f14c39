"""What happened to one reset, in order, as sentences."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings

from resets import owners
from resets.eligibility import ResetStatus
from resets.models import CourseResetAudit
from resets.owners import grades

Status = CourseResetAudit.Status
LATE_GRADES = (
    "There are grades without work: a task of the platform that was late has probably written them. "
    "If they show a score from before, undo this reset, replacing what came back, and reset again."
)


@dataclass(frozen=True)
class Step:
    """One entry: when it happened (None: not yet), a title, and details."""

    ICONS: ClassVar = {"success": "check", "danger": "x", "warning": "rotate", "info": "user", "neutral": "clock"}

    at: datetime | None
    title: str
    detail: str = ""
    tone: str = "neutral"

    @property
    def icon(self) -> str:
        return self.ICONS[self.tone]


def timeline(audit: CourseResetAudit) -> list[Step]:
    """Return the steps of a reset, the oldest first, with what it is waiting for at the end."""
    job = getattr(audit, "job", None)
    steps = [Step(audit.created, f"Requested by {audit.reset_by.get_username()}", audit.comment, "info")]
    steps += [
        Step(audit.created, f"Overrode: {ResetStatus(status).label.lower()}", tone="warning")
        for status in getattr(job, "overrode", [])
    ]
    if job is None:
        return [*steps, *_foreign(audit)]
    if job.started_at:
        again = f"Attempt {job.attempts} of {settings.LECTERN_RESET_ATTEMPTS}" if job.attempts > 1 else ""
        steps.append(Step(job.started_at, "A worker started", again))
    return [*steps, *_outcome(audit, job)]


def _foreign(audit):
    note = "Done by Open edX’s own support tool; Lectern knows no more than its status."
    step = Step(audit.completed_at or audit.modified, Status(audit.status).label, note)
    given_up = getattr(audit, "given_up", None)
    if given_up is None:
        return [step]
    failed = Step(given_up.at, "Given up", given_up.reason, "danger")
    # The tool's worker may have been alive after all, and have written what came of it.
    return [failed] if audit.status == Status.FAILED else [failed, step]


def _outcome(audit, job):
    if audit.status == Status.ENQUEUED:
        return [Step(None, "Waiting for a worker", "A reset that no worker takes is sent again every minute.")]
    if audit.status == Status.IN_PROGRESS:
        return [Step(None, "Clearing", "All of it becomes visible at once, or nothing does.")]
    if audit.status == Status.FAILED:
        return [Step(job.finished_at or audit.modified, "Failed", job.reason, "danger")]
    return [Step(audit.completed_at, "Complete", _cleared(job), "success"), _mail(job), *_verified(job), *_undone(job)]


def _cleared(job):
    total = sum(job.cleared.values())
    return f"{total} row{'' if total == 1 else 's'} cleared."


def _mail(job):
    if job.mailed_at:
        return Step(job.mailed_at, "E-mail sent to the learner", tone="success")
    if job.mail_problem:
        return Step(job.finished_at, "No e-mail sent", job.mail_problem, "warning")
    return Step(None, "E-mail to the learner is on its way")


def _verified(job):
    if not job.verified_at:
        return []
    if not job.came_back:
        return [Step(job.verified_at, "Verified: nothing came back", tone="success")]
    total = sum(job.came_back.values())
    title = f"{total} row{'' if total == 1 else 's'} appeared since"
    if _are_grades(job.came_back):
        return [Step(job.verified_at, title, f"{_counts(job.came_back)}. {LATE_GRADES}", "warning")]
    return [Step(job.verified_at, title, f"{_counts(job.came_back)}. The learner may have started again.", "info")]


def _are_grades(came_back):
    return set(came_back) <= {owner.key for owner in grades.OWNERS}


def _counts(came_back):
    labels = {owner.key: owner.label for owner in owners.OWNERS}
    return ", ".join(f"{labels.get(key, key)}: {count}" for key, count in came_back.items())


def _undone(job):
    if not job.undone_at:
        return []
    steps = [Step(job.undone_at, f"Undone by {job.undone_by.get_username()}", job.undo_memo, "warning")]
    if job.left_out:
        steps.append(Step(job.undone_at, "Not all of it came back", job.left_out, "warning"))
    if job.undo_mailed_at:
        steps.append(Step(job.undo_mailed_at, "E-mail about the undo sent to the learner", tone="success"))
    return steps
