"""Through whose eyes a course is looked at: a learner's, or those of somebody in chosen groups."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from console import learners
from console.platform import features
from enrollments.models import CourseEnrollment
from groups.access.course import GATE, CourseFacts, Partition
from groups.access.sets import LearnerSets, chosen, for_one
from groups.models import CourseUserGroup, GroupMember

NOBODY_IN_PARTICULAR = "a learner in no group"


class PersonaError(ValueError):
    """What was asked for does not exist; the text is for the person."""


@dataclass
class Persona:
    """Somebody to look through the eyes of.

    Attributes:
        name: of the learner, or what stands for one.
        learner: the account; None for chosen groups.
        choice: group ids by partition id, for chosen groups.
        called: how sentences about them begin.
    """

    name: str
    sets: LearnerSets
    called: str = "The learner"
    learner: object | None = None
    choice: dict[int, int] = field(default_factory=dict)


def of_learner(course: CourseFacts, username: str) -> Persona:
    """Return a learner of this course run. Raises PersonaError when nobody of that name belongs to it."""
    found = learners.find(username)
    if found is None or not _belongs(course, found):
        raise PersonaError(f"Nobody called “{username}” is or was enrolled in this course run or is in a group of it.")
    return Persona(learners.display_name(found), for_one(course, found.pk), learner=found)


def _belongs(course, learner):
    if CourseEnrollment.objects.filter(user=learner, course_id=course.key).exists():
        return True
    if not features.has(CourseUserGroup, GroupMember):
        return False
    return GroupMember.objects.filter(user=learner, courseusergroup__course_id=course.key).exists()


def of_choice(course: CourseFacts, texts: Iterable[str]) -> Persona:
    """Return somebody in the chosen groups and in no other.

    texts: "partition id:group id" each, with commas between several. Raises PersonaError when one
    of them names no group of the run.
    """
    pieces = [piece for text in texts for piece in text.split(",") if piece]
    choice = dict(_pair(course, piece) for piece in pieces)
    names = [f"“{course.partitions[partition].group_name(group)}”" for partition, group in choice.items()]
    name = f"a learner in {' and '.join(names)}" if names else NOBODY_IN_PARTICULAR
    return Persona(name, chosen(choice), choice=choice)


def _pair(course, piece):
    partition_text, _, group_text = piece.partition(":")
    if not (partition_text.isdecimal() and group_text.isdecimal()):
        raise PersonaError(f"“{piece[:50]}” is no content group. Choose one from the lists.")
    partition = course.partitions.get(int(partition_text))
    if partition is None or int(group_text) not in partition.groups:
        raise PersonaError(f"This course run has no group {piece[:50]} (any more). Choose one from the lists.")
    return partition.id, int(group_text)


def address_of(choice: dict[int, int]) -> str:
    """Return a choice as the value of `view_as`."""
    return ",".join(f"{partition}:{group}" for partition, group in choice.items())


@dataclass(frozen=True)
class Options:
    """One list to choose from: the groups of a partition, as values and names."""

    partition: Partition
    groups: list[tuple[str, str]]
    selected: str


def options(course: CourseFacts, choice: dict[int, int]) -> list[Options]:
    """Return what can be chosen: one group of each partition that has any. Content gating is decided elsewhere."""
    return [
        Options(
            partition,
            [(f"{partition.id}:{group}", name) for group, name in partition.groups.items()],
            f"{partition.id}:{choice[partition.id]}" if partition.id in choice else "",
        )
        for partition in course.partitions.values()
        if partition.groups and partition.active and partition.scheme != GATE
    ]
