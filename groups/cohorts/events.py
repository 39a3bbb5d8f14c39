"""Tracking events about cohorts: the LMS's own names and fields, so that reports read on.

From openedx/core/djangoapps/course_groups (`cohorts.py`, `models.py`). Renaming, changing the type
and linking send none there, so none here. In the event's context stands who acted, as in an LMS
event that the instructor dashboard causes; the learner is in the event itself.
"""

from console import tracking


def created(cohort, actor, *, is_requested: bool) -> None:
    """Emit that a cohort exists now, and if staff asked for it, that too."""
    fields = {"cohort_id": cohort.pk, "cohort_name": cohort.name}
    _emit("edx.cohort.created", cohort.course_id, actor, fields)
    if is_requested:
        _emit("edx.cohort.creation_requested", cohort.course_id, actor, fields)


def user_removed(cohort, user_id: int, actor) -> None:
    """Emit that a learner's member row is gone."""
    _about_user("edx.cohort.user_removed", cohort, user_id, actor)


def user_added(cohort, user_id: int, actor) -> None:
    """Emit that a learner's member row was added."""
    _about_user("edx.cohort.user_added", cohort, user_id, actor)


def user_add_requested(cohort, user_id: int, previous, actor) -> None:
    """Emit that a learner was put into a cohort; `previous` is the cohort before, or None."""
    _emit(
        "edx.cohort.user_add_requested",
        cohort.course_id,
        actor,
        {
            "user_id": user_id,
            "cohort_id": cohort.pk,
            "cohort_name": cohort.name,
            "previous_cohort_id": previous.pk if previous else None,
            "previous_cohort_name": previous.name if previous else None,
        },
    )


def email_preassigned(cohort, email: str, actor) -> None:
    """Emit that an address without an account waits for this cohort."""
    _emit(
        "edx.cohort.email_address_preassigned",
        cohort.course_id,
        actor,
        {"user_email": email, "cohort_id": cohort.pk, "cohort_name": cohort.name},
    )


def results_stored(course_key, actor) -> None:
    """Emit that the results of an upload can be had."""
    _emit("edx.instructor.report.requested", course_key, actor, {"report_type": "cohort_results"})


def _about_user(name, cohort, user_id, actor):
    fields = {"cohort_id": cohort.pk, "cohort_name": cohort.name, "user_id": user_id}
    _emit(name, cohort.course_id, actor, fields)


def _emit(name, course_key, actor, data):
    tracking.emit(name, actor=actor, learner_id=actor.pk, course_key=course_key, data=data)
