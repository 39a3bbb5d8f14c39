"""The History tab of the learner page: enrollments and resets, newest first."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollments.defaults.models import CourseEnrollmentHistory
from resets.models import CourseResetAudit, GivenUp, ResetJob
from tests import factories
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status


@pytest.fixture
def enrollment():
    course = factories.CourseOverviewFactory(display_name="Data Science 101")
    return factories.EnrollmentFactory(user=factories.LearnerFactory(username="amina"), course=course)


def version(enrollment, at, **row):
    """Write a version of an enrollment as the LMS does."""
    values = {"is_active": True, "mode": "audit", "history_type": "~"} | row
    return CourseEnrollmentHistory.objects.create(
        id=enrollment.pk,
        created=enrollment.created,
        course_id=enrollment.course_id,
        user_id=enrollment.user_id,
        history_date=at,
        **values,
    )


def page_of(client, **parameters):
    return client.get(reverse("console:learner-history", args=["amina"]), parameters)


def told(client):
    """Return what the export says, as (event, detail, by)."""
    lines = csv.DictReader(io.StringIO(b"".join(page_of(client, _export="csv")).decode("utf-8-sig")))
    return [(line["Event"], line["Detail"], line["By"]) for line in lines]


def test_enrollments_and_resets_are_told_newest_first(client, agent, enrollment):
    version(enrollment, days_ago(30), history_user=enrollment.user, history_type="+")
    version(enrollment, days_ago(20), mode="verified")
    audit = factories.AuditFactory(
        course_enrollment=enrollment, reset_by=agent, comment="Wrong run", status=Status.COMPLETE
    )
    CourseResetAudit.objects.filter(pk=audit.pk).update(created=days_ago(10), completed_at=days_ago(9))
    ResetJob.objects.update_or_create(
        audit=audit,
        defaults={
            "rung_at": days_ago(10),
            "undone_at": days_ago(5),
            "undone_by": agent,
            "undo_memo": "It was another learner",
        },
    )
    version(enrollment, days_ago(1), history_user=enrollment.user, is_active=False, mode="verified")
    assert told(client) == [
        ("Not enrolled (verified)", "", "amina"),
        ("Reset undone", "It was another learner", "agent"),
        ("Reset complete", "", ""),
        ("Reset requested", "Wrong run", "agent"),
        ("Enrolled in verified", "", ""),
        ("Enrolled in audit", "", "amina"),
    ]
    text = page_of(client).content.decode()
    assert text.count(reverse("resets:detail", args=[audit.pk])) == 3
    assert "Data Science 101" in text
    assert 'aria-current="page">History' in text


def test_a_failure_says_why(client, enrollment):
    ours = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    ResetJob.objects.update_or_create(audit=ours, defaults={"rung_at": days_ago(1), "reason": "The worker stopped."})
    foreign = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED, job=None)
    GivenUp.objects.create(audit=foreign, at=days_ago(0), reason="It never finished.")
    failed = {detail for event, detail, _ in told(client) if event == "Reset failed"}
    assert failed == {"The worker stopped.", "It never finished."}


def test_nothing_of_others_is_told(client, enrollment):
    other = factories.EnrollmentFactory(course=enrollment.overview)
    version(other, days_ago(3), history_type="+")
    factories.AuditFactory(course_enrollment=other)
    assert told(client) == []
    assert "No history" in page_of(client).content.decode()


def test_a_course_run_that_is_gone_keeps_its_history(client, enrollment):
    version(enrollment, days_ago(3), history_type="+")
    enrollment.overview.delete()
    assert "Course run no longer exists" in page_of(client).content.decode()


def test_the_number_of_queries_does_not_grow(client, enrollment):
    def number():
        with CaptureQueriesContext(connection) as queries:
            assert page_of(client).status_code == 200
        return len(queries)

    version(enrollment, days_ago(30), history_type="+")
    factories.AuditFactory(course_enrollment=enrollment, status=Status.COMPLETE)
    page_of(client)
    few = number()
    for _ in range(20):
        other = factories.EnrollmentFactory(user=enrollment.user)
        version(other, days_ago(3), history_user=enrollment.user, history_type="+")
        factories.AuditFactory(course_enrollment=other, status=Status.COMPLETE)
    assert number() == few


def test_what_people_typed_is_text(client, enrollment):
    factories.AuditFactory(course_enrollment=enrollment, comment="<script>alert(1)</script>")
    text = page_of(client).content.decode()
    assert not re.search("<script>alert", text)
    assert "&lt;script&gt;" in text
