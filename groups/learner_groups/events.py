"""Tracking events about learner groups. The LMS has no such groups, so the names are ours."""

from console import tracking


def changed(group, verb: str, actor, **data) -> None:
    """Emit that something happened to a group: created, renamed, deleted, linked, …"""
    fields = {"group_id": group.pk, "group_name": group.name, **data}
    tracking.emit(
        f"lectern.learner_group.{verb}", actor=actor, learner_id=actor.pk, course_key=group.course_id, data=fields
    )


def members(group, verb: str, user_ids, actor) -> None:
    """Emit for each learner that they were added to or removed from a group."""
    for user_id in user_ids:
        changed(group, f"user_{verb}", actor, user_id=user_id)
