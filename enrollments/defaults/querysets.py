"""Intentions and realizations with the facts that a list shows beside each."""

from django.apps import apps
from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.db.models.fields import BooleanField, CharField
from django.db.models.functions import Cast, Coalesce, Concat, Replace

from console.conditions import found
from console.rules import Permission
from enrollments.defaults.keys import Kind
from enrollments.defaults.modes import AUDIT_MODES

ENROLLMENT = "realized_enrollment"
CUSTOMER_USER = f"{ENROLLMENT}__enterprise_customer_user"


class IntentionQuerySet(QuerySet):
    """Intentions, removed ones included: the original's managers hide those."""

    def visible_to(self, user):
        """Return what `user` may see: admins all, others nothing."""
        return self if user.has_perm(Permission.ADMINISTER) else self.none()

    def live(self):
        """Return those that are not removed."""
        return self.filter(is_removed=False)

    def with_customer(self):
        """Add the customer's name and slug."""
        return self.annotate(customer=F("enterprise_customer__name"), customer_slug=F("enterprise_customer__slug"))

    def with_kind(self):
        """Add `kind`: the stored content type, or for old rows without one what the key looks like."""
        return self.annotate(
            kind=Case(
                When(content_type__isnull=False, then=F("content_type")),
                When(_names_a_run(), then=Value(Kind.RUN)),
                default=Value(Kind.COURSE),
                output_field=CharField(),
            )
        )


class RealizationState(TextChoices):
    """What became of a realized enrollment, as the platform's own enrollment says."""

    ACTIVE = "active", "Active"
    DOWNGRADED = "downgraded", "Downgraded to audit"
    LEFT = "left", "Left"
    MISSING = "missing", "No enrollment"


class RealizationQuerySet(QuerySet):
    """Realizations of linked and unlinked learners alike."""

    def visible_to(self, user):
        """Return what `user` may see: admins all, others nothing."""
        return self if user.has_perm(Permission.ADMINISTER) else self.none()

    def with_every_fact(self):
        """Add everything that a page of rows shows."""
        return self.with_intention().with_learner().with_enrollment().with_state().with_match()

    def with_intention(self):
        """Add customer, content key, and whether the intention is removed."""
        return self.annotate(
            customer=F("intended_enrollment__enterprise_customer__name"),
            customer_slug=F("intended_enrollment__enterprise_customer__slug"),
            content_key=F("intended_enrollment__content_key"),
            is_removed=F("intended_enrollment__is_removed"),
        )

    def with_learner(self):
        """Add the account's username and id (it may be gone), and whether the learner is linked to the customer."""
        return self.annotate(
            learner=F(f"{CUSTOMER_USER}__user__username"),
            learner_id=F(f"{CUSTOMER_USER}__user_id"),
            is_linked=F(f"{CUSTOMER_USER}__linked"),
        )

    def with_enrollment(self):
        """Add the run, and what the platform and the customer say of the enrollment in it.

        `mode` and `is_active` are NULL where the platform has no enrollment. `is_revoked` is true when
        a license or learner credit that paid for it was revoked.
        """
        enrollment, revoked = platform_enrollments(), _revoked(OuterRef("realized_enrollment_id"))
        return self.annotate(
            run=F(f"{ENROLLMENT}__course_id"),
            unenrolled=F(f"{ENROLLMENT}__unenrolled"),
            unenrolled_at=F(f"{ENROLLMENT}__unenrolled_at"),
            mode=Subquery(enrollment.values("mode")[:1]),
            is_active=Subquery(enrollment.values("is_active")[:1]),
            is_revoked=Case(When(revoked, then=Value(True)), default=Value(False), output_field=BooleanField()),
        )

    def with_state(self):
        """Add `state`, a word of `RealizationState`, with one look at the platform's enrollment for each row."""
        revoked = _revoked(OuterRef(OuterRef("realized_enrollment_id")))
        state = Case(
            When(is_active=False, then=Value(RealizationState.LEFT)),
            When(Q(mode__in=AUDIT_MODES) & revoked, then=Value(RealizationState.DOWNGRADED)),
            default=Value(RealizationState.ACTIVE),
            output_field=CharField(),
        )
        word = Subquery(platform_enrollments().values(word=state)[:1])
        return self.annotate(state=Coalesce(word, Value(RealizationState.MISSING), output_field=CharField()))

    def with_match(self):
        """Add `is_other_content`: the run is not what the intention's key names, for example after an edit.

        A course's key stands for all its runs; letter case does not count.
        """
        rows = _intentions_with_run().filter(pk=OuterRef("intended_enrollment"))
        word = Case(When(_matches(), then=Value(False)), default=Value(True), output_field=BooleanField())
        return self.annotate(is_other_content=Subquery(rows.values(word=word)[:1]))

    def per_intention(self) -> dict:
        """Return how many realizations each intention has, by its uuid."""
        return dict(self.order_by().values_list("intended_enrollment_id").annotate(Count("id")))

    def states_per_intention(self) -> dict:
        """Return how many realizations of each intention are in each state: `{(uuid, state): count}`."""
        rows = self.order_by().with_state().values_list("intended_enrollment_id", "state")
        return {(intention, state): count for intention, state, count in rows.annotate(Count("id"))}


# --- The same facts as conditions: a query that compares what is added takes several times as long ---


def state_conditions() -> dict[RealizationState, Q]:
    """Return for each state what a realization in it meets."""
    rows, revoked, in_audit = enrollment_rows(), revocation(), Q(mode__in=AUDIT_MODES)
    active = rows.filter(is_active=True)
    return {
        RealizationState.ACTIVE: found(active.exclude(in_audit)) | found(active.filter(in_audit)) & ~revoked,
        RealizationState.DOWNGRADED: found(active.filter(in_audit)) & revoked,
        RealizationState.LEFT: found(rows.filter(is_active=False)),
        RealizationState.MISSING: ~found(rows),
    }


def revocation() -> Q:
    """Return what a realization meets whose license or learner credit was revoked."""
    return Q(**{f"{ENROLLMENT}__licensed_with__is_revoked": True}) | Q(
        **{f"{ENROLLMENT}__credited_with__is_revoked": True}
    )


def other_content() -> Q:
    """Return what a realization meets whose run is not what the intention's key names."""
    rows = _intentions_with_run().filter(pk=OuterRef("intended_enrollment"))
    return ~found(rows.filter(_matches()))


def enrollment_rows():
    """Return the platform's enrollment that belongs to a realization, at most one, for `conditions.found`.

    PostgreSQL joins it to a million realizations three times as fast when these join the learner.
    """
    if connection.vendor != "mysql":
        return platform_enrollments()
    record = "user__enterprise_links__enterprise_enrollments"
    rows = apps.get_model("lectern_enrollments", "CourseEnrollment").objects
    return rows.filter(**{record: OuterRef("realized_enrollment_id"), "course_id": F(f"{record}__course_id")})


def platform_enrollments():
    """Return the same by what the realization itself joins: for what is shown of rows, and to count all of them."""
    rows = apps.get_model("lectern_enrollments", "CourseEnrollment").objects
    return rows.filter(user_id=OuterRef(f"{CUSTOMER_USER}__user_id"), course_id=OuterRef(f"{ENROLLMENT}__course_id"))


def _intentions_with_run():
    """Return intentions, to be found from a realization, with its run as text.

    On MySQL text of two tables can only be compared in one collation: the connection's.
    """
    run = Cast(OuterRef(f"{ENROLLMENT}__course_id"), CharField())
    return apps.get_model("lectern_enrollments", "DefaultIntention").objects.alias(run_text=run)


def _matches():
    key = Cast("content_key", CharField())
    new_style = Concat(Value("course-v1:"), key, Value("+"))
    old_style = Concat(Replace(key, Value("+"), Value("/")), Value("/"))
    of_course = Q(run_text__istartswith=new_style) | Q(run_text__istartswith=old_style)
    return (_names_a_run() & Q(run_text__iexact=key)) | (~_names_a_run() & of_course)


def _names_a_run():
    return Q(content_key__contains=":") | Q(content_key__contains="/")


def _revoked(record):
    """Say whether something that paid for the enterprise enrollment with the id `record` is revoked."""
    return Q(Exists(_revoked_rows("LicensedEnrollment", record))) | Q(
        Exists(_revoked_rows("LearnerCreditEnrollment", record))
    )


def _revoked_rows(name, record):
    rows = apps.get_model("lectern_enrollments", name).objects
    return rows.filter(enterprise_course_enrollment_id=record, is_revoked=True)
