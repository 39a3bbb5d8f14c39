"""The e-mail that tells a learner of the reset."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from console.learners import display_name
from console.learners import find as find_learner
from resets.models import CourseResetAudit, ResetJob

NO_ADDRESS = "The learner has no e-mail address."


def send_reset_mail(audit_id: int) -> bool:
    """Tell the learner that their course was reset, once.

    Sent before it is noted: a worker that dies in between sends it a second time rather than never.

    Returns:
        Whether a message went out.

    Raises:
        OSError: the mail server was out of reach or refused (smtplib's errors are OSErrors).
    """
    audit = (
        CourseResetAudit.objects.select_related("job", "course_enrollment__user", "course_enrollment__overview")
        .filter(pk=audit_id, status=CourseResetAudit.Status.COMPLETE, job__mailed_at=None)
        .first()
    )
    if audit is None:
        return False
    learner = audit.course_enrollment.user
    if not learner.email:
        ResetJob.objects.filter(pk=audit_id).update(mail_problem=NO_ADDRESS)
        return False
    _message(audit, learner).send()
    ResetJob.objects.filter(pk=audit_id).update(mailed_at=timezone.now(), mail_problem="")
    return True


def _message(audit, learner):
    enrollment = audit.course_enrollment
    context = {
        "name": display_name(find_learner(learner.get_username())),
        "course": enrollment.overview or enrollment.course_id,
        "course_key": enrollment.course_id,
        "platform": settings.LECTERN_PLATFORM_NAME,
    }
    subject = " ".join(render_to_string("resets/mail_subject.txt", context).split())
    return EmailMessage(subject, render_to_string("resets/mail_body.txt", context), to=[learner.email])
