"""What a learner's history says of resets."""

from collections.abc import Iterator

from django.urls import reverse

from console.learner_history import LIMIT, Event
from resets.models import CourseResetAudit

Status = CourseResetAudit.Status


def events(learner, viewer) -> Iterator[Event]:
    """Yield when each of the learner's resets was asked for, how it ended, and when it was undone."""
    audits = CourseResetAudit.objects.visible_to(viewer).filter(course_enrollment__user=learner)
    related = ("course_enrollment__overview", "reset_by", "job__undone_by", "given_up")
    for audit in audits.select_related(*related).order_by("-pk")[:LIMIT]:
        yield from _events(audit)


def _events(audit):
    job = getattr(audit, "job", None)
    yield _event(audit, audit.created, "Reset requested", tone="info", detail=audit.comment, by=_name(audit.reset_by))
    if audit.status == Status.COMPLETE:
        yield _event(audit, audit.completed_at or audit.modified, "Reset complete", tone="success")
    if audit.status == Status.FAILED:
        reason = job.reason if job else getattr(getattr(audit, "given_up", None), "reason", "")
        yield _event(audit, audit.modified, "Reset failed", tone="danger", detail=reason)
    if job and job.undone_at:
        undone_by = _name(job.undone_by)
        yield _event(audit, job.undone_at, "Reset undone", tone="warning", detail=job.undo_memo, by=undone_by)


def _event(audit, at, what, **more):
    enrollment = audit.course_enrollment
    return Event(
        at,
        what,
        course_id=enrollment.course_id,
        course_name=enrollment.overview and enrollment.overview.display_name,
        link=reverse("resets:detail", args=[audit.pk]),
        **more,
    )


def _name(person):
    return person.get_username() if person else ""
