"""The pages of bulk resets as an agent uses them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resets.bulk import actions, run
from resets.bulk.models import BulkItem, BulkReset
from resets.undo import undo_reset
from tests import factories

pytestmark = pytest.mark.django_db
State = BulkReset.State
HTMX = {"HTTP_HX_REQUEST": "true"}
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def course():
    course = factories.CourseOverviewFactory(display_name="Data Science 101")
    factories.OptInFactory(course=course)
    return course


@pytest.fixture
def enrolled(course):
    """Return a function that enrolls fresh learners of these names."""

    def enroll(*names):
        return [factories.EnrollmentFactory(course=course, user__username=name) for name in names]

    return enroll


@pytest.fixture
def upload(client, course):
    """Return a function that sends the form; `file` is the content of an uploaded file."""

    def send(text="", file=None, **data):
        given = {"course": str(course.id), "learners": text, "memo": "Wrong run", **data}
        if file is not None:
            given["upload"] = SimpleUploadedFile("list.csv", file if isinstance(file, bytes) else file.encode())
        return client.post(reverse("resets:bulk-new"), given)

    return send


def page(name, bulk):
    return reverse(f"resets:bulk-{name}", args=[bulk.pk])


def text_of(response):
    return response.content.decode()


def lines_of(response):
    rows = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    return list(rows)


# --- Upload and preview ----------------------------------------------------------------------


def test_pasted_learners_become_a_preview(client, upload, enrolled):
    enrolled("anna", "ben")
    response = upload("anna\r\nben\r\nghost\r\nanna")
    bulk = BulkReset.objects.get()
    assert response.url == page("detail", bulk)
    shown = text_of(client.get(response.url))
    assert "Reset 2 learners…" in shown
    assert "No account has this username or e-mail address." in shown
    assert "The same learner as in line 1." in shown
    assert "Data Science 101" in shown


def test_an_uploaded_file_does_the_same(upload, enrolled):
    enrolled("anna")
    upload(file="\ufeffname;username\r\nAnna;anna\r\n".encode("utf-16"))
    assert BulkReset.objects.get().will_reset == 1


def test_fifty_thousand_pasted_learners_fit(upload):
    assert upload("\n".join(f"learner-with-a-long-name-{n}@university.example.com" for n in range(50_000))).url
    assert BulkReset.objects.get().unknown == 50_000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Paste learners here, or choose a file below."),
        ({"text": "anna", "file": "anna"}, "There are pasted learners and a file."),
        ({"text": "anna\nb\x00n"}, "Line 2 holds a NUL character"),
        ({"text": "anna\n=1+1"}, "Line 2 is a spreadsheet formula"),
        ({"file": b"anna\nzo\xeb"}, "Line 2 is not UTF-8 text (byte 8 of the file)."),
        ({"file": "anna,1\n"}, "Line 1 has 2 columns and there is no header."),
        ({"file": "\n".join(map(str, range(60_000)))}, "The list has 60,000 learners. At most 50,000"),
        ({"file": b"PK\x03\x04"}, "an Excel workbook or a zip archive"),
        ({"file": ""}, "There is no learner in this list."),
        ({"text": "anna", "course": "not a key"}, "is no course key"),
        ({"text": "anna", "course": "course-v1:No+Such+Run"}, "not opted in to resets"),
        ({"text": "anna", "course": ""}, "Choose the course run."),
        ({"text": "anna", "memo": " "}, "A memo is needed"),
        ({"text": "anna", "memo": "x" * 256}, "at most 255 characters"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_stored(upload, given, words):
    response = upload(**given)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not BulkReset.objects.exists()


def test_the_form_offers_the_runs_that_are_opted_in(client, course):
    closed = factories.OptInFactory(active=False)
    shown = text_of(client.get(reverse("resets:bulk-new")))
    assert f'<option value="{course.id}">Data Science 101</option>' in shown.replace("&#x2B;", "+")
    assert str(closed.course_id) not in shown


def test_the_preview_is_filtered_by_verdict_and_learner(client, upload, enrolled):
    enrolled("anna", "ben")
    upload("anna\nben\nghost")
    detail = page("detail", BulkReset.objects.get())
    only = [text_of(client.get(detail, query, **HTMX)) for query in ({"show": "unknown"}, {"q": "ben"})]
    assert "ghost" in only[0]
    assert "anna" not in only[0]
    assert "ben" in only[1]
    assert "ghost" not in only[1]


def test_the_export_has_every_line_and_no_formula(client, upload, enrolled):
    enrolled("anna")
    upload("anna\n-1-cmd")
    response = client.get(page("detail", BulkReset.objects.get()), {"_export": "csv"})
    assert lines_of(response) == [
        ["Line", "As typed", "Learner", "Outcome", "Reason", "Reset"],
        ["1", "anna", "anna", "Will be reset", "", ""],
        ["2", "'-1-cmd", "", "Unknown", "No account has this username or e-mail address.", ""],
    ]


def test_hostile_text_stays_text(client, upload, course):
    course.display_name = HOSTILE
    course.save()
    upload('"{}"'.format(HOSTILE.replace('"', '""')), memo=HOSTILE)
    bulk = BulkReset.objects.get()
    for address in (page("detail", bulk), page("confirm", bulk), reverse("resets:bulk"), reverse("resets:bulk-new")):
        assert "<script>alert" not in text_of(client.get(address))
    assert "&lt;script&gt;alert" in text_of(client.get(page("detail", bulk)))


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_take_a_constant_number_of_queries(client, upload, enrolled, count, django_assert_max_num_queries):
    enrolled(*[f"learner-{n}" for n in range(count)])
    upload("\n".join(f"learner-{n}" for n in range(count)))
    bulk = BulkReset.objects.get()
    for address, most in ((page("detail", bulk), 14), (reverse("resets:bulk"), 13), (page("confirm", bulk), 10)):
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)


def test_many_lists_take_as_many_queries_as_one(client, upload, enrolled):
    enrolled("anna")
    counts = []
    for _ in range(3):
        upload("anna")
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("resets:bulk"))
        counts.append(len(captured))
    assert len(set(counts[1:])) == 1


# --- Confirm and run -------------------------------------------------------------------------


@pytest.fixture
def bulk(upload, enrolled):
    enrolled("anna", "ben", "carl")
    upload("anna\nben\ncarl\nghost")
    return BulkReset.objects.get()


def test_the_dialog_says_what_will_happen(client, bulk):
    dialog = text_of(client.get(page("confirm", bulk), **HTMX))
    assert "Reset <em>Data Science 101</em> for 3 learners" in dialog
    assert 'type="submit">Reset 3 learners</button>' in dialog
    assert '<span class="num">1</span> left out because nobody is known' in dialog
    assert "<html" not in dialog
    assert "<html" in text_of(client.get(page("confirm", bulk)))


def test_confirm_progress_and_results(client, bulk):
    assert client.post(page("confirm", bulk)).url == page("detail", bulk)
    shown = text_of(client.get(page("detail", bulk)))
    assert f'hx-get="{page("progress", bulk)}?seen=running" hx-trigger="every 5s"' in shown
    assert '<progress class="progress" value="0" max="3"' in shown
    assert "no worker has begun yet" in shown

    while run.work(bulk.pk, worker="worker"):
        pass
    shown = text_of(client.get(page("detail", bulk)))
    assert 'hx-trigger="every' not in shown
    assert '<progress class="progress" value="3" max="3"' in shown
    audit = bulk.items.get(typed="anna").audit_id
    assert f'<a href="{reverse("resets:detail", args=[audit])}">#{audit}</a>' in shown
    rows = lines_of(client.get(page("detail", bulk), {"_export": "csv"}))
    assert [row[3] for row in rows[1:]] == ["Reset", "Reset", "Reset", "Unknown"]


def test_a_reset_that_was_undone_is_no_longer_shown_as_reset(client, bulk, agent):
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    while run.work(bulk.pk, worker="worker"):
        pass
    undo_reset(audit_id=bulk.items.get(typed="anna").audit_id, memo="Not anna", actor=agent)

    def outcomes(**query):
        rows = lines_of(client.get(page("detail", bulk), {"_export": "csv", **query}))
        return {row[1]: row[3] for row in rows[1:]}

    assert list(outcomes().values()).count("Reset") == 2
    assert outcomes(show="undone") == {"anna": "Reset, then undone"}
    assert "anna" not in outcomes(show="done")
    assert "Reset, then undone" in text_of(client.get(page("detail", bulk)))


def test_polling_goes_on_while_it_runs_and_stops_by_itself(client, bulk, agent):
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    asked = f"{page('progress', bulk)}?seen=running"
    response = client.get(asked, **HTMX)
    assert "hx-trigger" in text_of(response)
    assert "hx-swap-oob" not in text_of(response)
    while run.work(bulk.pk, worker="worker"):
        pass
    response = client.get(asked, **HTMX)
    assert "hx-trigger" not in text_of(response)
    assert 'id="plan-actions" class="cluster" hx-swap-oob="true"' in text_of(response)
    assert "lectern:refresh-table" in response.headers["HX-Trigger-After-Settle"]


def test_somebody_elses_pause_reaches_the_page(client, bulk, agent):
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    actions.pause(bulk_id=bulk.pk, actor=factories.support())
    shown = text_of(client.get(f"{page('progress', bulk)}?seen=running", **HTMX))
    assert "Resume</button>" in shown
    assert "hx-trigger" not in shown


def test_pause_resume_cancel_by_the_buttons(client, bulk, agent):
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    for change, expected in (("pause", State.PAUSED), ("resume", State.RUNNING), ("cancel", State.CANCELLED)):
        assert client.post(page(change, bulk)).url == page("detail", bulk)
        bulk.refresh_from_db()
        assert bulk.state == expected
    shown = text_of(client.get(page("detail", bulk)))
    assert "Cancelled before it was started." in shown
    assert "Retry" not in shown


def test_retry_is_offered_for_failures(client, bulk, agent):
    factories.CourseGradeFactory(enrollment=bulk.items.get(typed="ben").enrollment, letter_grade="A")
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    while run.work(bulk.pk, worker="worker"):
        pass
    assert "Retry 1 failed…" in text_of(client.get(page("detail", bulk)))
    assert "Retry 1 learner</button>" in text_of(client.get(page("retry", bulk), **HTMX))
    client.post(page("retry", bulk))
    assert bulk.items.get(typed="ben").state == BulkItem.State.PENDING


def test_a_second_confirm_is_refused_in_words(client, bulk):
    client.post(page("confirm", bulk))
    shown = text_of(client.post(page("confirm", bulk), follow=True))
    assert "This bulk reset is running by now. Nothing was changed." in shown
    assert "is running by now" in text_of(client.get(page("confirm", bulk), follow=True))


def test_discarding_leads_back_to_the_list(client, bulk):
    assert client.post(page("discard", bulk)).url == reverse("resets:bulk")
    assert not BulkReset.objects.exists()


def test_the_list_shows_states_and_counts(client, bulk, agent):
    assert "not confirmed" in text_of(client.get(reverse("resets:bulk")))
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    shown = text_of(client.get(reverse("resets:bulk"), {"state": "running"}))
    assert "0 reset, 0 failed, 3 to go" in shown
    rows = lines_of(client.get(reverse("resets:bulk"), {"_export": "csv"}))
    assert rows[1][:3] == [str(bulk.pk), "running", "3"]


@pytest.mark.parametrize("sort", ["line", "-line", "typed", "learner", "-learner", "reset", "-reset"])
def test_every_column_sorts(client, bulk, sort):
    assert client.get(page("detail", bulk), {"sort": sort}).status_code == 200


@pytest.mark.parametrize("sort", ["id", "course", "-state", "learners", "agent", "-created"])
def test_every_column_of_the_list_sorts(client, bulk, sort):
    assert client.get(reverse("resets:bulk"), {"sort": sort}).status_code == 200


def test_only_support_sees_the_way_in(client, client_of, course):
    assert reverse("resets:bulk") in text_of(client.get(reverse("resets:list")))
    instructor = client_of(factories.course_staff(course.id))
    assert reverse("resets:bulk") not in text_of(instructor.get(reverse("resets:list")))
