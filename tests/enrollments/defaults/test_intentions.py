"""Intentions: the rules of adding, changing, removing and restoring, and the history that the platform would write."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults import checks
from enrollments.defaults.actions import (
    IntentionRefusedError,
    change_intention,
    create_intention,
    remove_intention,
    restore_intention,
)
from enrollments.defaults.models import DefaultIntention, DefaultRealization, HistoricalIntention
from tests import factories
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
RUN = "course-v1:A+B+1"


@pytest.fixture
def admin():
    return factories.admin_user(username="ada")


@pytest.fixture
def customer():
    return factories.CustomerFactory()


def create(customer, content_key, actor):
    return create_intention(customer_id=customer.pk, content_key=content_key, actor=actor)


def history_of(intention):
    rows = HistoricalIntention.objects.filter(uuid=intention.pk).order_by("history_id")
    return list(rows.values_list("history_type", "content_key", "is_removed", "history_user__username"))


def refused(function, **arguments):
    with pytest.raises(IntentionRefusedError) as caught:
        function(**arguments)
    return caught.value


# --- Adding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "kind"), [(RUN, "course_run"), ("A+B", "course")])
def test_a_new_intention_has_its_kind_its_version_and_its_line_in_the_log(customer, admin, key, kind):
    intention = create(customer, f"  {key} ", admin)
    stored = DefaultIntention.objects.get()
    assert (stored.content_key, stored.content_type, stored.is_removed) == (key, kind, False)
    version = HistoricalIntention.objects.get()
    for name in ("uuid", "created", "modified", "is_removed", "content_type", "content_key", "enterprise_customer_id"):
        assert getattr(version, name) == getattr(stored, name), name
    assert (version.history_type, version.history_user, version.history_change_reason) == ("+", admin, None)
    assert LogEntry.objects.get().object_id == str(intention.pk)


@pytest.mark.parametrize("key", ["", "A", "A+B+1", "course-v1:A+B", "library-v1:A+B", "x" * 300, "A+" + "B" * 300])
def test_what_is_no_key_is_refused(customer, admin, key):
    refused(create_intention, customer_id=customer.pk, content_key=key, actor=admin)
    assert not DefaultIntention.objects.exists()
    assert not HistoricalIntention.objects.exists()


@pytest.mark.parametrize("key", [RUN, "COURSE-v1:A+B+1".lower(), "course-v1:a+b+1"])
def test_the_same_key_twice_is_refused_whatever_its_letter_case(customer, admin, key):
    first = create(customer, RUN, admin)
    refusal = refused(create_intention, customer_id=customer.pk, content_key=key, actor=admin)
    assert (refusal.existing, "already" in str(refusal)) == (first, True)
    assert DefaultIntention.objects.count() == 1


def test_the_same_key_for_another_customer_is_not_the_same(customer, admin):
    create(customer, RUN, admin)
    assert create(factories.CustomerFactory(), RUN, admin)


def test_a_removed_one_is_to_be_restored_instead(customer, admin):
    removed = factories.IntentionFactory(enterprise_customer=customer, content_key="A+b", is_removed=True)
    refusal = refused(create_intention, customer_id=customer.pk, content_key="A+B", actor=admin)
    assert refusal.existing == removed
    assert "Restore it" in str(refusal)


def test_what_an_import_knows_to_lead_nowhere_is_refused(customer, admin):
    factories.RunFactFactory(run_key=CourseKey.from_string(RUN), is_advertised=False)
    assert "no run" in str(refused(create_intention, customer_id=customer.pk, content_key="A+B", actor=admin))
    other = refused(create_intention, customer_id=customer.pk, content_key="course-v1:A+B+9", actor=admin)
    assert "knows 1" in str(other)
    assert create(customer, "course-v1:A+B+1", admin)


def test_what_nobody_knows_is_no_reason_to_refuse(customer, admin):
    assert create(customer, "Un+Known", admin)


def test_a_customer_who_is_gone_is_said_so(customer, admin):
    gone = factories.CustomerFactory()
    gone.delete()
    assert "no longer there" in str(refused(create_intention, customer_id=gone.pk, content_key=RUN, actor=admin))


@pytest.mark.parametrize("make", [factories.support, factories.LearnerFactory])
def test_only_admins_change_intentions(customer, make):
    person, intention = make(), factories.IntentionFactory(enterprise_customer=customer)
    with pytest.raises(PermissionDenied):
        create(customer, RUN, person)
    for act, more in ((change_intention, {"content_key": RUN}), (remove_intention, {}), (restore_intention, {})):
        with pytest.raises(PermissionDenied):
            act(intention_id=intention.pk, actor=person, **more)
    assert not HistoricalIntention.objects.exists()


# --- Changing --------------------------------------------------------------------------------


def test_another_key_is_a_version_with_the_reason(customer, admin):
    intention = create(customer, "A+B", admin)
    change_intention(intention_id=intention.pk, content_key=RUN, actor=admin, reason="One run only")
    stored = DefaultIntention.objects.get()
    assert (stored.content_key, stored.content_type) == (RUN, "course_run")
    assert stored.modified > intention.modified
    assert history_of(intention) == [("+", "A+B", False, "ada"), ("~", RUN, False, "ada")]
    assert HistoricalIntention.objects.latest("history_id").history_change_reason == "One run only"


def test_saving_without_a_change_writes_nothing(customer, admin):
    intention = create(customer, "A+B", admin)
    change_intention(intention_id=intention.pk, content_key="A+B", actor=admin)
    assert len(history_of(intention)) == 1


def test_letter_case_alone_can_be_corrected(customer, admin):
    intention = create(customer, "a+b", admin)
    change_intention(intention_id=intention.pk, content_key="A+B", actor=admin)
    assert DefaultIntention.objects.get().content_key == "A+B"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(customer, admin):
    intention = create(customer, "A+B", admin)
    change = {"intention_id": intention.pk, "actor": admin}
    change_intention(content_key="A+C", seen=intention.modified, **change)
    refusal = refused(change_intention, content_key="A+D", seen=intention.modified, **change)
    assert "meanwhile" in str(refusal)
    assert DefaultIntention.objects.get().content_key == "A+C"


def test_a_removed_one_is_not_changed(customer, admin):
    intention = factories.IntentionFactory(enterprise_customer=customer, is_removed=True)
    refused(change_intention, intention_id=intention.pk, content_key="A+B", actor=admin)


# --- Removing and restoring ------------------------------------------------------------------


def test_removing_is_soft_and_needs_no_fact(customer, admin):
    intention = factories.IntentionFactory(content_key="no key at all")
    enrollment = factories.EnterpriseEnrollmentFactory()
    realization = factories.RealizationFactory(intended_enrollment=intention, realized_enrollment=enrollment)
    remove_intention(intention_id=intention.pk, actor=admin, reason="Broken")
    assert DefaultIntention.objects.get(pk=intention.pk).is_removed
    assert DefaultRealization.objects.get() == realization
    assert history_of(intention) == [("~", "no key at all", True, "ada")]
    assert "removed already" in str(refused(remove_intention, intention_id=intention.pk, actor=admin))


def test_restoring_needs_no_fact_either(customer, admin):
    intention = factories.IntentionFactory(content_key="Gone+1", is_removed=True)
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:Gone+1+R"), is_advertised=False)
    restore_intention(intention_id=intention.pk, actor=admin)
    assert not DefaultIntention.objects.get().is_removed
    assert history_of(intention) == [("~", "Gone+1", False, "ada")]
    assert "not removed" in str(refused(restore_intention, intention_id=intention.pk, actor=admin))


def test_what_is_no_longer_there_is_said_so(customer, admin):
    intention = factories.IntentionFactory()
    intention.delete()
    for act in (remove_intention, restore_intention):
        assert "no longer there" in str(refused(act, intention_id=intention.pk, actor=admin))


# --- Warnings --------------------------------------------------------------------------------


def warnings(intention, *others):
    return " ".join(checks.warnings_of(intention, [intention, *others], timezone.now()))


def test_nothing_to_say_about_what_is_in_order():
    course = factories.CourseOverviewFactory()
    assert warnings(factories.IntentionFactory(course=course)) == ""


def test_a_course_and_one_of_its_runs_are_warned_about_and_allowed(customer, admin):
    course = create(customer, "A+B", admin)
    run = create(customer, "course-v1:a+b+1", admin)
    assert "a second time, as course-v1:a+b+1" in warnings(course, run)
    assert "a second time" not in warnings(course, factories.IntentionFactory(content_key="A+BB"))


def test_unknown_closed_and_missing_are_told_apart():
    assert "not known" in warnings(factories.IntentionFactory(content_key=RUN))
    assert "leads to no course run" in warnings(factories.IntentionFactory(content_key="A+B"))
    over = factories.CourseOverviewFactory(end=days_ago(1))
    assert "ended" in warnings(factories.IntentionFactory(course=over))


def test_catalogs_are_warned_about_only_when_they_are_known():
    course, catalog = factories.CourseOverviewFactory(), factories.CatalogFactory()
    intention = factories.IntentionFactory(course=course, enterprise_customer=catalog.enterprise_customer)
    assert warnings(intention) == ""
    factories.MembershipFactory(catalog=catalog)
    assert "None of the customer’s catalogs" in warnings(intention)
    factories.MembershipFactory(catalog=catalog, content_key=str(course.id))
    assert warnings(intention) == ""


def test_an_inactive_customer_is_mentioned():
    course = factories.CourseOverviewFactory()
    intention = factories.IntentionFactory(course=course, enterprise_customer__active=False)
    assert warnings(intention) == "The customer is not active."
