"""Learner-state owners: for every table of learner state, what a reset does with it.

Each owner selects the rows of one learner in one course run; preview and reset use the same
selection. Order matters: every foreign key of the platform is RESTRICT in the database, so rows
go before those that they refer to. History rows of student modules are nobody's here: they are
kept as evidence (Open edX's own reset destroys them).

Other apps register owners of their own in `AppConfig.ready`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from console.platform import TableUse, merged
from enrollments.models import CourseEnrollment
from resets.journal import Journal, contents
from resets.models import ResetArchive
from resets.owners import audit_access, awards, courseware, gates, grades, kept, placement, submissions
from resets.owners import enrollment as of_enrollment
from resets.owners.base import Owner, Policy
from resets.owners.effects import Effects
from resets.owners.probe import finding_nothing
from resets.owners.scope import Scope

# Where `Scope` looks up under which names a learner's rows are kept.
NAMES_OF_LEARNERS = ("student_anonymoususerid", "external_user_ids_externalid")
IDENTITY = "What is kept under an anonymous name is neither shown nor reset."

AREAS = (grades, courseware, submissions, placement, of_enrollment, gates, audit_access, awards, kept)
OWNERS: list[Owner] = [owner for area in AREAS for owner in area.OWNERS]


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
    if before and before not in keys:
        raise ValueError(f"There is no owner {before!r}.")
    OWNERS.insert(keys.index(before) if before else 0, owner)


def table_uses() -> dict[str, TableUse]:
    """Return what resets and their undoing do with each table of learner state."""
    uses: dict[str, list[TableUse]] = {table: [TableUse(IDENTITY, optional=True)] for table in NAMES_OF_LEARNERS}
    for owner in OWNERS:
        for table, use in owner.table_uses():
            uses.setdefault(table, []).append(use)
    return {table: merged(found) for table, found in uses.items()}


def references() -> dict[str, dict[str, str]]:
    """Return which columns hold the id of another table's row, by table; not all are foreign keys in the database."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for probe in (probe for owner in OWNERS for probe in owner.all_probes()):
        for column, target in probe.joins:
            table, _, key = target.partition(".")
            if key == "id" and "." not in column:
                found[probe.table][column] = table
    return dict(found)


def told(cleared: Mapping[str, int]) -> list[str]:
    """Return what the learner is told of a reset, beside that it took place.

    Args:
        cleared: rows cleared, by the owner's key.
    """
    return [owner.tells for owner in OWNERS if owner.tells and cleared.get(owner.key)]


def consents(choices: Collection[str]) -> list[str]:
    """Return the sentences of those warnings that the agent ticked away."""
    return [owner.consent for owner in OWNERS if owner.refuses and owner.key in choices]


def cleared_with(choices: Collection[str] = ()) -> list[Owner]:
    """Return the owners whose rows a reset clears, in order; those without tables are left out.

    Args:
        choices: keys that the agent ticked; offers among them are cleared too.
    """
    taken = [
        owner
        for owner in OWNERS
        if owner.policy == Policy.CLEAR or (owner.policy == Policy.OFFER and owner.key in choices)
    ]
    return [owner for owner in taken if owner.present()]


def deleting(choices: Collection[str]) -> list[str]:
    """Return those choices whose rows a reset deletes, so that new ones may be in the way of an undo."""
    return [owner.key for owner in OWNERS if owner.key in choices and owner.deletes]


def _scope(enrollment, asked):
    """Return the learner and run for some owners to ask about, after a first look at which of them have no rows."""
    scope = Scope(enrollment)
    scope.empty = finding_nothing((probe for owner in asked for probe in owner.present()), scope)
    return scope


def preview(enrollment: CourseEnrollment, choices: Collection[str] = ()) -> list[tuple[Owner, int]]:
    """Return every owner whose rows a reset would clear, with how many there are now."""
    asked = cleared_with(choices)
    scope = _scope(enrollment, asked)
    return [(owner, owner.count(scope)) for owner in asked]


def effects(enrollment: CourseEnrollment, choices: Collection[str] | None = None) -> Effects:
    """Return all that a reset would do now, and what it would not.

    Args:
        enrollment: whose state, and in which run.
        choices: what the agent has ticked so far; None before the agent has decided.
    """
    return Effects.find(OWNERS, _scope(enrollment, OWNERS), choices)


def barred(archive: ResetArchive, enrollment: CourseEnrollment, choices: Collection[str]) -> dict[tuple[str, int], str]:
    """Return which rows of a reset's archive may not come back now: table and id, and why not.

    Args:
        archive: of the reset.
        enrollment: that was reset.
        choices: what the agent had ticked.

    Raises:
        DamagedArchiveError: a checksum is wrong.
    """
    found: dict[tuple[str, int], str] = {}
    scope = Scope(enrollment)
    for owner in (owner for owner in cleared_with(choices) if owner.bars):
        reasons = owner.bars(scope, contents(archive, owner.key))
        found |= {row: f"{owner.label}: {reason}" for row, reason in reasons.items()}
    return found


def refusal(enrollment: CourseEnrollment, choices: Collection[str]) -> str:
    """Say in a sentence why a reset with these choices is refused; empty when it is not."""
    known = {owner.key for owner in OWNERS if owner.is_choice}
    strange = [choice for choice in choices if choice not in known]
    if strange:
        return f"There is no choice “{strange[0][:50]}” in a reset."
    scope = Scope(enrollment)
    standing = [owner for owner in _refusing(choices) if owner.count(scope)]
    if standing:
        return f"{standing[0].label}. To go on, tick “{standing[0].consent}”."
    return ""


def _refusing(choices):
    """Return the owners that refuse a reset with these choices where they have rows."""
    lifted = {owner.lifts for owner in OWNERS if owner.key in choices}
    return [owner for owner in OWNERS if owner.refuses and owner.key not in {*choices, *lifted}]


def offers() -> list[Owner]:
    """Return what an agent may have cleared too; without what the database has no tables of."""
    return [owner for owner in OWNERS if owner.policy == Policy.OFFER and owner.present()]


def refusals(enrollments: Sequence[CourseEnrollment], choices: Collection[str] = ()) -> dict[int, str]:
    """Return, by id of the enrollment, what would refuse a reset with these choices.

    Args:
        enrollments: all of one course run.
        choices: keys of the offers that are taken.
    """
    scopes = [Scope(enrollment) for enrollment in enrollments]
    found = defaultdict(dict)
    for owner in _refusing(choices):
        for probe in owner.present():
            for scope in probe.holders(scopes):
                found[scope.enrollment_id][owner.label] = True
    return {enrollment_id: "; ".join(labels) for enrollment_id, labels in found.items()}


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
    asked = cleared_with(choices)
    scope = _scope(enrollment, asked)
    cleared = {owner.key: owner.clear(scope, journal, actor_id) for owner in asked}
    journal.close(sum(cleared.values()))
    return cleared


def restored(enrollment: CourseEnrollment, *, actor_id: int, choices: Collection[str] = ()) -> None:
    """Tell the owners whose rows a reset with these choices cleared that a journal was played back."""
    scope = Scope(enrollment)
    for owner in cleared_with(choices):
        owner.restored(scope, actor_id)
