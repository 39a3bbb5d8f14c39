"""Every page, in light and dark, wide and narrow: axe finds nothing, and nothing scrolls sideways.

That no page breaks the content security policy or reports a script error is the `browse` fixture's
own assertion.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from resets.models import CourseResetAudit
from tests import factories
from tests.browser.states import learner_with_a_resettable_course, open_dialog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Status = CourseResetAudit.Status
WIDE, NARROW = 1360, 390

for_all_looks = pytest.mark.parametrize("width", [WIDE, NARROW])
in_both_schemes = pytest.mark.parametrize("scheme", ["light", "dark"])
looks = lambda test: for_all_looks(in_both_schemes(test))  # noqa: E731


@pytest.fixture
def site(transactional_db):
    """A learner with a course in each state; returns the addresses of the pages to look at."""
    enrollment = learner_with_a_resettable_course()
    factories.CertificateFactory(enrollment=enrollment)
    for status in Status:
        other = factories.EnrollmentFactory(user=enrollment.user)
        audit = factories.AuditFactory(course_enrollment=other, status=status)
    factories.EnrollmentFactory(user=enrollment.user, is_active=False)
    factories.CourseGradeFactory(enrollment__user=enrollment.user, percent_grade=0.9, letter_grade="Pass")
    factories.EnrollmentFactory.create_batch(30, user=enrollment.user)
    factories.LearnerFactory(username="aminata", profile__name="Aminata Diallo", is_active=False)
    factories.SavedQueryFactory(is_shared=True)
    factories.SavedQueryFactory(is_shared=True, text="statuss = 1")
    return [
        "/",
        "/queries/",
        "/queries/?q=nothing",
        "/queries/new/?list=resets:list&ql=id+%3D+1",
        "/resets/?ql=comment+~+%22ticket%22",
        "/learners/?q=ami",
        "/learners/?q=nobody",
        "/learners/amina/courses/?recent=yes",
        "/learners/amina/resets/",
        "/resets/",
        f"/resets/{audit.pk}/",
        "/enrollments/",
        "/enrollments/?course=broken",
        "/resets/?ql=statuss+%3D+1",
        "/there/is/nothing/",
        "/api/docs/",
        f"/resets/enrollments/{enrollment.pk}/confirm/",
    ]


ADMIN = [
    "/admin/",
    "/admin/lectern_resets/",
    "/admin/lectern_resets/courseresetaudit/",
    "/admin/lectern_resets/courseresetaudit/?q=status+%3D+",
    "/admin/lectern_resets/courseresetcourseoptin/add/",
    "/admin/auth/user/",
    "/admin/lectern_console/apitoken/add/",
]


# Everything is our own origin: axe need not fetch style sheets, which it would insert against the policy.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def faults(page, name):
    """Return what is wrong with the page that is open, a line for each fault."""
    found = [
        f"{name}: {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in Axe().run(page, options=OPTIONS).response["violations"]
        for node in violation["nodes"]
    ]
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return found if wide <= window else [*found, f"{name}: scrolls sideways, {wide} px in {window}"]


def look_at(page, addresses):
    """Open each address; return the faults of all."""
    found = []
    for address in addresses:
        page.goto(address)
        found += faults(page, address)
    return found


@looks
def test_the_pages_of_an_agent(browse, agent, site, scheme, width):
    assert look_at(browse(agent, color_scheme=scheme, width=width), site) == []


@looks
def test_the_pages_of_an_admin(browse, site, scheme, width):
    page = browse(factories.admin_user(username="root"), color_scheme=scheme, width=width)
    assert look_at(page, ADMIN) == []


@looks
def test_the_pages_of_nobody_yet(browse, transactional_db, scheme, width):
    stranger = browse(color_scheme=scheme, width=width)
    found = look_at(stranger, ["/login/"])
    stranger.get_by_label("Username").fill("x")
    stranger.get_by_label("Password").fill("x")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("alert")).to_be_visible()
    found += faults(stranger, "sign-in, refused")
    found += look_at(browse(factories.LearnerFactory(), color_scheme=scheme, width=width), ["/"])
    assert found == []


@looks
def test_the_open_parts_of_a_page(browse, agent, site, scheme, width):
    page = browse(agent, color_scheme=scheme, width=width)
    dialog = open_dialog(page)
    found = faults(page, "dialog")
    dialog.get_by_label("Memo").fill(" ")
    dialog.get_by_role("button", name="Reset Data Science 101").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    found += faults(page, "dialog with an error")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found += faults(page, "help")
    page.keyboard.press("Escape")
    page.locator("#header details[data-menu] > summary").click()
    found += faults(page, "account menu")
    page.keyboard.press("Escape")
    if width == WIDE:
        page.get_by_text("Columns", exact=True).click()
        found += faults(page, "columns menu")
    else:
        page.get_by_role("button", name="Filters").click()
        found += faults(page, "filters unfolded")
    assert found == []


@looks
def test_the_query_box(browse, agent, site, scheme, width):
    page = browse(agent, color_scheme=scheme, width=width)
    page.goto("/resets/")
    page.locator("details.query-switch > summary").click()
    page.locator("details.query-help > summary").click()
    page.get_by_role("textbox", name="Query").click()
    expect(page.get_by_role("option", name="status")).to_be_visible()
    found = faults(page, "completions")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save query").click()
    dialog = page.get_by_role("dialog", name="Save query")
    dialog.get_by_label("Title").fill("Broken")
    dialog.get_by_role("textbox", name="Query").fill("statuss = 1 ")
    dialog.get_by_role("button", name="Save query").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    found += faults(page, "dialog that saves a query")
    assert found == []


@in_both_schemes
def test_the_drawer_of_a_narrow_screen(browse, agent, scheme):
    page = browse(agent, color_scheme=scheme, width=NARROW)
    page.goto("/")
    page.get_by_role("button", name="Open menu").click()
    link = page.get_by_role("navigation", name="Sections").get_by_role("link", name="Resets")
    expect(link).to_be_visible()
    page.wait_for_timeout(400)  # The drawer slides in; half-way its colours are mixed.
    assert faults(page, "drawer") == []
    link.click()
    expect(page.get_by_role("heading", level=1, name="Resets")).to_be_visible()
