"""A reset from the button to its end with a real worker, by mouse and by keyboard alone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from resets.models import StudentModule
from tests.browser.states import (
    BROKER_WAIT,
    COURSE,
    is_focus_inside,
    learner_with_a_resettable_course,
    open_dialog,
    tab_to,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture
def enrollment(transactional_db):
    return learner_with_a_resettable_course()


def expect_the_whole_story(page, enrollment):
    """The row has just been confirmed: it is enqueued, then complete, and the page is never loaded again."""
    page.evaluate("window.isStillThere = true")
    status = page.locator(f"#reset-status-{enrollment.pk}")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text(f"Reset of {COURSE} enqueued.")
    expect(status).to_contain_text("Complete", timeout=BROKER_WAIT)
    expect(page.locator(".toast").filter(has_text=f"Reset of {COURSE}: complete.")).to_be_visible()
    row = page.locator("#table tbody tr")
    expect(row).to_contain_text("No grade")
    expect(row).to_contain_text("no completions")
    expect(row.get_by_role("link", name="Reset…")).to_have_count(0)
    expect(status).to_contain_text("“Asked for by phone”")
    assert page.evaluate("window.isStillThere")
    # Nothing is left to poll for.
    assert status.get_attribute("hx-get") is None
    assert not StudentModule.objects.filter(student=enrollment.user).exists()


@schemes
def test_a_reset_by_mouse(browse, agent, enrollment, worker, scheme):
    page = browse(agent, color_scheme=scheme)
    dialog = open_dialog(page)
    expect(dialog.get_by_role("heading", level=2)).to_have_text(f"Reset {COURSE} for Amina Yusuf")
    expect(dialog.get_by_role("listitem").filter(has_text="Block states")).to_contain_text("7")
    expect(page.locator("#table tbody tr")).to_contain_text("25%")
    dialog.get_by_label("Memo").fill("Asked for by phone")
    expect(dialog.locator("[data-counter-for]").filter(has_text="/ 255")).to_have_text("18 / 255")
    dialog.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(page.locator(f"#reset-status-{enrollment.pk}")).to_contain_text(re.compile("Enqueued|In progress"))
    expect_the_whole_story(page, enrollment)

    page.get_by_role("navigation", name="About this learner").get_by_role("link", name="Resets").click()
    row = page.locator("#table tbody tr")
    expect(row).to_have_count(1)
    for words in ("Complete", "Asked for by phone", "agent", COURSE):
        expect(row).to_contain_text(words)
    row.get_by_role("link", name="#").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Complete")
    expect(page.get_by_role("region", name="What was cleared")).to_contain_text("7")


@schemes
def test_a_reset_by_keyboard_alone(browse, agent, enrollment, worker, scheme):
    page = browse(agent, color_scheme=scheme)
    page.goto("/resets/")
    keys = page.keyboard
    keys.press("/")
    keys.type("amina")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amina Yusuf")
    opener = page.locator(f"#reset-open-{enrollment.pk}")
    tab_to(page, opener)
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert is_focus_inside(dialog)
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()

    keys.press("Enter")
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_label("Memo"))
    keys.type("Asked for by phone")
    tab_to(page, dialog.get_by_role("button", name=f"Reset {COURSE}"))
    keys.press("Enter")
    expect(dialog).to_have_count(0)
    # The button is gone with its row's state: the focus is where its effect shows.
    expect(page.locator(f"#reset-status-{enrollment.pk}")).to_be_focused()
    expect_the_whole_story(page, enrollment)


def test_a_dialog_in_a_tab_of_its_own_ends_on_the_learners_page(browse, agent, enrollment):
    page = browse(agent)
    address = reverse("resets:confirm", args=[enrollment.pk])
    page.goto(address)
    page.get_by_label("Memo").fill("Asked for by phone")
    page.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(page.get_by_text(f"Reset of {COURSE} enqueued.")).to_be_visible()
    expect(page.locator(f"#reset-status-{enrollment.pk}")).to_contain_text("Enqueued")
    page.go_back()
    expect(page.get_by_role("button", name=f"Reset {COURSE}")).to_have_count(0)
