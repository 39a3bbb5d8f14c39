"""What a learner did in the blocks of a course, and how far they came."""

from dataclasses import dataclass

from resets.owners.base import Owner, Policy
from resets.owners.probe import BY_ANONYMOUS_ID, BY_STUDENT, BY_USERNAME, Probe

MODULES = "courseware_studentmodule"

# Blocks with totals that all learners see: of the platform, and of the poll plugin.
POLLS = ("poll", "poll_question", "survey", "word_cloud")


@dataclass(frozen=True)
class OfPolls(Probe):
    """The learner's states of such blocks."""

    def _conditions(self, scope, names):
        conditions, parameters = super()._conditions(scope, names)
        marks = ", ".join(["%s"] * len(POLLS))
        return [*conditions, f"{self._name('module_type')} IN ({marks})"], [*parameters, *POLLS]


# Selected by learner alone: no index has learner and course. That also finds what a walk over the
# published course does not: containers with their positions, deleted blocks, asides, `i4x` keys.
STUDENT_MODULES = Owner(
    "student_modules",
    "Block states, attempts and positions",
    Policy.CLEAR,
    (Probe(MODULES, BY_STUDENT, narrow=False),),
)
# The table says who set a score by hand; without the module its rows would point at nothing.
SCORE_OVERRIDERS = Owner(
    "score_overriders",
    "Records of who overrode a score",
    Policy.CLEAR,
    (
        Probe(
            "bulk_grades_scoreoverrider",
            (f"{MODULES}.student_id", "user_id"),
            f"{MODULES}.course_id",
            joins=(("module_id", f"{MODULES}.id"),),
            narrow=False,
        ),
    ),
)
COMPLETIONS = Owner(
    "completions",
    "Completed blocks",
    Policy.CLEAR,
    (Probe("completion_blockcompletion", course="course_key"),),
)
AGGREGATES = Owner(
    "completion_aggregates",
    "Progress of sections and course",
    Policy.CLEAR,
    (
        Probe("completion_aggregator_aggregator", course="course_key"),
        Probe(
            "completion_aggregator_stalecompletion",
            BY_USERNAME,
            "course_key",
            reads=("resolved",),
            accept=lambda resolved: not resolved,
        ),
    ),
)
TYPED_ANSWERS = Owner(
    "problem_builder",
    "Answers in Problem Builder blocks",
    Policy.CLEAR,
    (
        Probe("problem_builder_answer", BY_ANONYMOUS_ID, "course_key"),
        # Whom the learner lets see an answer; it would show the next one.
        Probe("problem_builder_share", ("shared_by_id", "user_id"), course=None, usage="block_id"),
    ),
)
FIELD_OVERRIDES = Owner(
    "field_overrides",
    "Settings of blocks for this learner alone, such as due dates",
    Policy.OFFER,
    (Probe("courseware_studentfieldoverride", BY_STUDENT),),
    help="Staff granted them. A due date of the first attempt may lie in the past by now.",
)

POLL_TOTALS = Owner(
    "poll_totals",
    "Answers in polls, surveys and word clouds",
    Policy.WARN,
    (OfPolls(MODULES, BY_STUDENT, narrow=False),),
    help="The totals that everybody sees keep counting them: they cannot be told apart by learner.",
    others=("courseware_xmoduleuserstatesummaryfield",),
)

OWNERS = (SCORE_OVERRIDERS, COMPLETIONS, AGGREGATES, TYPED_ANSWERS, STUDENT_MODULES, FIELD_OVERRIDES, POLL_TOTALS)
