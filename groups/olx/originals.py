"""The partitions as an export's own files have them: in the policy, and as attribute of the course.

Both are there in an export by Studio; the policy wins (xmodule/xml_block.py, `parse_xml`).
"""

from dataclasses import dataclass

from groups.olx.elements import ElementCount, parse, read_json
from groups.olx.errors import OlxRefusedError
from groups.partitions import Partition, PartitionError, read_partitions

KEY = "user_partitions"
COURSE_XML = "course XML"


@dataclass(frozen=True)
class Originals:
    """What the two files say; None where a file says nothing."""

    policy: list | None
    attribute: list | None

    @property
    def winner(self) -> list:
        return self.attribute or [] if self.policy is None else self.policy

    def partitions(self, file: str) -> tuple[Partition, ...]:
        """Return the partitions that hold. Raises OlxRefusedError, naming `file`, when they are none."""
        try:
            return read_partitions(self.winner, KEY)
        except PartitionError as error:
            raise OlxRefusedError(file, str(error)) from error


def read_policies(policy: str, file: str) -> dict:
    """Return what a policy.json says, by "type/name" of the block.

    Args:
        policy: its text; empty for a course without one.
        file: its name, for messages.

    Raises:
        OlxRefusedError: not an object of objects.
    """
    if not policy:
        return {}
    policies = read_json(file, policy.removeprefix("\ufeff"))
    if not isinstance(policies, dict) or not all(isinstance(policy, dict) for policy in policies.values()):
        raise OlxRefusedError(file, "It must be an object with one object for each block.")
    return policies


def read_originals(policies: dict, run_name: str, course_xml: str) -> Originals:
    """Return the raw partitions of both files. Raises OlxRefusedError when the attribute is no JSON."""
    attribute = parse(COURSE_XML, course_xml.encode(), ElementCount()).get(KEY) if course_xml else None
    return Originals(
        policy=policies.get(f"course/{run_name}", {}).get(KEY),
        attribute=None if attribute is None else read_json(COURSE_XML, attribute, f"Attribute {KEY}"),
    )
