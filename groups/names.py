"""Names of cohorts and learner groups: unique in a course run across both kinds.

The unique key of the LMS's table is (name, course run) whatever the kind. MySQL compares by its
collation (letter case, accents, trailing spaces), the other engines exactly.
"""

from contextlib import contextmanager

from django.db import DataError, IntegrityError, transaction

from groups.errors import GroupRefusedError
from groups.models import CourseUserGroup

NAME_LENGTH = 255
# The word of the LMS's API for it.
COHORT_NAME_TAKEN = "cohort-name-exists"
NAME_NEEDED = "Give it a name."
NAME_TOO_LONG = f"A name has at most {NAME_LENGTH} characters."
NAME_UNPRINTABLE = "A name cannot hold line breaks or control characters."
NAME_UNSTORABLE = "The database cannot store this name: leave out pictures and other rare characters."


def clean_name(name: str) -> str:
    """Return the trimmed name. Raises GroupRefusedError for one that is empty, too long or not printable."""
    name = name.strip()
    if not name:
        raise GroupRefusedError(NAME_NEEDED, "name")
    if len(name) > NAME_LENGTH:
        raise GroupRefusedError(NAME_TOO_LONG, "name")
    if not name.isprintable():
        raise GroupRefusedError(NAME_UNPRINTABLE, "name")
    return name


@contextmanager
def unique_name(course_key, name: str, own_id: int | None = None):
    """Wrap the statements that store a group's name; inside a transaction.

    Args:
        course_key: the course run.
        name: as returned by `clean_name`.
        own_id: the group that is renamed; its own name is not in its way, so that letter case can change.

    Raises:
        GroupRefusedError: another cohort or learner group of the run has the name, or the database
            cannot store it.
    """
    groups = CourseUserGroup.objects.filter(course_id=course_key).exclude(pk=own_id)
    folded = name.casefold()
    other = next((group for group in groups if group.name.strip().casefold() == folded), None)
    if other is not None:
        raise _taken(name, other)
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise _taken(name, groups.filter(name=name).first()) from error
    except DataError as error:
        raise GroupRefusedError(NAME_UNSTORABLE, "name") from error


def _taken(name, other):
    if other is None:
        return GroupRefusedError("Another group of this course run has this name. Choose another one.", "name")
    is_cohort = other.group_type == CourseUserGroup.Type.COHORT
    kind = "cohort" if is_cohort else "learner group"
    alike = "" if other.name == name else f" (“{other.name}”; letter case and accents make no difference)"
    text = f"There is a {kind} with this name already{alike}. Choose another name."
    return GroupRefusedError(text, "name", COHORT_NAME_TAKEN if is_cohort else "")
