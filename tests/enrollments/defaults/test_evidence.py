"""What is read of a learner under an intention, on real rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from console.versions import DELETED, keep
from enrollments.defaults import evidence
from enrollments.defaults.models import (
    EnterpriseCustomerUser,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalRealization,
    PendingCustomerUser,
    PendingEnrollment,
)
from enrollments.defaults.status import Bucket, Status, bucket_of, status_of
from enrollments.defaults.words import evidence_of
from tests import factories
from tests.enrollments.defaults.scene import RUN, Scene, version
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
EARLIER_RUN = CourseKey.from_string("course-v1:MineX+M1+2025")


@pytest.fixture
def scene():
    return Scene()


def test_nothing_yet(scene):
    assert scene.status(scene.learner()) == Status.READY


def test_without_a_license_of_the_catalog(scene):
    learner = scene.learner(licensed=False)
    assert scene.status(learner) == Status.UNCONFIRMED
    scene.license(lms_user_id=None, user_email="somebody@else.example")
    assert scene.status(learner) == Status.NO_LICENSE
    scene.license(lms_user_id=learner.user_id, catalog_uuid=None)
    scene.license(lms_user_id=learner.user_id, status="revoked")
    assert scene.status(learner) == Status.NO_LICENSE


@pytest.mark.parametrize(("days", "status"), [(1, Status.NO_LICENSE), (-1, Status.READY)])
def test_a_license_pays_until_it_expires(scene, days, status):
    learner = scene.learner(licensed=False)
    scene.license(lms_user_id=learner.user_id, expires=days_ago(days))
    assert scene.status(learner) == status


def test_a_license_may_name_its_learner_by_address_in_any_letter_case(scene):
    learner = scene.learner(licensed=False, user=factories.LearnerFactory(email="Amina@Example.com"))
    scene.license(user_email="amina@example.com")
    assert scene.status(learner) == Status.READY


def test_who_is_not_of_this_customer(scene):
    stranger = factories.LearnerFactory(email="soon@example.com")
    factories.CustomerUserFactory(user=stranger)
    assert scene.status(stranger) == Status.NOT_LINKED
    PendingCustomerUser.objects.create(
        user_email="Soon@example.com", enterprise_customer=scene.customer, created=days_ago(1), modified=days_ago(1)
    )
    assert scene.status(stranger) == Status.PENDING_LINK


def test_what_waits_for_the_learners_account_is_named(scene):
    stranger = factories.LearnerFactory(email="soon@example.com")
    moments = {"created": days_ago(1), "modified": days_ago(1)}
    for customer in (scene.customer, factories.CustomerFactory()):
        pending = PendingCustomerUser.objects.create(
            user_email="Soon@example.com", enterprise_customer=customer, **moments
        )
        for mode, run in (("verified", RUN), ("audit", EARLIER_RUN)):
            PendingEnrollment.objects.create(
                user=pending, course_id=run, course_mode=f"{mode}-{customer.name}", **moments
            )
    found = scene.evidence(stranger)
    assert status_of(found) == Status.PENDING_LINK
    assert dict(evidence_of(found))["Waits to be enrolled in"] == f"verified-{scene.customer.name}"


def test_unlinked_learners_are_seen(scene):
    assert scene.status(scene.learner(linked=False)) == Status.UNLINKED
    assert scene.status(scene.learner(linked=False, is_relinkable=False)) == Status.UNLINKED_BLOCKED


def test_realized_and_enrolled(scene):
    learner = scene.learner()
    scene.enroll(learner)
    record = scene.record(learner, revoked=False)
    assert scene.status(learner) == Status.ENROLLED
    realized = factories.RealizationFactory(intended_enrollment=scene.intention, realized_enrollment=record)
    assert scene.status(learner) == Status.REALIZED
    assert scene.evidence(learner).realized_at == realized.created


def test_a_revoked_license_that_left_an_audit_seat(scene):
    learner = scene.learner()
    scene.enroll(learner, mode="audit")
    scene.record(learner, unenrolled=True, revoked=True)
    assert scene.status(learner) == Status.DOWNGRADED


def test_learner_credit_pays_as_well(scene):
    learner = scene.learner()
    scene.enroll(learner)
    record = scene.record(learner, revoked=True)
    assert scene.status(learner) == Status.STALE_LICENSE
    factories.LearnerCreditEnrollmentFactory(enterprise_course_enrollment=record)
    assert scene.status(learner) == Status.ENROLLED


def test_the_records_of_another_customer_do_not_count(scene):
    learner = scene.learner()
    scene.enroll(learner)
    elsewhere = factories.CustomerUserFactory(user=learner.user)
    factories.EnterpriseEnrollmentFactory(enterprise_customer_user=elsewhere, course_id=RUN)
    assert scene.status(learner) == Status.ENROLLED_OUTSIDE


def ended(scene, by):
    learner = scene.learner()
    enrollment = scene.enroll(learner, active=False)
    scene.record(learner, unenrolled=True, revoked=True)
    version(enrollment, active=False, days=20)
    version(enrollment, active=True, days=19)
    version(enrollment, active=True, days=18)
    version(enrollment, active=False, days=3, by=by(learner))
    version(enrollment, active=False, days=2, by=factories.admin_user())
    return learner


def test_who_ended_an_enrollment_tells_leaving_from_revocation(scene):
    assert scene.status(ended(scene, lambda learner: learner.user)) == Status.LEFT
    assert scene.status(ended(scene, lambda learner: factories.admin_user())) == Status.REMOVED_BY_STAFF
    machine = factories.LearnerFactory(username="license_manager_worker", is_staff=True)
    # With a live audit mode, a revocation would have downgraded and not unenrolled.
    assert scene.status(ended(scene, lambda learner: machine)) == Status.LEFT_OR_REVOKED


def test_who_ended_an_earlier_enrollment_is_not_blamed_for_the_end_of_a_later_one(scene):
    """The versions stop at the active one, as when something other than the LMS's own ORM made it inactive."""
    learner = scene.learner()
    enrollment = scene.enroll(learner, active=False)
    for is_active, days in ((True, 9), (False, 8), (True, 7)):
        version(enrollment, active=is_active, days=days, by=learner.user)
    assert scene.status(learner) == Status.INACTIVE


def test_an_abandoned_checkout_is_no_enrollment(scene):
    learner = scene.learner()
    enrollment = scene.enroll(learner, active=False)
    assert scene.status(learner) == Status.INACTIVE
    version(enrollment, active=False, days=20)
    assert scene.status(learner) == Status.READY


def test_realized_in_another_run(scene):
    learner = scene.learner()
    record = scene.record(learner, run=EARLIER_RUN)
    factories.RealizationFactory(intended_enrollment=scene.intention, realized_enrollment=record)
    found = scene.evidence(learner)
    assert status_of(found) == Status.OTHER_RUN
    assert (found.other_run, bucket_of(found)) == (EARLIER_RUN, Bucket.ENROLLABLE)


def test_a_realization_that_only_its_history_remembers(scene):
    learner = scene.learner()
    record = scene.record(learner)
    realized = factories.RealizationFactory(intended_enrollment=scene.intention, realized_enrollment=record)
    keep(HistoricalRealization, [realized], DELETED, actor=None, moment=days_ago(1))
    keep(HistoricalEnterpriseCourseEnrollment, [record], DELETED, actor=None, moment=days_ago(1))
    realized.delete()
    record.delete()
    assert scene.status(learner) == Status.RECORD_DELETED
    assert scene.status(scene.learner()) == Status.READY


def test_of_a_course_whose_run_is_not_known_any_run_counts():
    scene = Scene(content_key="MineX+M1")
    scene.course.delete()
    learner = scene.learner()
    assert scene.status(learner) == Status.UNRESOLVED
    scene.enroll(learner, active=False, run=RUN)
    scene.enroll(learner, run=EARLIER_RUN)
    scene.record(learner, run=EARLIER_RUN)
    assert scene.status(learner) == Status.ENROLLED


def test_a_page_takes_the_same_number_of_queries_for_few_and_many(scene):
    def queries():
        learners = EnterpriseCustomerUser.objects.select_related("user").order_by("pk")
        content, subjects = scene.content(), evidence.subjects_of(learners)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found = evidence.gather(scene.intention, content, subjects)
        assert len(found) == len(subjects)
        return len(captured)

    ended(scene, lambda learner: learner.user)
    few = queries()
    for _ in range(5):
        ended(scene, lambda learner: learner.user)
        scene.enroll(scene.learner())
        scene.record(scene.learner(), revoked=False)
    assert queries() == few <= 10


def test_a_scan_walks_every_linked_learner_once(scene, monkeypatch):
    monkeypatch.setattr(evidence, "CHUNK", 3)
    learners = [scene.learner().user_id for _ in range(7)]
    rows = EnterpriseCustomerUser.objects.filter(enterprise_customer=scene.customer)
    assert [subject.user_id for subject, _ in evidence.scan(scene.intention, scene.content(), rows)] == learners
