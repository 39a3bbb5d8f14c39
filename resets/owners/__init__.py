"""Learner-state owners: for every table of learner state, what a reset does with it.

Each owner selects the rows of one learner in one course run; preview and reset use the same
selection. Order matters: every foreign key of the platform is RESTRICT in the database, so rows
go before those that they refer to. History rows of student modules are nobody's here: they are
kept as evidence (Open edX's own reset destroys them).

Other apps register owners of their own in `AppConfig.ready`.
"""

from collections.abc import Collection

from enrollments.models import CourseEnrollment
from resets.journal import Journal
from resets.owners import courseware, grades
from resets.owners.base import Owner, Policy
from resets.owners.scope import Scope

OWNERS: list[Owner] = [*grades.OWNERS, *courseware.OWNERS]


def register(owner: Owner, *, before: str | None = None) -> None:
    """Add an owner.

    Args:
        owner: its key must be new.
        before: the key of the owner whose rows its rows refer to; before everything unless given.

    Raises:
        ValueError: the key is taken, or `before` is nobody's.
    """
    keys = [other.key for other in OWNERS]
    if owner.key in keys:
        raise ValueError(f"There is an owner {owner.key!r} already.")
    OWNERS.insert(keys.index(before) if before else 0, owner)


def cleared_with(choices: Collection[str] = ()) -> list[Owner]:
    """Return the owners whose rows a reset clears, in order; those without tables are left out.

    Args:
        choices: keys that the agent ticked; offers among them are cleared too.
    """
    meant = [
        owner
        for owner in OWNERS
        if owner.policy == Policy.CLEAR or (owner.policy == Policy.OFFER and owner.key in choices)
    ]
    return [owner for owner in meant if owner.present()]


def preview(enrollment: CourseEnrollment, choices: Collection[str] = ()) -> list[tuple[Owner, int]]:
    """Return every owner whose rows a reset would clear, with how many there are now."""
    scope = Scope(enrollment)
    return [(owner, owner.count(scope)) for owner in cleared_with(choices)]


def clear(
    enrollment: CourseEnrollment, *, journal: Journal, actor_id: int, choices: Collection[str] = ()
) -> dict[str, int]:
    """Clear the learner's state in the run, in the caller's transaction.

    Args:
        enrollment: whose state, and in which run.
        journal: where every change is written down.
        actor_id: the acting user.
        choices: keys of the offers that are taken.

    Returns:
        Rows cleared, by the owner's key.
    """
    scope = Scope(enrollment)
    cleared = {owner.key: owner.clear(scope, journal, actor_id) for owner in cleared_with(choices)}
    journal.close(sum(cleared.values()))
    return cleared


def restored(enrollment: CourseEnrollment, *, actor_id: int) -> None:
    """Tell every owner that its rows were restored by playing back a journal."""
    scope = Scope(enrollment)
    for owner in OWNERS:
        owner.restored(scope, actor_id)
