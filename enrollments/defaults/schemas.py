"""What a query may ask about customers, default enrollments and the facts from outside."""

from django.contrib.auth import get_user_model
from opaque_keys.edx.keys import CourseKey

from console.query_fields import Fact, Flag, Key, Moment, OtherFlag, OtherText, Text, Uuid, Word
from console.querying import GuardedSchema
from console.schemas import PERSON
from enrollments.defaults import models
from enrollments.defaults.keys import Kind
from enrollments.defaults.models.facts import STORED_ORIGINS
from enrollments.defaults.querysets import enrollment_rows, other_content, revocation, state_conditions
from enrollments.schemas import MODES

ORIGINS = tuple(origin for origin, _ in STORED_ORIGINS)
HISTORY = [
    "history_id",
    "history_date",
    Text(name="history_type", codes=("+", "~", "-")),
    "history_change_reason",
    "history_user",
]
CUSTOMER = ["uuid", "name", "slug", "active", "created", "modified"]
CUSTOMER_USER = [
    "id",
    "user_id",
    "user",
    "active",
    "linked",
    "is_relinkable",
    "enterprise_customer",
    "created",
    "modified",
]
ENROLLMENT = [
    "id",
    "course_id",
    "enterprise_customer_user",
    "source",
    "saved_for_later",
    "unenrolled",
    "unenrolled_at",
    "created",
    "modified",
]
INTENTION = [
    "uuid",
    Text(name="content_type", codes=Kind.values, nullable=True),
    "content_key",
    "is_removed",
    "enterprise_customer",
    "created",
    "modified",
]
PAID_FOR = ["id", "course_id", "unenrolled", "unenrolled_at", "enterprise_customer_user"]
PAYS = ["id", "uuid", "fulfillment_type", "is_revoked", "created", "modified", "enterprise_course_enrollment"]


class CustomerSchema(GuardedSchema):
    """Enterprise customers."""

    allowed = {models.EnterpriseCustomer: CUSTOMER}


class CatalogSchema(GuardedSchema):
    """Customers' catalogs; what they contain is no fact of the LMS."""

    allowed = {
        models.EnterpriseCatalog: ["uuid", "title", "enterprise_customer", "created", "modified"],
        models.EnterpriseCustomer: CUSTOMER,
    }


class CustomerUserSchema(GuardedSchema):
    """Customers' learners, unlinked ones included."""

    allowed = {
        models.EnterpriseCustomerUser: CUSTOMER_USER,
        models.EnterpriseCustomer: CUSTOMER,
        get_user_model(): PERSON,
    }


class EnrollmentSourceSchema(GuardedSchema):
    """How enterprise enrollments come about."""

    allowed = {models.EnterpriseEnrollmentSource: ["id", "name", "slug", "created", "modified"]}


class EnterpriseEnrollmentSchema(GuardedSchema):
    """Enterprise course enrollments, with learner and customer."""

    allowed = {
        models.EnterpriseCourseEnrollment: ENROLLMENT,
        models.EnterpriseCustomerUser: CUSTOMER_USER,
        models.EnterpriseCustomer: CUSTOMER,
        models.EnterpriseEnrollmentSource: ["id", "name", "slug"],
        get_user_model(): PERSON,
    }


class LicensedEnrollmentSchema(GuardedSchema):
    """What licenses pay for."""

    allowed = {
        models.LicensedEnrollment: [*PAYS, "license_uuid"],
        models.EnterpriseCourseEnrollment: [
            "id",
            "course_id",
            "unenrolled",
            "unenrolled_at",
            "enterprise_customer_user",
        ],
        models.EnterpriseCustomerUser: ["id", "user_id", "linked"],
    }


class LearnerCreditSchema(GuardedSchema):
    """What learner credit pays for."""

    allowed = {
        models.LearnerCreditEnrollment: [*PAYS, "transaction_id"],
        models.EnterpriseCourseEnrollment: [
            "id",
            "course_id",
            "unenrolled",
            "unenrolled_at",
            "enterprise_customer_user",
        ],
        models.EnterpriseCustomerUser: ["id", "user_id", "linked"],
    }


class PendingUserSchema(GuardedSchema):
    """Customers' learners without an account."""

    allowed = {
        models.PendingCustomerUser: ["id", "user_email", "enterprise_customer", "created", "modified"],
        models.EnterpriseCustomer: CUSTOMER,
    }


class PendingEnrollmentSchema(GuardedSchema):
    """What they will be enrolled in."""

    allowed = {
        models.PendingEnrollment: [
            "id",
            "user",
            "course_id",
            Text(name="course_mode", codes=MODES),
            "cohort_name",
            "discount_percentage",
            "license_uuid",
            "created",
            "modified",
        ],
        models.PendingCustomerUser: ["id", "user_email", "enterprise_customer"],
        models.EnterpriseCustomer: CUSTOMER,
    }


class IntentionSchema(GuardedSchema):
    """Default enrollment intentions with their customer."""

    allowed = {models.DefaultIntention: INTENTION, models.EnterpriseCustomer: CUSTOMER}


class IntentionListSchema(GuardedSchema):
    """The console's list of intentions."""

    allowed = {
        models.DefaultIntention: [
            "uuid",
            Text(name="customer", column="enterprise_customer__name"),
            Text(name="customer_slug", column="enterprise_customer__slug"),
            "content_key",
            Text(name="kind", codes=Kind.values),
            "is_removed",
            "created",
            "modified",
        ]
    }


class RealizationSchema(GuardedSchema):
    """Realizations, with intention and enrollment."""

    allowed = {
        models.DefaultRealization: ["id", "intended_enrollment", "realized_enrollment", "created", "modified"],
        models.DefaultIntention: INTENTION,
        models.EnterpriseCustomer: CUSTOMER,
        models.EnterpriseCourseEnrollment: ENROLLMENT[:2] + ENROLLMENT[4:] + ["enterprise_customer_user"],
        models.EnterpriseCustomerUser: ["id", "user_id", "active", "linked", "is_relinkable"],
    }


class RealizationListSchema(GuardedSchema):
    """The console's list of realizations: every fact of a row by its own name."""

    allowed = {
        models.DefaultRealization: [
            "id",
            Moment(name="realized", column="created"),
            Text(name="learner", column="realized_enrollment__enterprise_customer_user__user__username", nullable=True),
            Text(name="email", column="realized_enrollment__enterprise_customer_user__user__email", nullable=True),
            Text(name="customer", column="intended_enrollment__enterprise_customer__name"),
            Text(name="customer_slug", column="intended_enrollment__enterprise_customer__slug"),
            Uuid(name="intention", column="intended_enrollment__uuid"),
            Text(name="content_key", column="intended_enrollment__content_key"),
            Key(name="run", column="realized_enrollment__course_id", key_class=CourseKey),
            OtherText(name="mode", codes=MODES, rows=enrollment_rows()),
            Word(name="state", conditions=state_conditions()),
            OtherFlag(name="is_active", rows=enrollment_rows()),
            Fact(name="is_revoked", condition=revocation()),
            Fact(name="is_other_content", condition=other_content()),
            Flag(name="is_linked", column="realized_enrollment__enterprise_customer_user__linked"),
            Flag(name="is_removed", column="intended_enrollment__is_removed"),
            Moment(name="unenrolled_at", column="realized_enrollment__unenrolled_at", nullable=True),
        ]
    }


class CourseEnrollmentHistorySchema(GuardedSchema):
    """Earlier states of enrollments."""

    allowed = {
        models.CourseEnrollmentHistory: [
            *HISTORY,
            "id",
            "user_id",
            "course_id",
            "is_active",
            Text(name="mode", codes=MODES),
            "created",
        ],
        get_user_model(): PERSON,
    }


class IntentionHistorySchema(GuardedSchema):
    """Earlier states of intentions."""

    allowed = {
        models.HistoricalIntention: [
            *HISTORY,
            "uuid",
            Text(name="content_type", codes=Kind.values, nullable=True),
            "content_key",
            "is_removed",
            "enterprise_customer_id",
            "created",
            "modified",
        ],
        get_user_model(): PERSON,
    }


class RealizationHistorySchema(GuardedSchema):
    """Earlier states of realizations, deleted ones among them."""

    allowed = {
        models.HistoricalRealization: [
            *HISTORY,
            "id",
            "intended_enrollment_id",
            "realized_enrollment_id",
            "created",
            "modified",
        ],
        get_user_model(): PERSON,
    }


class EnterpriseEnrollmentHistorySchema(GuardedSchema):
    """Earlier states of enterprise course enrollments, deleted ones among them."""

    allowed = {
        models.HistoricalEnterpriseCourseEnrollment: [
            *HISTORY,
            "id",
            "course_id",
            "enterprise_customer_user_id",
            "source_id",
            "saved_for_later",
            "unenrolled",
            "unenrolled_at",
            "created",
            "modified",
        ],
        get_user_model(): PERSON,
    }


FULFILMENT_HISTORY = [
    *HISTORY,
    "id",
    "uuid",
    "fulfillment_type",
    "is_revoked",
    "enterprise_course_enrollment_id",
    "created",
    "modified",
]


class LicensedHistorySchema(GuardedSchema):
    """Earlier states of what licenses pay for."""

    allowed = {
        models.HistoricalLicensedEnrollment: [*FULFILMENT_HISTORY, "license_uuid"],
        get_user_model(): PERSON,
    }


class LearnerCreditHistorySchema(GuardedSchema):
    """Earlier states of what learner credit pays for."""

    allowed = {
        models.HistoricalLearnerCreditEnrollment: [*FULFILMENT_HISTORY, "transaction_id"],
        get_user_model(): PERSON,
    }


FACT = ["id", "fetched_at", Text(name="origin", codes=ORIGINS)]


class RunFactSchema(GuardedSchema):
    """What is known of course runs."""

    allowed = {
        models.RunFact: [
            *FACT,
            "run_key",
            "title",
            "is_advertised",
            "is_enrollable",
            "enroll_start",
            "enroll_by",
            "start",
            "end",
        ]
    }


class MembershipSchema(GuardedSchema):
    """What is known of customers' catalogs."""

    allowed = {models.CatalogMembership: [*FACT, "customer_uuid", "catalog_uuid", "content_key"]}


class LicenseSchema(GuardedSchema):
    """What is known of licenses."""

    allowed = {
        models.License: [
            *FACT,
            "license_uuid",
            "customer_uuid",
            "catalog_uuid",
            "status",
            "lms_user_id",
            "user_email",
            "expires",
        ]
    }
