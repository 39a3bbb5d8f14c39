"""Finding a learner."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def home(browse, agent):
    factories.LearnerFactory(username="amina", profile__name="Amina Yusuf")
    factories.LearnerFactory(username="bola", profile__name="Amin Bola")
    page = browse(agent)
    page.goto("/")
    return page


def search(page, text):
    field = page.get_by_role("main").get_by_role("searchbox")
    expect(field).to_be_focused()
    field.fill(text)
    field.press("Enter")


def test_an_exact_username_opens_the_learner(home):
    search(home, "amina")
    expect(home.get_by_role("heading", level=1)).to_contain_text("Amina Yusuf")
    assert home.url.endswith("/learners/amina/courses/")


def test_the_beginning_of_a_name_lists_all_who_match(home):
    search(home, "ami")
    rows = home.locator("#table tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Amina Yusuf")).to_contain_text("username begins so")
    expect(rows.filter(has_text="Amin Bola")).to_contain_text("name begins so")
    home.get_by_role("link", name="Amin Bola").click()
    expect(home.get_by_role("heading", level=1)).to_contain_text("Amin Bola")


def test_an_unknown_learner_is_a_clear_answer_with_a_next_step(home):
    search(home, "nobody.at.all")
    empty = home.locator(".empty")
    expect(empty.get_by_role("heading")).to_have_text("No learner begins with “nobody.at.all”")
    expect(empty).to_contain_text("Check the spelling")


def test_a_pasted_course_key_opens_its_enrollments(home):
    enrollment = factories.EnrollmentFactory()
    factories.EnrollmentFactory()
    search(home, f"  {enrollment.course_id}  ")
    expect(home.get_by_role("heading", level=1, name="Enrollments")).to_be_visible()
    expect(home.locator("#table tbody tr")).to_have_count(1)
    expect(home.get_by_role("textbox", name="Course key")).to_have_value(str(enrollment.course_id))


def test_the_header_search_works_from_any_page(home):
    home.goto("/resets/")
    home.get_by_role("search", name="Find a learner").get_by_role("searchbox").fill("amina")
    home.keyboard.press("Enter")
    home.wait_for_url(re.compile(r"/learners/amina/courses/$"))
