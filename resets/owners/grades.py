"""Stored grades. Overrides go first: their foreign key to the grade is RESTRICT in the database."""

from console.platform import features
from resets import rows
from resets.models import HistoricalSubsectionGradeOverride
from resets.owners import schema
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe

GRADES = "grades_persistentsubsectiongrade"
OVERRIDDEN = "grades_persistentsubsectiongradeoverride"
HISTORY = "grades_historicalpersistentsubsectiongradeoverride"
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
        OVERRIDDEN,
        (f"{GRADES}.user_id", "user_id"),
        f"{GRADES}.course_id",
        joins=(("grade_id", f"{GRADES}.id"),),
        **more,
    )


def _write_override_history(keys, actor_id, history_type):
    """Write the row that the LMS's own ORM would have written for each override."""
    if not features.has(HistoricalSubsectionGradeOverride):
        return
    about = {"history_date": schema.moment(), "history_type": history_type, "history_user_id": actor_id}
    for chunk in rows.chunks(keys):
        rows.copy(OVERRIDDEN, rows.among(chunk), COPIED_TO_HISTORY, into=HISTORY, values=about)


OVERRIDES = Owner(
    "overrides",
    "Subsection grade overrides",
    Policy.CLEAR,
    (_overrides(),),
    note=_write_override_history,
    others=(HISTORY,),
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
