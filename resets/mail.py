"""The e-mails that tell a learner of a reset, and of its undoing."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from console.learners import display_name, is_retired
from console.learners import find as find_learner
from resets import owners
from resets.models import CourseResetAudit, ResetJob

NO_ADDRESS = "The learner has no e-mail address."
RETIRED = "The learner’s account was retired."


def send_reset_mail(audit_id: int) -> bool:
    """Tell the learner that their course was reset, once.

    Sent before it is noted: a worker that dies in between sends it a second time rather than never.

    Returns:
        Whether a message went out.

    Raises:
        OSError: the mail server was out of reach or refused (smtplib's errors are OSErrors).
    """
    audit = _waiting(audit_id, job__mailed_at=None, job__undone_at=None)
    if audit is None:
        return False
    if problem := _problem(audit):
        ResetJob.objects.filter(pk=audit_id).update(mail_problem=problem)
        return False
    _message(audit, "mail").send()
    ResetJob.objects.filter(pk=audit_id).update(mailed_at=timezone.now(), mail_problem="")
    return True


def send_undo_mail(audit_id: int) -> bool:
    """Tell a learner who was told of a reset that it was undone, once. As `send_reset_mail`."""
    told = {"job__mailed_at__isnull": False, "job__undone_at__isnull": False}
    audit = _waiting(audit_id, job__undo_mailed_at=None, **told)
    if audit is None or _problem(audit):
        return False
    _message(audit, "undo_mail").send()
    ResetJob.objects.filter(pk=audit_id).update(undo_mailed_at=timezone.now())
    return True


def _waiting(audit_id, **conditions):
    rows = CourseResetAudit.objects.select_related("job", "course_enrollment__user", "course_enrollment__overview")
    return rows.filter(pk=audit_id, status=CourseResetAudit.Status.COMPLETE, **conditions).first()


def _problem(audit):
    """Say why the learner cannot be written to; empty when they can."""
    learner = audit.course_enrollment.user
    if is_retired(learner):
        return RETIRED
    return "" if learner.email else NO_ADDRESS


def _message(audit, template):
    enrollment, learner = audit.course_enrollment, audit.course_enrollment.user
    context = {
        "name": display_name(find_learner(learner.get_username())),
        "course": enrollment.overview or enrollment.course_id,
        "course_key": enrollment.course_id,
        "platform": settings.LECTERN_PLATFORM_NAME,
        "told": owners.told(audit.job.cleared),
        "left_out": audit.job.left_out,
    }
    subject = " ".join(render_to_string(f"resets/{template}_subject.txt", context).split())
    return EmailMessage(subject, render_to_string(f"resets/{template}_body.txt", context), to=[learner.email])
