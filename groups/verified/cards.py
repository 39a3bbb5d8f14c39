"""What the tab Settings shows of verified-track cohorting."""

from console.platform import features
from console.rules import Permission
from groups.models import VerifiedTrackCohortedCourse
from groups.verified.track import out_of_line, sees_changes, track_of


def verified_track(course_key, viewer) -> dict:
    """Return the switch, how many learners are out of line, and what this database lacks for it."""
    if not features.has(VerifiedTrackCohortedCourse):
        return {"off": features.notes(VerifiedTrackCohortedCourse)}
    track = track_of(course_key)
    return {
        "track": track,
        "out_of_line": None if track.obstacle else out_of_line(track).count(),
        "is_followed": sees_changes(),
        "may_switch": viewer.has_perm(Permission.ADMINISTER),
    }
