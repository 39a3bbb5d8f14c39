"""Plans outlive the accounts of those who made them: an LMS may delete these, and no constraint of ours keeps it."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from enrollments.defaults.realizing.models import RealizePlan
from groups.models import BulkAssignment
from resets.bulk.models import BulkReset
from tests import factories
from tests.groups.states import RUN

pytestmark = pytest.mark.django_db

# Each kind: its own columns, the name of its list's address, and the column that says whose it is.
KINDS = {
    "bulk reset": (BulkReset, {"course_id": RUN, "memo": "Wrong run"}, "resets:bulk", "agent"),
    "bulk assignment": (BulkAssignment, {"course_id": RUN, "kind": "upload"}, "groups:assignments", "person"),
    "realization plan": (
        RealizePlan,
        {"intention_uuid": "4" * 32, "content_key": str(RUN), "run_key": str(RUN), "memo": "Asked for"},
        "enrollments:realize",
        "by",
    ),
}


@pytest.fixture
def admin(client_of):
    """Return the browser of an admin."""
    return client_of(factories.admin_user())


@pytest.fixture(params=KINDS)
def plan(request):
    """Return a confirmed plan whose maker's account is gone, with its addresses: list and page."""
    model, columns, name, column = KINDS[request.param]
    maker, now = get_user_model().objects.create(username="maker"), timezone.now()
    made = model.objects.create(
        state="done", created=now, created_by=maker, confirmed_at=now, confirmed_by=maker, expires_at=now, **columns
    )
    made.list_address, made.column = reverse(name, args=_run(name)), column
    made.address = reverse(f"{name}-detail", args=[*_run(name), made.pk])
    return made


def _run(name):
    return [RUN] if name.startswith("groups:") else []


def test_a_plan_says_who_made_and_confirmed_it(admin, plan):
    assert "maker" in admin.get(plan.list_address).content.decode()
    shown = admin.get(plan.address).content.decode()
    assert shown.count("by maker") == 2


def test_a_plan_of_a_deleted_account_is_listed_and_read(admin, plan):
    name = f"user {plan.created_by_id}, deleted"
    plan.created_by.delete()

    for sort in ("", plan.column, f"-{plan.column}"):
        assert name in admin.get(plan.list_address, {"sort": sort}).content.decode()
    exported = b"".join(admin.get(plan.list_address, {"_export": "csv"}).streaming_content).decode()
    assert f'"{name}"' in exported
    assert admin.get(plan.address).content.decode().count(f"by {name}") == 2


def test_plans_of_a_deleted_account_stand_among_the_others(admin, plan):
    plan.created_by.delete()
    other = type(plan).objects.get(pk=plan.pk)
    other.pk, other.created_by = None, factories.LearnerFactory(username="stays")
    other.save()
    shown = admin.get(plan.list_address, {"sort": plan.column}).content.decode()
    assert "stays" in shown
    assert f"user {plan.created_by_id}, deleted" in shown
