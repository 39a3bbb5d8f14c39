"""What is refused in the reset dialog, and how: in place, with a reason, and nothing changed."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from resets.models import CourseResetAudit
from tests import factories
from tests.browser.states import COURSE, is_focus_inside, learner_with_a_resettable_course, open_dialog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def enrollment(transactional_db):
    return learner_with_a_resettable_course()


def test_the_focus_stays_inside_the_open_dialog(browse, agent, enrollment):
    page = browse(agent)
    dialog = open_dialog(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        # The browser's own controls come after the last button; the page behind never does.
        assert page.evaluate("document.activeElement === document.body") or is_focus_inside(dialog)
    # A shortcut must not reach through the dialog either.
    dialog.get_by_role("link", name="Cancel").focus()
    page.keyboard.press("/")
    assert is_focus_inside(dialog)


@pytest.mark.parametrize(("memo", "words"), [("", "A memo is needed"), ("   ", "A memo is needed"), ("x" * 300, "255")])
def test_a_missing_or_too_long_memo_is_refused_at_the_field(browse, agent, enrollment, memo, words):
    page = browse(agent)
    dialog = open_dialog(page)
    field = dialog.get_by_label("Memo")
    # What a browser would not let through by itself.
    field.evaluate("field => { field.removeAttribute('required'); field.removeAttribute('maxlength'); }")
    field.fill(memo)
    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(words)))
    expect(dialog.get_by_role("alert")).to_contain_text(words)
    assert not CourseResetAudit.objects.exists()

    field.fill("Asked for by phone")
    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(dialog).to_have_count(0)
    assert CourseResetAudit.objects.get().comment == "Asked for by phone"


def test_the_browser_itself_stops_an_empty_memo(browse, agent, enrollment):
    dialog = open_dialog(browse(agent))
    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(dialog.get_by_label("Memo")).to_be_focused()
    assert dialog.get_by_label("Memo").evaluate("field => field.validity.valueMissing")
    assert not CourseResetAudit.objects.exists()


def test_a_dialog_that_is_out_of_date_changes_nothing(browse, agent, enrollment):
    page = browse(agent)
    dialog = open_dialog(page)
    dialog.get_by_label("Memo").fill("The slower one")

    other = browse(factories.support(username="colleague"))
    quick = open_dialog(other)
    quick.get_by_label("Memo").fill("The quicker one")
    quick.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(quick).to_have_count(0)

    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text("A reset is already waiting for a worker.")
    expect(alert).to_contain_text("Nothing was changed.")
    expect(dialog.get_by_role("button", name=f"Reset {COURSE}")).to_have_count(0)
    assert CourseResetAudit.objects.get().comment == "The quicker one"


def test_two_clicks_are_one_reset(browse, agent, enrollment):
    page = browse(agent)
    dialog = open_dialog(page)
    dialog.get_by_label("Memo").fill("Asked for by phone")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    dialog.get_by_role("button", name=f"Reset {COURSE}").dblclick()
    expect(dialog).to_have_count(0)
    expect(page.locator(f"#reset-status-{enrollment.pk}")).to_contain_text("Enqueued")
    assert len(sent) == 1
    assert CourseResetAudit.objects.count() == 1


def test_two_quick_submits_from_a_script_are_one_reset_too(browse, agent, enrollment):
    dialog = open_dialog(browse(agent))
    dialog.get_by_label("Memo").fill("Asked for by phone")
    dialog.locator("form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); form.requestSubmit(); }")
    expect(dialog).to_have_count(0)
    assert CourseResetAudit.objects.count() == 1


@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
def test_an_issued_certificate_stops_the_reset_until_it_is_ticked(browse, agent, enrollment, scheme, width):
    factories.CertificateFactory(enrollment=enrollment, status="downloadable")
    page = browse(agent, color_scheme=scheme, width=width)
    dialog = open_dialog(page)
    expect(dialog).to_contain_text("What will be cleared")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(violation["id"], violation["nodes"]) for violation in found] == []
    dialog.get_by_label("Memo").fill("Agreed with the course team")
    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("Nothing was changed.")
    assert not CourseResetAudit.objects.exists()
    expect(dialog.get_by_label("Memo")).to_have_value("Agreed with the course team")
    dialog.get_by_label("Reset although a certificate was issued").check()
    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(dialog).to_have_count(0)
    assert CourseResetAudit.objects.get().job.choices == ["certificate"]
