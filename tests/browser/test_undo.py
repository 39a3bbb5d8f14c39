"""Undoing a reset in the browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from resets import actions
from resets.models import ResetJob, StudentModule
from tests import factories
from tests.browser.states import COURSE, learner_with_a_resettable_course, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def audit(agent):
    enrollment = learner_with_a_resettable_course()
    audit = actions.start_reset(enrollment_id=enrollment.pk, memo="Wrong learner", actor=agent)
    assert actions.run_reset(audit.pk, worker="w")
    return audit


def open_undo(page, audit):
    page.goto(f"/resets/{audit.pk}/")
    page.get_by_role("link", name="Undo…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
def test_undo_with_a_memo(browse, agent, audit, scheme, width):
    page = browse(agent, color_scheme=scheme, width=width)
    dialog = open_undo(page, audit)
    expect(dialog.get_by_role("heading", level=2)).to_have_text(f"Undo the reset of {COURSE} for Amina Yusuf")
    expect(dialog).to_contain_text("12 rows come back")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(violation["id"], violation["nodes"]) for violation in found] == []
    dialog.get_by_label("Memo").fill("It was the wrong learner")
    dialog.get_by_role("button", name="Undo the reset").click()
    expect(page.get_by_text(f"Reset #{audit.pk} was undone.")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("Undone by agent")
    expect(page.get_by_role("link", name="Undo…")).to_have_count(0)
    assert StudentModule.objects.count() == 7


def test_by_keyboard_newer_work_is_replaced_only_by_choice(browse, agent, audit):
    factories.StudentModuleFactory(enrollment=audit.course_enrollment)
    page = browse(agent)
    page.goto(f"/resets/{audit.pk}/")
    tab_to(page, page.get_by_role("link", name="Undo…"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The learner has started again")
    tab_to(page, dialog.get_by_label("Memo"))
    page.keyboard.type("Wrong learner")
    replace = dialog.get_by_label("Replace what the learner did since the reset")
    replace.evaluate("box => box.required = false")
    tab_to(page, dialog.get_by_role("button", name="Undo and replace"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Tick this to replace it, or cancel to keep it.")
    assert ResetJob.objects.get(pk=audit.pk).undone_at is None
    tab_to(page, replace)
    page.keyboard.press("Space")
    tab_to(page, dialog.get_by_role("button", name="Undo and replace"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Reset #{audit.pk} was undone.")).to_be_visible()
    assert StudentModule.objects.count() == 7


def test_cancel_changes_nothing_and_gives_the_focus_back(browse, agent, audit):
    page = browse(agent)
    dialog = open_undo(page, audit)
    dialog.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Undo…")).to_be_focused()
    assert not StudentModule.objects.exists()
