"""Default enrollments as edx-enterprise's own clients know them: addresses, keys, types, codes, buckets."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.models import CatalogMembership
from tests import factories

pytestmark = pytest.mark.django_db

BASE = "/enterprise/api/v1/default-enterprise-enrollment-intentions/"
RUN = CourseKey.from_string("course-v1:TestX+D1+2026")
CATALOG = UUID("33333333-3333-4333-8333-333333333333")


@pytest.fixture
def customer():
    """Return a customer with one catalog, which holds the run."""
    customer = factories.CustomerFactory()
    contain(customer, RUN)
    return customer


@pytest.fixture
def link(customer):
    """Return anna's link to the customer."""
    return factories.CustomerUserFactory(user=factories.LearnerFactory(username="anna"), enterprise_customer=customer)


@pytest.fixture
def support(client_of):
    return client_of(factories.support())


def contain(customer, key):
    CatalogMembership.objects.create(
        customer_uuid=customer.pk,
        catalog_uuid=CATALOG,
        content_key=str(key),
        fetched_at=factories.days_ago(1),
        origin="imported",
    )


def intend(customer, *, mode="verified", is_enrollable=True, **run):
    """Return an intention for the run, whose best mode is `mode`."""
    factories.RunFactFactory(run_key=RUN, is_enrollable=is_enrollable, **run)
    if mode:
        factories.CourseModeFactory(course_id=RUN, mode_slug=mode)
    return factories.IntentionFactory(enterprise_customer=customer, content_key=str(RUN))


def ask(client, customer, path="", **params):
    response = client.get(BASE + path, {"enterprise_customer_uuid": str(customer.pk), **params})
    return response.status_code, response.json()


def status(client, link, **params):
    code, body = ask(client, link.enterprise_customer, "learner-status/", lms_user_id=link.user_id, **params)
    assert code == 200, body
    return body


class TestIntentionJson:
    def test_keys_and_types(self, customer, support):
        moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
        intention = intend(customer, start=moment, enroll_by=factories.days_ago(-9))
        code, body = ask(support, customer, f"{intention.pk}/")
        assert code == 200
        assert body == {
            "uuid": str(intention.pk),
            "content_key": str(RUN),
            "enterprise_customer": str(customer.pk),
            "course_key": "TestX+D1",
            "course_run_key": str(RUN),
            "is_course_run_enrollable": True,
            "best_mode_for_course_run": "verified",
            "applicable_enterprise_catalog_uuids": [str(CATALOG)],
            "course_run_normalized_metadata": body["course_run_normalized_metadata"],
            "created": body["created"],
            "modified": body["modified"],
        }
        assert list(body["course_run_normalized_metadata"]) == [
            "start_date",
            "end_date",
            "enroll_by_date",
            "enroll_start_date",
            "content_price",
        ]
        assert body["course_run_normalized_metadata"]["start_date"] == "2026-03-01T12:30:00Z"
        assert body["course_run_normalized_metadata"]["end_date"] is None
        assert datetime.fromisoformat(body["created"]).utcoffset().total_seconds() == 0

    @pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
    def test_moments_are_in_utc_as_an_lms_writes_them_wherever_the_site_is(self, zone, customer, support, settings):
        settings.TIME_ZONE = zone
        first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
        code, body = ask(support, customer, f"{intend(customer, start=first, end=last).pk}/")
        assert code == 200
        dates = body["course_run_normalized_metadata"]
        assert (dates["start_date"], dates["end_date"]) == ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
        assert (body["created"][-1], body["modified"][-1]) == ("Z", "Z")

    def test_a_course_of_which_nothing_is_known(self, customer, support):
        intention = factories.IntentionFactory(
            enterprise_customer=customer, content_key="TestX+Nothing", content_type="course"
        )
        _, body = ask(support, customer, f"{intention.pk}/")
        assert (body["course_key"], body["course_run_key"], body["best_mode_for_course_run"]) == (None, None, None)
        assert body["is_course_run_enrollable"] is False
        assert (body["applicable_enterprise_catalog_uuids"], body["course_run_normalized_metadata"]) == ([], {})

    def test_a_course_leads_to_its_advertised_run(self, customer, support):
        factories.RunFactFactory(run_key=RUN)
        intention = factories.IntentionFactory(
            enterprise_customer=customer, content_key="TestX+D1", content_type="course"
        )
        _, body = ask(support, customer, f"{intention.pk}/")
        assert (body["course_key"], body["course_run_key"]) == ("TestX+D1", str(RUN))

    @pytest.mark.parametrize("key", ["no-uuid", "44444444-4444-4444-8444-444444444444", "%00"])
    def test_one_that_is_not_there(self, key, customer, support):
        assert ask(support, customer, f"{key}/") == (404, {"detail": "Not found."})

    def test_one_of_another_customer_or_removed(self, customer, support):
        other = factories.IntentionFactory()
        removed = factories.IntentionFactory(enterprise_customer=customer, is_removed=True)
        assert [ask(support, customer, f"{row.pk}/")[0] for row in (other, removed)] == [404, 404]


class TestList:
    def test_keys_of_a_page(self, customer, support):
        intention = intend(customer)
        code, page = ask(support, customer)
        assert code == 200
        assert {key: value for key, value in page.items() if key != "results"} == {
            "next": None,
            "previous": None,
            "count": 1,
            "num_pages": 1,
            "current_page": 1,
            "start": 0,
        }
        assert [row["uuid"] for row in page["results"]] == [str(intention.pk)]

    def test_pages(self, customer, support):
        factories.IntentionFactory.create_batch(5, enterprise_customer=customer)
        _, page = ask(support, customer, page=2, page_size=2)
        assert (page["count"], page["num_pages"], page["current_page"], page["start"]) == (5, 3, 2, 2)
        assert "page=3" in page["next"]
        assert len(page["results"]) == 2

    @pytest.mark.parametrize("page", ["0", "9", "x", "99999999999999999999"])
    def test_a_page_that_is_not_there(self, page, customer, support):
        assert ask(support, customer, page=page)[0] == 404

    def test_live_intentions_of_this_customer_only(self, customer, support):
        factories.IntentionFactory()
        factories.IntentionFactory(enterprise_customer=customer, is_removed=True)
        assert ask(support, customer)[1]["count"] == 0


class TestLearnerStatusJson:
    def test_keys_and_types(self, customer, link, support):
        intention = intend(customer)
        body = status(support, link)
        (row,) = body["enrollment_statuses"]["needs_enrollment"].pop("enrollable")
        assert body == {
            "lms_user_id": link.user_id,
            "user_email": "anna@example.com",
            "enterprise_customer_uuid": str(customer.pk),
            "enrollment_statuses": {"needs_enrollment": {"not_enrollable": []}, "already_enrolled": []},
            "metadata": {
                "total_default_enterprise_enrollment_intentions": 1,
                "total_needs_enrollment": {"enrollable": 1, "not_enrollable": 0},
                "total_already_enrolled": 0,
            },
        }
        _, detail = ask(support, customer, f"{intention.pk}/")
        none = dict.fromkeys(("is_existing_enrollment_active", "is_existing_enrollment_audit"))
        assert row == {**detail, "has_existing_enrollment": False, **none}

    def test_as_many_queries_for_twenty_intentions_as_for_one(self, customer, link, support):
        def queries():
            status(support, link)
            with CaptureQueriesContext(connection) as captured:
                status(support, link)
            return len(captured)

        intend(customer)
        one = queries()
        for number in range(20):
            run = CourseKey.from_string(f"course-v1:TestX+N{number}+2026")
            factories.RunFactFactory(run_key=run)
            factories.IntentionFactory(enterprise_customer=customer, content_key=str(run))
        assert queries() == one


# mode and activity of the enrollment (None: none), `unenrolled` of the record (...: no record), the run's
# best mode, is it open, is it in a catalog; then the original's answer: bucket and what it shows.
PAID, AUDIT = ("verified", True), ("audit", True)
LEFT_PAID, LEFT_AUDIT = ("verified", False), ("audit", False)
NOTHING_SHOWN = (False, None, None)
ACTIVE_PAID, GONE_PAID = (True, True, False), (True, False, False)
ACTIVE_AUDIT, GONE_AUDIT = (True, True, True), (True, False, True)
BUCKETS = {
    "1: paid and active": (PAID, None, "verified", True, True, "already_enrolled", ACTIVE_PAID),
    "1: also when marked as unenrolled": (PAID, True, "verified", True, True, "already_enrolled", ACTIVE_PAID),
    "1: also when the run is closed": (PAID, False, "verified", False, False, "already_enrolled", ACTIVE_PAID),
    "2: paid and left": (LEFT_PAID, True, "verified", True, True, "not_enrollable", GONE_PAID),
    "2: a record alone, left": (None, True, "verified", True, True, "not_enrollable", (True, None, None)),
    "3: closed": (None, ..., "verified", False, True, "not_enrollable", NOTHING_SHOWN),
    "3: closed, audit": (AUDIT, None, "verified", False, True, "not_enrollable", ACTIVE_AUDIT),
    "3: closed, paid and inactive, not marked": (
        LEFT_PAID, None, "verified", False, True, "not_enrollable", NOTHING_SHOWN,
    ),
    "4: audit, upgrade": (AUDIT, None, "verified", True, True, "enrollable", ACTIVE_AUDIT),
    "4: audit and left, too": (LEFT_AUDIT, True, "verified", True, True, "enrollable", GONE_AUDIT),
    "5: audit, in no catalog": (AUDIT, None, "verified", True, False, "not_enrollable", ACTIVE_AUDIT),
    "6: audit is all there is": (AUDIT, None, "audit", True, True, "already_enrolled", ACTIVE_AUDIT),
    "7: in no catalog": (None, ..., "verified", True, False, "not_enrollable", NOTHING_SHOWN),
    "8: nothing in the way": (None, ..., "verified", True, True, "enrollable", NOTHING_SHOWN),
    "8: paid and inactive, not marked": (LEFT_PAID, False, "verified", True, True, "enrollable", GONE_PAID),
    "8: audit and left, audit is all there is": (LEFT_AUDIT, True, "audit", True, True, "enrollable", GONE_AUDIT),
    "8: a record alone": (None, None, "verified", True, True, "enrollable", (True, None, None)),
    "an enrollment outside the enterprise counts for nothing": (
        PAID, ..., "verified", True, True, "enrollable", NOTHING_SHOWN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BUCKETS.values(), ids=BUCKETS)
def test_the_originals_bucket(case, link, support):
    enrollment, unenrolled, best_mode, is_open, in_catalog, bucket, shown = case
    customer = link.enterprise_customer
    intend(customer, mode=best_mode, is_enrollable=is_open)
    if not in_catalog:
        CatalogMembership.objects.update(content_key="TestX+Other")
    if enrollment:
        mode, is_active = enrollment
        factories.EnrollmentFactory(user=link.user, course_id=RUN, mode=mode, is_active=is_active)
    if unenrolled is not ...:
        factories.EnterpriseEnrollmentFactory(enterprise_customer_user=link, course_id=RUN, unenrolled=unenrolled)
    found = status(support, link)["enrollment_statuses"]
    rows = {**found["needs_enrollment"], "already_enrolled": found["already_enrolled"]}
    assert {name: len(listed) for name, listed in rows.items()} == {**dict.fromkeys(rows, 0), bucket: 1}
    (row,) = rows[bucket]
    assert (
        row["has_existing_enrollment"],
        row["is_existing_enrollment_active"],
        row["is_existing_enrollment_audit"],
    ) == shown


def test_catalogs_that_are_not_known_count_as_not_enrollable(link, support):
    """The original answers with a server error when its catalog service is down."""
    CatalogMembership.objects.all().delete()
    intend(link.enterprise_customer)
    body = status(support, link)
    assert body["metadata"]["total_needs_enrollment"] == {"enrollable": 0, "not_enrollable": 1}


class TestWrongInput:
    @pytest.mark.parametrize("path", ["", "learner-status/", "44444444-4444-4444-8444-444444444444/"])
    @pytest.mark.parametrize(
        ("params", "words"),
        [
            ({}, "enterprise_customer_uuid is a required query parameter."),
            ({"enterprise_customer_uuid": ""}, "enterprise_customer_uuid is a required query parameter."),
            ({"enterprise_customer_uuid": "x"}, "enterprise_customer_uuid query parameter is not a valid UUID."),
            ({"enterprise_customer_uuid": "\0"}, "enterprise_customer_uuid query parameter is not a valid UUID."),
        ],
    )
    def test_the_customer(self, path, params, words, support):
        response = support.get(BASE + path, params)
        assert (response.status_code, response.json()) == (400, {"detail": words})

    @pytest.mark.parametrize("wanted", ["0", "x", "-1", "1.5", "", "99999999999999999999", "9" * 5000, "\0", "٣"])
    def test_a_learner_who_does_not_exist(self, wanted, customer, support):
        """The original answers with a server error to what is no number."""
        answer = ask(support, customer, "learner-status/", lms_user_id=wanted)
        assert answer == (400, {"detail": f"User with lms_user_id {wanted} not found."})

    @pytest.mark.parametrize("linked", [None, False])
    def test_a_learner_who_is_not_linked(self, linked, customer, support):
        learner = factories.LearnerFactory()
        if linked is not None:
            factories.CustomerUserFactory(user=learner, enterprise_customer=customer, linked=linked)
        words = f"User with lms_user_id {learner.pk} is not associated with the enterprise customer {customer.pk}."
        assert ask(support, customer, "learner-status/", lms_user_id=learner.pk) == (400, {"detail": words})


class TestWhoMayAsk:
    PATHS = ("", "learner-status/", "44444444-4444-4444-8444-444444444444/")
    MISSING = {"detail": "MISSING: enterprise.can_view_default_enterprise_enrollment_intentions"}

    def test_strangers_are_401(self, customer):
        assert [ask(Client(), customer, path)[0] for path in self.PATHS] == [401, 401, 401]

    def test_nobody_without_a_customer(self, customer, client_of):
        client = client_of(factories.LearnerFactory())
        assert [ask(client, customer, path) for path in self.PATHS] == [(403, self.MISSING)] * 3

    def test_learners_of_another_customer_find_an_empty_list(self, customer, client_of):
        intend(customer)
        client = client_of(factories.CustomerUserFactory().user)
        assert ask(client, customer)[1]["count"] == 0
        assert [ask(client, customer, path) for path in self.PATHS[1:]] == [(403, self.MISSING)] * 2

    def test_a_learner_who_was_unlinked_is_nobody(self, link, client_of):
        link.linked = False
        link.save()
        assert ask(client_of(link.user), link.enterprise_customer)[0] == 403

    def test_linked_learners_see_themselves_whomever_they_name(self, link, client_of):
        intend(link.enterprise_customer)
        client = client_of(link.user)
        assert ask(client, link.enterprise_customer)[1]["count"] == 1
        other = factories.CustomerUserFactory(enterprise_customer=link.enterprise_customer)
        for named in ({}, {"lms_user_id": other.user_id}, {"lms_user_id": "x"}):
            code, body = ask(client, link.enterprise_customer, "learner-status/", **named)
            assert (code, body["lms_user_id"]) == (200, link.user_id)

    @pytest.mark.parametrize(
        "make", [factories.support, factories.admin_user, lambda: factories.LearnerFactory(is_staff=True)]
    )
    def test_support_and_admins_see_everybody(self, make, link, client_of):
        assert status(client_of(make()), link)["user_email"] == "anna@example.com"

    def test_instructors_are_no_support(self, link, client_of):
        client = client_of(factories.course_staff(RUN))
        assert ask(client, link.enterprise_customer, "learner-status/", lms_user_id=link.user_id)[0] == 403
