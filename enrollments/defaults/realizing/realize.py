"""Realizing one intention for some of its customer's learners, in one transaction and set by set."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import prefetch_related_objects
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
from enrollments.defaults.status import Evidence
from enrollments.models import CourseEnrollment

Verdict = RealizeItem.Verdict
# What the bulk endpoint of the original writes; there is no source of its own for default enrollments.
SOURCE = "customer_admin"

UNLINKED = "The learner is no longer linked to this customer."
OF_ANOTHER = "The enrollment is recorded as the realization of another intention."


@atomic_with_retries
def realize(*, intention: DefaultIntention, content: Content, user_ids: list[int], actor) -> dict[int, str]:
    """Enroll, upgrade or record learners as the evidence of this moment says, all of them or none.

    The customer's rows of the learners are the locks: of two that realize at once, the second finds
    what the first has done. A row that the LMS inserts meanwhile makes the whole of it start again.

    Args:
        intention: a live intention.
        content: what `content.resolve` says of it.
        user_ids: the learners' accounts, at most 2,000.
        actor: who confirmed.

    Returns:
        For each account why nothing was done: the learner left, is unlinked, is realized already, …;
        empty where something was.
    """
    cases, reasons = _choose(intention, content, _lock(intention, user_ids))
    with _noticing_others():
        _Writer(intention, content, actor, cases).write()
    done = {case.user_id: "" for case in cases}
    return {user_id: (reasons | done).get(user_id, UNLINKED) for user_id in user_ids}


@dataclass(frozen=True)
class _Case:
    """A learner for whom something is to be done: their row of the customer, why, and what."""

    learner: EnterpriseCustomerUser
    found: Evidence
    verdict: Verdict

    @property
    def user_id(self) -> int:
        return self.learner.user_id


def _lock(intention, user_ids):
    """Return the customer's rows of these learners, locked in the same order by everybody, with their accounts."""
    rows = EnterpriseCustomerUser.objects.select_for_update().filter(
        enterprise_customer=intention.enterprise_customer_id, user_id__in=user_ids
    )
    learners = list(rows.order_by("pk"))
    prefetch_related_objects(learners, "user")
    return [row for row in learners if row.user is not None]


def _choose(intention, content, learners):
    """Return what is to be done, and by account why nothing is."""
    found = evidence.gather(intention, content, evidence.subjects_of(learners))
    taken = _of_others(intention, found.values())
    cases, reasons = [], {}
    for row in learners:
        case = found[row.user_id]
        verdict, reason = decide(case)
        if verdict == Verdict.CANNOT:
            reasons[row.user_id] = reason
        elif case.record and case.record.pk in taken:
            reasons[row.user_id] = OF_ANOTHER
        else:
            cases.append(_Case(row, case, verdict))
    return cases, reasons


def _of_others(intention, found):
    """Return the ids of the records that are realizations of other intentions."""
    rows = DefaultRealization.objects.filter(realized_enrollment__in=[each.record.pk for each in found if each.record])
    return set(rows.exclude(intended_enrollment=intention).values_list("realized_enrollment_id", flat=True))


@contextmanager
def _noticing_others():
    try:
        yield
    except IntegrityError as error:
        raise OvertakenError("Somebody else wrote the same row.") from error


class _Writer:
    """The rows that the original writes, with their versions: a statement for each table, not for each learner.

    What was inserted is read back by its natural key, because MySQL does not tell the ids.
    """

    def __init__(self, intention, content, actor, cases):
        self.intention, self.content, self.actor, self.cases = intention, content, actor, cases
        self.run_key, self.now = content.run.key, timezone.now()
        self.mode = content.mode.unexpired

    def write(self):
        new = self.chosen(Verdict.ENROLL)
        self.enroll([case for case in new if case.found.enrollment is None])
        self.change([case for case in new if case.found.enrollment], is_active=True, mode=self.mode)
        self.emit("edx.course.enrollment.activated", new)
        better = self.chosen(Verdict.UPGRADE)
        self.change(better, mode=self.mode)
        self.emit("edx.course.enrollment.mode_changed", better)
        records = self.record()
        self.pay([case for case in self.cases if case.verdict != Verdict.RECORD], records)
        self.realize(records)

    def chosen(self, verdict):
        return [case for case in self.cases if case.verdict == verdict]

    def enroll(self, cases):
        """Make enrollments."""
        rows = [
            CourseEnrollment(
                user_id=case.user_id, course_id=self.run_key, created=self.now, is_active=True, mode=self.mode
            )
            for case in cases
        ]
        CourseEnrollment.objects.bulk_create(rows)
        made = CourseEnrollment.objects.filter(user__in=[case.user_id for case in cases], course_id=self.run_key)
        self.keep(CourseEnrollmentHistory, made, CREATED)

    def change(self, cases, **values):
        """Change the enrollments that were seen, and no others: a changed one means to look again."""
        seen = defaultdict(list)
        for case in cases:
            enrollment = case.found.enrollment
            seen[enrollment.mode, enrollment.is_active].append(enrollment.pk)
        for (mode, is_active), pks in seen.items():
            rows = CourseEnrollment.objects.filter(pk__in=pks)
            if rows.filter(mode=mode, is_active=is_active).update(**values) != len(pks):
                raise OvertakenError("An enrollment has changed.")
            self.keep(CourseEnrollmentHistory, rows, CHANGED)

    def record(self):
        """Return the enterprise course enrollment of each account, made where there is none."""
        missing = [case for case in self.cases if case.found.record is None]
        source = EnterpriseEnrollmentSource.objects.filter(slug=SOURCE).first() if missing else None
        rows = [
            EnterpriseCourseEnrollment(
                created=self.now,
                modified=self.now,
                course_id=self.run_key,
                enterprise_customer_user=case.learner,
                source=source,
            )
            for case in missing
        ]
        EnterpriseCourseEnrollment.objects.bulk_create(rows)
        found = EnterpriseCourseEnrollment.objects.filter(
            enterprise_customer_user__in=[case.learner.pk for case in self.cases], course_id=self.run_key
        )
        records = {row.enterprise_customer_user_id: row for row in found}
        made = [records[case.learner.pk] for case in missing]
        self.keep(HistoricalEnterpriseCourseEnrollment, made, CREATED)
        return {case.user_id: records[case.learner.pk] for case in self.cases}

    def pay(self, cases, records):
        """Note the licenses that pay, where nothing pays already."""
        cases = [case for case in cases if case.found.record is None or case.found.record.is_revoked is None]
        subjects = evidence.subjects_of([case.learner for case in cases])
        licenses = evidence.licensed(self.intention.enterprise_customer_id, self.content.catalogs, subjects)
        rows = [
            LicensedEnrollment(
                created=self.now,
                modified=self.now,
                license_uuid=licenses[case.user_id].license_uuid,
                enterprise_course_enrollment=records[case.user_id],
            )
            for case in cases
        ]
        LicensedEnrollment.objects.bulk_create(rows)
        made = LicensedEnrollment.objects.filter(uuid__in=[row.uuid for row in rows])
        self.keep(HistoricalLicensedEnrollment, made, CREATED)

    def realize(self, records):
        """Note the realizations that are not there yet, in the audit log as well."""
        usernames = {records[case.user_id].pk: case.learner.user.get_username() for case in self.cases}
        of_these = DefaultRealization.objects.filter(realized_enrollment__in=usernames)
        present = set(of_these.values_list("realized_enrollment_id", flat=True))
        rows = [
            DefaultRealization(
                created=self.now, modified=self.now, intended_enrollment=self.intention, realized_enrollment=record
            )
            for record in records.values()
            if record.pk not in present
        ]
        DefaultRealization.objects.bulk_create(rows)
        made = list(of_these.exclude(realized_enrollment__in=present))
        self.keep(HistoricalRealization, made, CREATED)
        words = f"Realized {self.intention.content_key} for {{}} in {self.run_key}"
        messages = [(row, words.format(usernames[row.realized_enrollment_id])) for row in made]
        history.record_each(messages, actor=self.actor, flag=history.ADDITION)

    def keep(self, table, rows, kind):
        keep(table, list(rows), kind, actor=self.actor, moment=self.now)

    def emit(self, name, cases):
        for case in cases:
            tracking.emit(
                name,
                actor=self.actor,
                learner_id=case.user_id,
                course_key=self.run_key,
                data={"course_id": str(self.run_key), "user_id": case.user_id, "mode": self.mode},
            )
