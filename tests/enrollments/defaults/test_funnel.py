"""The funnel of the home page: what customers want, what was realized, and what is left of it."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from enrollments.defaults import funnel
from tests import factories
from tests.enrollments.defaults.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


def realized(scene, *, revoked=False, **enrollment):
    learner = scene.learner()
    scene.enroll(learner, **enrollment)
    factories.RealizationFactory(
        intended_enrollment=scene.intention, realized_enrollment=scene.record(learner, revoked=revoked)
    )


def test_each_step_is_a_part_of_the_one_before():
    scene = Scene()
    realized(scene)
    realized(scene, mode="audit", revoked=True)
    realized(scene, active=False)
    scene.learner()
    scene.learner(linked=False)
    factories.IntentionFactory(enterprise_customer=scene.customer, content_key="MineX+M2")
    factories.IntentionFactory(enterprise_customer=scene.customer, content_key="MineX+M3", is_removed=True)
    assert [row.value for row in funnel.plot().rows] == [8, 3, 2, 1]


def test_without_an_intention_the_card_says_so(client_of):
    assert funnel.plot() is None
    card = client_of(factories.admin_user()).get(reverse("enrollments:funnel")).content.decode()
    assert "No customer has a default enrollment intention" in card


def test_only_admins_have_the_card(client_of):
    home = reverse("console:home")
    assert 'id="funnel"' in client_of(factories.admin_user()).get(home).content.decode()
    assert 'id="funnel"' not in client_of(factories.support()).get(home).content.decode()
