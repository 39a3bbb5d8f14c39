"""What decides about a learner under an intention, in one short word, worked out by the database.

`evidence` reads the rows of some learners and puts them together here. That is right for a page, and
too slow for all of a customer's: but few combinations of facts occur among a hundred thousand
learners. So the database writes the facts of each learner as a word, the pattern. Learners are
counted by it and found by it, and `status` decides about each pattern once.
"""

from datetime import UTC, datetime
from functools import cache

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Lower

from console.platform import features
from console.query_limits import uncompiled
from console.versions import DELETED
from enrollments.defaults.content import Content
from enrollments.defaults.evidence import kinds_of_people, licenses_that_count
from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultIntention,
    DefaultRealization,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalRealization,
    License,
)
from enrollments.defaults.modes import AUDIT_MODES
from enrollments.defaults.status import EndedBy, Enrollment, Evidence, Link, Record

# The letters of a pattern, in order; whoever ended the enrollment follows after the last of them.
FACTS = (
    *("linked", "is_relinkable", "is_active", "is_audit", "was_active", "has_record", "unenrolled"),
    *("license_revoked", "credit_revoked", "is_realized", "is_elsewhere", "is_deleted", "is_licensed"),
)
_LETTERS = {"1": True, "0": False, "-": None}
_THEMSELVES, _A_MACHINE = "0", "-1"
# Only whether there is a moment decides.
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def with_patterns(learners: QuerySet, intention: DefaultIntention, content: Content) -> QuerySet:
    """Add `pattern` to a queryset of the customer's users.

    Args:
        learners: `EnterpriseCustomerUser` rows of the intention's customer.
        intention: a removed one as well.
        content: what `content.resolve` says of it; its run has to be known.
    """
    run = content.run.key
    rows = learners.alias(
        seat=FilteredRelation("user__course_enrollments", condition=Q(user__course_enrollments__course_id=run)),
        record=FilteredRelation("enterprise_enrollments", condition=Q(enterprise_enrollments__course_id=run)),
    )
    letters = [
        _letter("linked"),
        _letter("is_relinkable"),
        _letter("seat__is_active"),
        Case(
            When(seat__mode__in=AUDIT_MODES, then=Value("1")),
            When(seat__mode__isnull=True, then=Value("-")),
            default=Value("0"),
        ),
        _was_active(run),
        _yes(record__id__isnull=False),
        _letter("record__unenrolled"),
        _letter("record__licensed_with__is_revoked"),
        _letter("record__credited_with__is_revoked"),
        _yes(record__default_realization__intended_enrollment=intention.pk),
        _is_elsewhere(intention, run),
        _is_deleted(intention),
        _is_licensed(intention, content),
        Value(":"),
        _ended_by(run),
    ]
    return rows.annotate(pattern=_Joined(*letters))


def count(learners: QuerySet, intention: DefaultIntention, content: Content) -> dict[str, int]:
    """Return how many of these learners have each pattern."""
    rows = with_patterns(learners, intention, content).order_by().values_list("pattern")
    with uncompiled(connection):
        return dict(rows.annotate(number=Count("pk")))


def read(patterns: list[str], intention: DefaultIntention, content: Content) -> dict[str, Evidence]:
    """Return the evidence that each pattern stands for, without moments and ids."""
    kinds = kinds_of_people({int(by) for by in map(_author_of, patterns) if by not in ("", _THEMSELVES, _A_MACHINE)})
    return {pattern: _evidence(pattern, intention, content, kinds) for pattern in patterns}


def _author_of(pattern):
    return pattern.partition(":")[2]


def _evidence(pattern, intention, content, kinds):
    fact = dict(zip(FACTS, (_LETTERS[letter] for letter in pattern.partition(":")[0]), strict=True))
    mode = content.mode
    return Evidence(
        is_removed=intention.is_removed,
        link=Link(fact["linked"], fact["is_relinkable"]),
        is_pending=False,
        run_key=content.run.key,
        is_enrollable=content.is_enrollable,
        in_catalog=None if content.catalogs is None else bool(content.catalogs),
        has_license=fact["is_licensed"],
        best_mode=mode.original,
        best_live_mode=mode.unexpired or None,
        has_live_audit=mode.has_open_audit,
        enrollment=_enrollment(fact, _kind(_author_of(pattern), kinds)),
        record=_record(fact),
        realized_at=_SOME_TIME if fact["is_realized"] else None,
        other_run=content.run.key if fact["is_elsewhere"] else None,
        deleted_at=_SOME_TIME if fact["is_deleted"] else None,
    )


def _kind(author, kinds):
    if author == "":
        return EndedBy.UNKNOWN
    known = {_THEMSELVES: EndedBy.LEARNER, _A_MACHINE: EndedBy.SYSTEM}
    return known.get(author) or kinds.get(int(author), EndedBy.SYSTEM)


def _enrollment(fact, ended_by):
    if fact["is_active"] is None:
        return None
    mode = next(iter(AUDIT_MODES)) if fact["is_audit"] else ""
    return Enrollment(0, mode, fact["is_active"], None, fact["was_active"], ended_by)


def _record(fact):
    if not fact["has_record"]:
        return None
    revoked = [one for one in (fact["license_revoked"], fact["credit_revoked"]) if one is not None]
    return Record(0, fact["unenrolled"], None, all(revoked) if revoked else None)


# --- Each fact as a letter -------------------------------------------------------------------


def _letter(name):
    return Case(When(**{name: True}, then=Value("1")), When(**{name: False}, then=Value("0")), default=Value("-"))


def _yes(*conditions, **more):
    return Case(When(*conditions, **more, then=Value("1")), default=Value("0"))


def _versions(run):
    return CourseEnrollmentHistory.objects.filter(user_id=OuterRef("user_id"), course_id=run)


def _was_active(run):
    """Say whether an inactive enrollment ever was active; its history may not tell."""
    if not features.has(CourseEnrollmentHistory):
        return Value("-")
    versions = _versions(run)
    told = Case(
        When(Exists(versions.filter(is_active=True)), then=Value("1")),
        When(Exists(versions), then=Value("0")),
        default=Value("-"),
    )
    return Case(When(seat__is_active=False, then=told), default=Value("-"))


def _ended_by(run):
    """Return who made an inactive enrollment inactive: the author of the first version after the last active one."""
    if not features.has(CourseEnrollmentHistory):
        return Value("")
    active = CourseEnrollmentHistory.objects.filter(
        user_id=OuterRef(OuterRef("user_id")), course_id=run, is_active=True
    )
    last = Subquery(active.order_by("-history_date").values("history_date")[:1])
    author = Case(
        When(history_user_id=F("user_id"), then=Value(_THEMSELVES)),
        When(history_user_id=None, then=Value(_A_MACHINE)),
        default=Cast("history_user_id", CharField()),
    )
    ends = _versions(run).filter(is_active=False, history_date__gt=last).order_by("history_date")
    found = Coalesce(Subquery(ends.values(author=author)[:1], output_field=CharField()), Value(""))
    return Case(When(seat__is_active=False, then=found), default=Value(""), output_field=CharField())


def _is_elsewhere(intention, run):
    """Say whether the intention was realized in another run, of those who have no record in this one."""
    others = DefaultRealization.objects.filter(intended_enrollment=intention).exclude(
        realized_enrollment__course_id=run
    )
    if not others.exists():
        return Value("0")
    return _yes(Exists(others.filter(realized_enrollment__enterprise_customer_user=OuterRef("pk"))), record__id=None)


def _is_deleted(intention):
    if not features.has(HistoricalRealization) or not features.has(HistoricalEnterpriseCourseEnrollment):
        return Value("0")
    gone = HistoricalRealization.objects.filter(intended_enrollment_id=intention.pk, history_type=DELETED)
    if not gone.exists():
        return Value("0")
    mine = HistoricalEnterpriseCourseEnrollment.objects.filter(
        enterprise_customer_user_id=OuterRef("pk"), id__in=gone.values("realized_enrollment_id")
    )
    return _yes(Exists(mine))


def _is_licensed(intention, content):
    """Say whether a license is known that pays for the content; of a customer without any nothing is known."""
    if not License.objects.filter(customer_uuid=intention.enterprise_customer_id).exists():
        return Value("-")
    licenses = licenses_that_count(intention.enterprise_customer_id, content.catalogs)
    by_id = licenses.filter(lms_user_id=OuterRef("user_id"))
    by_email = licenses.filter(lms_user_id=None, user_email=_LikeOurs(Lower(OuterRef("user__email"))))
    is_named = ~Q(user__email="") & Q(user__email__isnull=False)
    if not licenses.filter(lms_user_id=None).exclude(user_email="").exists():
        return _yes(Exists(by_id))
    return _yes(Q(Exists(by_id)) | (is_named & Q(Exists(by_email))))


class _Joined(Func):
    """Texts, none of them NULL, one after the other. Django's own nests them deeper than SQLite can read."""

    function = "CONCAT"
    output_field = CharField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" || ", **context)


class _LikeOurs(Func):
    """Text of an LMS's table as that of a license: MySQL compares in one collation only, and uses indexes of that."""

    template = "%(expressions)s"
    arity = 1
    output_field = TextField()

    def as_mysql(self, compiler, connection, **context):
        collation = _collation(connection.settings_dict["NAME"])
        charset = collation.partition("_")[0]
        template = f"CONVERT(%(expressions)s USING {charset}) COLLATE {collation}"
        return self.as_sql(compiler, connection, template=template, **context)


@cache
def _collation(database):
    """Return the collation of the licenses' addresses on MySQL and MariaDB."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s AND column_name = 'user_email'",
            [database, License._meta.db_table],
        )
        return cursor.fetchone()[0]
