"""Putting learners into the cohort that their mode asks for."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from console.transactions import atomic_with_retries
from groups.cohorts import membership
from groups.cohorts.errors import CohortRefusedError
from groups.errors import GroupRefusedError
from groups.models import VerifiedTrackCohortedCourse
from groups.verified.track import VERIFIED_MODES, mode_changed, out_of_line, sees_changes, track_of

log = structlog.get_logger(__name__)

CHUNK = 1000


@atomic_with_retries
def bring_into_line(*, course_key, learner_ids: Iterable[int], actor) -> dict[int, membership.Placed]:
    """Put these learners where their mode says; whoever is there already is left alone.

    Who is verified goes into the verified cohort. Who is not and is in it goes into an automatic
    cohort, by chance as at a first visit; without any, "Default Group" is made.

    Args:
        course_key: the course run.
        learner_ids: accounts, at most a few thousand.
        actor: who causes it, for the tracking events; the caller has checked who may.

    Returns:
        Where each learner is now who was out of line.

    Raises:
        CohortRefusedError: something is in the way, see `Track.obstacle`.
    """
    track = track_of(course_key)
    if track.obstacle:
        raise CohortRefusedError(track.obstacle)
    modes = dict(out_of_line(track).filter(user__in=list(learner_ids)).values_list("user", "mode"))
    leaving = [pk for pk, mode in modes.items() if mode not in VERIFIED_MODES]
    wanted = dict.fromkeys(modes, track.cohort)
    if leaving:
        cohorts = membership.automatic_cohorts(course_key, actor)
        wanted |= {pk: secrets.choice(cohorts) for pk in leaving}
    return membership.put(course_key, wanted, actor=actor)


def follow_changes(now: datetime) -> int:
    """Move the learners whose mode changed lately, in every run with the switch on; return how many.

    Late are the last LECTERN_VERIFIED_TRACK_MINUTES. As in the LMS, who was out of line before the
    switch was turned on stays so: bringing them into line is for somebody who has looked.
    """
    if not sees_changes():
        return 0
    since = now - timedelta(minutes=settings.LECTERN_VERIFIED_TRACK_MINUTES)
    keys = VerifiedTrackCohortedCourse.objects.filter(enabled=True).order_by("pk").values_list("course_key", flat=True)
    return sum(_follow(key, since) for key in list(keys))


def _follow(course_key, since):
    track = track_of(course_key)
    if track.obstacle:
        log.warning("verified_track_stands_still", course=str(course_key), reason=track.obstacle)
        return 0
    ids = list(mode_changed(out_of_line(track), since).order_by("pk").values_list("user", flat=True))
    moved = 0
    for start in range(0, len(ids), CHUNK):
        try:
            # Nobody has asked for it: the events name no person, as those of the LMS's own task.
            placed = bring_into_line(
                course_key=course_key, learner_ids=ids[start : start + CHUNK], actor=AnonymousUser()
            )
        except GroupRefusedError as refusal:
            log.warning("verified_track_stands_still", course=str(course_key), reason=str(refusal))
            break
        moved += len(placed)
    if moved:
        log.info("verified_track_moved", course=str(course_key), learners=moved)
    return moved
