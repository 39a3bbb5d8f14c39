"""Work that has to end before Lectern may leave a database."""

import pytest
from django.utils import timezone

from console.plans.models import PlanState
from console.platform.detachment import unfinished
from resets.bulk.models import BulkReset
from tests import factories

pytestmark = pytest.mark.django_db


def bulk_reset(state):
    now = timezone.now()
    return BulkReset.objects.create(
        state=state, created=now, expires_at=now, created_by=factories.support(), course_id="course-v1:A+B+C"
    )


def test_nothing_waits():
    assert unfinished() == {}


@pytest.mark.parametrize(
    ("state", "counted"),
    [("draft", {}), ("running", {"plans": 1}), ("paused", {"plans": 1}), ("cancelled", {}), ("done", {})],
)
def test_a_confirmed_plan_counts_until_it_has_ended(state, counted):
    bulk_reset(PlanState(state))
    assert unfinished() == counted


def test_a_reset_that_waits_counts():
    factories.AuditFactory(status="enqueued")
    assert unfinished() == {"resets": 1}
