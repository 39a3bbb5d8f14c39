"""Stored grades. Overrides go first: their foreign key to the grade is RESTRICT in the database."""

from django.utils import timezone

from console.platform import features
from resets.journal import CHUNK
from resets.models import HistoricalSubsectionGradeOverride, PersistentSubsectionGradeOverride
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe

GRADES = "grades_persistentsubsectiongrade"
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


def _overrides(**more):
    return Probe(
        "grades_persistentsubsectiongradeoverride",
        (f"{GRADES}.user_id", "user_id"),
        f"{GRADES}.course_id",
        joins=(("grade_id", f"{GRADES}.id"),),
        **more,
    )


def _write_override_history(keys, actor_id, history_type):
    """Write the row that the LMS's own ORM would have written for each override."""
    if not features.has(HistoricalSubsectionGradeOverride):
        return
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


OVERRIDES = Owner(
    "overrides",
    "Subsection grade overrides",
    Policy.CLEAR,
    (_overrides(),),
    note=_write_override_history,
    others=("grades_historicalpersistentsubsectiongradeoverride",),
)
OVERRIDES_OF_TOOLS = Owner(
    "overrides_of_tools",
    "Grade overrides from the gradebook or from proctoring",
    Policy.WARN,
    (_overrides(reads=("system",), accept=bool),),
    help="They are cleared with the grades. Somebody, or the proctoring service, set them on purpose.",
)
SUBSECTION_GRADES = Owner("subsection_grades", "Subsection grades", Policy.CLEAR, (Probe(GRADES),))
COURSE_GRADES = Owner("course_grades", "Course grade", Policy.CLEAR, (Probe("grades_persistentcoursegrade"),))
OFFLINE_GRADES = Owner(
    "offline_grades", "Grades computed offline", Policy.CLEAR, (Probe("courseware_offlinecomputedgrade"),)
)

OWNERS = (OVERRIDES, SUBSECTION_GRADES, COURSE_GRADES, OFFLINE_GRADES, OVERRIDES_OF_TOOLS)
