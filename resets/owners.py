"""Learner-state owners: what a reset clears, one owner for each kind of rows.

Each owner selects the rows of one learner in one course run and clears exactly those; the preview
counts by the same selection. Order matters: every foreign key of the platform is RESTRICT in the
database, so overrides go before the grades that they belong to. History rows of student modules
are nobody's here: they are kept as evidence (Open edX's own reset destroys them).

Keys are compared in Python, because MySQL's collations take `Demo` and `demo` for the same run.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import CharField, ExpressionWrapper, F, Model, QuerySet
from django.utils import timezone

from enrollments.models import BlockCompletion, CourseEnrollment, PersistentCourseGrade
from resets.journal import CHUNK, Journal
from resets.models import (
    HistoricalSubsectionGradeOverride,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    StudentModule,
)

COPIED_TO_HISTORY = (
    "id",
    "grade_id",
    "created",
    "modified",
    "earned_all_override",
    "possible_all_override",
    "earned_graded_override",
    "possible_graded_override",
    "override_reason",
    "system",
)


@dataclass(frozen=True)
class Owner:
    """One kind of learner state.

    Attributes:
        key: short name, kept in records.
        label: what the rows are, in words, for the preview.
        model: the table.
        select: returns the primary keys of the learner's rows in the run.
        note: called with those keys, the acting user's id and "-" or "+" when the rows are about
            to be deleted, or were restored: what the LMS's own ORM would have written down.
    """

    key: str
    label: str
    model: type[Model]
    select: Callable[[CourseEnrollment], list[int]]
    note: Callable[[list[int], int, str], None] | None = None

    def count(self, enrollment: CourseEnrollment) -> int:
        """Return how many rows a reset would clear now."""
        return len(self.select(enrollment))

    def clear(self, enrollment: CourseEnrollment, journal: Journal, actor_id: int) -> int:
        """Delete the learner's rows, by set and through the journal; return how many they were."""
        keys = self.select(enrollment)
        if self.note:
            self.note(keys, actor_id, "-")
        journal.owner = self.key
        return journal.delete(self.model._meta.db_table, keys)

    def restored(self, enrollment: CourseEnrollment, actor_id: int) -> None:
        """Note that the learner's rows are back."""
        if self.note:
            self.note(self.select(enrollment), actor_id, "+")


def _exact(rows: QuerySet, column: str, course_key) -> list[int]:
    """Return the keys of those rows whose course key is the same to the letter.

    Compared as text: making and comparing key objects took longer than deleting the rows.
    """
    wanted = str(course_key).strip()
    found = rows.values_list("pk", ExpressionWrapper(F(column), output_field=CharField()))
    return [pk for pk, text in found if text.strip() == wanted]


def _student_modules(enrollment):
    """Select by learner alone: no index has learner and course, and the one on course is huge.

    That also finds what a walk over the published course does not: containers with their
    positions, deleted blocks, asides and old `i4x` keys.
    """
    rows = StudentModule.objects.filter(student_id=enrollment.user_id)
    return _exact(rows, "course_id", enrollment.course_id)


def _subsection_grades(enrollment):
    rows = PersistentSubsectionGrade.objects.filter(user_id=enrollment.user_id, course_id=enrollment.course_id)
    return _exact(rows, "course_id", enrollment.course_id)


def _overrides(enrollment):
    rows = PersistentSubsectionGradeOverride.objects.filter(
        grade__user_id=enrollment.user_id, grade__course_id=enrollment.course_id
    )
    return _exact(rows, "grade__course_id", enrollment.course_id)


def _course_grades(enrollment):
    rows = PersistentCourseGrade.objects.filter(user_id=enrollment.user_id, course_id=enrollment.course_id)
    return _exact(rows, "course_id", enrollment.course_id)


def _completions(enrollment):
    rows = BlockCompletion.objects.filter(user_id=enrollment.user_id, context_key=enrollment.course_id)
    return _exact(rows, "context_key", enrollment.course_id)


def _write_override_history(keys, actor_id, history_type):
    """Write the row that the LMS's own ORM would have written for each override."""
    now = timezone.now()
    for start in range(0, len(keys), CHUNK):
        overrides = PersistentSubsectionGradeOverride.objects.filter(pk__in=keys[start : start + CHUNK])
        HistoricalSubsectionGradeOverride.objects.bulk_create(
            HistoricalSubsectionGradeOverride(
                **{name: getattr(override, name) for name in COPIED_TO_HISTORY},
                history_date=now,
                history_type=history_type,
                history_user_id=actor_id,
            )
            for override in overrides
        )


OWNERS = (
    Owner(
        "overrides",
        "Subsection grade overrides",
        PersistentSubsectionGradeOverride,
        _overrides,
        _write_override_history,
    ),
    Owner("subsection_grades", "Subsection grades", PersistentSubsectionGrade, _subsection_grades),
    Owner("course_grades", "Course grade", PersistentCourseGrade, _course_grades),
    Owner("completions", "Completed blocks", BlockCompletion, _completions),
    Owner("student_modules", "Block states, attempts and positions", StudentModule, _student_modules),
)


def preview(enrollment: CourseEnrollment) -> list[tuple[Owner, int]]:
    """Return every owner with the number of rows that a reset would clear now."""
    return [(owner, owner.count(enrollment)) for owner in OWNERS]


def clear(enrollment: CourseEnrollment, *, journal: Journal, actor_id: int) -> dict[str, int]:
    """Clear the learner's state in the run, in the caller's transaction.

    Returns:
        Rows cleared, by the owner's key.
    """
    cleared = {owner.key: owner.clear(enrollment, journal, actor_id) for owner in OWNERS}
    journal.close(sum(cleared.values()))
    return cleared


def restored(enrollment: CourseEnrollment, *, actor_id: int) -> None:
    """Tell every owner that its rows were restored by playing back a journal."""
    for owner in OWNERS:
        owner.restored(enrollment, actor_id)
