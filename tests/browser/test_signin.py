"""Signing in, and what a lost session looks like."""

import pytest
from playwright.sync_api import expect

from console.sessions import SessionStore
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, username, password):
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_an_agent_signs_in_and_lands_where_they_wanted_to_go(browse, agent):
    page = browse()
    page.goto("/resets/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "agent", factories.PASSWORD)
    expect(page.get_by_role("heading", level=1, name="Resets")).to_be_visible()
    assert page.url.endswith("/resets/")


def test_a_wrong_password_is_said_and_can_be_corrected(browse, agent):
    page = browse()
    page.goto("/login/")
    sign_in(page, "agent", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("password")
    sign_in(page, "agent", factories.PASSWORD)
    expect(page.get_by_role("navigation", name="Sections")).to_be_visible()


def test_somebody_without_a_role_is_told_so_and_can_sign_out(browse, transactional_db):
    factories.LearnerFactory(username="just_a_learner")
    page = browse()
    page.goto("/login/")
    sign_in(page, "just_a_learner", factories.PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_contain_text("have no role here")
    expect(page.get_by_role("navigation", name="Sections")).to_have_count(0)
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_lost_session_leads_to_the_sign_in_page_and_back_to_the_list(browse, agent):
    learner = factories.LearnerFactory(username="amina")
    factories.EnrollmentFactory.create_batch(3, user=learner)
    page = browse(agent)
    page.goto("/learners/amina/courses/?recent=yes")
    SessionStore.get_model_class().objects.all().delete()
    page.get_by_role("columnheader", name="Grade").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("#table")).to_have_count(0)
    assert "next=%2Flearners%2Famina%2Fcourses%2F%3Frecent%3Dyes" in page.url
    sign_in(page, "agent", factories.PASSWORD)
    expect(page.locator("#table")).to_be_visible()
    assert page.url.endswith("/learners/amina/courses/?recent=yes")
