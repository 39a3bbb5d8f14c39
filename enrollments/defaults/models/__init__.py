"""Default enrollments: edx-enterprise's tables, and our own for facts that live outside the LMS."""

from enrollments.defaults.models.enterprise import (
    EnterpriseCatalog,
    EnterpriseCourseEnrollment,
    EnterpriseCustomer,
    EnterpriseCustomerUser,
    EnterpriseEnrollmentSource,
    LearnerCreditEnrollment,
    LicensedEnrollment,
    PendingCustomerUser,
    PendingEnrollment,
)
from enrollments.defaults.models.facts import CatalogMembership, License, Origin, RunFact
from enrollments.defaults.models.histories import (
    CourseEnrollmentHistory,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalIntention,
    HistoricalLearnerCreditEnrollment,
    HistoricalLicensedEnrollment,
    HistoricalRealization,
)
from enrollments.defaults.models.intentions import DefaultIntention, DefaultRealization

__all__ = [
    "CatalogMembership",
    "CourseEnrollmentHistory",
    "DefaultIntention",
    "DefaultRealization",
    "EnterpriseCatalog",
    "EnterpriseCourseEnrollment",
    "EnterpriseCustomer",
    "EnterpriseCustomerUser",
    "EnterpriseEnrollmentSource",
    "HistoricalEnterpriseCourseEnrollment",
    "HistoricalIntention",
    "HistoricalLearnerCreditEnrollment",
    "HistoricalLicensedEnrollment",
    "HistoricalRealization",
    "LearnerCreditEnrollment",
    "License",
    "LicensedEnrollment",
    "Origin",
    "PendingCustomerUser",
    "PendingEnrollment",
    "RunFact",
]
