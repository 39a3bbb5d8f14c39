"""Stored grades. Overrides go first: their foreign key to the grade is RESTRICT in the database."""

from functools import partial

from resets.owners import simple_history
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe

GRADES = "grades_persistentsubsectiongrade"
OVERRIDDEN = "grades_persistentsubsectiongradeoverride"
HISTORY = "grades_historicalpersistentsubsectiongradeoverride"


def _overrides(**more):
    return Probe(
        OVERRIDDEN,
        (f"{GRADES}.user_id", "user_id"),
        f"{GRADES}.course_id",
        joins=(("grade_id", f"{GRADES}.id"),),
        **more,
    )


OVERRIDES = Owner(
    "overrides",
    "Subsection grade overrides",
    Policy.CLEAR,
    (_overrides(),),
    note=partial(simple_history.write, OVERRIDDEN, HISTORY),
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
