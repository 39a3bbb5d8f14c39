"""The switch of verified-track cohorting, for admins as in the LMS."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from console import history
from console.rules import Permission
from console.transactions import OvertakenError, atomic_with_retries
from groups.errors import GroupRefusedError
from groups.models import VerifiedTrackCohortedCourse
from groups.names import clean_name

NAME_LENGTH = VerifiedTrackCohortedCourse._meta.get_field("verified_cohort_name").max_length
NAME_TOO_LONG = f"The name of the verified cohort has at most {NAME_LENGTH} characters."


@atomic_with_retries
def set_switch(*, course_key, is_enabled: bool, cohort_name: str, actor) -> None:
    """Turn verified-track cohorting of a run on or off, and name its cohort. Nobody is moved by that.

    Args:
        course_key: the course run.
        is_enabled: whether learners are moved when their mode changes.
        cohort_name: 1 to 100 characters after trimming; the cohort need not be there yet.
        actor: an admin.

    Raises:
        PermissionDenied: the actor is no admin.
        GroupRefusedError: the name is not possible.
    """
    if not actor.has_perm(Permission.ADMINISTER):
        raise PermissionDenied
    name = clean_name(cohort_name)
    if len(name) > NAME_LENGTH:
        raise GroupRefusedError(NAME_TOO_LONG, "cohort_name")
    rows = VerifiedTrackCohortedCourse.objects.filter(course_key=course_key)
    row = rows.select_for_update().first() or _first_row(course_key, name)
    rows.update(enabled=is_enabled, verified_cohort_name=name)
    state = "on" if is_enabled else "off"
    history.record(actor=actor, obj=row, message=f"Verified-track cohorting of {course_key}: {state}, cohort “{name}”")


def _first_row(course_key, name):
    try:
        with transaction.atomic():
            return VerifiedTrackCohortedCourse.objects.create(
                course_key=course_key, enabled=False, verified_cohort_name=name
            )
    except IntegrityError as error:
        raise OvertakenError from error
