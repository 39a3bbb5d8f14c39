"""Default enrollments for the first of the crowd: an enterprise enrollment and a realization for each enrollment.

Written by INSERT ... SELECT like the crowd itself. Every second of these learners belongs to one
customer, the others to nineteen; each customer intends each of the crowd's two hundred course runs.
The rest of the crowd learns on its own account.
"""

from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import DateTimeField, Min, UUIDField
from django.utils import timezone

from console import crowd
from console.crowd import MAIL_HOST, Chunk, joined, pick_table
from enrollments.crowd import COURSES, EACH
from enrollments.defaults.keys import Kind
from enrollments.defaults.models import (
    CatalogMembership,
    DefaultIntention,
    EnterpriseCustomer,
    EnterpriseCustomerUser,
    License,
    Origin,
)
from enrollments.models import CourseOverview

CUSTOMERS = 20
BATCH = 2000
# All that is made, in one go: the chunk of a statement without numbers.
ALL = Chunk(0, 0)


def learners_for(realizations: int) -> int:
    """Return how many learners of the crowd it takes: each has five enrollments, all of them by default."""
    return max(realizations // EACH, COURSES)


def grow(realizations: int) -> EnterpriseCustomer:
    """Make so many default enrollments for the crowd; return the customer of half of their learners."""
    crowd.prepare()
    now = timezone.now()
    customers = [_customer(number, now) for number in range(1, CUSTOMERS + 1)]
    with transaction.atomic():
        EnterpriseCustomer.objects.bulk_create(customers)
        _add_intentions(customers, now)
        pick_table("customer", {"uuid": UUIDField(), "at": DateTimeField()}, [(each.pk, now) for each in customers])
        _add_customer_users(learners_for(realizations))
        for add in (_add_records, _add_licensed, _add_realizations):
            add()
        _add_facts(customers[0], now)
    crowd.finish()
    return customers[0]


def _customer(number, now):
    return EnterpriseCustomer(name=f"Crowd {number}", slug=f"crowd-{number}", created=now, modified=now)


def _add_intentions(customers, now):
    runs = CourseOverview.objects.filter(id__startswith="course-v1:Crowd+").values_list("id", flat=True)
    rows = [
        DefaultIntention(
            enterprise_customer=customer, content_key=str(run), content_type=Kind.RUN, created=now, modified=now
        )
        for customer in customers
        for run in runs
    ]
    DefaultIntention.objects.bulk_create(rows, batch_size=BATCH)


def _add_customer_users(learners):
    crowd.run(
        f"""
        INSERT INTO enterprise_enterprisecustomeruser (created, modified, user_id, active, linked, is_relinkable,
               should_inactivate_other_customers, enterprise_customer_id)
        SELECT c.at, c.at, u.id, TRUE, TRUE, TRUE, TRUE, c.uuid
        FROM auth_user u CROSS JOIN lectern_demo_customer c
        WHERE u.id > %(after)s AND u.id <= %(after)s + %(size)s AND u.email LIKE '%%@{MAIL_HOST}'
          AND c.n = CASE WHEN u.id %% 2 = 0 THEN 1 ELSE u.id %% {CUSTOMERS - 1} + 2 END
        """,
        Chunk(_first_of_crowd() - 1, learners),
    )


def _first_of_crowd():
    accounts = get_user_model().objects.filter(email__endswith=f"@{MAIL_HOST}")
    return accounts.aggregate(first=Min("pk"))["first"]


def _add_records():
    """Make a record for each enrollment of the crowd; its end is its beginning, for want of a history."""
    crowd.run(
        f"""
        INSERT INTO enterprise_enterprisecourseenrollment (created, modified, course_id, saved_for_later, unenrolled,
               unenrolled_at, enterprise_customer_user_id)
        SELECT e.created, e.created, e.course_id, NOT e.is_active, NOT e.is_active,
               CASE WHEN e.is_active THEN NULL ELSE e.created END, l.id
        FROM student_courseenrollment e JOIN enterprise_enterprisecustomeruser l ON l.user_id = e.user_id
             JOIN auth_user u ON u.id = e.user_id
        WHERE u.email LIKE '%%@{MAIL_HOST}'
        """,
        ALL,
    )


OF_CROWD = """r.course_id LIKE 'course-v1:Crowd+%%' AND r.enterprise_customer_user_id IN (
    SELECT l.id FROM enterprise_enterprisecustomeruser l
           JOIN lectern_demo_customer c ON c.uuid = l.enterprise_customer_id)"""
# Decimal digits are hexadecimal ones, too: a different UUID for each record on every engine.
NUMBERED = joined("'00000000000040008000'", "(100000000000 + r.id)")


def _add_licensed():
    """Let a license pay for each record, a tenth of them revoked."""
    uuid = f"CAST({NUMBERED} AS uuid)" if connection.vendor == "postgresql" else NUMBERED
    crowd.run(
        f"""
        INSERT INTO enterprise_licensedenterprisecourseenrollment (created, modified, uuid, fulfillment_type,
               is_revoked, license_uuid, enterprise_course_enrollment_id)
        SELECT r.created, r.created, {uuid}, 'license', r.id %% 10 = 0, {uuid}, r.id
        FROM enterprise_enterprisecourseenrollment r WHERE {OF_CROWD}
        """,
        ALL,
    )


def _add_realizations():
    # On MySQL text is compared in one collation, and keys of runs have one of their own.
    own = " COLLATE utf8mb4_general_ci" if connection.vendor == "mysql" else ""
    crowd.run(
        f"""
        INSERT INTO enterprise_defaultenterpriseenrollmentrealization (created, modified, intended_enrollment_id,
               realized_enrollment_id)
        SELECT r.created, r.created, i.uuid, r.id
        FROM enterprise_enterprisecourseenrollment r
             JOIN enterprise_enterprisecustomeruser l ON l.id = r.enterprise_customer_user_id
             JOIN lectern_demo_customer c ON c.uuid = l.enterprise_customer_id
             JOIN enterprise_defaultenterpriseenrollmentintention i
                  ON i.enterprise_customer_id = l.enterprise_customer_id AND i.content_key = r.course_id{own}
        """,
        ALL,
    )


def _add_facts(customer, now):
    """Let the customer's catalog have every run, and each of its learners a license for it."""
    catalog, noted = uuid4(), {"fetched_at": now, "origin": Origin.IMPORTED}
    keys = DefaultIntention.objects.filter(enterprise_customer=customer).values_list("content_key", flat=True)
    CatalogMembership.objects.bulk_create(
        CatalogMembership(customer_uuid=customer.pk, catalog_uuid=catalog, content_key=key, **noted) for key in keys
    )
    users = EnterpriseCustomerUser.objects.filter(enterprise_customer=customer).values_list("user_id", flat=True)
    given = {"customer_uuid": customer.pk, "catalog_uuid": catalog, "status": License.Status.ACTIVATED} | noted
    License.objects.bulk_create(
        (License(license_uuid=uuid4(), lms_user_id=pk, **given) for pk in users), batch_size=BATCH
    )
