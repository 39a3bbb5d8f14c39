"""The undo dialog as an agent uses it."""

import pytest
from django.urls import reverse

from resets import actions
from resets.models import CourseResetAudit, ResetJob, StudentModule
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(client_of):
    return client_of(factories.support(username="agent"))


@pytest.fixture
def audit():
    """A complete reset of three rows."""
    enrollment = resettable(display_name="Data Science 101")
    factories.StudentModuleFactory.create_batch(3, enrollment=enrollment)
    started = actions.start_reset(enrollment_id=enrollment.pk, memo="Wrong learner", actor=factories.support())
    actions.run_reset(started.pk, worker="w")
    return CourseResetAudit.objects.select_related("course_enrollment__user").get(pk=started.pk)


def address(audit):
    return reverse("resets:undo", args=[audit.pk])


def detail(audit):
    return reverse("resets:detail", args=[audit.pk])


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_dialog_names_what_comes_back(client, audit):
    page = text_of(client.get(address(audit), **HTMX))
    assert "Undo the reset of <em>Data Science 101</em>" in page
    assert "3 rows come back from the archive" in page
    assert 'name="replace"' not in page
    assert "<html" not in page


def test_the_dialog_is_a_page_without_htmx(client, audit):
    assert "<html" in text_of(client.get(address(audit)))


def test_undoing(client, audit):
    response = client.post(address(audit), {"memo": "It was the wrong learner"})
    assert response.url == detail(audit)
    assert StudentModule.objects.count() == 3
    page = text_of(client.get(detail(audit)))
    assert "Undone by agent" in page
    assert "It was the wrong learner" in page
    assert "Undo…" not in page


def test_undoing_by_htmx_goes_to_the_reset(client, audit):
    response = client.post(address(audit), {"memo": "Wrong"}, **HTMX)
    assert response.headers["HX-Redirect"] == detail(audit)


def test_no_memo_changes_nothing(client, audit):
    response = client.post(address(audit), {"memo": " "}, **HTMX)
    assert response.status_code == 422
    assert "A memo is needed: say why this reset is undone." in text_of(response)
    assert not StudentModule.objects.exists()


def test_newer_work_must_be_replaced_by_choice(client, audit):
    factories.StudentModuleFactory(enrollment=audit.course_enrollment)
    page = text_of(client.get(address(audit), **HTMX))
    assert "The learner has started again since the reset" in page
    response = client.post(address(audit), {"memo": "Wrong"}, **HTMX)
    assert response.status_code == 422
    assert "Tick this to replace it, or cancel to keep it." in text_of(response)
    assert StudentModule.objects.count() == 1
    client.post(address(audit), {"memo": "Wrong", "replace": "on"})
    assert StudentModule.objects.count() == 3


def test_work_that_appears_while_the_dialog_is_open_is_not_replaced(client, audit):
    client.get(address(audit), **HTMX)
    newer = factories.StudentModuleFactory(enrollment=audit.course_enrollment)
    client.post(address(audit), {"memo": "Wrong"}, **HTMX)
    assert StudentModule.objects.get() == newer


def test_what_cannot_be_undone_says_why(client):
    foreign = factories.AuditFactory(job=None, status="complete")
    assert "which keeps no archive" in text_of(client.get(address(foreign)))
    assert "Undo…" not in text_of(client.get(detail(foreign)))
    response = client.post(address(foreign), {"memo": "Wrong"}, **HTMX)
    assert response.status_code == 409


def test_a_double_submit_undoes_once(client, audit):
    client.post(address(audit), {"memo": "First"})
    response = client.post(address(audit), {"memo": "Second"}, **HTMX)
    assert response.status_code == 409
    assert ResetJob.objects.get(pk=audit.pk).undo_memo == "First"
    assert StudentModule.objects.count() == 3


def test_the_learners_courses_show_it(client, audit):
    client.post(address(audit), {"memo": "Wrong"})
    page = text_of(client.get(reverse("enrollments:courses", args=[audit.course_enrollment.user.username])))
    assert "<span>Undone</span>" in page
    assert "Reset…" in page


def test_instructors_see_the_reset_but_no_way_to_undo_it(client_of, audit):
    client = client_of(factories.course_staff(audit.course_enrollment.course_id))
    assert "Undo…" not in text_of(client.get(detail(audit)))
    assert client.get(address(audit)).status_code == 403
    assert client.post(address(audit), {"memo": "Wrong"}).status_code == 403
    assert not StudentModule.objects.exists()
