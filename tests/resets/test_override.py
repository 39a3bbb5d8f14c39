"""What an admin may override, and what stays on record of it (LECTERN_ADMIN_OVERRIDES)."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from resets import actions
from resets.models import CourseResetAudit, ResetJob
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
BOTH = ["ended", "passing"]


@pytest.fixture
def admin():
    return factories.admin_user(username="boss")


def ended():
    return resettable(end=factories.days_ago(1))


def ended_and_passing():
    enrollment = ended()
    factories.CourseGradeFactory(enrollment=enrollment, letter_grade="Pass")
    return enrollment


def start(enrollment, actor, *overrides):
    return actions.start_reset(enrollment_id=enrollment.pk, memo="Agreed", actor=actor, overrides=overrides)


def test_nothing_can_be_overridden_by_default(admin):
    with pytest.raises(actions.ResetRefusedError, match="has ended"):
        start(ended(), admin, "ended")


def test_an_admin_overrides_what_the_policy_allows(admin, settings):
    settings.LECTERN_ADMIN_OVERRIDES = ["ended"]
    audit = start(ended(), admin, "ended")
    assert ResetJob.objects.get(pk=audit.pk).overrode == ["ended"]
    assert LogEntry.objects.get().change_message == "Reset enqueued, although: course ended: Agreed"


def test_it_must_be_stated(admin, settings):
    settings.LECTERN_ADMIN_OVERRIDES = BOTH
    with pytest.raises(actions.ResetRefusedError, match="has ended"):
        start(ended(), admin)
    assert not CourseResetAudit.objects.exists()


def test_what_stands_behind_must_be_stated_too(admin, settings):
    settings.LECTERN_ADMIN_OVERRIDES = BOTH
    enrollment = ended_and_passing()
    with pytest.raises(actions.ResetRefusedError):
        start(enrollment, admin, "ended")
    audit = start(enrollment, admin, *BOTH)
    assert ResetJob.objects.get(pk=audit.pk).overrode == BOTH


def test_what_stands_behind_may_not_be_overridable(admin, settings):
    settings.LECTERN_ADMIN_OVERRIDES = ["ended"]
    with pytest.raises(actions.ResetRefusedError):
        start(ended_and_passing(), admin, *BOTH)


def test_other_conditions_are_never_overridden(admin, settings):
    settings.LECTERN_ADMIN_OVERRIDES = BOTH
    for enrollment in (resettable(start=None), factories.EnrollmentFactory()):
        with pytest.raises(actions.ResetRefusedError):
            start(enrollment, admin, "not_started", "not_opted_in", *BOTH)


def test_support_agents_override_nothing(settings):
    settings.LECTERN_ADMIN_OVERRIDES = BOTH
    with pytest.raises(actions.ResetRefusedError, match="has ended"):
        start(ended(), factories.support(), "ended")


def test_the_dialog_asks_for_a_tick(client_of, admin, settings):
    settings.LECTERN_ADMIN_OVERRIDES = BOTH
    enrollment, client = ended_and_passing(), client_of(admin)
    assert "Reset anyway…" in client.get(f"/learners/{enrollment.user.username}/courses/").content.decode()
    address = reverse("resets:confirm", args=[enrollment.pk])
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Reset although: This course run has ended." in page
    assert "Reset although: The learner has a passing grade" in page
    refused = client.post(address, {"memo": "Agreed", "overrides": "ended"}, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert not CourseResetAudit.objects.exists()
    assert client.post(address, {"memo": "Agreed", "overrides": BOTH}).status_code == 302
    detail = client.get(reverse("resets:detail", args=[CourseResetAudit.objects.get().pk])).content.decode()
    assert "Overrode: course ended" in detail


def test_support_agents_are_not_offered_it(client_of, settings):
    settings.LECTERN_ADMIN_OVERRIDES = BOTH
    enrollment, client = ended(), client_of(factories.support())
    assert "Reset anyway…" not in client.get(f"/learners/{enrollment.user.username}/courses/").content.decode()
    page = client.get(reverse("resets:confirm", args=[enrollment.pk])).content.decode()
    assert "Reset although" not in page
