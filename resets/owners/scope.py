"""One learner in one course run, under every name by which the platform's tables know them."""

import uuid
from functools import cached_property

from enrollments.models import CourseEnrollment
from resets import rows
from resets.owners import schema


class Scope:
    """What owners select by. Names that need a query are read once, when first needed.

    Attributes:
        enrollment: the learner's enrollment in the run.
        course: the course key as text.
        user_id, enrollment_id: ids of the learner and the enrollment.
        empty: probes that need not look, because there was nothing for them a moment ago.
    """

    def __init__(self, enrollment: CourseEnrollment):
        self.enrollment = enrollment
        self.course = str(enrollment.course_id).strip()
        self.user_id = enrollment.user_id
        self.enrollment_id = enrollment.pk
        self.empty = set()

    @cached_property
    def username(self) -> str:
        return self.enrollment.user.get_username()

    @cached_property
    def anonymous_ids(self) -> list[str]:
        """The learner's names in the run for ORA and the like: several after a change of SECRET_KEY."""
        return self.anonymous_ids_of(self.user_id)

    def anonymous_ids_of(self, user_id: int) -> list[str]:
        """Return the anonymous ids of any person in this run, the oldest first."""
        rows = _fetch("student_anonymoususerid", ("anonymous_user_id", "course_id"), user_id)
        return [name for name, course in rows if str(course).strip() == self.course]

    @cached_property
    def external_ids(self) -> list[str]:
        """The learner's names towards LTI tools, and the plain user id of older releases."""
        rows = _fetch("external_user_ids_externalid", ("external_user_id",), self.user_id)
        return [str(self.user_id), *(form for (value,) in rows for form in forms_of_uuid(value))]

    @cached_property
    def usage_prefix(self) -> str | None:
        """How usage keys of the run begin. None: they do not name their run (`i4x` keys)."""
        if not hasattr(self.enrollment.course_id, "make_usage_key"):
            return None
        key = str(self.enrollment.course_id.make_usage_key("any", "any"))
        return key.partition("+type@")[0] + "+type@" if "+type@" in key else None


def forms_of_uuid(value) -> list[str]:
    """Return a UUID's text with dashes and without: tables that refer to each other differ in this."""
    try:
        parsed = value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return [str(value)]
    return [str(parsed), parsed.hex]


def _fetch(table, names, user_id):
    if not schema.has_columns(table, {*names, "user_id", "id"}):
        return []
    selected = ", ".join(schema.quoted(name) for name in names)
    statement = f"SELECT {selected} FROM {schema.quoted(table)} WHERE {schema.quoted('user_id')} = %s"
    return rows.fetch(f"{statement} ORDER BY {schema.quoted('id')}", [user_id])
