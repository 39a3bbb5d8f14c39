"""The learner's e-mail."""

import pytest
from django.core import mail
from django.utils import timezone

from resets.mail import NO_ADDRESS, RETIRED, send_reset_mail, send_undo_mail
from resets.models import CourseResetAudit, ResetJob
from tests import factories

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status


def completed(**learner):
    course = factories.CourseOverviewFactory(display_name="Chemistry & <Physics>")
    enrollment = factories.EnrollmentFactory(course=course, user=factories.LearnerFactory(**learner))
    return factories.AuditFactory(course_enrollment=enrollment, status=Status.COMPLETE, completed_at=timezone.now())


def test_it_names_the_learner_and_the_course():
    audit = completed(profile__name="Zoë O'Neill")
    assert send_reset_mail(audit.pk)
    (message,) = mail.outbox
    assert message.to == [audit.course_enrollment.user.email]
    assert message.subject == "Your progress in Chemistry & <Physics> has been reset"
    assert "Hello Zoë O'Neill," in message.body
    assert str(audit.course_enrollment.course_id) in message.body
    assert ResetJob.objects.get(pk=audit.pk).mailed_at is not None


def test_it_is_sent_once():
    audit = completed()
    send_reset_mail(audit.pk)
    assert not send_reset_mail(audit.pk)
    assert len(mail.outbox) == 1


def test_nobody_writes_to_a_retired_account():
    audit = completed(username="retired__user_7", email="retired__user_7@retired.invalid")
    assert not send_reset_mail(audit.pk)
    assert ResetJob.objects.get(pk=audit.pk).mail_problem == RETIRED
    now = timezone.now()
    ResetJob.objects.filter(pk=audit.pk).update(mailed_at=now, undone_at=now)
    assert not send_undo_mail(audit.pk)
    assert mail.outbox == []


def test_a_learner_without_address_is_noted():
    audit = completed(email="")
    assert not send_reset_mail(audit.pk)
    assert ResetJob.objects.get(pk=audit.pk).mail_problem == NO_ADDRESS


@pytest.mark.parametrize("status", [Status.ENQUEUED, Status.IN_PROGRESS, Status.FAILED])
def test_nothing_is_sent_before_it_is_complete(status):
    assert not send_reset_mail(factories.AuditFactory(status=status).pk)
    assert mail.outbox == []


def test_a_mail_server_that_is_away_leaves_the_reset_complete(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    audit = completed()
    with pytest.raises(OSError, match="refused"):
        send_reset_mail(audit.pk)
    audit = CourseResetAudit.objects.select_related("job").get(pk=audit.pk)
    assert (audit.status, audit.job.mailed_at) == (Status.COMPLETE, None)


def test_a_course_name_with_line_breaks_makes_no_header():
    audit = completed()
    overview = audit.course_enrollment.overview
    overview.display_name = "Chemistry\r\nBcc: everybody@example.com"
    overview.save()
    send_reset_mail(audit.pk)
    assert mail.outbox[0].subject == "Your progress in Chemistry Bcc: everybody@example.com has been reset"


def test_it_says_what_else_has_changed_for_the_learner():
    plain, more = completed(), completed()
    ResetJob.objects.filter(pk=more.pk).update(cleared={"student_modules": 3, "certificate_unavailable": 1, "teams": 0})
    for audit in (plain, more):
        send_reset_mail(audit.pk)
    first, second = (message.body for message in mail.outbox)
    assert "This has changed, too" not in first
    assert "\n\n\n" not in first + second
    assert (
        "discussion posts.\n\nThis has changed, too:\n\n"
        "  - Your certificate is no longer available. You get one again when you pass.\n\nIf you did not" in second
    )


def test_an_undo_says_what_did_not_come_back():
    audits = [completed(), completed()]
    now = timezone.now()
    ResetJob.objects.update(mailed_at=now, undone_at=now)
    ResetJob.objects.filter(pk=audits[1].pk).update(left_out="Places in teams: the team is gone.")
    for audit in audits:
        assert send_undo_mail(audit.pk)
    first, second = (message.body for message in mail.outbox)
    assert "Not all of it" not in first
    assert "\n\n\n" not in first + second
    assert "before the reset.\n\nNot all of it could be brought back. Places in teams: the team is gone.\n" in second
