"""Fields of a block out of XML attributes (text) and the policy (JSON values), as the platform reads them.

Attributes hold JSON or, from older exports, bare text (xmodule/xml_block.py, `deserialize_field`).
"""

import json
from datetime import UTC, datetime

from django.utils.dateparse import parse_date, parse_datetime

from groups import safe_json
from groups.olx.course import BlockFields
from groups.olx.elements import read_json
from groups.olx.errors import OlxRefusedError
from groups.partitions import MAX_ID

NAME_LENGTH = 255
MAX_GROUPS_IN_A_RULE = 5000
# Every database can store these years in every time zone.
YEARS = range(1900, 9999)


class Values:
    """The values of one block's fields; what the policy says wins over the attribute.

    Args:
        file: where the attributes were found.
        attributes: of the XML element.
        policy: of this block in policy.json; its values are checked JSON already.
    """

    def __init__(self, file: str, attributes: dict, policy: dict):
        self.file, self.attributes, self.policy = file, attributes, policy

    def plain(self, name: str):
        """Return a value that may be JSON or bare text; None where there is none."""
        if name in self.policy:
            return self.policy[name]
        text = self.attributes.get(name)
        try:
            return None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            return text

    def text(self, name: str) -> str:
        """Return a text. Raises OlxRefusedError when it cannot be stored."""
        value = self.plain(name)
        if value is None:
            return ""
        value = value if isinstance(value, str) else str(self.policy.get(name, self.attributes.get(name)))
        try:
            safe_json.check(value)
        except ValueError as error:
            raise self.refusal(name, str(error)) from error
        return value

    def structure(self, name: str):
        """Return a JSON value. Raises OlxRefusedError when an attribute is not JSON."""
        if name in self.policy:
            return self.policy[name]
        text = self.attributes.get(name)
        return None if text is None else read_json(self.file, text, f"Attribute {name}")

    def refusal(self, name: str, cause: str) -> OlxRefusedError:
        return OlxRefusedError(self.file, f"{name} {cause}")


def read_fields(values: Values, warn) -> BlockFields:
    """Return the fields of a block.

    Args:
        values: of the block.
        warn: takes a sentence about what is odd but can be lived with.

    Raises:
        OlxRefusedError: a rule that is no rule.
    """
    return BlockFields(
        display_name=_name(values, warn),
        group_access=read_group_access(values),
        visible_to_staff_only=_boolean(values.plain("visible_to_staff_only")),
        start=_moment(values, warn),
        user_partition_id=_partition_id(values),
        group_id_to_child=_children(values),
    )


def _name(values, warn):
    name = values.text("display_name")
    if len(name) <= NAME_LENGTH:
        return name
    warn(f"{values.file}: the name is longer than {NAME_LENGTH} characters; its end is not shown.")
    return name[:NAME_LENGTH]


def read_group_access(values: Values) -> dict | None:
    """Return a block's own rule with its keys as text; None where it has none or an empty value.

    Raises:
        OlxRefusedError: not an object of partition ids with lists of group ids.
    """
    rule = values.structure("group_access")
    if rule is None:
        return None
    if not isinstance(rule, dict):
        raise values.refusal("group_access", "must be an object: partition ids with lists of group ids.")
    for partition_id, groups in rule.items():
        if not _is_id(partition_id):
            raise values.refusal("group_access", f"has the key “{partition_id[:40]}”, which is no partition id.")
        if groups is not None and not (isinstance(groups, list) and all(_is_whole(group) for group in groups)):
            raise values.refusal("group_access", f"must have a list of group ids for partition {partition_id}.")
    if sum(len(groups or ()) for groups in rule.values()) > MAX_GROUPS_IN_A_RULE:
        raise values.refusal("group_access", f"names more than {MAX_GROUPS_IN_A_RULE} groups.")
    return {str(int(partition_id)): groups for partition_id, groups in rule.items()}


def _is_id(text):
    return text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID)) and int(text) <= MAX_ID


def _is_branch(group_id, child):
    return _is_id(group_id) and isinstance(child, str)


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _boolean(value):
    return value.lower() == "true" if isinstance(value, str) else value is True


def _moment(values, warn):
    value = values.plain("start")
    if value is None or value == "":
        return None
    moment = _parsed(value) if isinstance(value, str) else None
    if moment is None:
        warn(f"{values.file}: the start “{str(value)[:60]}” is no date that can be read; it was left out.")
    return moment


def _parsed(text):
    try:
        moment = parse_datetime(text) or parse_date(text)
        if moment is None or moment.year not in YEARS:
            return None
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _partition_id(values):
    value = values.plain("user_partition_id")
    # Split tests that were never set up say -1.
    return value if _is_whole(value) and 0 <= value <= MAX_ID else None


def _children(values):
    children = values.structure("group_id_to_child") or None
    if children is None:
        return None
    if not isinstance(children, dict) or not all(_is_branch(*branch) for branch in children.items()):
        raise values.refusal("group_id_to_child", "must be an object: group ids with block keys.")
    return children
