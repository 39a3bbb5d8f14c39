"""What hangs on the enrollment: celebrations, dates, roles."""

from dataclasses import dataclass
from functools import partial

from enrollments.models import CourseOverview
from resets.owners import schema, simple_history
from resets.owners.base import Owner, Policy
from resets.owners.probe import BY_ENROLLMENT, Probe

SCHEDULES = "schedules_schedule"
SCHEDULE_HISTORY = "schedules_historicalschedule"


@dataclass(frozen=True)
class RolesOfOrganisation(Probe):
    """Roles of the learner in all course runs of the organisation, which have no course key."""

    def _conditions(self, scope, names):
        conditions, parameters = super()._conditions(scope, names)
        conditions += [f"{self._name('course_id')} = ''", f"{self._exactly('org')} = %s"]
        # Site-wide roles name no organisation.
        return conditions, [*parameters, getattr(scope.enrollment.course_id, "org", None) or " "]


def _celebrate_again(journal, probe, keys, scope, actor_id):
    values = {"celebrate_first_section": True, "modified": schema.moment()}
    if schema.has_columns(probe.table, {"celebrate_weekly_goal"}):
        values["celebrate_weekly_goal"] = False  # The LMS's default.
    journal.update(probe.table, keys, values)


def _start_now(journal, probe, keys, scope, actor_id):
    now = schema.moment()
    journal.update(probe.table, keys, {"start_date": now, "modified": now})


def _is_self_paced(scope):
    return CourseOverview.objects.filter(pk=scope.enrollment.course_id, self_paced=True).exists()


OWNERS = (
    Owner(
        "celebrations",
        "Celebration of the first section",
        Policy.OFFER,
        (
            Probe(
                "student_courseenrollmentcelebration",
                BY_ENROLLMENT,
                course=None,
                reads=("celebrate_first_section",),
                accept=lambda pending: not pending,
            ),
        ),
        change=_celebrate_again,
        help="Finishing the first section is celebrated once more.",
        ticked=True,
    ),
    Owner(
        "schedule",
        "Start of the personal schedule",
        Policy.OFFER,
        (Probe(SCHEDULES, BY_ENROLLMENT, course=None),),
        change=_start_now,
        note=partial(simple_history.write, SCHEDULES, SCHEDULE_HISTORY),
        help="It starts today: in a self-paced course all due dates follow. The upgrade deadline stays.",
        tells="Your personal schedule starts anew.",
        ticked=_is_self_paced,
        others=(SCHEDULE_HISTORY, "schedules_scheduleexperience"),
        notes_in=(SCHEDULE_HISTORY,),
    ),
    Owner(
        "due_dates",
        "Individual due dates",
        Policy.OFFER,
        (
            Probe(
                "edx_when_userdate",
                course="edx_when_contentdate.course_id",
                joins=(("content_date_id", "edx_when_contentdate.id"),),
            ),
        ),
        help="Extensions that staff granted for the first attempt. The LMS keeps them in its cache for a while.",
        tells="Due dates that you had been given personally are those of the course run again.",
    ),
    Owner(
        "entrance_exam",
        "Waiver of the entrance exam",
        Policy.OFFER,
        (Probe("student_entranceexamconfiguration", reads=("skip_entrance_exam",), accept=bool),),
        help="Without it the learner takes the entrance exam again.",
        tells="Please take the entrance exam again.",
    ),
    Owner(
        "access_roles",
        "Roles of the learner in this course run or its organisation",
        Policy.WARN,
        (
            Probe("student_courseaccessrole"),
            RolesOfOrganisation("student_courseaccessrole", course=None),
        ),
        help="The account belongs to course staff or to a beta tester, who see more than learners do.",
    ),
)
