"""A customer with an open course run, verified and audit modes, a catalog that has it, and licensed learners."""

from uuid import uuid4

from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.content import resolve
from enrollments.defaults.evidence import gather, subject
from enrollments.defaults.models import CatalogMembership, CourseEnrollmentHistory, License
from enrollments.defaults.status import status_of
from tests import factories
from tests.factories import days_ago

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
CATALOG = uuid4()


class Scene:
    """The customer's side; each learner is made by `learner`."""

    def __init__(self, content_key=str(RUN)):
        self.course = factories.CourseOverviewFactory(id=RUN, start=days_ago(10), end=days_ago(-100))
        for mode in ("audit", "verified"):
            factories.CourseModeFactory(course_id=RUN, mode_slug=mode)
        self.customer = factories.CustomerFactory()
        self.intention = factories.IntentionFactory(enterprise_customer=self.customer, content_key=content_key)
        for key in (str(RUN), "MineX+M1"):
            CatalogMembership.objects.create(
                customer_uuid=self.customer.pk,
                catalog_uuid=CATALOG,
                content_key=key,
                fetched_at=days_ago(1),
                origin="imported",
            )

    def learner(self, *, licensed=True, **fields):
        """Return a linked learner's customer user, with an activated license."""
        row = factories.CustomerUserFactory(enterprise_customer=self.customer, **fields)
        if licensed:
            self.license(lms_user_id=row.user_id)
        return row

    def license(self, **fields):
        values = {"customer_uuid": self.customer.pk, "catalog_uuid": CATALOG, "status": "activated"}
        return License.objects.create(
            license_uuid=uuid4(), fetched_at=days_ago(1), origin="imported", **values | fields
        )

    def enroll(self, learner, *, mode="verified", active=True, run=None):
        return factories.EnrollmentFactory(
            user=learner.user, course_id=run or RUN, mode=mode, is_active=active, created=days_ago(20)
        )

    def record(self, learner, *, unenrolled=None, revoked=None, run=None):
        """Return the enterprise's record, with a license that pays when `revoked` is no None."""
        row = factories.EnterpriseEnrollmentFactory(
            enterprise_customer_user=learner,
            course_id=run or RUN,
            unenrolled=unenrolled,
            unenrolled_at=days_ago(3) if unenrolled else None,
        )
        if revoked is not None:
            factories.LicensedEnrollmentFactory(enterprise_course_enrollment=row, is_revoked=revoked)
        return row

    def content(self):
        return resolve([self.intention], timezone.now())[self.intention.pk]

    def evidence(self, learner):
        """Return the evidence of a learner: a customer user or an account."""
        account = getattr(learner, "user", learner)
        found = gather(self.intention, self.content(), [subject(account, self.customer.pk)])
        return found[account.pk]

    def status(self, learner):
        return status_of(self.evidence(learner))


def version(enrollment, *, active, days, by=None, mode=None):
    """Write a version of an enrollment, as the LMS does at each save."""
    return CourseEnrollmentHistory.objects.create(
        id=enrollment.pk,
        created=enrollment.created,
        is_active=active,
        mode=mode or enrollment.mode,
        course_id=enrollment.course_id,
        user_id=enrollment.user_id,
        history_date=days_ago(days),
        history_type="~",
        history_user=by,
    )
