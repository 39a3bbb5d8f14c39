"""Names, memos and courses that try to be markup stay text, on every page and in every list of completions.

An `alert` or a script error would fail the test at its end: see the `browse` fixture.
"""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.states import learner_with_a_resettable_course, open_dialog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture
def enrollment(transactional_db):
    return learner_with_a_resettable_course(course=SCRIPT, profile__name=IMAGE)


def expect_no_markup(page):
    assert page.locator("img[src=x], script:not([src]):not([type])").count() == 0


def test_from_the_search_to_the_history_of_a_reset(browse, agent, enrollment):
    page = browse(agent)
    page.goto("/learners/?q=%3Cimg")
    expect(page.locator("#table tbody tr")).to_contain_text(IMAGE)
    expect_no_markup(page)

    dialog = open_dialog(page, course=SCRIPT)
    expect(page.locator("h1")).to_contain_text(IMAGE)
    expect(dialog.get_by_role("heading", level=2)).to_have_text(f"Reset {SCRIPT} for {IMAGE}")
    dialog.get_by_label("Memo").fill(f"{IMAGE}{SCRIPT}")
    dialog.get_by_role("button", name="Reset").click()
    expect(page.locator(".toast")).to_contain_text(f"Reset of {SCRIPT} enqueued.")
    expect(page.locator(f"#reset-status-{enrollment.pk}")).to_contain_text(IMAGE)
    expect_no_markup(page)

    page.goto("/learners/amina/resets/")
    expect(page.locator("#table tbody tr")).to_contain_text(f"{IMAGE}{SCRIPT}")
    expect_no_markup(page)
    page.get_by_role("link", name="#").click()
    expect(page.get_by_role("main")).to_contain_text(f"{IMAGE}{SCRIPT}")
    for address in ("/", "/resets/", "/enrollments/"):
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text("amina")
        expect_no_markup(page)


def test_what_is_typed_and_what_is_in_the_address(browse, agent, enrollment):
    page = browse(agent)
    for address in ("/learners/?q=", "/learners/amina/courses/?q=", "/enrollments/?course=", "/resets/?agent="):
        page.goto(f"{address}%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        expect(page.get_by_role("main")).to_contain_text("script>alert(1)")
        expect_no_markup(page)
    page.goto("/learners/%3Cimg%20src=x%20onerror=alert(1)%3E/courses/")
    expect_no_markup(page)


def test_queries_in_the_admin(browse, enrollment):
    page = browse(factories.admin_user(username="root"))
    courses = "/admin/lectern_enrollments/courseoverview/"
    page.goto(courses)
    box = page.get_by_role("textbox", name="Query")
    options = page.locator(".query-options > li")
    box.press_sequentially("display_n")
    expect(options.first).to_contain_text("display_name")
    # Stored values are never completed, so none can arrive as markup.
    box.press_sequentially("ame = ")
    expect(page.locator(".query-options")).not_to_contain_text("script")
    expect_no_markup(page)

    box.fill(f"display_name = {IMAGE}")
    box.press("Escape")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("<")
    expect(box).to_have_value(f"display_name = {IMAGE}")
    expect_no_markup(page)

    page.goto(f"{courses}?q=display_name+~+%22script%22")
    expect(page.locator("#result_list")).to_contain_text(SCRIPT)
    expect_no_markup(page)
