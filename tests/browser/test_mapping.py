"""The matrix of groups and content groups, and learner groups, by keyboard and under axe."""

import pytest
from playwright.sync_api import expect

from groups.learner_groups import actions
from groups.learner_groups.actions import Details
from groups.models import CohortContentGroup, CourseUserGroup, GroupMember
from tests import factories
from tests.browser.states import is_focus_inside
from tests.browser.test_accessibility import faults, looks
from tests.groups.states import RUN, import_content_groups

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BASE = f"/groups/{RUN}"


@pytest.fixture
def staff(transactional_db):
    return factories.course_staff(RUN, username="staff")


@pytest.fixture
def course(staff):
    """A run with a content group, a cohort, and a learner group with a link that dangles."""
    factories.CourseOverviewFactory(id=RUN, display_name="Data Science")
    import_content_groups(RUN, {100: {7: "Verified only", 8: "Everybody"}})
    group = actions.create(course_key=RUN, details=Details("Lab Monday", exclusive_set="Labs"), actor=staff)
    cohort = factories.CohortFactory(name="Alpha", course_id=RUN)
    return {"cohort": cohort, "group": group}


def test_a_cell_is_changed_by_keyboard_and_keeps_the_focus(browse, staff, course):
    page = browse(staff)
    page.goto(f"{BASE}/mapping/")
    cell = page.get_by_role("button", name="Alpha reaches Verified only")
    cell.focus()
    page.keyboard.press("Enter")
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(cell).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("Alpha now reaches Verified only.")
    page.get_by_role("button", name="Alpha reaches Everybody").press("Space")
    expect(cell).to_have_attribute("aria-pressed", "false")
    assert CohortContentGroup.objects.get().group_id == 8


def test_a_learner_group_is_made_and_filled(browse, staff, course):
    factories.LearnerFactory(username="anna")
    page = browse(staff)
    page.goto(f"{BASE}/learner-groups/")
    page.get_by_role("link", name="New learner group").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert is_focus_inside(dialog)
    dialog.get_by_role("button", name="Create learner group").click()
    expect(dialog).to_contain_text("Give it a name.")
    dialog.get_by_label("Name", exact=True).fill("Lab Friday")
    dialog.get_by_label("Exclusive set").fill("Labs")
    dialog.get_by_role("button", name="Create learner group").click()
    expect(page.get_by_text("“Lab Friday” was created.")).to_be_visible()
    page.get_by_label("Usernames or e-mail addresses").fill("anna, ghost")
    page.get_by_role("button", name="Add to Lab Friday").click()
    expect(page.get_by_role("heading", name="What became of them")).to_be_visible()
    group = CourseUserGroup.objects.get(name="Lab Friday")
    assert [row.user.username for row in GroupMember.objects.filter(courseusergroup=group)] == ["anna"]


@looks
def test_axe_finds_nothing(browse, staff, course, width, scheme):
    page = browse(staff, width=width, color_scheme=scheme)
    group = course["group"].pk
    for path in ("mapping/", "learner-groups/", f"learner-groups/{group}/", f"learner-groups/{group}/delete/"):
        page.goto(f"{BASE}/{path}")
        page.wait_for_load_state("networkidle")
        assert faults(page, path) == []
