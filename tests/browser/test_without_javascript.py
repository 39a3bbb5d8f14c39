"""The main job in a browser without JavaScript."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from resets.models import CourseResetAudit
from tests import factories
from tests.browser.states import COURSE, learner_with_a_resettable_course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browse, agent):
    return browse(agent, java_script_enabled=False)


@pytest.fixture
def enrollment(transactional_db):
    enrollment = learner_with_a_resettable_course()
    for number in range(30):
        course = factories.CourseOverviewFactory(display_name=f"Course {number:02}")
        factories.EnrollmentFactory(user=enrollment.user, course=course, mode="audit")
    return enrollment


def test_search_and_lists_work_by_links_and_forms(page, enrollment):
    factories.LearnerFactory(username="aminata")
    page.goto("/")
    page.get_by_role("main").get_by_role("searchbox").fill("amin")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#table tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Amina Yusuf").click()

    page.get_by_label("Mode").select_option("audit")
    page.get_by_role("button", name="Apply").click()
    count = page.locator(".table-count")
    expect(count).to_have_text("1–25 of 30")
    page.get_by_role("link", name="Course", exact=True).click()
    expect(page.locator("#table tbody tr").first).to_contain_text("Course 00")
    page.get_by_role("link", name="Next").click()
    expect(count).to_have_text("26–30 of 30")
    expect(page.locator("#table tbody tr").last).to_contain_text("Course 29")
    page.get_by_role("link", name="Mode: audit").click()
    expect(count).to_have_text("1–25 of 31")
    assert parse_qs(urlsplit(page.url).query) == {"sort": ["course"]}


def test_a_reset_is_confirmed_on_a_page_of_its_own(page, enrollment):
    page.goto("/learners/amina/courses/?mode=verified")
    page.get_by_role("link", name=f"Reset… {COURSE}").click()
    expect(page.get_by_role("heading", name=f"Reset {COURSE} for Amina Yusuf")).to_be_visible()
    page.get_by_label("Memo").fill("Asked for by letter")
    page.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(page.locator(".messagelist")).to_contain_text(f"Reset of {COURSE} enqueued.")
    assert page.url.endswith("/learners/amina/courses/")
    audit = CourseResetAudit.objects.get()
    assert (audit.course_enrollment, audit.comment) == (enrollment, "Asked for by letter")

    page.goto(f"/resets/{audit.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Enqueued")
    expect(page.get_by_role("main")).to_contain_text("Asked for by letter")


def test_a_refused_memo_keeps_the_page_and_says_why(page, enrollment):
    page.goto(f"/resets/enrollments/{enrollment.pk}/confirm/")
    page.get_by_label("Memo").fill("   ")
    page.get_by_role("button", name=f"Reset {COURSE}").click()
    expect(page.get_by_role("alert")).to_contain_text("A memo is needed")
    expect(page.get_by_role("heading", name=f"Reset {COURSE} for Amina Yusuf")).to_be_visible()
    assert not CourseResetAudit.objects.exists()


def test_nothing_is_offered_that_needs_javascript(page, enrollment):
    page.goto("/learners/amina/courses/")
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy username")).to_have_count(0)
