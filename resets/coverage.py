"""Which tables of the connected database hold rows per learner and course, and who answers for them.

Open edX grows: a new feature brings a new table, and a reset that does not know it leaves state
behind without a word. So the database itself is asked: tables that name a learner and a course by
their columns or foreign keys, and tables that hang on those. Each has an owner, or is UNKNOWN.
"""

import re
from dataclasses import dataclass, field

from django.db import connection

from resets import owners
from resets.owners import Policy, schema

UNKNOWN = "UNKNOWN"
OWN = "own"
ANSWERS = {**dict(Policy.choices), OWN: "Not learner state", UNKNOWN: "Unknown"}

LEARNER_COLUMN = re.compile(
    r"(\w+_)?(user|student|learner|participant|member)_(id|uuid|key)|(author|owner)_id"
    r"|(\w+_)?username|((user|student|learner|enrolled)_)?email"
)
COURSE_COLUMN = re.compile(
    r"(course|course_?run|context|content|usage|x?block|module|item)_(id|key|locator)"
    r"|learning_context_key|resource_link_id|course(_?run)?"
)
# These name a learner's enrollment, block or submission, and so both.
BOTH_COLUMN = re.compile(r"(\w+_)?enrollment_id|student_module_id|student_item_id|submission_uuid")
LEARNER_TABLES = frozenset({"auth_user", "enterprise_enterprisecustomeruser"})
COURSE_TABLES = frozenset({"course_overviews_courseoverview"})
BOTH_TABLES = frozenset({"student_courseenrollment", "enterprise_enterprisecourseenrollment"})
# Columns and foreign keys that say who did something, not whose it is.
ACTOR_COLUMN = re.compile(
    r"\w+_by(_user)?_(id|uuid|key)|(actor|coach|creator|instructor|requester|reviewer|sender|viewer)_id"
    r"|(history|support|created|updated|modified|reviewing|staff|admin)_user_id"
)
# No learner state, whatever their columns are called; owners may still name a table of these.
NOT_THE_PLATFORMS = ("lectern_", "django_", "auth_", "axes_", "celery_", "social_auth_", "oauth2_provider_")

FOREIGN_KEYS = {
    "sqlite": """
        SELECT m.name, f."from", f."table" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
        WHERE m.type = 'table'
    """,
    "postgresql": """
        SELECT source.relname, a.attname, target.relname
        FROM pg_constraint c
        JOIN pg_class source ON source.oid = c.conrelid
        JOIN pg_class target ON target.oid = c.confrelid
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        JOIN pg_namespace n ON n.oid = source.relnamespace
        WHERE c.contype = 'f' AND n.nspname = current_schema()
    """,
    "mysql": """
        SELECT table_name, column_name, referenced_table_name FROM information_schema.key_column_usage
        WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
    """,
}


@dataclass(frozen=True)
class Finding:
    """One table that holds rows per learner and course.

    Attributes:
        table: its name.
        found_by: the columns that say so; empty for one that only its owner knows.
        owner: the owner's label.
        answer: its policy, OWN for tables of Lectern and Django, or UNKNOWN.
    """

    table: str
    found_by: str
    owner: str
    answer: str

    @property
    def is_unknown(self) -> bool:
        return self.answer == UNKNOWN

    @property
    def answer_label(self) -> str:
        return ANSWERS[self.answer]


@dataclass
class Shape:
    """What a table's columns and foreign keys say about it."""

    learner: set[str] = field(default_factory=set)
    course: set[str] = field(default_factory=set)
    both: set[str] = field(default_factory=set)

    @property
    def is_found(self) -> bool:
        return bool(self.both or (self.learner and self.course))

    @property
    def names(self) -> str:
        return ", ".join(sorted(self.both or self.learner | self.course))


def coverage() -> list[Finding]:
    """Return every table of the database that holds rows per learner and course, unknown ones first."""
    schema.forget()
    tables = schema.columns()
    shapes = _shapes(tables, _foreign_keys())
    owned = _owned()
    named = {table: shapes[table].names for table in tables if shapes[table].is_found}
    found = [_judge(table, named.get(table, ""), owned) for table in {*named, *(owned.keys() & tables.keys())}]
    return sorted(found, key=lambda finding: (not finding.is_unknown, finding.answer == OWN, finding.table))


def _owned() -> dict[str, tuple[str, str]]:
    """Return label and policy for each table: of the owner that does most to it, where several look."""
    order = list(Policy)
    found: dict[str, tuple[str, str]] = {}
    for owner in sorted(owners.OWNERS, key=lambda owner: order.index(owner.policy)):
        for probe in owner.all_probes():
            found.setdefault(probe.table, (owner.label, owner.policy))
    for owner in owners.OWNERS:
        for table in owner.others:
            found.setdefault(table, (owner.label, Policy.KEEP))
    return found


def _judge(table, names, owned):
    if table in owned:
        return Finding(table, names, *owned[table])
    if table.startswith(NOT_THE_PLATFORMS):
        return Finding(table, names, "Lectern" if table.startswith("lectern_") else "Accounts and sessions", OWN)
    for candidate in (table.replace("_historical", "_", 1), table.removesuffix("history").removesuffix("_")):
        if candidate != table and candidate in owned:
            return Finding(table, names, f"History: {owned[candidate][0]}", Policy.KEEP)
    return Finding(table, names, "", UNKNOWN)


def _foreign_keys() -> dict[str, list[tuple[str, str]]]:
    keys: dict[str, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN_KEYS[connection.vendor])
        for table, column, target in cursor.fetchall():
            keys.setdefault(table, []).append((column, target))
    return keys


def _shapes(tables, foreign_keys) -> dict[str, Shape]:
    shapes = {table: _by_columns(columns) for table, columns in tables.items()}
    direct = {table for table, shape in shapes.items() if shape.course}
    for table, keys in foreign_keys.items():
        for column, target in keys:
            _by_reference(shapes[table], column, target, direct)
    _spread(shapes, foreign_keys)
    return shapes


def _by_columns(columns):
    patterns = (LEARNER_COLUMN, COURSE_COLUMN, BOTH_COLUMN)
    names = [name for name in columns if not ACTOR_COLUMN.fullmatch(name)]
    return Shape(*({name for name in names if pattern.fullmatch(name)} for pattern in patterns))


def _by_reference(shape, column, target, direct):
    """Take in what one foreign key says: whose a row is, or of which course."""
    if target in BOTH_TABLES:
        shape.both.add(column)
    elif target in LEARNER_TABLES and not ACTOR_COLUMN.fullmatch(column):
        shape.learner.add(column)
    elif target in COURSE_TABLES or (target in direct and target not in LEARNER_TABLES):
        shape.course.add(column)


def _spread(shapes, foreign_keys):
    """Rows that refer to a learner's rows are the learner's too, however long the chain."""
    changed = True
    while changed:
        changed = False
        for table, keys in foreign_keys.items():
            if shapes[table].is_found:
                continue
            if parents := {column for column, target in keys if target in shapes and shapes[target].is_found}:
                shapes[table].both |= parents
                changed = True
