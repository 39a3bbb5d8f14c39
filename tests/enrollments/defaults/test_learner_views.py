"""Learners by intention, the Defaults tab, and realization plans, as an admin uses them."""

import csv
import io

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollments.defaults.realizing import run
from enrollments.defaults.realizing.models import RealizeItem, RealizePlan
from enrollments.models import CourseEnrollment
from tests import factories
from tests.enrollments.defaults.scene import Scene

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _fresh_tally():
    cache.clear()


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def client(client_of):
    return client_of(factories.admin_user())


def text_of(response):
    return response.content.decode()


def learners_page(scene):
    return reverse("enrollments:intention-learners", args=[scene.intention.pk])


def enrolled(scene):
    learner = scene.learner()
    scene.enroll(learner)
    scene.record(learner, revoked=False)
    return learner


# --- Learners by intention -------------------------------------------------------------------


def test_each_learner_has_a_status_with_its_evidence(scene, client):
    enrolled(scene)
    scene.learner()
    text = text_of(client.get(learners_page(scene)))
    assert "Enrolled, not by default" in text
    assert "already enrolled" in text
    assert "needs enrollment, enrollable" in text


def test_learners_are_counted_by_status_and_filtered_by_it(scene, client):
    here, ready = enrolled(scene), scene.learner()
    tally = text_of(client.get(reverse("enrollments:intention-tally", args=[scene.intention.pk])))
    assert "?status=enrolled" in tally
    assert "?status=ready" in tally
    text = text_of(client.get(learners_page(scene), {"status": "ready"}, **HTMX))
    assert ready.user.username in text
    assert here.user.username not in text


def test_an_account_that_is_gone_stays_in_the_list(scene, client):
    factories.CustomerUserFactory(enterprise_customer=scene.customer, user_id=987654)
    assert "Account 987654 no longer exists" in text_of(client.get(learners_page(scene)))


def test_the_export_has_each_fact_by_itself(scene, client):
    learner = enrolled(scene)
    response = client.get(learners_page(scene), {"_export": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode().removeprefix("\ufeff"))))
    assert rows[0]["Learner"] == learner.user.username
    assert (rows[0]["Status"], rows[0]["Mode"], rows[0]["Active"]) == ("enrolled", "verified", "True")


@pytest.mark.parametrize("address", ["learners", "tab"])
def test_a_page_takes_the_same_number_of_queries_for_few_and_many(scene, client, address):
    learner = enrolled(scene)
    page = learners_page(scene) if address == "learners" else reverse("enrollments:defaults", args=[learner.user])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        return len(captured)

    queries()
    few = queries()
    for _ in range(8):
        enrolled(scene)
        scene.learner()
    assert queries() == few


# --- The Defaults tab ------------------------------------------------------------------------


def test_the_tab_shows_the_intentions_of_every_customer_that_knows_the_learner(scene, client_of):
    learner = scene.learner()
    other = factories.CustomerUserFactory(user=learner.user, linked=False)
    factories.IntentionFactory(enterprise_customer=other.enterprise_customer, content_key="NoX+N1")
    factories.IntentionFactory(content_key="ForeignX+F1")
    text = text_of(client_of(factories.support()).get(reverse("enrollments:defaults", args=[learner.user])))
    assert scene.intention.content_key in text
    assert "NoX+N1" in text
    assert "Unlinked" in text
    assert "ForeignX+F1" not in text


def test_a_learner_without_customers_has_an_explanation(client):
    text = text_of(client.get(reverse("enrollments:defaults", args=[factories.LearnerFactory()])))
    assert "No default enrollments" in text


# --- Realizing -------------------------------------------------------------------------------


def check(client, scene, **more):
    given = {"intention": str(scene.intention.pk), "memo": "Asked for", **more}
    return client.post(reverse("enrollments:realize-new"), given)


def test_from_the_check_to_the_result(scene, client):
    learner, left_out = scene.learner(), scene.learner(licensed=False)
    response = check(client, scene)
    plan = RealizePlan.objects.get()
    assert response.url == reverse("enrollments:realize-detail", args=[plan.pk])
    text = text_of(client.get(response.url))
    assert "Will be enrolled" in text
    assert left_out.user.username in text
    assert not CourseEnrollment.objects.exists()

    dialog = client.get(reverse("enrollments:realize-confirm", args=[plan.pk]), **HTMX)
    assert "Realize for 1 learner" in text_of(dialog)
    client.post(reverse("enrollments:realize-confirm", args=[plan.pk]))
    progress = client.get(reverse("enrollments:realize-progress", args=[plan.pk]), {"seen": "running"})
    assert "no worker has begun yet" in text_of(progress)
    run.work(plan.pk, worker="worker")
    text = text_of(client.get(response.url))
    assert "Finished" in text
    assert CourseEnrollment.objects.get().user_id == learner.user_id


def test_confirming_twice_starts_it_once(scene, client):
    scene.learner()
    check(client, scene)
    address = reverse("enrollments:realize-confirm", args=[RealizePlan.objects.get().pk])
    client.post(address)
    text = text_of(client.post(address, follow=True))
    assert "is running by now" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"memo": ""}, "A memo is needed"),
        ({"memo": "x" * 256}, "255"),
        ({"intention": "2f0b6cf6-0000-4000-8000-000000000000"}, "was removed, or never was"),
        ({"intention": "no uuid"}, "was removed, or never was"),
        ({"learner": "nobody-here"}, "No account has this username"),
        ({"learner": HOSTILE}, "No account has this username"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_stored(scene, client, given, words):
    scene.learner()
    response = check(client, scene, **given)
    assert response.status_code == 422
    assert words in text_of(response)
    assert HOSTILE not in text_of(response)
    assert not RealizePlan.objects.exists()


def test_results_are_exported_and_filtered(scene, client):
    scene.learner()
    scene.learner(licensed=False)
    check(client, scene)
    page = reverse("enrollments:realize-detail", args=[RealizePlan.objects.get().pk])
    rows = b"".join(client.get(page, {"_export": "csv"})).decode().splitlines()
    assert len(rows) == 3
    text = text_of(client.get(page, {"verdict": RealizeItem.Verdict.CANNOT}, **HTMX))
    assert "1–1 of 1" in text
