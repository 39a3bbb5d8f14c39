"""The reset pages as an agent uses them."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from resets import actions
from resets.models import CourseResetAudit, ResetJob
from tests import factories
from tests.resets.states import resettable

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status
HTMX = {"HTTP_HX_REQUEST": "true"}


def confirm(enrollment):
    return reverse("resets:confirm", args=[enrollment.pk])


def status(enrollment):
    return reverse("resets:status", args=[enrollment.pk])


def text_of(response):
    return response.content.decode()


# --- The dialog ------------------------------------------------------------------------------


def test_the_dialog_names_learner_and_course_and_counts(client):
    enrollment = resettable(display_name="Data Science 101")
    enrollment.user.profile.name = "Amina Yusuf"
    enrollment.user.profile.save()
    factories.StudentModuleFactory.create_batch(7, enrollment=enrollment)
    page = text_of(client.get(confirm(enrollment), **HTMX))
    assert "Reset <em>Data Science 101</em> for Amina Yusuf" in page
    assert '<span class="num">7</span> Block states, attempts and positions' in page
    assert "<dialog" in page
    assert "<html" not in page


def test_the_dialog_is_a_page_without_htmx(client):
    page = text_of(client.get(confirm(resettable())))
    assert "<html" in page
    assert 'class="card dialog-page"' in page


def test_confirming_starts_the_reset(client, agent):
    enrollment = resettable()
    response = client.post(confirm(enrollment), {"memo": "Wrong run"})
    assert response.status_code == 302
    assert response.url == reverse("enrollments:courses", args=[enrollment.user.username])
    audit = CourseResetAudit.objects.get()
    assert (audit.comment, audit.reset_by, audit.status) == ("Wrong run", agent, Status.ENQUEUED)


def test_confirming_by_htmx_updates_the_row_and_closes_the_dialog(client):
    enrollment = resettable()
    response = client.post(confirm(enrollment), {"memo": "Wrong run"}, **HTMX)
    page = text_of(response)
    assert f'id="reset-status-{enrollment.pk}" class="reset-status" hx-swap-oob="true"' in page
    assert 'hx-trigger="every 10s"' in page
    assert "A reset is already waiting for a worker." in page
    assert "lectern:close-dialog" in response.headers["HX-Trigger-After-Settle"]


@pytest.mark.parametrize(
    ("memo", "message"), [("", "A memo is needed"), ("   ", "A memo is needed"), ("m" * 256, "at most 255 characters")]
)
def test_a_bad_memo_is_said_at_the_field_and_changes_nothing(client, memo, message):
    enrollment = resettable()
    response = client.post(confirm(enrollment), {"memo": memo}, **HTMX)
    assert response.status_code == 422
    page = text_of(response)
    assert message in page
    assert 'aria-invalid="true"' in page
    assert not CourseResetAudit.objects.exists()


def test_a_memo_with_null_characters_is_refused(client):
    response = client.post(confirm(resettable()), {"memo": "a\x00b"}, **HTMX)
    assert response.status_code == 422
    assert "Null characters are not allowed" in text_of(response)


def test_a_stale_dialog_says_what_happened_meanwhile(client):
    enrollment = resettable()
    colleague = factories.support(username="colleague")
    actions.start_reset(enrollment_id=enrollment.pk, memo="First", actor=colleague)
    response = client.post(confirm(enrollment), {"memo": "Second"}, **HTMX)
    page = text_of(response)
    assert response.status_code == 409
    assert "A reset is already waiting for a worker. Nothing was changed." in page
    assert "colleague" in page
    assert CourseResetAudit.objects.get().comment == "First"


def test_a_dialog_from_before_somebody_elses_failed_reset_is_stale(client):
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    response = client.post(confirm(enrollment), {"memo": "Again", "seen_audit_id": ""}, **HTMX)
    assert response.status_code == 409
    assert "The status changed since you opened this dialog." in text_of(response)
    assert CourseResetAudit.objects.count() == 1


def test_a_dialog_for_a_course_that_cannot_be_reset_says_why(client):
    page = text_of(client.get(confirm(resettable(end=factories.days_ago(1)))))
    assert "This course run has ended." in page
    assert "<textarea" not in page


def test_confirming_needs_the_csrf_token(client_of, agent):
    client = client_of(agent, enforce_csrf_checks=True)
    assert client.post(confirm(resettable()), {"memo": "x"}).status_code == 403
    assert not CourseResetAudit.objects.exists()


def test_hostile_texts_stay_text(client):
    enrollment = resettable(display_name="<script>alert(1)</script>")
    enrollment.user.profile.name = "<img src=x onerror=alert(1)>"
    enrollment.user.profile.save()
    client.post(confirm(enrollment), {"memo": '"><svg onload=alert(1)>'})
    audit = CourseResetAudit.objects.get()
    for address in (
        confirm(enrollment),
        status(enrollment),
        reverse("resets:list"),
        reverse("resets:detail", args=[audit.pk]),
        reverse("resets:learner", args=[enrollment.user.username]),
        reverse("enrollments:courses", args=[enrollment.user.username]),
        reverse("console:home"),
    ):
        page = text_of(client.get(address))
        for raw in ("<script>alert", "<img src=x", "<svg onload"):
            assert raw not in page, address


# --- The status cell -------------------------------------------------------------------------


@pytest.mark.parametrize("running", [Status.ENQUEUED, Status.IN_PROGRESS])
def test_a_running_cell_polls(client, running):
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=running)
    response = client.get(status(enrollment), **HTMX)
    assert 'hx-trigger="every 10s"' in text_of(response)
    assert "HX-Trigger" not in response.headers


@pytest.mark.parametrize("ended", [Status.COMPLETE, Status.FAILED])
def test_a_cell_stops_by_itself_and_says_so(client, ended):
    enrollment = resettable()
    factories.AuditFactory(course_enrollment=enrollment, status=ended)
    response = client.get(status(enrollment), **HTMX)
    assert "hx-trigger" not in text_of(response)
    assert "lectern:toast" in response.headers["HX-Trigger"]


def test_a_failed_cell_shows_the_reason_and_offers_another_try(client):
    enrollment = resettable()
    audit = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED)
    ResetJob.objects.filter(pk=audit.pk).update(reason="The database was away.")
    page = text_of(client.get(status(enrollment), **HTMX))
    assert "The database was away." in page
    assert "Try again…" in page


# --- The lists -------------------------------------------------------------------------------


def listed(client, query="", address=None):
    response = client.get((address or reverse("resets:list")) + query)
    assert response.status_code == 200
    return [row.record for row in response.context["table"].paginated_rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=failed", {"failed"}),
        ("?agent=agent", {"complete"}),
        ("?since=2026-03-01&until=2026-03-31", {"complete"}),
        ("?since=2026-03-02", {"failed"}),
        ("?status=enqueued", set()),
    ],
)
def test_filters(client, agent, query, expected):
    march = datetime(2026, 3, 1, 23, 59, tzinfo=timezone.get_current_timezone())
    factories.AuditFactory(status=Status.COMPLETE, reset_by=agent, created=march)
    factories.AuditFactory(status=Status.FAILED, created=march + timedelta(days=60))
    assert {audit.status for audit in listed(client, query)} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('status = "Failed"', {"failed"}),
        ('reset_by = "agent"', {"complete"}),
        ('learner = "anna"', {"failed"}),
        ('reason ~ "away"', {"failed"}),
        ('comment startswith "Ticket"', {"complete"}),
        ('created > "-7d"', {"failed"}),
        ('course_enrollment.mode = "audit" and course_name ~ "Data"', {"failed"}),
        ('reset_by = "agent" or learner = "anna"', {"failed", "complete"}),
        ('reset_by.email ~ "@"', None),
        ('learner.password ~ "x"', None),
        ("course_enrollment.user.id > 0", None),
    ],
)
def test_queries(client, agent, text, expected):
    enrollment = factories.EnrollmentFactory(
        course=factories.CourseOverviewFactory(display_name="Data Science"), user__username="anna", mode="audit"
    )
    failed = factories.AuditFactory(course_enrollment=enrollment, status=Status.FAILED, comment="Wrong run")
    ResetJob.objects.filter(pk=failed.pk).update(reason="The database was away.")
    factories.AuditFactory(
        status=Status.COMPLETE,
        reset_by=agent,
        comment="Ticket 7",
        created=timezone.now() - timedelta(days=60),
        job=None,
    )
    response = client.get(reverse("resets:list"), {"ql": text})
    assert {row.record.status for row in response.context["table"].paginated_rows} == (expected or set())
    assert ('class="query-error"' in text_of(response)) is (expected is None)


def test_a_query_finds_nothing_outside_the_scope(client_of):
    mine, other = factories.AuditFactory.create_batch(2)
    client = client_of(factories.course_staff(mine.course_enrollment.course_id))
    response = client.get(reverse("resets:list"), {"ql": f"id = {other.pk} or id > 0"})
    assert [row.record for row in response.context["table"].paginated_rows] == [mine]


def test_filter_by_course(client):
    audit, _other = factories.AuditFactory.create_batch(2)
    key = str(audit.course_enrollment.course_id).replace("+", "%2B")
    assert listed(client, f"?course={key}") == [audit]


def test_a_malformed_course_key_is_said_and_nothing_is_listed(client):
    factories.AuditFactory()
    response = client.get(reverse("resets:list") + "?course=no+key")
    assert "“no key” is no course key" in text_of(response)
    assert len(response.context["table"].rows) == 0


def test_a_wrong_filter_stops_the_export(client):
    factories.AuditFactory()
    response = client.get(reverse("resets:list") + "?course=nokey&_export=csv")
    assert "text/html" in response.headers["Content-Type"]


def test_the_export_is_what_the_list_shows_and_runs_nothing(client):
    factories.AuditFactory(comment='=HYPERLINK("http://evil")', status=Status.FAILED)
    factories.AuditFactory(comment="plain")
    response = client.get(reverse("resets:list") + "?status=failed&_export=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["Memo"] for row in rows] == ['\'=HYPERLINK("http://evil")']


def test_the_learners_tab_shows_the_learners_own(client):
    audit, _other = factories.AuditFactory.create_batch(2)
    address = reverse("resets:learner", args=[audit.course_enrollment.user.username])
    assert listed(client, address=address) == [audit]


def test_an_instructor_sees_only_their_courses(client_of):
    mine, other = factories.AuditFactory.create_batch(2)
    client = client_of(factories.course_staff(mine.course_enrollment.course_id))
    assert listed(client) == [mine]
    assert client.get(reverse("resets:detail", args=[mine.pk])).status_code == 200
    assert client.get(reverse("resets:detail", args=[other.pk])).status_code == 404
    assert client.get(confirm(mine.course_enrollment)).status_code == 403
    assert client.get(status(other.course_enrollment)).status_code == 403


def test_queries_do_not_grow_with_rows(client):
    counts = []
    for rows in (1, 5):
        factories.AuditFactory.create_batch(rows)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("resets:list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- One reset -------------------------------------------------------------------------------


def test_the_timeline_of_a_reset(client):
    enrollment = resettable()
    factories.StudentModuleFactory.create_batch(2, enrollment=enrollment)
    audit = actions.start_reset(enrollment_id=enrollment.pk, memo="Wrong run", actor=factories.support())
    actions.run_reset(audit.pk, worker="w")
    response = client.get(reverse("resets:detail", args=[audit.pk]))
    titles = [step.title for step in response.context["timeline"]]
    assert titles == [
        f"Requested by {audit.reset_by.username}",
        "A worker started",
        "Complete",
        "E-mail to the learner is on its way",
    ]
    assert "2 rows cleared." in text_of(response)


def test_a_reset_of_open_edx_own_tool(client):
    audit = factories.AuditFactory(job=None, status=Status.COMPLETE, completed_at=None)
    page = text_of(client.get(reverse("resets:detail", args=[audit.pk])))
    assert "Done by Open edX’s own support tool" in page


def test_an_unknown_reset_is_404(client):
    assert client.get(reverse("resets:detail", args=[999])).status_code == 404
    assert client.get(reverse("resets:confirm", args=[999])).status_code == 404


# --- Beside a learner's name -----------------------------------------------------------------


def test_running_resets_stand_beside_the_name(client):
    enrollment = resettable()
    address = reverse("enrollments:courses", args=[enrollment.user.username])
    assert "running" not in text_of(client.get(address))
    factories.AuditFactory(course_enrollment=enrollment, status=Status.ENQUEUED)
    assert "1 reset running" in text_of(client.get(address))
    other = factories.EnrollmentFactory(user=enrollment.user)
    factories.AuditFactory(course_enrollment=other, status=Status.IN_PROGRESS)
    factories.AuditFactory(status=Status.ENQUEUED)
    page = text_of(client.get(address))
    assert "2 resets running" in page
    assert f'href="{reverse("resets:learner", args=[enrollment.user.username])}"' in page


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-03-02", "", {2, 3}),
        ("", "2026-03-02", {1, 2}),
        ("2026-03-02", "2026-03-02", {2}),
        ("0001-01-01", "9999-12-31", {1, 2, 3}),
        ("9999-12-31", "", set()),
        ("", "0001-01-01", set()),
    ],
)
def test_days_are_filtered_whole(client_of, since, until, found):
    moments = ("2026-03-01T23:59:59", "2026-03-02T23:59:59", "2026-03-03T00:00:00")
    audits = {
        factories.AuditFactory(created=datetime.fromisoformat(f"{text}+00:00")).pk: number
        for number, text in enumerate(moments, 1)
    }
    response = client_of(factories.support()).get(reverse("resets:list"), {"since": since, "until": until})
    assert {audits[row.record.pk] for row in response.context["table"].rows} == found
