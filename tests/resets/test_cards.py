"""Resets on the home page: per day by state, and only those that the viewer may see."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from console.rules import Permission
from resets import cards
from resets.models import CourseResetAudit
from tests import factories

pytestmark = pytest.mark.django_db
Status = CourseResetAudit.Status
TODAY = timezone.now().astimezone(UTC).date()


def asked_for(day, status=Status.COMPLETE, at=time.min, **facts):
    audit = factories.AuditFactory(status=status, **facts)
    CourseResetAudit.objects.filter(pk=audit.pk).update(created=datetime.combine(day, at, UTC))
    return audit


def drawn(plot):
    """Return the numbers by day and state, without the zeros."""
    keys = [entry.series.key for entry in plot.legend]
    return {(day.day, key): value for day in plot.days for key, value in zip(keys, day.values, strict=True) if value}


def test_each_day_counts_by_state():
    for at in (time.min, time.max):
        asked_for(TODAY, at=at)
    asked_for(TODAY, Status.FAILED)
    asked_for(TODAY - timedelta(days=29), Status.ENQUEUED)
    asked_for(TODAY - timedelta(days=30), Status.IN_PROGRESS, at=time.max)
    plot = cards.per_day(factories.support())["plot"]
    assert drawn(plot) == {
        (TODAY, Status.COMPLETE): 2,
        (TODAY, Status.FAILED): 1,
        (TODAY - timedelta(days=29), Status.ENQUEUED): 1,
    }


def test_an_instructor_sees_the_resets_of_their_runs_only():
    mine = asked_for(TODAY)
    asked_for(TODAY)
    viewer = factories.course_staff(mine.course_enrollment.course_id)
    assert drawn(cards.per_day(viewer)["plot"]) == {(TODAY, Status.COMPLETE): 1}


@pytest.mark.parametrize("number", [1, 12])
def test_one_query_however_many(number, django_assert_num_queries):
    for back in range(number):
        asked_for(TODAY - timedelta(days=back))
    viewer = factories.support()
    viewer.has_perm(Permission.VIEW_LEARNERS)  # Reads the roles once.
    with django_assert_num_queries(1):
        cards.per_day(viewer)


def test_a_state_leads_to_the_list_of_exactly_these(client_of):
    asked_for(TODAY, Status.FAILED)
    asked_for(TODAY - timedelta(days=31), Status.FAILED)
    client = client_of(factories.support())
    legend = cards.per_day(factories.support())["plot"].legend
    link = next(entry.series.link for entry in legend if entry.series.key == Status.FAILED)
    assert len(client.get(link).context["table"].page.object_list) == 1


def test_without_any_the_card_says_so(client_of):
    asked_for(TODAY - timedelta(days=31))
    page = client_of(factories.support()).get(reverse("console:home")).text
    assert "Nobody asked for a reset in the last 30 days." in page
