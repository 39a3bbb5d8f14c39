"""Access in a browser: explain, view as and compare; by keyboard alone; in every look; without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.states import tab_to
from tests.browser.test_accessibility import faults, looks
from tests.groups.made_course import KEY, MadeCourse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONTENT, LEARNER = f"/groups/{KEY}/content/", f"/learners/amina/groups/{KEY}/"


@pytest.fixture
def run(transactional_db):
    """A run with a section for each of two groups, amina in both, and a block that nobody sees."""
    factories.CourseOverviewFactory(id=KEY, display_name="Mining 1")
    amina = factories.LearnerFactory(username="amina", profile__name="Amina Yusuf")
    factories.EnrollmentFactory(user=amina, course_id=KEY)
    course = MadeCourse(source="export.tar.gz")
    course.partition(100, groups={1: "Miners", 2: "Geologists"})
    course.cohort("Day", amina, link=(100, 1))
    course.learner_group("Tutors", amina, links=[(100, 2)])
    unit = course.path("Shafts", {100: [1]})[2]
    course.path("Stones", {100: [2]}, start=factories.days_ago(-3))
    course.block("Broken", unit, rule={77: [1]})
    return course


@pytest.fixture
def instructor(run):
    return factories.course_staff(KEY, username="iris")


def test_an_instructor_explains_what_a_learner_sees(browse, instructor):
    page = browse(instructor)
    page.goto(f"/groups/{KEY}/learners/")
    page.get_by_role("link", name="Explain what amina sees").click()
    expect(page.get_by_role("heading", name="Seen as Amina Yusuf")).to_be_visible()
    expect(page.get_by_text("The platform will see only one: “Miners”.")).to_be_visible()
    page.get_by_label("Show").select_option(label="Hidden by their own rule")
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("names group configuration 77, which no longer exists")
    expect(rows).to_contain_text("Navigation and grades: shown.")
    expect(page).to_have_url(re.compile("learner=amina.*show=starts|show=starts.*learner=amina"))
    rows.locator("summary").click()
    expect(rows.get_by_text("Set on the problem “Broken”.")).to_be_visible()


def test_view_as_content_groups_and_compare(browse, instructor):
    page = browse(instructor)
    page.goto(CONTENT)
    expect(page.get_by_role("heading", name="Seen as a learner in no group")).to_be_visible()
    page.get_by_role("form", name="View as content groups").get_by_role(
        "combobox", name="Content Groups"
    ).select_option(label="Miners")
    page.get_by_role("button", name="View as these groups").click()
    expect(page.get_by_role("heading", name="Seen as a learner in “Miners”")).to_be_visible()
    page.get_by_text("Compare with other groups").click()
    form = page.get_by_role("form", name="Compare with content groups")
    form.get_by_role("combobox", name="Content Groups").select_option(label="Geologists")
    form.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Compared with a learner in “Geologists”: 6 blocks differ.")).to_be_visible()
    page.get_by_role("link", name="Show only these").click()
    expect(page.locator("#table tbody tr")).to_have_count(6)


def test_by_keyboard_alone(browse, instructor):
    page = browse(instructor)
    page.goto(CONTENT)
    tab_to(page, page.get_by_label("Learner", exact=True))
    page.keyboard.type("amina")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Seen as Amina Yusuf")).to_be_visible()
    tab_to(page, page.get_by_role("searchbox", name="Block"))
    page.keyboard.type("Broken")
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(1)
    rules = rows.locator("summary")
    tab_to(page, rules)
    page.keyboard.press("Enter")
    expect(rows.get_by_text("group configuration 77 no longer exists.")).to_be_visible()


def test_without_javascript(browse, instructor):
    page = browse(instructor, java_script_enabled=False)
    page.goto(f"{CONTENT}?learner=amina")
    page.get_by_label("Show").select_option(label="Hidden by their own rule")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#table tbody tr")).to_have_count(1)
    expect(page.get_by_role("heading", name="Seen as Amina Yusuf")).to_be_visible()


@looks
def test_the_pages_of_an_instructor(browse, instructor, scheme, width):
    page = browse(instructor, color_scheme=scheme, width=width)
    other = factories.course_staff("course-v1:EmptyX+E1+2026")
    addresses = [
        CONTENT,
        f"{CONTENT}?learner=amina",
        f"{CONTENT}?learner=nobody",
        f"{CONTENT}?view_as=100:1&compare=100:2&show=changed",
        f"{CONTENT}?q=nothing",
        f"/groups/{KEY}/learners/",
    ]
    found = []
    for address in addresses:
        page.goto(address)
        found += faults(page, address)
    empty = browse(other, color_scheme=scheme, width=width)
    empty.goto("/groups/course-v1:EmptyX+E1+2026/content/")
    assert found + faults(empty, "no content") == []


@looks
def test_the_pages_of_an_agent(browse, agent, run, scheme, width):
    page = browse(agent, color_scheme=scheme, width=width)
    found = []
    for address in ("/learners/amina/groups/", LEARNER, f"{LEARNER}?show=differ"):
        page.goto(address)
        for fold in page.locator("#table tbody details").all():
            fold.locator("summary").click()
        found += faults(page, address)
    assert found == []
