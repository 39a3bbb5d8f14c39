"""Submissions and what hangs on them: the platform never deletes those, nor do we.

A submission is marked deleted, a score is followed by a reset score, a workflow is cancelled: the
way of edx-submissions and ORA. Rows of a team submission belong to the team and stay as they are.
The LMS keeps submissions in its cache for a while, by their uuid.
"""

from dataclasses import dataclass
from itertools import islice

from resets.owners import schema
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe
from resets.owners.scope import Scope, forms_of_uuid

ITEMS = "submissions_studentitem"
SUBMISSIONS = "submissions_submission"
SCORES = "submissions_score"
SUMMARIES = "submissions_scoresummary"
WORKFLOWS = "workflow_assessmentworkflow"
CANCELLATIONS = "workflow_assessmentworkflowcancellation"
COMMENT = "Cancelled because the learner’s progress in this course was reset."
BY_UUID = ("submission_uuid", "uuids")
OF_ITEM = (f"{ITEMS}.student_id", "anonymous_ids")


def _submissions(accept, value="id"):
    return Probe(
        SUBMISSIONS,
        OF_ITEM,
        f"{ITEMS}.course_id",
        joins=(("student_item_id", f"{ITEMS}.id"),),
        reads=("status", "team_submission_id"),
        accept=accept,
        value=value,
    )


def _is_active(status, team):
    return status != "D" and team is None


OWN_ACTIVE = _submissions(_is_active)
OWN_UUIDS = _submissions(lambda _, team: team is None, value="uuid")
TEAM_ITEMS = _submissions(lambda _, team: team is not None, value="student_item_id")
OF_TEAM = _submissions(lambda status, team: status != "D" and team is not None)


@dataclass(frozen=True)
class ByUuid(Probe):
    """Rows that name the learner's own submissions by uuid, with dashes."""

    chunk: int = 500

    def is_present(self):
        return super().is_present() and OWN_UUIDS.is_present()

    def question(self, scope):
        return OWN_UUIDS.question(scope)

    def find(self, scope):
        uuids = iter([form for value in OWN_UUIDS.find(scope) for form in forms_of_uuid(value)])
        found = []
        while part := list(islice(uuids, self.chunk)):
            found += super().find(_Named(scope, part))
        return list(dict.fromkeys(found))


class _Named(Scope):
    """The same learner and run, with the uuids of some submissions."""

    def __init__(self, scope, uuids):
        super().__init__(scope.enrollment)
        self.uuids = uuids


@dataclass(frozen=True)
class Scored(Probe):
    """Items whose last score is not a reset one; those of a team are the team's."""

    def find(self, scope):
        items = super().find(scope)
        if not items or not TEAM_ITEMS.is_present():
            return items
        of_team = set(TEAM_ITEMS.find(scope))
        return [item for item in items if item not in of_team]


def _soft_delete(journal, probe, keys, scope, actor_id):
    journal.update(SUBMISSIONS, keys, {"status": "D"})


def _reset_scores(journal, probe, keys, scope, actor_id):
    """Follow each item's last score by one of 0 of 0 that is marked as a reset, and point its summary there.

    edx-submissions does the second by a signal (submissions/models.py, ScoreSummary).
    """
    for item in keys:
        score = journal.add(
            SCORES,
            {
                "points_earned": 0,
                "points_possible": 0,
                "created_at": schema.moment(),
                "reset": True,
                "student_item_id": item,
                "submission_id": None,
            },
        )
        summaries = schema.keys_where(SUMMARIES, "student_item_id", item)
        journal.update(SUMMARIES, summaries, {"highest_id": score, "latest_id": score})


def _cancel_workflows(journal, probe, keys, scope, actor_id):
    now = schema.moment()
    journal.update(WORKFLOWS, keys, {"status": "cancelled", "status_changed": now, "modified": now})
    if not schema.has_columns(CANCELLATIONS, {"id"}):
        return
    by = next(iter(scope.anonymous_ids_of(actor_id)), "")
    for key in keys:
        row = {"comments": COMMENT, "cancelled_by_id": by, "created_at": now, "workflow_id": key}
        journal.add(CANCELLATIONS, row)


def _leave_pool(journal, probe, keys, scope, actor_id):
    journal.update(probe.table, keys, {"cancelled_at": schema.moment()})


def _retire(journal, probe, keys, scope, actor_id):
    journal.update(probe.table, keys, {"status": "retired", "status_time": schema.moment()})


def _is_empty(value):
    return value is None


OWNERS = (
    Owner(
        "workflows",
        "Assessments under way",
        Policy.CLEAR,
        (
            ByUuid(
                WORKFLOWS,
                BY_UUID,
                reads=("status",),
                accept=lambda status: status != "cancelled",
            ),
        ),
        change=_cancel_workflows,
        others=("workflow_assessmentworkflowstep", CANCELLATIONS),
        adds=(CANCELLATIONS,),
    ),
    Owner(
        "assessment_pools",
        "Responses waiting for assessment by peers or staff",
        Policy.CLEAR,
        (
            ByUuid("assessment_peerworkflow", BY_UUID, reads=("cancelled_at",), accept=_is_empty),
            ByUuid("assessment_staffworkflow", BY_UUID, reads=("cancelled_at",), accept=_is_empty),
        ),
        change=_leave_pool,
    ),
    Owner(
        "scores",
        "Scores of submissions",
        Policy.CLEAR,
        (
            Scored(
                SUMMARIES,
                OF_ITEM,
                f"{ITEMS}.course_id",
                joins=(("student_item_id", f"{ITEMS}.id"), ("latest_id", f"{SCORES}.id")),
                reads=(f"{SCORES}.reset",),
                accept=lambda reset: not reset,
                value="student_item_id",
            ),
        ),
        change=_reset_scores,
        others=(SCORES, ITEMS, "submissions_scoreannotation"),
        adds=(SCORES,),
    ),
    Owner("submissions", "Submissions", Policy.CLEAR, (OWN_ACTIVE,), change=_soft_delete),
    Owner(
        "external_graders",
        "Submissions waiting for an external grader",
        Policy.OFFER,
        (
            Probe(
                "submissions_externalgraderdetail",
                OF_ITEM,
                f"{ITEMS}.course_id",
                joins=(("submission_id", f"{SUBMISSIONS}.id"), (f"{SUBMISSIONS}.student_item_id", f"{ITEMS}.id")),
                reads=("status", f"{SUBMISSIONS}.team_submission_id"),
                accept=lambda status, team: status in {"pending", "pulled", "retry"} and team is None,
            ),
        ),
        change=_retire,
        help="They are taken off the queue. A reply that comes later would write a score into the new attempt.",
    ),
    Owner(
        "team_submissions",
        "Submissions of the learner’s team",
        Policy.WARN,
        (OF_TEAM,),
        help="They belong to the whole team and are left alone, with their scores.",
        others=("submissions_teamsubmission", "workflow_teamassessmentworkflow", "assessment_teamstaffworkflow"),
    ),
    Owner(
        "team_files",
        "Files shared with a team",
        Policy.WARN,
        (Probe("assessment_sharedfileupload", ("owner_id", "anonymous_ids")),),
        help="They belong to the whole team and are left alone.",
    ),
)
