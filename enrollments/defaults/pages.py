"""What the pages of default enrollments share."""

from dataclasses import dataclass

from console.rules import Permission
from console.views import StaffViewMixin
from enrollments.defaults.models import (
    DefaultIntention,
    DefaultRealization,
    EnterpriseCourseEnrollment,
    EnterpriseCustomer,
    EnterpriseCustomerUser,
    HistoricalIntention,
    LearnerCreditEnrollment,
    LicensedEnrollment,
)


@dataclass(frozen=True)
class Tab:
    """One of the pages of default enrollments."""

    label: str
    url_name: str


TABS = (
    Tab("Intentions", "enrollments:intentions"),
    Tab("Realizations", "enrollments:realizations"),
    Tab("Plans", "enrollments:realize"),
    Tab("Facts", "enrollments:facts"),
)


class DefaultsMixin(StaffViewMixin):
    """A page of default enrollments, for admins."""

    permission_required = Permission.ADMINISTER
    needs = (
        EnterpriseCustomer,
        EnterpriseCustomerUser,
        EnterpriseCourseEnrollment,
        LicensedEnrollment,
        LearnerCreditEnrollment,
        DefaultIntention,
        DefaultRealization,
        HistoricalIntention,
    )

    def get_context_data(self, **kwargs):
        return super().get_context_data(default_tabs=TABS, **kwargs)
