"""Which enrollments a person may see, and the facts that a table shows beside each."""

from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import BooleanField, CharField, DateTimeField, FloatField
from django.db.models.functions import Cast

from console.platform import features
from console.rules import roles_of

# Facts of a table that the LMS lacks. Cast, because no engine sorts by a bare NULL.
NO_TEXT = Cast(Value(None), CharField())
NO_NUMBER = Cast(Value(None), FloatField())
NO_MOMENT = Cast(Value(None), DateTimeField())


class CourseEnrollmentQuerySet(QuerySet):
    """Enrollments, scoped and annotated. Facts come as correlated subqueries on unique indexes."""

    def visible_to(self, user):
        """Return the enrollments in runs that `user` may look at; support and admins see all."""
        roles = roles_of(user)
        return self.filter(roles.course_filter("course_id")) if roles.is_staff_somewhere else self.none()

    def with_course(self):
        """Add the run's name, dates and pacing; all NULL when the run has no overview any more."""
        return self.annotate(
            course_name=F("overview__display_name"),
            course_start=F("overview__start"),
            course_end=F("overview__end"),
            self_paced=F("overview__self_paced"),
        )

    def with_grade(self):
        """Add `grade` (0 to 1) and `letter_grade`; a non-empty letter means passing (a.2)."""
        model = _model("PersistentCourseGrade")
        if not features.has(model):
            return self.annotate(grade=NO_NUMBER, letter_grade=NO_TEXT, is_passing=Value(False))
        grade = model.objects.filter(user_id=OuterRef("user_id"), course_id=OuterRef("course_id"))
        return self.annotate(
            grade=Subquery(grade.values("percent_grade")[:1]),
            letter_grade=Subquery(grade.values("letter_grade")[:1]),
            is_passing=Exists(grade.exclude(letter_grade="")),
        )

    def with_certificate(self):
        """Add `certificate_status`, the platform's own word."""
        model = _model("GeneratedCertificate")
        if not features.has(model):
            return self.annotate(certificate_status=NO_TEXT)
        certificate = model.objects.filter(user_id=OuterRef("user_id"), course_id=OuterRef("course_id"))
        return self.annotate(certificate_status=Subquery(certificate.values("status")[:1]))

    def with_recency(self, now: datetime):
        """Add `recently_active`, `last_completion_at` and `last_new_completion_at`.

        The rule is the mobile API's (enrollments_status): a completion *created* at or after the
        threshold, or an enrollment created after it. A missing enrollment date is not recent.
        Work on a block that was completed before changes `last_completion_at` (its `modified`) alone.
        """
        threshold = now - timedelta(days=settings.LECTERN_RECENT_DAYS)
        recent, last_completion, last_new = Q(created__gt=threshold), NO_MOMENT, NO_MOMENT
        model = _model("BlockCompletion")
        if features.has(model):
            completions = model.objects.filter(user_id=OuterRef("user_id"), context_key=OuterRef("course_id"))
            recent |= Q(Exists(completions.filter(created__gte=threshold)))
            last_completion, last_new = _latest(completions, "modified"), _latest(completions, "created")
        return self.annotate(
            recently_active=Case(When(recent, then=Value(True)), default=Value(False), output_field=BooleanField()),
            last_completion_at=last_completion,
            last_new_completion_at=last_new,
        )


def _latest(completions, column):
    return Subquery(completions.order_by().values("context_key").annotate(last=Max(column)).values("last")[:1])


def _model(name):
    return apps.get_model("lectern_enrollments", name)
