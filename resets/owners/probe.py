"""How the rows of one learner in one run are found in one table.

Preview and reset use the same selection. Letter case counts, although collations may take `Demo` and
`demo` for the same run: a column is compared once for its index and once more exactly.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter

from django.db import connection

from resets import rows
from resets.owners import schema
from resets.owners.scope import Scope

BY_USER = ("user_id", "user_id")
BY_STUDENT = ("student_id", "user_id")
BY_USERNAME = ("username", "username")
BY_ANONYMOUS_ID = ("student_id", "anonymous_ids")
BY_ENROLLMENT = ("enrollment_id", "enrollment_id")
# So many tables are looked through one by one as quickly as all of them are asked about before.
FEW = 6
# Attributes of Scope that hold one value.
SINGLE = {"user_id", "enrollment_id", "username"}


@dataclass(frozen=True)
class Probe:
    """The learner's rows in one table.

    Column names are of the table itself, or `table.column` of a joined one.

    Attributes:
        table: where the rows are.
        person: a column, and the attribute of Scope (one value or several) that it holds.
        course: a column with the course key.
        usage: a column with usage keys of the run's blocks, where no column has the course key.
        joins: pairs of a column and the `table.column` that it refers to.
        reads, accept: further columns, and what their values are asked; a row is taken when the
            answer is true. A column that the database lacks reads as None.
        value: the column that is returned.
        counted: whether people are told how many rows there are; not where they repeat another probe's.
        narrow: whether the course is part of the statement; not where no index has learner and
            course and the one on the course alone is huge.
    """

    table: str
    person: tuple[str, str] = BY_USER
    course: str | None = "course_id"
    usage: str | None = None
    joins: tuple[tuple[str, str], ...] = ()
    reads: tuple[str, ...] = ()
    accept: Callable[..., bool] | None = None
    value: str = "id"
    counted: bool = True
    narrow: bool = True

    @property
    def tables(self) -> tuple[str, ...]:
        """The table and those that are joined to it."""
        return (self.table, *(target.partition(".")[0] for _, target in self.joins))

    def is_present(self) -> bool:
        """Say whether the database has everything that the selection names."""
        named = [self.value, self.person[0], self.course, self.usage, *(name for pair in self.joins for name in pair)]
        return all(self._exists(name) for name in named if name)

    def find(self, scope: Scope) -> list:
        """Return `value` of the learner's rows in the run, each once."""
        return self._find(scope, self._names(scope))

    def where(self, scope: Scope) -> rows.Where | None:
        """Return the selection as a condition on the table alone; None when it is more than that."""
        names = self._names(scope)
        if type(self) is not Probe or self.joins or self.usage or self.accept or self.value != "id" or not names:
            return None
        conditions, parameters = self._conditions(scope, names)
        return rows.Where(" AND ".join(conditions), tuple(parameters))

    def question(self, scope: Scope) -> tuple[str, list] | None:
        """Return a statement, with its parameters, that gives no row when `find` finds none.

        None where looking takes as much work as finding, or finding takes more than a statement.
        """
        names = self._names(scope) if type(self).find is Probe.find and self.narrow else []
        if not names or (self.usage and not scope.usage_prefix):
            return None
        statement, parameters, _ = self._statement(scope, names)
        return statement, parameters

    def holders(self, scopes: Sequence[Scope]) -> list[Scope]:
        """Return those of some learners, all in one run, who have such rows; by one statement if it can be."""
        if type(self) is not Probe or self.person[1] not in SINGLE:
            return [scope for scope in scopes if self.find(scope)]
        people = {getattr(scope, self.person[1]): scope for scope in scopes}
        found = replace(self, value=self.person[0])._find(scopes[0], list(people)) if people else []
        return [people[name] for name in found]

    def _names(self, scope):
        names = getattr(scope, self.person[1])
        return names if isinstance(names, list) else [names]

    def _find(self, scope, names):
        if not names or (self.usage and not scope.usage_prefix):
            return []
        statement, parameters, read = self._statement(scope, names)
        found = rows.fetch(statement, parameters)
        if self.usage or self.accept:
            found = [row for row in found if self._is_meant(scope, row, read)]
        return list(dict.fromkeys(map(itemgetter(0), found)))

    def _statement(self, scope, names):
        read = [name for name in self.reads if self._exists(name)]
        conditions, parameters = self._conditions(scope, names)
        joins = " ".join(
            f"JOIN {schema.quoted(target.partition('.')[0])} ON {self._name(column)} = {schema.quoted(target)}"
            for column, target in self.joins
        )
        selected = [self.value, *([self.usage] if self.usage else []), *read]
        columns = ", ".join(self._name(name) for name in selected)
        statement = f"SELECT {columns} FROM {schema.quoted(self.table)} {joins} WHERE {' AND '.join(conditions)}"
        return statement, parameters, read

    def _conditions(self, scope, names):
        marks = ", ".join(["%s"] * len(names))
        conditions, parameters = [f"{self._name(self.person[0])} IN ({marks})"], [*names]
        # Columns of names and keys do on MySQL, those of keys on SQLite too (opaque_keys.edx.django).
        ignores_case = connection.vendor != "postgresql"
        if ignores_case and isinstance(names[0], str):
            conditions.append(f"{self._exactly(self.person[0])} IN ({marks})")
            parameters += names
        if self.course and self.narrow:
            conditions.append(f"{self._name(self.course)} = %s")
            parameters.append(scope.course)
        if self.course and (ignores_case or not self.narrow):
            conditions.append(f"{self._exactly(self.course)} = %s")
            parameters.append(scope.course)
        if self.usage:
            conditions.append(f"{self._name(self.usage)} LIKE %s ESCAPE '!'")
            parameters.append(_escaped(scope.usage_prefix) + "%")
        return conditions, parameters

    def _exactly(self, name):
        """Return a text column in a form in which letter case counts and no index is looked up."""
        if connection.vendor == "mysql":
            return f"CONVERT({self._name(name)} USING utf8mb4) COLLATE utf8mb4_bin"
        if connection.vendor == "sqlite":
            return f"+{self._name(name)} COLLATE BINARY"
        return f"({self._name(name)} || '')"

    def _is_meant(self, scope, row, read):
        _, *values = row
        if self.usage and not values.pop(0).startswith(scope.usage_prefix):
            return False
        if self.accept is None:
            return True
        known = dict(zip(read, values, strict=True))
        return bool(self.accept(*(known.get(name) for name in self.reads)))

    def _exists(self, name):
        table, _, column = self._full(name).rpartition(".")
        return schema.has_columns(table, {column})

    def _full(self, name):
        return name if "." in name else f"{self.table}.{name}"

    def _name(self, name):
        return schema.quoted(self._full(name))


def finding_nothing(probes: Iterable[Probe], scope: Scope) -> set[Probe]:
    """Return probes that find nothing now, by one statement for all: most learners have rows in few tables."""
    asked = {probe: question for probe in probes if (question := probe.question(scope))}
    if len(asked) <= FEW:
        return set()
    statements, parameters = zip(*asked.values(), strict=True)
    (answers,) = rows.fetch(f"SELECT {', '.join(f'EXISTS ({one})' for one in statements)}", [*chain(*parameters)])
    return {probe for probe, answer in zip(asked, answers, strict=True) if not answer}


def _escaped(text: str) -> str:
    """Escape what LIKE would take for a pattern; `!` because MySQL reads backslashes twice."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
