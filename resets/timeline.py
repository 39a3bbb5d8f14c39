"""What happened to one reset, in order, as sentences."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings

from resets.models import CourseResetAudit

Status = CourseResetAudit.Status


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
    steps = [Step(audit.created, f"Requested by {audit.reset_by.get_username()}", audit.comment, "info")]
    job = getattr(audit, "job", None)
    if job is None:
        return [*steps, _foreign(audit)]
    if job.started_at:
        again = f"Attempt {job.attempts} of {settings.LECTERN_RESET_ATTEMPTS}" if job.attempts > 1 else ""
        steps.append(Step(job.started_at, "A worker started", again))
    return [*steps, *_outcome(audit, job)]


def _foreign(audit):
    note = "Done by Open edX’s own support tool; Lectern knows no more than its status."
    return Step(audit.completed_at or audit.modified, Status(audit.status).label, note)


def _outcome(audit, job):
    if audit.status == Status.ENQUEUED:
        return [Step(None, "Waiting for a worker", "A reset that no worker takes is sent again every minute.")]
    if audit.status == Status.IN_PROGRESS:
        return [Step(None, "Clearing", "All of it becomes visible at once, or nothing does.")]
    if audit.status == Status.FAILED:
        return [Step(job.finished_at or audit.modified, "Failed", job.reason, "danger")]
    return [Step(audit.completed_at, "Complete", _cleared(job), "success"), _mail(job), *_undone(job)]


def _cleared(job):
    total = sum(job.cleared.values())
    return f"{total} row{'' if total == 1 else 's'} cleared."


def _mail(job):
    if job.mailed_at:
        return Step(job.mailed_at, "E-mail sent to the learner", tone="success")
    if job.mail_problem:
        return Step(job.finished_at, "No e-mail sent", job.mail_problem, "warning")
    return Step(None, "E-mail to the learner is on its way")


def _undone(job):
    if not job.undone_at:
        return []
    return [Step(job.undone_at, f"Undone by {job.undone_by.get_username()}", job.undo_memo, "warning")]
