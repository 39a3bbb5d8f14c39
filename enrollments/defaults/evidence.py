"""Gathers what `status` decides on: one intention, many learners, a constant number of queries."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from console.platform import features
from console.versions import DELETED
from enrollments.defaults.content import Content
from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultIntention,
    DefaultRealization,
    EnterpriseCourseEnrollment,
    EnterpriseCustomerUser,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalRealization,
    License,
    PendingCustomerUser,
    PendingEnrollment,
)
from enrollments.defaults.status import EndedBy, Enrollment, Evidence, Link, Record
from enrollments.models import CourseEnrollment

CHUNK = 2000
# What a scan needs of a learner: reading all columns of a hundred thousand takes far longer.
SCANNED = ("user_id", "linked", "is_relinkable", "user__username", "user__email")


@dataclass(frozen=True)
class Subject:
    """A learner, and what ties them to the customer.

    Attributes:
        user_id, email: of the account.
        customer_user: None when the learner was never linked to the customer.
        is_pending: the customer waits for an account with this address.
    """

    user_id: int
    email: str
    customer_user: EnterpriseCustomerUser | None
    is_pending: bool = False

    @property
    def link(self) -> Link | None:
        row = self.customer_user
        return Link(row.linked, row.is_relinkable) if row else None


def subjects_of(customer_users: Iterable[EnterpriseCustomerUser]) -> list[Subject]:
    """Return the learners of these rows; their accounts have to be loaded (`select_related("user")`)."""
    return [Subject(row.user_id, row.user.email if row.user else "", row) for row in customer_users]


def subject(learner, customer_id) -> Subject:
    """Return one learner as a customer sees them, linked or not."""
    row = EnterpriseCustomerUser.objects.filter(enterprise_customer=customer_id, user_id=learner.pk).first()
    is_pending = waiting_for(learner.email).filter(enterprise_customer=customer_id).exists()
    return Subject(learner.pk, learner.email, row, is_pending=is_pending)


def waiting_for(email: str):
    """Return the rows of customers who wait for an account with this address; none for no address."""
    rows = PendingCustomerUser.objects
    if not email or not features.has(PendingCustomerUser):
        return rows.none()
    return rows.filter(user_email__iexact=email)


def scan(intention: DefaultIntention, content: Content, customer_users) -> Iterator[tuple[Subject, Evidence]]:
    """Yield every learner of a queryset of customer users with the evidence, by chunks of 2,000.

    The rows are walked by primary key, so that neither memory nor the cost of a chunk grows.
    """
    customer_users = customer_users.select_related("user").only(*SCANNED).order_by("pk")
    last = 0
    while True:
        rows = list(customer_users.filter(pk__gt=last)[:CHUNK])
        if not rows:
            return
        subjects = subjects_of(rows)
        evidence = gather(intention, content, subjects)
        yield from ((each, evidence[each.user_id]) for each in subjects)
        last = rows[-1].pk


def gather(intention: DefaultIntention, content: Content, subjects: list[Subject]) -> dict[int, Evidence]:
    """Return the evidence of each learner by user id, with at most ten queries.

    Args:
        intention: of the customer that the subjects are tied to.
        content: what `content.resolve` says of it.
        subjects: at most 2,000.
    """
    rows = _Rows(intention, content, subjects)
    return {each.user_id: rows.evidence(each) for each in subjects}


class _Rows:
    """The rows of one call, by learner."""

    def __init__(self, intention, content, subjects):
        self.intention, self.content = intention, content
        self.run_key = content.run.key if content.run else None
        self.users = {each.user_id: each for each in subjects}
        self.customer_users = {each.customer_user.pk: each.user_id for each in subjects if each.customer_user}
        self.records = self._records()
        self.enrollments = self._enrollments()
        self.runs = defaultdict(set)
        for user_id, run_key in (*self.records, *self.enrollments):
            self.runs[user_id].add(run_key)
        self.realizations = self._realizations()
        self.deleted = self._deleted()
        self.pending = self._pending()
        self.licensed = licensed(intention.enterprise_customer_id, content.catalogs, subjects)

    def evidence(self, each: Subject) -> Evidence:
        """Put together what there is of one learner."""
        realized = self.realizations.get(each.user_id, {})
        run_key = self.run_key or self._only_run(each.user_id)
        others = {key: moment for key, moment in realized.items() if key != run_key}
        other_run = max(others, key=others.get, default=None)
        mode = self.content.mode
        return Evidence(
            is_removed=self.intention.is_removed,
            link=each.link,
            is_pending=each.is_pending,
            run_key=self.run_key,
            is_enrollable=self.content.is_enrollable,
            in_catalog=None if self.content.catalogs is None else bool(self.content.catalogs),
            has_license=None if self.licensed is None else each.user_id in self.licensed,
            best_mode=mode.original if mode else "audit",
            best_live_mode=(mode.unexpired if mode else "") or None,
            has_live_audit=mode.has_open_audit if mode else True,
            enrollment=self.enrollments.get((each.user_id, run_key)),
            record=self.records.get((each.user_id, run_key)),
            realized_at=realized.get(run_key),
            other_run=other_run,
            other_realized_at=others.get(other_run),
            deleted_at=self.deleted.get(each.user_id),
            pending_mode=self.pending.get(each.email.lower()) if each.is_pending else None,
        )

    def _only_run(self, user_id):
        """Return the run of the course that the learner is in, when it is not known which run is meant."""
        runs = self.runs.get(user_id, ())
        active = [key for key in runs if (found := self.enrollments.get((user_id, key))) and found.is_active]
        return max(active or runs, key=str, default=None)

    def _in_run(self, field="course_id"):
        """Return the condition on the run; on any run of the course when none is known."""
        if self.run_key is not None:
            return Q(**{field: self.run_key})
        org, _, number = self.content.course.partition("+")
        new, old = f"course-v1:{self.content.course}+", f"{org}/{number}/"
        return Q(**{f"{field}__istartswith": new}) | Q(**{f"{field}__istartswith": old})

    def _records(self):
        rows = EnterpriseCourseEnrollment.objects.filter(
            self._in_run(), enterprise_customer_user__in=self.customer_users
        ).select_related("licensed_with", "credited_with")
        return {
            (self.customer_users[row.enterprise_customer_user_id], row.course_id): Record(
                row.pk, row.unenrolled, row.unenrolled_at, _is_revoked(row)
            )
            for row in rows
        }

    def _enrollments(self):
        rows = list(CourseEnrollment.objects.filter(self._in_run(), user__in=self.users))
        ends = _ends([row for row in rows if not row.is_active])
        return {
            (row.user_id, row.course_id): Enrollment(
                row.pk, row.mode, row.is_active, row.created, *ends.get(row.pk, (None, EndedBy.UNKNOWN))
            )
            for row in rows
        }

    def _realizations(self):
        rows = DefaultRealization.objects.filter(
            intended_enrollment=self.intention, realized_enrollment__enterprise_customer_user__in=self.customer_users
        ).values_list("realized_enrollment__enterprise_customer_user", "realized_enrollment__course_id", "created")
        found = defaultdict(dict)
        for customer_user, course_id, created in rows:
            found[self.customer_users[customer_user]][course_id] = created
        return found

    def _deleted(self):
        """Return when a realization was deleted, of those whose enterprise enrollment's history names the learner."""
        if not features.has(HistoricalRealization):
            return {}
        gone = dict(
            HistoricalRealization.objects.filter(intended_enrollment_id=self.intention.pk, history_type=DELETED)
            .order_by("history_date")
            .values_list("realized_enrollment_id", "history_date")
        )
        if not gone or not features.has(HistoricalEnterpriseCourseEnrollment):
            return {}
        owners = HistoricalEnterpriseCourseEnrollment.objects.filter(
            enterprise_customer_user_id__in=self.customer_users, id__in=gone
        )
        return {
            self.customer_users[customer_user]: gone[record]
            for customer_user, record in owners.values_list("enterprise_customer_user_id", "id").distinct()
        }

    def _pending(self):
        """Return, by address, the mode in which the customer enrolls there whoever registers with it."""
        emails = {each.email.lower() for each in self.users.values() if each.is_pending and each.email}
        if not emails or not features.has(PendingEnrollment):
            return {}
        rows = PendingEnrollment.objects.filter(
            self._in_run(), user__enterprise_customer=self.intention.enterprise_customer_id
        ).annotate(address=Lower("user__user_email"))
        return dict(rows.filter(address__in=emails).values_list("address", "course_mode"))


def _is_revoked(row):
    """Say whether what pays for a record is revoked; None when nothing pays."""
    payments = [getattr(row, name, None) for name in ("licensed_with", "credited_with")]
    revoked = [payment.is_revoked for payment in payments if payment]
    return all(revoked) if revoked else None


def licensed(customer_id, catalogs, subjects: list[Subject]) -> dict[int, License] | None:
    """Return the activated license of each learner for one of the catalogs, by user id.

    Returns:
        None when no license of this customer is known at all.
    """
    of_customer = License.objects.filter(customer_uuid=customer_id)
    by_email = {each.email.lower(): each.user_id for each in subjects if each.email}
    users = {each.user_id for each in subjects}
    mine = licenses_that_count(customer_id, catalogs).filter(
        Q(lms_user_id__in=users) | Q(lms_user_id=None, user_email__in=by_email)
    )
    found = {}
    for row in mine.order_by("pk"):
        user_id = by_email.get(row.user_email.lower()) if row.lms_user_id is None else row.lms_user_id
        if user_id:
            found.setdefault(user_id, row)
    return found if found or of_customer.exists() else None


def licenses_that_count(customer_id, catalogs):
    """Return the customer's activated licenses for one of the catalogs; for any where catalogs are not known.

    One that has expired stays activated in the original's records, and pays for nothing.

    A license names its learner by id, or by e-mail address as long as it has no id.
    """
    is_current = Q(expires=None) | Q(expires__gt=timezone.now())
    rows = License.objects.filter(is_current, customer_uuid=customer_id, status=License.Status.ACTIVATED)
    return rows if catalogs is None else rows.filter(catalog_uuid__in=catalogs)


# --- Who ended an enrollment -----------------------------------------------------------------


def _ends(inactive):
    """Return, by enrollment id, whether it was ever active and who made it inactive."""
    versions = defaultdict(list)
    pairs = {(row.user_id, row.course_id): row.pk for row in inactive}
    rows = CourseEnrollmentHistory.objects.filter(
        user_id__in={user for user, _ in pairs}, course_id__in={key for _, key in pairs}
    ).order_by("history_date")
    for row in rows if pairs and features.has(CourseEnrollmentHistory) else ():
        if (row.user_id, row.course_id) in pairs:
            versions[pairs[row.user_id, row.course_id]].append(row)
    kinds = kinds_of_people({row.history_user_id for rows in versions.values() for row in rows})
    return {pk: _end(rows, kinds) for pk, rows in versions.items()}


def _end(rows, kinds):
    was_active = any(row.is_active for row in rows)
    ended = None
    for before, after in pairwise(rows):
        if after.is_active:
            ended = None  # What ended that enrollment says nothing about the end of the next one.
        elif before.is_active:
            ended = after
    if ended is None:
        return was_active, EndedBy.UNKNOWN
    if ended.history_user_id == ended.user_id:
        return was_active, EndedBy.LEARNER
    return was_active, kinds.get(ended.history_user_id, EndedBy.SYSTEM)


def kinds_of_people(user_ids):
    """Return who is staff and who is a service account (LECTERN_SERVICE_ACCOUNTS); an empty author is a machine."""
    user_ids = user_ids - {None}
    people = get_user_model().objects.filter(pk__in=user_ids).values_list("pk", "username") if user_ids else ()
    is_service = re.compile(settings.LECTERN_SERVICE_ACCOUNTS).search
    return {pk: EndedBy.SYSTEM if is_service(username) else EndedBy.STAFF for pk, username in people}
