"""The card of verified-track cohorting: turned on by an admin, then everybody brought into line with a real worker."""

import pytest
from playwright.sync_api import expect

from groups.models import CourseCohortsSettings, CourseUserGroup
from tests import factories
from tests.browser.states import BROKER_WAIT, is_focus_inside
from tests.groups.states import RUN, cohort_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def learners(transactional_db):
    """Return `anna`, who is verified, and `ben`, who is not, both in the automatic cohort Everybody."""
    course = factories.CourseOverviewFactory(id=RUN, display_name="Data Science")
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    everybody = factories.CohortFactory(name="Everybody", course_id=RUN, assignment_type="random")
    learners = [
        factories.EnrollmentFactory(course=course, user__username=name, mode=mode).user
        for name, mode in (("anna", "verified"), ("ben", "audit"))
    ]
    for learner in learners:
        factories.join_cohort(everybody, learner)
    return learners


def test_the_track_is_turned_on_and_everybody_is_brought_into_line(browse, learners, worker):
    anna, ben = learners
    everybody = cohort_of(anna)
    page = browse(factories.admin_user(username="admin"))
    page.goto(f"/groups/{RUN}/settings/")
    card = page.get_by_role("region", name="Verified track")
    expect(card).to_contain_text("Off")
    card.get_by_label("Verified cohort").fill("Verified Learners")
    card.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Verified-track cohorting is on now. Nobody was moved.")).to_be_visible()
    expect(card).to_contain_text("Stands still")
    card.get_by_role("button", name="Create “Verified Learners”").click()
    expect(card).to_contain_text("1 enrolled learner is not in the cohort that their mode asks for.")
    assert cohort_of(anna) == everybody

    card.get_by_role("button", name="See who would move where").click()
    row = page.locator("#table tbody tr")
    for words in ("anna", "Will be moved", "Verified Learners", "Everybody", "The mode is verified."):
        expect(row).to_contain_text(words)
    page.get_by_role("link", name="Assign 1 learner…").click()
    dialog = page.get_by_role("dialog")
    assert is_focus_inside(dialog)
    dialog.get_by_role("button", name="Assign 1 learner").click()
    expect(page.locator("#plan-progress")).to_contain_text("100%", timeout=BROKER_WAIT)
    verified = CourseUserGroup.objects.get(name="Verified Learners")
    assert (cohort_of(anna), cohort_of(ben)) == (verified.pk, everybody)
    page.goto(f"/groups/{RUN}/settings/")
    expect(card).to_contain_text("Every learner is in the cohort that their mode asks for.")
