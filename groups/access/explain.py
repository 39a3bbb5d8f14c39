"""Why a learner sees each block of a course run, or does not: one pass over the tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from groups.access.course import CourseFacts
from groups.access.engines import Answers, Difference, Engines, differences
from groups.access.merge import Node
from groups.access.rule import Code, Decision, decide
from groups.access.sets import LearnerSets
from groups.access.words import Words


@dataclass(slots=True, eq=False)
class Verdict:
    """What a learner gets to see of one block.

    Attributes:
        decision: about the block by itself.
        hidden_by: the topmost hidden block that it lies in; None when all above it are visible.
        answers: of the platform's own engines.
    """

    node: Node
    decision: Decision
    hidden_by: "Verdict | None"
    answers: Answers

    @property
    def visible(self) -> bool:
        """Whether the learner gets there: the block itself and all above it are open to them."""
        return self.decision.granted and self.hidden_by is None

    @property
    def engines_differ(self) -> bool:
        """Whether one of the platform's engines answers differently."""
        return self.answers.differ_from(self.visible)

    @property
    def starts_here(self) -> bool:
        """Whether the block is hidden by itself, and not only with what it lies in."""
        return not self.visible and self.hidden_by is None

    def is_waiting(self, now: datetime) -> bool:
        """Whether the block is not released yet, itself or with a block above."""
        return self.node.start is not None and self.node.start > now


@dataclass(frozen=True, slots=True)
class Section:
    """A section with the numbers of its blocks, itself included."""

    verdict: Verdict
    visible: int
    total: int

    @property
    def hidden(self) -> int:
        return self.total - self.visible


@dataclass
class Explanation:
    """A course run as one learner sees it."""

    course: CourseFacts
    learner: LearnerSets
    verdicts: list[Verdict]
    words: Words

    @property
    def visible(self) -> int:
        """The number of visible blocks."""
        return sum(verdict.visible for verdict in self.verdicts)

    def sections(self) -> list[Section]:
        """Return the sections (the blocks right below the course) with their numbers."""
        found: dict[Node, list] = {}
        for verdict in self.verdicts:
            section = next((node for node in verdict.node.chain() if node.depth == 1), None)
            if section is not None:
                counts = found.setdefault(section, [verdict, 0, 0])
                counts[1] += verdict.visible
                counts[2] += 1
        return [Section(*counts) for counts in found.values()]

    def reason(self, verdict: Verdict) -> str:
        """Return the top reason, as a sentence."""
        return self.words.reason(verdict)

    def details(self, verdict: Verdict) -> list[str]:
        """Return all else that is to be said about a block: each restriction, and who is in it how."""
        return self.words.details(verdict)

    def differences(self, verdict: Verdict) -> list[Difference]:
        """Return which of the platform's engines answer differently, each with why."""
        return differences(self.course, self.learner, verdict) if verdict.engines_differ else []


def explain(
    course: CourseFacts, tree: Iterable[Node], learner: LearnerSets, called: str = "The learner"
) -> Explanation:
    """Explain every block to a learner who is `called` so at the beginning of a sentence. No query."""
    engines = Engines(course, learner)
    decide_rule = _Rules(course, learner)
    verdicts: dict[Node, Verdict] = {}
    for node in tree:
        above = verdicts.get(node.parent)
        hidden_by = None if above is None or above.visible else (above.hidden_by or above)
        answers = engines.answers(node, above and above.answers)
        verdicts[node] = Verdict(node, decide_rule(node), hidden_by, answers)
    return Explanation(course, learner, list(verdicts.values()), Words(course, learner, called))


class _Rules:
    """Decides about blocks; blocks with the same merged rule are decided once."""

    def __init__(self, course, learner):
        self.course, self.learner = course, learner
        self.known: dict[tuple[int, bool], Decision] = {}

    def __call__(self, node):
        key = (id(node.merged), node.staff_only)
        if key not in self.known:
            self.known[key] = decide(
                node.merged,
                self.course.partitions,
                self.learner.groups,
                is_staff=self.learner.is_staff,
                staff_only=node.staff_only,
            )
        decision = self.known[key]
        return self._branch(node) if decision.granted and node.branch else decision

    def _branch(self, node):
        """Of an experiment, a learner is shown the branch of the group that they were drawn into."""
        partition_id, groups = node.branch
        if self.learner.is_staff:
            return Decision(granted=True, code=Code.STAFF)
        granted = not groups.isdisjoint(self.learner.groups(partition_id))
        return Decision(granted, Code.IN_GROUP if granted else Code.BRANCH, partition_id)
