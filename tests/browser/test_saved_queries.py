"""Saving a query, sharing it, and somebody else running it."""

import pytest
from playwright.sync_api import expect

from console.queries.models import SavedQuery
from tests import factories
from tests.browser.states import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAILED = 'status = "Failed"'


@pytest.fixture
def resets(transactional_db):
    """Three resets, one of them failed."""
    for status in ("complete", "failed", "enqueued"):
        factories.AuditFactory(status=status)


def save_from_the_box(page, title):
    """Save what the open box holds, by keyboard, and wait until it is done."""
    page.get_by_role("button", name="Save query").press("Enter")
    dialog = page.get_by_role("dialog", name="Save query")
    expect(dialog.get_by_label("Title")).to_be_focused()
    page.keyboard.type(title)
    tab_to(page, dialog.get_by_role("button", name="Save query"))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_one_person_saves_and_shares_and_another_one_runs_it(browse, agent, resets):
    page = browse(agent)
    page.goto("/resets/")
    page.locator("details.query-switch > summary").click()
    box = page.get_by_role("textbox", name="Query")
    box.fill(FAILED)
    box.press("Escape")
    save_from_the_box(page, "Failed resets")
    expect(page.locator("#toasts")).to_contain_text("“Failed resets” was saved")
    expect(page.get_by_role("button", name="Save query")).to_be_focused()

    other = browse(factories.support(username="other"))
    other.goto("/queries/")
    expect(other.get_by_text("No saved queries yet")).to_be_visible()

    page.goto("/queries/")
    page.get_by_role("link", name="Edit or share Failed resets").click()
    dialog = page.get_by_role("dialog", name="Edit query")
    dialog.get_by_role("checkbox", name="Share it").check()
    dialog.get_by_role("button", name="Save query").click()
    expect(page.locator("#table")).to_contain_text("Everybody")

    other.goto("/queries/?whose=others")
    other.get_by_role("link", name="Failed resets", exact=True).click()
    expect(other.locator(".table-count")).to_have_text("1–1 of 1")
    expect(other.get_by_role("textbox", name="Query")).to_have_value(FAILED)
    query = SavedQuery.objects.get()
    assert (query.runs, query.last_run_by.username) == (1, "other")
    other.goto("/queries/")
    expect(other.get_by_role("link", name="Delete Failed resets")).to_have_count(0)


def test_a_saved_query_is_completed_by_keyboard(browse, agent, resets):
    page = browse(agent)
    page.goto("/resets/")
    page.locator("details.query-switch > summary").click()
    box = page.get_by_role("textbox", name="Query")
    box.fill(FAILED)
    box.press("Escape")
    save_from_the_box(page, "Not well ended")
    box.fill("")
    box.press("Escape")
    page.keyboard.type("ended")
    option = page.get_by_role("option", name="Not well ended")
    expect(option).to_contain_text("saved query")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_value(FAILED)
    page.keyboard.press("Enter")
    expect(page.locator(".table-count")).to_have_text("1–1 of 1")


def test_a_query_of_the_admin_is_saved_mended_and_deleted(browse, resets):
    page = browse(factories.admin_user(username="root"))
    page.goto("/admin/lectern_resets/courseresetaudit/")
    box = page.get_by_role("textbox", name="Query")
    box.fill("statuss = 1")
    box.press("Escape")
    page.get_by_role("button", name="Save query").click()
    dialog = page.get_by_role("dialog", name="Save query")
    dialog.get_by_label("Title").fill("Broken")
    dialog.get_by_role("button", name="Save query").click()
    expect(dialog.get_by_role("alert").locator("mark")).to_have_text("statuss")
    dialog.get_by_role("textbox", name="Query").fill("status = ")
    expect(page.get_by_role("option", name="Failed")).to_be_visible()
    page.keyboard.type('"fai')
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("textbox", name="Query")).to_have_value('status = "Failed" ')
    dialog.get_by_role("button", name="Save query").click()
    expect(dialog).to_have_count(0)
    assert SavedQuery.objects.get().text == 'status = "Failed"'

    page.get_by_role("link", name="Saved queries").last.click()
    page.get_by_role("link", name="Broken", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.goto("/queries/")
    page.get_by_role("link", name="Delete Broken").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete Broken").click()
    expect(page.get_by_text("No saved queries yet")).to_be_visible()
    assert not SavedQuery.objects.exists()


def test_without_javascript(browse, agent, resets):
    page = browse(agent, java_script_enabled=False)
    page.goto(f"/resets/?ql={FAILED}")
    page.get_by_role("button", name="Save query").click()
    expect(page.get_by_role("textbox", name="Query")).to_have_value(FAILED)
    page.get_by_label("Title").fill("Failed resets")
    page.get_by_role("button", name="Save query").click()
    page.get_by_role("link", name="Failed resets", exact=True).click()
    expect(page.locator("#table tbody tr")).to_have_count(1)
