"""What a learner-state owner is: the one place that answers for some of the platform's tables."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import TextChoices

from console.platform import TableUse
from resets.journal import Journal
from resets.owners import schema, simple_history
from resets.owners.probe import Probe
from resets.owners.scope import Scope


class Policy(TextChoices):
    """What a reset does with an owner's rows."""

    CLEAR = "clear", "Cleared"
    OFFER = "offer", "Offered"
    WARN = "warn", "Warned about"
    KEEP = "keep", "Kept"


@dataclass(frozen=True)
class Owner:
    """One kind of learner state.

    Attributes:
        key: short name, kept in records.
        label: what the rows are, in words.
        policy: what a reset does with them; offered ones are cleared when the agent ticks them.
        probes: how the rows are found. Those whose tables the database lacks are skipped.
        change: called with the journal, a probe, the keys that it found, the scope and the acting
            user's id; None deletes the rows.
        empties: whether `change` deletes the rows, too, with something else that follows from it.
        note: called with the keys, the acting user's id and one of `simple_history`'s signs: rows
            are about to be deleted, were changed, were restored. What the LMS's own ORM does then.
        bars: called with the scope and the rows that a reset took, as pairs of table and values by
            column; returns why not for each of them, by table and id, that may not come back.
        help: one sentence for the agent: what follows from it.
        tells: one sentence for the learner, in the e-mail, once rows were cleared.
        ticked: whether an offer is ticked at first; a function is asked with the scope.
        refuses: whether a warning stops the reset until the agent ticks that it is meant.
        consent: what the box beside such a warning says.
        lifts: key of the warning that no longer stops the reset when this offer is taken.
        others: further tables that this owner answers for.
        adds: tables into which `change` adds rows, which an undo removes.
        updates: further tables in which `change` and `note` change rows.
        notes_in: tables into which `note` adds rows.
    """

    key: str
    label: str
    policy: Policy
    probes: tuple[Probe, ...] = ()
    change: Callable | None = None
    empties: bool = False
    note: Callable | None = None
    bars: Callable | None = None
    help: str = ""
    tells: str = ""
    ticked: Callable[[Scope], bool] | bool = False
    refuses: bool = False
    consent: str = ""
    lifts: str = ""
    others: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    notes_in: tuple[str, ...] = ()

    @property
    def is_choice(self) -> bool:
        """Say whether the agent may tick it."""
        return self.policy == Policy.OFFER or self.refuses

    @property
    def deletes(self) -> bool:
        """Say whether clearing deletes rows, which could be there anew when they are put back."""
        return self.policy in {Policy.CLEAR, Policy.OFFER} and (self.change is None or self.empties)

    def is_ticked(self, scope: Scope) -> bool:
        """Say whether the offer is ticked when the agent has not yet decided."""
        return self.ticked(scope) if callable(self.ticked) else self.ticked

    def tables(self) -> Iterable[str]:
        """Return every table that this owner answers for, in this database or not."""
        return dict.fromkeys([*(probe.table for probe in self.all_probes()), *self.others])

    def table_uses(self) -> Iterator[tuple[str, TableUse]]:
        """Yield what is done with each table, clearing and undoing together; the same table may come twice."""
        told = {"without": f"{self.label}: neither shown nor reset.", "optional": True}
        for probe in self.all_probes():
            yield from ((table, TableUse(**told)) for table in probe.tables)
            if self.deletes:
                yield probe.table, TableUse(**told, insert=True, delete=True)
            elif self.change is not None:
                yield probe.table, TableUse(**told, update=True)
        yield from ((table, TableUse(**told, update=True)) for table in self.updates)
        yield from ((table, TableUse(**told, insert=True, delete=True)) for table in self.adds)
        yield from ((table, TableUse(**told, insert=True)) for table in self.notes_in)

    def all_probes(self) -> tuple[Probe, ...]:
        """Return the probes; a subclass may find out which tables there are first."""
        return self.probes

    def present(self) -> list[Probe]:
        """Return the probes whose tables and columns the database has."""
        return [probe for probe in self.all_probes() if probe.is_present()]

    def is_present(self) -> bool:
        """Say whether the database has anything that this owner answers for."""
        return bool(self.present()) or any(table in schema.columns() for table in self.others)

    def missing(self) -> list[str]:
        """Return the tables that would be looked at if the database had them."""
        probes = self.all_probes() if self.policy != Policy.KEEP else ()
        return [probe.table for probe in probes if not probe.is_present()]

    def count(self, scope: Scope) -> int:
        """Return how many rows there are, which is how many a reset would clear now."""
        return sum(len(probe.find(scope)) for probe in self._asked(scope) if probe.counted)

    def clear(self, scope: Scope, journal: Journal, actor_id: int) -> int:
        """Delete or change the learner's rows, by set and through the journal; return how many."""
        journal.owner = self.key
        cleared = [(probe, self._clear(probe, scope, journal, actor_id)) for probe in self._asked(scope)]
        return sum(count for probe, count in cleared if probe.counted)

    def _asked(self, scope):
        return [probe for probe in self.present() if probe not in scope.empty]

    def _clear(self, probe, scope, journal, actor_id):
        where = None if self.note or self.change else probe.where(scope)
        if where:
            return journal.delete_where(probe.table, where)
        keys = probe.find(scope)
        if not keys:
            return 0
        if self.change:
            self.change(journal, probe, keys, scope, actor_id)
            if self.note and not self.empties:
                self.note(keys, actor_id, simple_history.CHANGED)
            return len(keys)
        if self.note:
            self.note(keys, actor_id, simple_history.DELETED)
        return journal.delete(probe.table, keys)

    def restored(self, scope: Scope, actor_id: int) -> None:
        """Note that the learner's rows are back."""
        kind = simple_history.ADDED if self.deletes else simple_history.CHANGED
        for probe in self.present() if self.note else ():
            self.note(probe.find(scope), actor_id, kind)
