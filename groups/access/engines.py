"""What the platform's own three engines answer, and why one of them answers differently.

They see one group for each partition and no learner groups, and they disagree in edge cases:

* Pages are rendered by courseware/access.py: the rule of `groups.access.rule`, with one group each.
* Navigation, grades and block APIs come from course_blocks/transformers/user_partitions.py.
* The course outline comes from content/learning_sequences/api/processors: sections and
  subsections only, by cohort, enrollment track and team.
"""

from dataclasses import dataclass

from groups.access.course import CourseFacts
from groups.access.merge import Node, Rule
from groups.access.rule import Code, decide_by_groups
from groups.access.sets import Kind, LearnerSets
from groups.partitions import COHORT, ENROLLMENT_TRACK, ENROLLMENT_TRACK_ID, TEAM

OUTLINE_TYPES = ("chapter", "sequential")
PAGES, NAVIGATION, OUTLINE = "Pages", "Navigation and grades", "Course outline"


@dataclass(frozen=True, slots=True)
class Answers:
    """Whether each engine shows a block. The outline has none below subsections (None)."""

    pages: bool
    navigation: bool
    outline: bool | None

    def differ_from(self, visible: bool) -> bool:  # noqa: FBT001 (compared with the answers)
        """Say whether any engine's answer is another than this one."""
        return any(
            answer is not None and answer is not visible for answer in (self.pages, self.navigation, self.outline)
        )


class Engines:
    """The three engines for one learner in one course run.

    Blocks are asked from the top down, each with the answers for its parent. Equal rules are
    evaluated once.
    """

    def __init__(self, course: CourseFacts, learner: LearnerSets):
        self.course, self.learner = course, learner
        self._pages: dict[int, bool] = {}
        self._navigation: dict[int, bool] = {}

    def answers(self, node: Node, above: Answers | None) -> Answers:
        """Return what the engines answer for a block whose parent has the answers `above`."""
        if self.learner.is_staff:
            return Answers(pages=True, navigation=True, outline=True if node.block_type in OUTLINE_TYPES else None)
        in_branch = not node.staff_only and self._is_in_branch(node)
        return Answers(
            pages=in_branch and (above is None or above.pages) and self._page(node),
            navigation=in_branch and (above is None or above.navigation) and self._navigate(node.navigation),
            outline=self._outline(node, above) if node.block_type in OUTLINE_TYPES else None,
        )

    def _is_in_branch(self, node):
        if node.branch is None:
            return True
        partition_id, groups = node.branch
        return self.learner.in_lms.get(partition_id) in groups

    def _page(self, node):
        key = id(node.merged)
        if key not in self._pages:
            decision = decide_by_groups(node.merged, self.course.partitions, self._one_group)
            self._pages[key] = decision.granted
        return self._pages[key]

    def _one_group(self, partition_id):
        return {self.learner.in_lms[partition_id]} if partition_id in self.learner.in_lms else ()

    def _navigate(self, rule: Rule):
        """Look at active partitions that exist; a group that does not exist simply never matches."""
        key = id(rule)
        if key not in self._navigation:
            known = [(self.course.partitions.get(partition), groups) for partition, groups in rule.items()]
            self._navigation[key] = all(
                self.learner.in_lms.get(partition.id) in groups
                for partition, groups in known
                if partition and partition.active
            )
        return self._navigation[key]

    def _outline(self, node, above):
        if node.staff_only or (above is not None and above.outline is False):
            return False
        rule = outline_rule(node)
        return not (self._cohort_removes(rule) or self._track_removes(rule) or self._team_removes(rule))

    def _cohort_removes(self, rule):
        """Go by the partition of the run's first link, whatever kind of group it belongs to."""
        groups = rule.get(self.course.first_link) if self.course.first_link else None
        return bool(groups) and self._linked_group() not in groups

    def _linked_group(self):
        """Return the group of the cohort's link as it is stored, checked by nobody."""
        if self.learner.user_id is None:
            return self.learner.in_lms.get(self.course.first_link)
        link = self.course.cohort_links.get(self.learner.cohort) if self.course.is_cohorted else None
        return link and link.group_id

    def _track_removes(self, rule):
        groups, track = rule.get(ENROLLMENT_TRACK_ID), self.learner.in_lms.get(ENROLLMENT_TRACK_ID)
        return bool(groups) and track is not None and track not in groups

    def _team_removes(self, rule):
        """Take every restriction for one of teams: whoever has a team needs a team that is named."""
        partitions = {partition.id for partition in self.course.partitions_of(TEAM)}
        teams = {partition: group for partition, group in self.learner.in_lms.items() if partition in partitions}
        return bool(rule and teams) and not any(teams.get(partition) in groups for partition, groups in rule.items())


def outline_rule(node: Node) -> Rule:
    """Return the rule that the LMS stores for a section or subsection when the course is published.

    What all units of a subsection have in common counts as the subsection's own.
    """
    own = {partition: groups for partition, groups in node.own.items() if groups}
    if node.block_type != "sequential" or not node.children:
        return own
    first, *others = [unit.own for unit in node.children]
    shared = {
        partition: groups
        for partition, groups in first.items()
        if groups and all(other.get(partition) == groups for other in others)
    }
    return shared | own


# --- Why -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """An engine that answers otherwise, with the sentence why."""

    engine: str
    shows: bool
    why: str

    @property
    def answer(self) -> str:
        """What the engine does with the block, in one word."""
        return "shown" if self.shows else "hidden"


def differences(course: CourseFacts, learner: LearnerSets, verdict) -> list[Difference]:
    """Return the engines that answer otherwise than this verdict."""
    visible, answers = verdict.visible, verdict.answers
    decision = (verdict.hidden_by or verdict).decision
    found = []
    if answers.pages is not visible:
        found.append(Difference(PAGES, answers.pages, _why_pages(learner)))
    if answers.navigation is not visible:
        why = _why_navigation(decision) if answers.navigation else None
        found.append(Difference(NAVIGATION, answers.navigation, why or _why_pages(learner)))
    if answers.outline not in (None, visible):
        hides = _why_outline_hides(course, learner, verdict.node)
        why = _why_outline_shows(course, decision) if answers.outline else hides
        found.append(Difference(OUTLINE, answers.outline, why or _why_pages(learner)))
    return found


def _why_pages(learner):
    """The engines see one group of each partition, and only those that the LMS knows of."""
    if any(way.kind is Kind.LEARNER_GROUP for way in learner.ways):
        return "The LMS does not know learner groups: it sees only the content group of the learner’s cohort."
    return "The LMS sees only one group for each group configuration."


def _why_navigation(decision):
    return {
        Code.UNKNOWN_PARTITION: "Rules on deleted group configurations are ignored there.",
        Code.UNKNOWN_GROUP: "Deleted groups are passed over there; the other groups of the rule still count.",
        Code.NOBODY: "Inactive group configurations, and empty lists of the course itself, are ignored there.",
    }.get(decision.code)


def _why_outline_shows(course, decision):
    partition = course.partitions.get(decision.partition)
    if decision.code in (Code.UNKNOWN_PARTITION, Code.UNKNOWN_GROUP, Code.NOBODY):
        return "The outline does not notice deleted groups or rules that exclude each other."
    if partition is None or partition.scheme not in (COHORT, ENROLLMENT_TRACK):
        return "The outline does not check this kind of group configuration here."
    if partition.scheme == COHORT and not course.first_link:
        return "No cohort of this course run is linked to a content group, and then the outline filters nothing."
    if partition.scheme == COHORT and course.first_link != partition.id:
        return f"The outline checks only group configuration {course.first_link}, that of the first link."
    return "The outline goes by the rules of sections and subsections alone, and lets through who is not enrolled."


def _why_outline_hides(course, learner, node):
    teams = {partition.id for partition in course.partitions_of(TEAM)}
    rule = outline_rule(node)
    if learner.in_lms.keys() & teams and rule and not rule.keys() <= teams:
        return "The outline takes every restriction for one of teams, and none of the learner’s teams is named."
    return None
