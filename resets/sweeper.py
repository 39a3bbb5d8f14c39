"""Finding resets that no worker is about to do: unheard rings, and workers that died."""

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from console.celery import ring
from console.platform import features
from console.transactions import atomic_with_retries
from resets import actions, tasks
from resets.bulk import run
from resets.models import RESET_TABLES, CourseResetAudit, ResetJob

MAIL_AGAIN_AFTER = timedelta(minutes=10)
MAIL_GIVE_UP_AFTER = timedelta(days=1)
VERIFY_GIVE_UP_AFTER = timedelta(days=1)
STUCK_AFTER = timedelta(minutes=10)
BATCH = 500

Status = CourseResetAudit.Status


def sweep(now: datetime | None = None) -> dict[str, int]:
    """Ring again for enqueued resets, take over or fail those whose worker died, have finished ones verified.

    Resets of Open edX's own tool have no job and are left alone until they are stale. Ringing twice
    does no harm: only one worker can claim a reset.

    Returns:
        How many were rung for, taken over, failed, given up, and asked to be mailed and verified.
    """
    if not features.has(*RESET_TABLES):
        return dict.fromkeys(("taken_over", "failed", "rung", "mailed", "verifying"), 0)
    now = now or timezone.now()
    outcomes = Counter(_take_over(job) for job in _orphans(now))
    counts = {name: outcomes[name] for name in ("taken_over", "failed")}
    counts |= {"rung": _ring_again(now), "mailed": _mail_again(now) + _mail_undo_again(now)}
    counts |= {"verifying": _verify(now), "given_up": _give_up_foreign(now)}
    run.sweep(now)
    return counts


def nothing_is_stuck() -> bool:
    """Say whether no reset of ours has waited, or outlived its lease, for ten minutes: the sweep's work is done."""
    if not features.has(*RESET_TABLES):
        return True
    before = timezone.now() - STUCK_AFTER
    waiting = Q(audit__status=Status.ENQUEUED, audit__modified__lt=before)
    orphaned = Q(audit__status=Status.IN_PROGRESS) & (
        Q(lease_until__lt=before) | Q(lease_until=None, audit__modified__lt=before)
    )
    return not ResetJob.objects.filter(waiting | orphaned).exists()


def _orphans(now):
    # Open edX's admin site can set any status by hand: one that is in progress and nobody's is an orphan too.
    nobodys = Q(lease_until=None, audit__modified__lt=now - timedelta(seconds=settings.LECTERN_RESET_LEASE_SECONDS))
    expired = ResetJob.objects.filter(Q(lease_until__lt=now) | nobodys, audit__status=Status.IN_PROGRESS)
    return list(expired.order_by("lease_until")[:BATCH])


@atomic_with_retries
def _take_over(seen):
    job = actions.lock_job(seen.pk)
    if (job.worker, job.lease_until) != (seen.worker, seen.lease_until):
        return "spared"  # Finished or renewed since it was read.
    if job.attempts >= settings.LECTERN_RESET_ATTEMPTS:
        reason = (
            f"The worker, or its database, stopped in the middle {job.attempts} times. Nothing was cleared; try again."
        )
        actions.fail(job.pk, worker=job.worker, reason=reason)
        return "failed"
    now = timezone.now()
    ResetJob.objects.filter(pk=job.pk).update(worker="", lease_until=None, rung_at=now)
    CourseResetAudit.objects.filter(pk=job.pk, status=Status.IN_PROGRESS).update(status=Status.ENQUEUED, modified=now)
    ring(tasks.run_reset, job.pk)
    return "taken_over"


def _ring_again(now):
    before = now - timedelta(seconds=settings.LECTERN_RING_AGAIN_SECONDS)
    unheard = ResetJob.objects.filter(audit__status=Status.ENQUEUED, rung_at__lt=before)
    ids = _ring_for(tasks.run_reset, unheard.order_by("rung_at"))
    ResetJob.objects.filter(pk__in=ids).update(rung_at=now)
    return len(ids)


def _mail_again(now):
    unsent = ResetJob.objects.filter(
        audit__status=Status.COMPLETE,
        mailed_at=None,
        undone_at=None,
        mail_problem="",
        finished_at__lt=now - MAIL_AGAIN_AFTER,
        finished_at__gt=now - MAIL_GIVE_UP_AFTER,
        # Rung for not long ago: a mail server that stays away must not pile tasks up.
        rung_at__lt=now - MAIL_AGAIN_AFTER,
    )
    ids = _ring_for(tasks.mail_learner, unsent.order_by("finished_at"))
    ResetJob.objects.filter(pk__in=ids).update(rung_at=now)
    return len(ids)


def _mail_undo_again(now):
    unsent = ResetJob.objects.filter(
        undone_at__lt=now - MAIL_AGAIN_AFTER,
        undone_at__gt=now - MAIL_GIVE_UP_AFTER,
        mailed_at__isnull=False,
        undo_mailed_at=None,
        rung_at__lt=now - MAIL_AGAIN_AFTER,
    ).exclude(audit__course_enrollment__user__email="")
    ids = _ring_for(tasks.mail_undo, unsent.order_by("undone_at"))
    ResetJob.objects.filter(pk__in=ids).update(rung_at=now)
    return len(ids)


def _give_up_foreign(now):
    hours = settings.LECTERN_FOREIGN_STALE_HOURS
    if not hours:
        return 0
    open_ones = CourseResetAudit.objects.filter(job=None, status__in=[Status.ENQUEUED, Status.IN_PROGRESS])
    stale = open_ones.filter(modified__lt=now - timedelta(hours=hours)).order_by("pk")[:BATCH]
    return sum(actions.give_up_foreign(audit, hours=hours) for audit in stale)


def _verify(now):
    unverified = ResetJob.objects.filter(
        audit__status=Status.COMPLETE,
        verified_at=None,
        undone_at=None,
        finished_at__lt=now - timedelta(minutes=settings.LECTERN_VERIFY_AFTER_MINUTES),
        finished_at__gt=now - VERIFY_GIVE_UP_AFTER,
    )
    return len(_ring_for(tasks.verify_reset, unverified.order_by("finished_at")))


def _ring_for(task, jobs):
    """Ring for the first of these jobs, a batch at most, and return their ids."""
    ids = list(jobs.values_list("pk", flat=True)[:BATCH])
    for audit_id in ids:
        ring(task, audit_id)
    return ids
