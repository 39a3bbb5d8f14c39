"""DjangoQL in the lists of the admin, by keyboard."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def box(browse, transactional_db):
    """The query box over the resets; there are three, one of them failed."""
    for status in ("complete", "failed", "enqueued"):
        factories.AuditFactory(status=status)
    page = browse(factories.admin_user(username="root"))
    page.goto("/admin/lectern_resets/courseresetaudit/")
    return page.locator("textarea[data-query]")


def options_of(box):
    return box.page.get_by_role("listbox", name="Completions").get_by_role("option")


def test_a_query_is_completed_and_sent_by_keyboard(box):
    keys = box.page.keyboard
    box.focus()
    keys.type("stat")
    expect(options_of(box).first).to_contain_text("status")
    expect(options_of(box).first).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(box).to_have_value("status ")
    keys.type("=")
    keys.type(" ")
    expect(options_of(box).filter(has_text="Failed")).to_have_count(1)
    keys.type("fai")
    expect(options_of(box)).to_have_count(1)
    keys.press("Tab")
    expect(box).to_have_value('status = "Failed" ')
    expect(box).to_be_focused()
    keys.press("Escape")
    keys.press("Enter")
    expect(box.page.locator("#result_list tbody tr")).to_have_count(1)
    expect(box.page.locator("#result_list")).to_contain_text("Failed")


def test_escape_closes_the_list_and_arrows_walk_it(box):
    box.focus()
    box.press("Control+Space")
    expect(options_of(box).first).to_be_visible()
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(options_of(box).nth(1)).to_have_attribute("aria-selected", "true")
    identity = options_of(box).nth(1).get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", identity)
    box.press("Escape")
    expect(options_of(box)).to_have_count(0)
    expect(box).to_have_value("")


def test_a_broken_query_marks_the_place(box):
    box.fill('status = "failed" annd id > 1')
    box.press("Escape")
    box.press("Enter")
    alert = box.page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert.locator("mark")).to_have_text("annd")
    expect(box).to_have_value('status = "failed" annd id > 1')
    expect(box).to_have_attribute("aria-invalid", "true")


def test_an_unknown_field_is_named_and_the_right_one_is_one_click_away(box):
    box.fill('statuss = "failed"')
    box.press("Escape")
    box.press("Enter")
    alert = box.page.get_by_role("alert")
    expect(alert).to_contain_text("statuss")
    expect(alert.locator("mark")).to_have_text("statuss")
    alert.get_by_role("button", name="Search for that").click()
    expect(box.page.locator("#result_list tbody tr")).to_have_count(1)


def test_a_query_in_a_list_of_the_console(browse, agent):
    for status in ("complete", "failed"):
        factories.AuditFactory(status=status)
    page = browse(agent)
    page.goto("/resets/")
    page.evaluate("window.isStillThere = true")
    page.locator("details.query-switch > summary").click()
    box = page.get_by_role("textbox", name="Query")
    box.fill('status = "failed"')
    box.press("Escape")
    box.press("Enter")
    expect(page.locator(".table-count")).to_have_text("1–1 of 1")
    assert parse_qs(urlsplit(page.url).query) == {"ql": ['status = "failed"']}

    box.fill('status = "failed" annd id > 1')
    box.press("Escape")
    box.press("Enter")
    expect(page.get_by_role("alert").locator("mark")).to_have_text("annd")
    expect(page.locator("#table tbody tr")).to_have_count(0)
    assert page.evaluate("window.isStillThere")
