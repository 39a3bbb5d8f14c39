"""Dates at both ends of time, as some LMS courses have them for “never”, in time zones that cannot hold them."""

from datetime import UTC, datetime

import pytest
from django.db.models import DateTimeField
from django.urls import reverse

from enrollments.defaults.models import RunFact
from enrollments.models import CourseEnrollment, CourseOverview
from tests import factories
from tests.console.test_admin import MAKERS, address

pytestmark = pytest.mark.django_db

EDGES = {"first": datetime.min.replace(tzinfo=UTC), "last": datetime.max.replace(tzinfo=UTC, microsecond=0)}
# Ahead of UTC and behind it: one overflows at the end of time, the other at its beginning.
ZONES = ["Asia/Tokyo", "America/New_York"]


def moments_of(model):
    """Return the names of a model's columns that hold moments."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, DateTimeField)]


@pytest.fixture(params=ZONES)
def zone(request, settings):
    settings.TIME_ZONE = request.param


@pytest.fixture(params=EDGES)
def far(request):
    return EDGES[request.param]


@pytest.fixture
def browser(client_of):
    return client_of(factories.admin_user())


@pytest.mark.parametrize("model", [model for model in MAKERS if moments_of(model)], ids=lambda m: m._meta.model_name)
def test_the_admin_shows_them(model, far, zone, browser):
    row = MAKERS[model]()
    model._default_manager.filter(pk=row.pk).update(**dict.fromkeys(moments_of(model), far))
    for page in (address(model), address(model, "change", row.pk), address(model, "export")):
        assert browser.get(page).status_code == 200


def test_the_console_shows_them(far, zone, browser):
    enrollment = factories.EnrollmentFactory(user__username="anna")
    for model in (CourseOverview, CourseEnrollment):
        model.objects.update(**dict.fromkeys(moments_of(model), far))
    type(enrollment.user).objects.filter(pk=enrollment.user_id).update(date_joined=far, last_login=far)
    tabs = [reverse(f"enrollments:{name}", args=["anna"]) for name in ("courses", "defaults")]
    for page in (*tabs, "/", "/enrollments/", "/groups/", "/learners/anna/history/", "/learners/anna/groups/"):
        assert browser.get(page, follow=True).status_code == 200


@pytest.mark.parametrize("zone", ["UTC", *ZONES], indirect=True)
@pytest.mark.parametrize(
    ("day", "hour"), [("0001-01-01", "00:00:00"), ("9999-12-31", "23:59:59"), ("2026-03-29", "04:30:00")]
)
def test_the_admin_saves_them_as_it_shows_them(day, hour, zone, browser):
    page = address(RunFact, "change", factories.RunFactFactory().pk)
    form = browser.get(page).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    for name in ("enroll_start", "end"):
        data |= {f"{name}_0": day, f"{name}_1": hour}

    assert browser.post(page, data).status_code == 302

    again = browser.get(page).text
    assert again.count(f'value="{day}"') == again.count(f'value="{hour}"') == 2
