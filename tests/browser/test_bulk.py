"""Bulk resets in the browser: from the pasted list to the finished bar, with a real worker."""

import pytest
from playwright.sync_api import expect

from resets.bulk.models import BulkItem, BulkReset
from resets.models import CourseResetAudit, StudentModule
from tests import factories
from tests.browser.states import BROKER_WAIT, COURSE, is_focus_inside, learner_with_a_resettable_course
from tests.browser.test_accessibility import faults, looks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "amina\nBEN@example.com\nghost\namina"


@pytest.fixture
def course(transactional_db):
    """Data Science 101 with `amina`, `ben` and, already passing, `carl`."""
    enrollment = learner_with_a_resettable_course()
    for name in ("ben", "carl"):
        other = factories.EnrollmentFactory(course=enrollment.overview, user__username=name)
        factories.StudentModuleFactory(enrollment=other)
    factories.CourseGradeFactory(enrollment=other, letter_grade="Pass")
    return enrollment.overview


def paste(page, course, text=LIST):
    page.goto("/resets/")
    page.get_by_role("link", name="Bulk resets…").click()
    page.get_by_role("link", name="New bulk reset").click()
    page.get_by_label("Course run").fill(str(course.id))
    page.get_by_label("Learners").fill(text)
    page.get_by_label("Memo").fill("Wrong run")
    page.get_by_role("button", name="Check the list").click()


def confirm(page):
    page.get_by_role("link", name="Reset 2 learners…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_from_the_pasted_list_to_the_last_learner(browse, agent, course, worker):
    page = browse(agent)
    paste(page, course)
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(4)
    for row, words in enumerate(["Will be reset", "Will be reset", "Unknown", "same learner as in line 1"]):
        expect(rows.nth(row)).to_contain_text(words)
    page.get_by_label("Show").select_option("unknown")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="remove this filter").click()
    expect(rows).to_have_count(4)

    dialog = confirm(page)
    assert is_focus_inside(dialog)
    expect(dialog).to_contain_text(f"Reset {COURSE} for 2 learners")
    page.keyboard.press("Escape")
    expect(page.locator("#plan-confirm")).to_be_focused()
    confirm(page).get_by_role("button", name="Reset 2 learners").dblclick()

    expect(page.get_by_text("The bulk reset has started.")).to_be_visible()
    page.evaluate("window.isStillThere = true")
    progress = page.locator("#plan-progress")
    expect(progress).to_contain_text("100%", timeout=BROKER_WAIT)
    expect(page.locator(".toast")).to_contain_text("is done.")
    expect(rows.nth(0)).to_contain_text("#")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    assert progress.get_attribute("hx-get") is None
    assert page.evaluate("window.isStillThere"), "the page was never loaded again"
    assert CourseResetAudit.objects.count() == 2
    assert StudentModule.objects.count() == 1, "carl’s"


def test_pause_resume_and_cancel_by_the_buttons(browse, agent, course):
    page = browse(agent)
    paste(page, course)
    confirm(page).get_by_role("button", name="Reset 2 learners").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("link", name="Cancel…").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave out 2 learners").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancelled")
    assert set(BulkItem.objects.values_list("state", flat=True)) == {BulkItem.State.SKIPPED}
    assert not CourseResetAudit.objects.exists()


def test_without_javascript(browse, agent, course, tmp_path):
    page = browse(agent, java_script_enabled=False)
    file = tmp_path / "learners.csv"
    file.write_bytes("\ufeffusername\r\namina\r\nben\r\n".encode())
    page.goto("/resets/bulk/new/")
    page.get_by_label("Course run").fill(str(course.id))
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_label("Memo").fill("Wrong run")
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("link", name="Reset 2 learners…").click()
    page.get_by_role("button", name="Reset 2 learners").click()
    expect(page.locator("#plan-progress")).to_contain_text("Reload the page to see how it goes on.")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. Learners who were started are finished.")).to_be_visible()
    assert BulkReset.objects.get().state == BulkReset.State.PAUSED


@looks
def test_every_page_is_accessible(browse, agent, course, scheme, width):
    page = browse(agent, color_scheme=scheme, width=width)
    page.goto("/resets/bulk/")
    found = faults(page, "no bulk resets")
    paste(page, course, "amina,1")
    expect(page.get_by_role("alert")).to_contain_text("Line 1 has 2 columns")
    found += faults(page, "refused list")
    paste(page, course)
    expect(page.locator("#plan-confirm")).to_be_visible()
    found += faults(page, "draft")
    dialog = confirm(page)
    found += faults(page, "dialog")
    dialog.get_by_role("button", name="Reset 2 learners").click()
    expect(page.locator("#plan-progress")).to_be_visible()
    found += faults(page, "running")
    page.goto("/resets/bulk/")
    found += faults(page, "list")
    assert found == []
