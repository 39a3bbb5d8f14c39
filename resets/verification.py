"""A second look at a completed reset: rows that came back, such as those of a grade task that was late.

The LMS recalculates grades in tasks of its own, minutes after the learner's last answer. One that
was queued before the reset writes its rows after it, and nobody would notice.
"""

from django.utils import timezone

from resets import owners
from resets.models import CourseResetAudit, ResetJob


def verify(audit_id: int) -> dict[str, int] | None:
    """Count what a reset would clear once more, and note it with the reset; nothing is deleted.

    Rows that are there again need not be wrong: a learner who has started again has some.

    Args:
        audit_id: the audit row.

    Returns:
        Rows that there are, by the owner's key, empty when nothing came back. None when there is
        nothing to verify: not complete, undone, or verified before.
    """
    audit = (
        CourseResetAudit.objects.select_related("job", "course_enrollment")
        .filter(pk=audit_id, status=CourseResetAudit.Status.COMPLETE, job__verified_at=None, job__undone_at=None)
        .first()
    )
    if audit is None:
        return None
    found = owners.preview(audit.course_enrollment, owners.deleting(audit.job.choices))
    came_back = {owner.key: count for owner, count in found if count}
    # Undone while this was counting: the rows are those that were put back.
    job = ResetJob.objects.filter(pk=audit_id, verified_at=None, undone_at=None)
    if not job.update(verified_at=timezone.now(), came_back=came_back):
        return None
    return came_back
