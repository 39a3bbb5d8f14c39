"""What opens other content: prerequisites, milestones, timed and proctored exams."""

from functools import partial

from resets.owners import simple_history
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe

ATTEMPTS = "proctoring_proctoredexamstudentattempt"
ATTEMPT_HISTORY = f"{ATTEMPTS}_history"
EXAMS = "proctoring_proctoredexam"
FULFILS = "fulfills"


def _milestones(relation):
    """Return the learner's milestones that `relation` (a table) says are fulfilled in the run."""
    kinds = "milestones_milestonerelationshiptype"
    return Probe(
        "milestones_usermilestone",
        course=f"{relation}.course_id",
        joins=(
            ("milestone_id", f"{relation}.milestone_id"),
            (f"{relation}.milestone_relationship_type_id", f"{kinds}.id"),
        ),
        reads=(f"{kinds}.name", "active", f"{relation}.active"),
        accept=lambda name, *active: name == FULFILS and all(active),
    )


def _attempts(accept):
    return Probe(
        ATTEMPTS,
        course=f"{EXAMS}.course_id",
        joins=(("proctored_exam_id", f"{EXAMS}.id"),),
        reads=("taking_as_proctored", "external_id"),
        accept=accept,
    )


OWNERS = (
    Owner(
        "content_gates",
        "Prerequisites that the learner has met",
        Policy.OFFER,
        (_milestones("milestones_coursecontentmilestone"),),
        help="Gated sections close until their prerequisite, or the entrance exam, is passed again.",
        ticked=True,
        others=("milestones_milestone",),
    ),
    Owner(
        "course_milestones",
        "Other courses that this one has opened",
        Policy.WARN,
        (_milestones("milestones_coursemilestone"),),
        help="The learner keeps the access that completing this course gave.",
    ),
    Owner(
        "exam_attempts",
        "Attempts at timed exams",
        Policy.OFFER,
        (_attempts(lambda proctored, external: not proctored and not external),),
        note=partial(simple_history.write, ATTEMPTS, ATTEMPT_HISTORY),
        help="An attempt that was submitted locks the learner out of the exam.",
        tells="You may take its timed exams again.",
        others=(ATTEMPT_HISTORY,),
        notes_in=(ATTEMPT_HISTORY,),
    ),
    Owner(
        "proctored_attempts",
        "Attempts at proctored exams",
        Policy.WARN,
        (_attempts(lambda proctored, external: proctored or external),),
        help="They stay, and lock the learner out of the exam. Remove them in the LMS, which tells the provider.",
    ),
)
