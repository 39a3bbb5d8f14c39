"""Realizing one intention for one learner, in one transaction."""

from contextlib import contextmanager

from django.db import IntegrityError
from django.utils import timezone

from console import history, tracking
from console.transactions import OvertakenError, atomic_with_retries
from console.versions import CHANGED, CREATED, keep
from enrollments.defaults import evidence
from enrollments.defaults.content import Content
from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultIntention,
    DefaultRealization,
    EnterpriseCourseEnrollment,
    EnterpriseCustomerUser,
    EnterpriseEnrollmentSource,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalLicensedEnrollment,
    HistoricalRealization,
    LicensedEnrollment,
)
from enrollments.defaults.realizing.decide import decide
from enrollments.defaults.realizing.models import RealizeItem
from enrollments.models import CourseEnrollment

Verdict = RealizeItem.Verdict
# What the bulk endpoint of the original writes; there is no source of its own for default enrollments.
SOURCE = "customer_admin"


class RealizeRefusedError(Exception):
    """A learner for whom nothing can be done now; the text says why."""


@atomic_with_retries
def realize(*, intention: DefaultIntention, content: Content, user_id: int, actor) -> DefaultRealization:
    """Enroll, upgrade or record one learner as the evidence of this moment says.

    The customer's row of the learner is the lock: of two that realize at once, the second finds
    what the first has done. A row that the LMS inserts meanwhile makes the whole of it start again.

    Args:
        intention: a live intention.
        content: what `content.resolve` says of it.
        user_id: the learner's account.
        actor: who confirmed.

    Raises:
        RealizeRefusedError: the learner left, is unlinked, is realized already, …
    """
    learner = EnterpriseCustomerUser.objects.select_for_update().filter(
        enterprise_customer=intention.enterprise_customer_id, user_id=user_id
    )
    row = learner.first()
    if row is None or row.user is None:
        raise RealizeRefusedError("The learner is no longer linked to this customer.")
    subject = evidence.subjects_of([row])[0]
    found = evidence.gather(intention, content, [subject])[user_id]
    verdict, reason = decide(found)
    if verdict == Verdict.CANNOT:
        raise RealizeRefusedError(reason)
    with _noticing_others():
        return _Writer(intention, content, row, found, actor).write(verdict)


@contextmanager
def _noticing_others():
    try:
        yield
    except IntegrityError as error:
        raise OvertakenError("Somebody else wrote the same row.") from error


class _Writer:
    """The rows that the original writes, with their versions, for one learner."""

    def __init__(self, intention, content, learner, found, actor):
        self.intention, self.content, self.learner, self.found, self.actor = intention, content, learner, found, actor
        self.run_key, self.now = content.run.key, timezone.now()

    def write(self, verdict) -> DefaultRealization:
        if verdict == Verdict.ENROLL:
            self.enroll()
        elif verdict == Verdict.UPGRADE:
            self.upgrade()
        record = self.record()
        if verdict != Verdict.RECORD:
            self.pay(record)
        return self.realization(record)

    def enroll(self):
        """Make the enrollment, or activate one that never was."""
        mode = self.found.best_live_mode
        if self.found.enrollment is None:
            row = CourseEnrollment.objects.create(
                user_id=self.learner.user_id, course_id=self.run_key, created=self.now, is_active=True, mode=mode
            )
            self.keep(CourseEnrollmentHistory, row, CREATED)
        else:
            self.change(is_active=True, mode=mode)
        self.emit("edx.course.enrollment.activated", mode)

    def upgrade(self):
        self.change(mode=self.found.best_live_mode)
        self.emit("edx.course.enrollment.mode_changed", self.found.best_live_mode)

    def change(self, **values):
        """Change the enrollment that was seen, and no other: a changed one means to look again."""
        seen = self.found.enrollment
        rows = CourseEnrollment.objects.filter(pk=seen.pk, mode=seen.mode, is_active=seen.is_active)
        if not rows.update(**values):
            raise OvertakenError("The enrollment has changed.")
        self.keep(CourseEnrollmentHistory, CourseEnrollment.objects.get(pk=seen.pk), CHANGED)

    def record(self) -> EnterpriseCourseEnrollment:
        """Return the enterprise course enrollment, made when there is none."""
        if self.found.record:
            return EnterpriseCourseEnrollment.objects.get(pk=self.found.record.pk)
        row = EnterpriseCourseEnrollment.objects.create(
            created=self.now,
            modified=self.now,
            course_id=self.run_key,
            enterprise_customer_user=self.learner,
            source=EnterpriseEnrollmentSource.objects.filter(slug=SOURCE).first(),
        )
        self.keep(HistoricalEnterpriseCourseEnrollment, row, CREATED)
        return row

    def pay(self, record):
        """Note the license that pays, unless something pays already."""
        if self.found.record and self.found.record.is_revoked is not None:
            return
        subjects = evidence.subjects_of([self.learner])
        licenses = evidence.licensed(self.learner.enterprise_customer_id, self.content.catalogs, subjects)
        row = LicensedEnrollment.objects.create(
            created=self.now,
            modified=self.now,
            license_uuid=licenses[self.learner.user_id].license_uuid,
            enterprise_course_enrollment=record,
        )
        self.keep(HistoricalLicensedEnrollment, row, CREATED)

    def realization(self, record) -> DefaultRealization:
        """Return the realization of this record. Raises RealizeRefusedError when another intention has it."""
        present = DefaultRealization.objects.filter(realized_enrollment=record).first()
        if present is None:
            present = DefaultRealization.objects.create(
                created=self.now, modified=self.now, intended_enrollment=self.intention, realized_enrollment=record
            )
            self.keep(HistoricalRealization, present, CREATED)
            message = f"Realized {self.intention.content_key} for {self.learner.user.get_username()} in {self.run_key}"
            history.record(actor=self.actor, obj=present, message=message, flag=history.ADDITION)
        elif present.intended_enrollment_id != self.intention.pk:
            raise RealizeRefusedError("The enrollment is recorded as the realization of another intention.")
        return present

    def keep(self, table, row, kind):
        keep(table, [row], kind, actor=self.actor, moment=self.now)

    def emit(self, name, mode):
        tracking.emit(
            name,
            actor=self.actor,
            learner_id=self.learner.user_id,
            course_key=self.run_key,
            data={"course_id": str(self.run_key), "user_id": self.learner.user_id, "mode": mode},
        )
