"""All that a reset would do, for the agent to read before confirming it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from resets.owners.base import Owner, Policy
from resets.owners.scope import Scope


@dataclass(frozen=True)
class Effect:
    """One owner with how many rows it has now, and whether its box is ticked."""

    owner: Owner
    count: int
    is_ticked: bool = False


@dataclass
class Effects:
    """What a reset of one learner in one run would do.

    Attributes:
        cleared: owners with rows that go in any case; nothing: those that have none.
        offered: what goes when it is ticked.
        refusals: what stops the reset until it is ticked; warnings: what is good to know.
        kept: what stays; the count is 0 where none is taken.
        missing: tables that this database lacks and that are skipped.
    """

    cleared: list[Effect] = field(default_factory=list)
    nothing: list[Effect] = field(default_factory=list)
    offered: list[Effect] = field(default_factory=list)
    refusals: list[Effect] = field(default_factory=list)
    warnings: list[Effect] = field(default_factory=list)
    kept: list[Effect] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def find(cls, owners: Iterable[Owner], scope: Scope, choices: Collection[str] | None) -> "Effects":
        """Count everything; `choices` is None before the agent has decided."""
        effects = cls()
        for owner in owners:
            effects.missing += owner.missing()
            if owner.policy == Policy.KEEP:
                effects.kept += [_effect(owner, scope, choices)] if owner.is_present() else []
            elif owner.present():
                effects._add(_effect(owner, scope, choices))
        effects.missing = sorted(set(effects.missing))
        return effects

    def _add(self, effect):
        if effect.owner.policy == Policy.CLEAR:
            (self.cleared if effect.count else self.nothing).append(effect)
        elif effect.count and effect.owner.policy == Policy.OFFER:
            self.offered.append(effect)
        elif effect.count:
            (self.refusals if effect.owner.refuses else self.warnings).append(effect)

    @property
    def must_be_read(self) -> bool:
        """Whether something warns, or stops the reset."""
        return bool(self.refusals or self.warnings)


def _effect(owner, scope, choices):
    if not owner.is_choice:
        return Effect(owner, owner.count(scope))
    ticked = owner.is_ticked(scope) if choices is None else owner.key in choices
    return Effect(owner, owner.count(scope), ticked)
