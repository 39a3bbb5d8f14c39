"""Default enrollments in the browser: from the check to the last learner with a real worker, and axe."""

import pytest
from playwright.sync_api import expect

from enrollments.defaults.models import DefaultRealization
from enrollments.models import CourseEnrollment
from tests import factories
from tests.browser.states import BROKER_WAIT
from tests.browser.test_accessibility import faults, looks
from tests.enrollments.defaults.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin(transactional_db):
    return factories.admin_user(username="admin")


@pytest.fixture
def scene(transactional_db):
    """A customer with two learners to enroll and one without a license."""
    scene = Scene()
    for name in ("anna", "ben"):
        scene.learner(user=factories.LearnerFactory(username=name))
    scene.learner(licensed=False, user=factories.LearnerFactory(username="carl"))
    return scene


def test_realizing_from_the_check_to_the_last_learner(browse, admin, scene, worker):
    page = browse(admin)
    page.goto(f"/enrollments/intentions/{scene.intention.pk}/learners/")
    expect(page.locator("#tally")).to_contain_text("Ready, no license")
    page.get_by_role("link", name="Realize…").click()
    page.get_by_label("Memo").fill("Asked for by the customer")
    page.get_by_role("button", name="Check the learners").click()
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="carl")).to_contain_text("Left out")

    page.get_by_role("link", name="Realize for 2 learners…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The LMS is not told")
    dialog.get_by_role("button", name="Realize for 2 learners").dblclick()
    expect(page.get_by_text("Realizing has started.")).to_be_visible()
    expect(page.locator("#plan-progress")).to_contain_text("100%", timeout=BROKER_WAIT)
    expect(rows.filter(has_text="anna")).to_contain_text("Realized")
    assert CourseEnrollment.objects.count() == DefaultRealization.objects.count() == 2


def test_an_intention_is_added_changed_removed_and_restored_by_keyboard(browse, admin, scene):
    page = browse(admin)
    page.goto("/enrollments/intentions/new/")
    page.get_by_label("Customer").fill(scene.customer.slug)
    page.get_by_label("Content key").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Content key")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Customer")).to_have_value(scene.customer.slug)
    page.get_by_label("Content key").fill("MineX+M1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("MineX+M1")
    expect(page.get_by_text("The same course is intended a second time")).to_be_visible()

    page.get_by_role("link", name="Change", exact=True).press("Enter")
    page.get_by_label("Content key").fill("MineX+M2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Content key changed from MineX+M1 to MineX+M2")).to_be_visible()

    for action, shown in (("Remove", "Removed"), ("Restore", "Live")):
        page.get_by_role("link", name=action, exact=True).press("Enter")
        page.get_by_label("Reason").fill(f"{action} for a test")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(shown)
        expect(page.get_by_text(f"{action} for a test")).to_be_visible()


@looks
def test_axe_finds_nothing_in_forms_facts_and_evidence(browse, admin, scene, width, scheme):
    removed = factories.IntentionFactory(enterprise_customer=scene.customer, content_key="A+B", is_removed=True)
    learner = scene.learner()
    scene.enroll(learner, mode="audit")
    record = scene.record(learner, unenrolled=True, revoked=True)
    realization = factories.RealizationFactory(intended_enrollment=scene.intention, realized_enrollment=record)
    intention = f"/enrollments/intentions/{scene.intention.pk}/"
    page = browse(admin, width=width, color_scheme=scheme)
    for path in (
        "/enrollments/intentions/new/",
        f"{intention}edit/",
        f"{intention}remove/",
        f"/enrollments/intentions/{removed.pk}/",
        f"/enrollments/intentions/{removed.pk}/restore/",
        "/enrollments/intentions/facts/",
        f"/enrollments/realizations/{realization.pk}/",
    ):
        page.goto(path)
        assert faults(page, path) == []
    page.goto("/enrollments/intentions/new/")
    page.get_by_label("Customer").fill("nobody")
    page.get_by_label("Content key").fill("nonsense")
    page.get_by_role("button", name="Add intention").click()
    expect(page.get_by_text("There is no customer")).to_be_visible()
    assert faults(page, "new, refused") == []


@looks
def test_axe_finds_nothing(browse, admin, scene, width, scheme):
    page = browse(admin, width=width, color_scheme=scheme)
    paths = (
        "intentions/",
        f"intentions/{scene.intention.pk}/",
        f"intentions/{scene.intention.pk}/learners/",
        "realizations/",
        "intentions/plans/",
        "intentions/plans/new/",
    )
    for path in (*(f"/enrollments/{path}" for path in paths), "/learners/anna/defaults/", "/"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert faults(page, path) == []
