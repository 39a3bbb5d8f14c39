"""Cohorts in the browser: made and filled by keyboard alone, an upload with a real worker, every page by axe."""

import pytest
from playwright.sync_api import expect

from groups.cohorts.bulk.parse import Row
from groups.cohorts.bulk.plan import make_upload
from groups.models import CourseCohortsSettings, CourseUserGroup, GroupMember
from tests import factories
from tests.browser.states import BROKER_WAIT, is_focus_inside, tab_to
from tests.browser.test_accessibility import faults, looks
from tests.groups.states import RUN, cohort_of, import_content_groups

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BASE = f"/groups/{RUN}"


@pytest.fixture
def staff(transactional_db):
    return factories.course_staff(RUN, username="staff")


@pytest.fixture
def course(transactional_db):
    """Data Science with cohorts on, `anna` in Alpha, `ben` in none, and a content group."""
    course = factories.CourseOverviewFactory(id=RUN, display_name="Data Science")
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    import_content_groups(RUN, {100: {7: "Verified only"}})
    alpha = factories.CohortFactory(name="Alpha", course_id=RUN, assignment_type="random")
    anna, ben = (factories.EnrollmentFactory(course=course, user__username=name).user for name in ("anna", "ben"))
    factories.join_cohort(alpha, anna)
    return {"alpha": alpha, "anna": anna, "ben": ben}


def test_a_cohort_is_made_and_filled_by_keyboard_alone(browse, staff, course):
    page = browse(staff)
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/groups/")
    tab_to(page, page.get_by_role("link", name="Data Science"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="New cohort"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("alpha")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("There is a cohort with this name already")
    assert is_focus_inside(dialog)
    page.keyboard.press("Escape")
    expect(page.locator("#cohort-new")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Beta")
    tab_to(page, dialog.get_by_label("Content group"))
    page.keyboard.press("ArrowDown")
    tab_to(page, dialog.get_by_role("button", name="Create cohort"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Beta” was created.")).to_be_visible()
    row = page.locator("#table tbody tr").filter(has_text="Beta")
    expect(row).to_contain_text("Verified only")

    tab_to(page, row.get_by_role("link", name="Beta", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Usernames or e-mail addresses"))
    page.keyboard.type("anna, ben@example.com ghost new@example.org")
    tab_to(page, page.get_by_role("button", name="Add to Beta"))
    page.keyboard.press("Enter")
    results = page.locator("section.results")
    for words in ("Unknown", "Added", "Moved", "Pre-assigned", "was in Alpha"):
        expect(results).to_contain_text(words)
    beta = CourseUserGroup.objects.get(name="Beta")
    assert {cohort_of(course["anna"]), cohort_of(course["ben"])} == {beta.pk}


# Presses the button of a dialog in the first moment after it is shown, before anything else gets a turn.
PRESS_AT_ONCE = """
document.addEventListener("htmx:afterSwap", () => setTimeout(
  () => document.querySelector("#dialog-host [type=submit]").click()), { once: true });
"""


def test_a_dialog_answers_from_its_first_moment_on(browse, staff, course):
    page = browse(staff)
    page.add_init_script(PRESS_AT_ONCE)
    page.goto(f"{BASE}/cohorts/")
    page.get_by_role("link", name="New cohort").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    assert page.url.endswith("/cohorts/")


def test_ticked_members_are_moved_and_all_can_be_ticked(browse, staff, course):
    beta = factories.CohortFactory(name="Beta", course_id=RUN)
    factories.join_cohort(course["alpha"], course["ben"])
    page = browse(staff)
    page.goto(f"{BASE}/cohorts/{course['alpha'].pk}/")
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_label("Select ben")).to_be_checked()
    page.get_by_label("Select anna").uncheck()
    page.get_by_label("Ticked learners").select_option("Beta")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("1 learner put into “Beta”.")).to_be_visible()
    assert (cohort_of(course["ben"]), cohort_of(course["anna"])) == (beta.pk, course["alpha"].pk)


def test_an_upload_from_the_file_to_the_last_learner(browse, staff, course, worker, tmp_path):
    file = tmp_path / "cohorts.csv"
    file.write_bytes("\ufeffcohort;username\r\nALPHA;ben\r\nAlpha;anna\r\nGamma;anna\r\n".encode())
    page = browse(staff)
    page.goto(f"{BASE}/cohorts/")
    page.get_by_role("link", name="Bulk assignments…").click()
    page.get_by_role("link", name="Upload a CSV file").click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    rows = page.locator("#table tbody tr")
    for row, words in enumerate(["Will be added", "Already there", "No such cohort"]):
        expect(rows.nth(row)).to_contain_text(words)
    page.get_by_role("link", name="Assign 2 learners…").click()
    dialog = page.get_by_role("dialog")
    assert is_focus_inside(dialog)
    dialog.get_by_role("button", name="Assign 2 learners").click()
    expect(page.locator("#plan-progress")).to_contain_text("100%", timeout=BROKER_WAIT)
    expect(rows.nth(0)).to_contain_text("Added")
    assert cohort_of(course["ben"]) == course["alpha"].pk


def test_without_javascript(browse, staff, course):
    page = browse(staff, java_script_enabled=False)
    page.goto(f"{BASE}/cohorts/")
    page.get_by_role("link", name="New cohort").click()
    page.get_by_label("Name").fill("Beta")
    page.get_by_role("button", name="Create cohort").click()
    page.get_by_role("link", name="Delete… Beta").click()
    page.get_by_role("button", name="Delete Beta").click()
    expect(page.get_by_text("“Beta” was deleted.")).to_be_visible()
    page.goto(f"{BASE}/learners/?cohort=none")
    page.get_by_label("Select ben").check()
    page.get_by_label("Ticked learners").select_option("Alpha")
    page.get_by_role("button", name="Put into the cohort").click()
    expect(page.get_by_text("1 learner put into “Alpha”.")).to_be_visible()
    assert cohort_of(course["ben"]) == course["alpha"].pk


def test_on_a_phone_the_tab_that_is_shown_is_in_sight_and_a_card_is_ticked_beside_its_title(browse, staff, course):
    page = browse(staff, width=390)
    for name in ("Cohorts", "Learners", "Settings"):
        page.goto(f"{BASE}/{name.lower()}/")
        expect(page.locator(".tabs").get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    page.goto(f"{BASE}/cohorts/{course['alpha'].pk}/")
    card = page.locator("#table tbody tr")
    title, box = card.locator("th").bounding_box(), card.get_by_label("Select anna").bounding_box()
    assert title["y"] <= box["y"]
    assert box["y"] + box["height"] <= title["y"] + title["height"]


@looks
def test_every_page_is_accessible(browse, staff, course, scheme, width):
    alpha = course["alpha"]
    factories.link(factories.CohortFactory(name="Lost", course_id=RUN), 100, 99)
    factories.preassign(alpha, "late@example.com")
    odd = factories.LearnerFactory(username="odd", email="somebody.with.a.long.address@students.example.org")
    GroupMember.objects.create(courseusergroup=alpha, user=odd)
    rows = [Row(2, "Alpha", "ben"), Row(3, "Alpha", "ghost")]
    draft = make_upload(course_key=RUN, rows=rows, source="list.csv", actor=staff)
    page = browse(staff, color_scheme=scheme, width=width)
    found = []
    for address in (
        *("/", "/groups/", f"{BASE}/cohorts/", f"{BASE}/cohorts/?q=nothing", f"{BASE}/cohorts/new/"),
        *(f"{BASE}/cohorts/{alpha.pk}/{name}" for name in ("", "edit/", "delete/", "add/", "waiting/")),
        *(f"{BASE}/{name}/" for name in ("cohorts/repair", "learners", "settings", "assignments", "assignments/new")),
        *(f"{BASE}/assignments/{draft.pk}/{name}" for name in ("", "confirm/")),
    ):
        page.goto(address)
        found += faults(page, address)
    page.get_by_role("link", name="Go back").click()
    page.get_by_role("link", name="Assign 1 learner…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += faults(page, "dialog")
    page.goto(f"{BASE}/cohorts/{alpha.pk}/")
    page.get_by_label("Usernames or e-mail addresses").fill("anna ghost new@example.org no@address@")
    page.get_by_role("button", name="Add to Alpha").click()
    expect(page.locator("section.results")).to_be_visible()
    found += faults(page, "results")
    CourseCohortsSettings.objects.all().delete()
    page.goto(f"{BASE}/settings/")
    found += faults(page, "not initialised")
    assert found == []
