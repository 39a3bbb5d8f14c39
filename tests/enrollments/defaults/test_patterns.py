"""The database's word for what decides about a learner says the same as the evidence that is read row by row."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from console.versions import DELETED, keep
from enrollments.defaults import evidence, patterns
from enrollments.defaults.learners import tally
from enrollments.defaults.models import (
    CatalogMembership,
    EnterpriseCustomerUser,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalRealization,
    License,
)
from enrollments.defaults.realizing.decide import decide
from enrollments.defaults.status import Status, bucket_of, status_of
from enrollments.models import CourseMode, CourseOverview
from tests import factories
from tests.enrollments.defaults.scene import Scene, version
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
EARLIER_RUN = CourseKey.from_string("course-v1:MineX+M1+2025")
LEARNERS = 60


def close(scene):
    CourseOverview.objects.update(end=days_ago(1))


def remove(scene):
    scene.intention.is_removed = True


def only_audit(scene):
    CourseMode.objects.filter(mode_slug="verified").delete()


def expired(scene):
    CourseMode.objects.filter(mode_slug="verified").update(expiration_datetime=days_ago(1))


def without_audit(scene):
    CourseMode.objects.filter(mode_slug="audit").delete()


def no_catalogs(scene):
    CatalogMembership.objects.all().delete()


def other_catalog(scene):
    CatalogMembership.objects.filter(content_key="MineX+M1").update(content_key="OtherX+O1")
    CatalogMembership.objects.exclude(content_key="OtherX+O1").delete()


def no_licenses(scene):
    License.objects.all().delete()


def as_it_is(scene):
    pass


WORLDS = (as_it_is, close, remove, only_audit, expired, without_audit, no_catalogs, other_catalog, no_licenses)


@pytest.fixture
def crowd():
    """Return a scene with learners who have everything that may be there, in random combinations."""
    scene, random = Scene(), Random(5)
    people = {
        "admin": factories.admin_user(),
        "machine": factories.LearnerFactory(username="license_manager_worker", is_staff=True),
    }
    for number in range(LEARNERS):
        add_learner(scene, random, people, number)
    return scene


def add_learner(scene, random, people, number):
    learner = scene.learner(
        licensed=False,
        linked=random.random() < 0.9,
        is_relinkable=random.random() < 0.5,
        user=factories.LearnerFactory(email=f"Mine{number}@Example.com"),
    )
    give_license(scene, random, learner, number)
    if random.random() < 0.6:
        enrollment = scene.enroll(
            learner, mode=random.choice(["audit", "verified", "honor"]), active=random.random() < 0.4
        )
        give_versions(random, enrollment, [learner.user, people["admin"], people["machine"], None])
    if random.random() < 0.5:
        record = scene.record(
            learner, unenrolled=random.choice([None, False, True]), revoked=random.choice([None, True, False])
        )
        if random.random() < 0.2:
            factories.LearnerCreditEnrollmentFactory(
                enterprise_course_enrollment=record, is_revoked=random.random() < 0.5
            )
        give_realization(scene, random, record)
    if random.random() < 0.2:
        give_realization(scene, random, scene.record(learner, run=EARLIER_RUN))


def give_license(scene, random, learner, number):
    choice = random.randrange(8)
    if choice < 3:
        scene.license(lms_user_id=learner.user_id)
    elif choice == 3:
        scene.license(user_email=f"mine{number}@example.com")
    elif choice == 4:
        scene.license(user_email=f"mine{number}@example.com", lms_user_id=987_654)
    elif choice == 5:
        scene.license(lms_user_id=learner.user_id, status="revoked")
    elif choice == 6:
        scene.license(lms_user_id=learner.user_id, expires=days_ago(1))


def give_versions(random, enrollment, people):
    for day in range(random.randrange(5), 0, -1):
        version(enrollment, active=random.random() < 0.5, days=day, by=random.choice(people))


def give_realization(scene, random, record):
    choice = random.randrange(4)
    if choice == 0:
        return
    realized = factories.RealizationFactory(intended_enrollment=scene.intention, realized_enrollment=record)
    if choice == 1:
        keep(HistoricalRealization, [realized], DELETED, actor=None, moment=days_ago(1))
        keep(HistoricalEnterpriseCourseEnrollment, [record], DELETED, actor=None, moment=days_ago(1))
        realized.delete()
        if random.random() < 0.5 and not hasattr(record, "licensed_with") and not hasattr(record, "credited_with"):
            record.delete()


def learners():
    return EnterpriseCustomerUser.objects.select_related("user").order_by("pk")


@pytest.mark.parametrize("world", WORLDS)
def test_a_pattern_says_what_the_rows_say(crowd, world):
    world(crowd)
    content = crowd.content()
    read = evidence.gather(crowd.intention, content, evidence.subjects_of(learners()))
    words = dict(patterns.with_patterns(learners(), crowd.intention, content).values_list("user_id", "pattern"))
    meant = patterns.read(sorted(set(words.values())), crowd.intention, content)
    assert len(words) == LEARNERS
    for user_id, word in words.items():
        found, expected = meant[word], read[user_id]
        assert status_of(found) == status_of(expected), word
        assert (decide(found), bucket_of(found)) == (decide(expected), bucket_of(expected)), word


def test_the_tally_is_that_of_a_walk_and_finds_the_same_learners(crowd):
    content = crowd.content()
    read = evidence.gather(crowd.intention, content, evidence.subjects_of(learners()))
    expected = {}
    for row in learners():
        expected.setdefault(status_of(read[row.user_id]), []).append(row.pk)
    tally.forget(crowd.intention)
    assert tally.tally(crowd.intention, content) == {status: len(pks) for status, pks in expected.items()}
    assert len(expected) > 8
    for status in Status:
        found = tally.having(learners(), status, crowd.intention, content)
        assert list(found.values_list("pk", flat=True)) == expected.get(status, [])


def test_of_a_course_without_a_known_run_learners_are_counted_and_found_as_well():
    scene = Scene(content_key="MineX+M1")
    scene.course.delete()
    here, other = scene.learner(), scene.learner()
    scene.enroll(here)
    scene.record(here)
    tally.forget(scene.intention)
    assert tally.tally(scene.intention, scene.content()) == {Status.ENROLLED: 1, Status.UNRESOLVED: 1}
    assert tally.having(learners(), Status.UNRESOLVED, scene.intention, scene.content()).get() == other


def test_counting_takes_the_same_queries_for_few_and_many(crowd):
    content = crowd.content()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            patterns.read(list(patterns.count(learners(), crowd.intention, content)), crowd.intention, content)
        return len([query for query in captured if query["sql"].startswith("SELECT")])

    queries()  # What the database has is read once per process.
    few = queries()
    random, people = Random(6), {"admin": factories.admin_user(), "machine": None}
    for number in range(100, 110):
        add_learner(crowd, random, people, number)
    assert queries() == few <= 6
