"""What was read out of an export."""

from dataclasses import dataclass, field
from datetime import datetime

from opaque_keys.edx.keys import CourseKey, UsageKey

from groups.partitions import Partition

MAX_WARNINGS = 200


@dataclass
class BlockFields:
    """Those fields of a block that decide who sees it; its own values, nothing inherited.

    Attributes:
        group_access: partition id, as text, to group ids; None where the block has no rule.
        group_id_to_child: of a split test: group id, as text, to a block key of the old run.
    """

    display_name: str = ""
    group_access: dict | None = None
    visible_to_staff_only: bool = False
    start: datetime | None = None
    user_partition_id: int | None = None
    group_id_to_child: dict | None = None


@dataclass
class ReadBlock:
    """A block as it stands in the export.

    Attributes:
        type, name: what its usage key is made of.
        parent: place of its parent in the list of blocks; None for the course.
        file: where it was found, for messages.
    """

    type: str
    name: str
    parent: int | None
    depth: int
    file: str
    fields: BlockFields

    def usage_key(self, course_key: CourseKey) -> UsageKey:
        """Return the block's key in a run; a course block has the name that the platform gives it."""
        if self.parent is None:
            return course_key.make_usage_key("course", course_key.run if course_key.deprecated else "course")
        return course_key.make_usage_key(self.type, self.name)


@dataclass
class ReadCourse:
    """A course as it stands in an export.

    Attributes:
        key: the run that the export came from.
        run_name: its name in the export's policy.
        policy, course_xml: the two files that may hold the partitions, byte for byte.
        blocks: parents before children, in the learner's order.
        warnings: what was noticed, in sentences.
    """

    key: CourseKey
    run_name: str
    policy: str = ""
    course_xml: str = ""
    teams_configuration: dict = field(default_factory=dict)
    cohort_config: dict = field(default_factory=dict)
    partitions: tuple[Partition, ...] = ()
    blocks: list[ReadBlock] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def display_name(self) -> str:
        return self.blocks[0].fields.display_name

    def warn(self, sentence: str) -> None:
        """Note something that the person should know; the first of them are kept."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(sentence)
