"""From a list to a plan: who each line means, and whether that learner's course may be reset.

Everything is looked up by sets of 1,000 lines, so that 50,000 learners take seconds. What is found
is stored with the enrollments' ids: a confirmed plan resets exactly these, whatever matches later.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.utils import timezone

from console import history
from console.accounts import find_accounts
from console.transactions import atomic_with_retries
from enrollments.models import CourseEnrollment
from resets import owners
from resets.actions import UNSTORABLE, ResetRefusedError, clean_memo
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.parse import Line
from resets.eligibility import Eligibility, ResetStatus, with_reset_status
from resets.models import CourseResetCourseOptIn
from resets.rules import Permission

CHUNK = 1000
DRAFT_LIFE = timedelta(days=1)

NOT_OPTED_IN = "This course run is not opted in to resets. An admin can opt it in."
NEVER_ENROLLED = "The learner was never enrolled in this course run."
RESET_BEFORE = "Already reset in this course run"
ALONE = "{}. Reset this learner alone, where that can be confirmed."
NOBODY = "No account has this username or e-mail address."
Verdict, State = BulkItem.Verdict, BulkItem.State


@dataclass
class _Seen:
    """What earlier lines were: a learner or an unknown text counts once."""

    learners: dict[int, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)


def make_draft(*, lines: list[Line], course_key, memo: str, actor, choices: Collection[str] = ()) -> BulkReset:
    """Check a list against a course run and store it as a draft; nothing is reset yet.

    Args:
        lines: as read by `parse`.
        course_key: the course run; it has to be opted in.
        memo: why, 1 to 255 characters; it goes into every reset's audit row.
        actor: the signed-in agent.
        choices: keys of the learner-state owners that are cleared too where a learner has such rows.

    Returns:
        The draft, which can be confirmed for a day.

    Raises:
        PermissionDenied: the actor may not reset.
        ResetRefusedError: memo missing or too long, a choice that is none, or the run is not opted in.
    """
    if not actor.has_perm(Permission.RESET):
        raise PermissionDenied
    memo = clean_memo(memo)
    if not _is_opted_in(course_key):
        raise ResetRefusedError(NOT_OPTED_IN)
    strange = set(choices) - {owner.key for owner in owners.offers()}
    if strange:
        raise ResetRefusedError(f"There is no choice “{min(strange)[:50]}” in a bulk reset.")
    items, seen = [], _Seen()
    for start in range(0, len(lines), CHUNK):
        items += _judge(lines[start : start + CHUNK], course_key, seen, choices)
    try:
        return _store(items, course_key, actor, memo=memo, choices=sorted(set(choices)))
    except DataError as error:
        raise ResetRefusedError(UNSTORABLE.replace("this memo", "the memo or the list")) from error


def _is_opted_in(course_key):
    rows = CourseResetCourseOptIn.objects.filter(course_id=course_key, active=True)
    return course_key in rows.values_list("course_id", flat=True)  # Exactly: MySQL ignores letter case.


@atomic_with_retries
def _store(items, course_key, actor, **decided):
    now = timezone.now()
    counts = Counter(item.verdict for item in items)
    bulk = BulkReset.objects.create(
        course_id=course_key,
        created=now,
        created_by_id=actor.pk,
        expires_at=now + DRAFT_LIFE,
        **{verdict: counts[verdict] for verdict in Verdict.values},
        **decided,
    )
    for item in items:
        item.pk, item.bulk = None, bulk
    BulkItem.objects.bulk_create(items, batch_size=CHUNK)
    history.record(
        actor=actor, obj=bulk, flag=history.ADDITION, message=f"List of {len(items)} lines checked for {course_key}"
    )
    return bulk


# --- Judging lines ---------------------------------------------------------------------------


def _judge(lines, course_key, seen, choices):
    accounts = find_accounts({line.typed for line in lines})
    learners, ambiguous = accounts.found, accounts.ambiguous
    enrollments = _enrollments(set(learners.values()), course_key)
    refusals = owners.refusals([row for row in enrollments.values() if _answer(row).is_allowed], choices)
    items = []
    for line in lines:
        item = BulkItem(line=line.number, typed=line.typed, state=State.SKIPPED)
        learner = learners.get(line.typed)
        item.learner_id = learner
        item.verdict, item.reason = (
            _repeated(line, learner, seen)
            or _unknown(learner, ambiguous.get(line.typed))
            or _verdict(item, enrollments.get(learner), refusals)
        )
        items.append(item)
    return items


def _repeated(line, learner, seen):
    """Return the verdict on a line that repeats an earlier one; else remember it and return None."""
    known, key = (seen.texts, line.typed.casefold()) if learner is None else (seen.learners, learner)
    first = known.setdefault(key, line.number)
    return (Verdict.DUPLICATE, f"The same learner as in line {first}.") if first != line.number else None


def _unknown(learner, accounts):
    if learner is not None:
        return None
    return Verdict.UNKNOWN, f"{accounts} accounts have this e-mail address. Give the username." if accounts else NOBODY


def _verdict(item, enrollment, refusals):
    """Fill in the enrollment of a known learner, and return verdict and reason."""
    if enrollment is None:
        return Verdict.CANNOT, NEVER_ENROLLED
    item.enrollment_id, item.seen_audit_id = enrollment.pk, enrollment.reset_audit_id
    eligibility = _answer(enrollment)
    if not eligibility.is_allowed:
        return Verdict.CANNOT, eligibility.reason
    # Where the policy allows more than one reset, repeating a list must not use up the next one.
    if enrollment.completed_resets:
        return Verdict.CANNOT, ALONE.format(RESET_BEFORE)
    if enrollment.pk in refusals:
        return Verdict.CANNOT, ALONE.format(refusals[enrollment.pk])
    item.state = State.PENDING
    return Verdict.WILL_RESET, ""


def _answer(enrollment):
    return Eligibility(ResetStatus(enrollment.reset_status), latest=None)


# --- Looking up ------------------------------------------------------------------------------


def _enrollments(learner_ids, course_key):
    rows = CourseEnrollment.objects.filter(course_id=course_key, user_id__in=learner_ids)
    answered = with_reset_status(rows.with_grade(), timezone.now())
    return {row.user_id: row for row in answered if row.course_id == course_key}
