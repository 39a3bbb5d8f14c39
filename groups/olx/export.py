"""The partitions back into the export's own files: only their value is replaced, and only when it was edited.

Everything else stays byte for byte as it came; a file without edits is the very file that came.
"""

import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from groups.models import CourseContent
from groups.olx.originals import KEY, Originals, read_originals, read_policies
from groups.olx.rows import stored_partitions
from groups.partitions import READ_ONLY_SCHEMES, Partition, read_partition

POLICY = "policy.json"
_SPACE = re.compile(r"\s*")
_VALUE = r"""(?:"[^"]*"|'[^']*')"""
# What may stand before the course element, and its start tag. A DTD was refused at import.
_START = re.compile(r"\ufeff?(?:\s|<\?.*?\?>|<!--.*?-->)*+<course", re.DOTALL)
_ATTRIBUTE = re.compile(rf"\s+([^\s=>/]+)\s*=\s*({_VALUE})", re.DOTALL)


def originals_of(content: CourseContent) -> Originals:
    """Return the partitions as the imported files have them."""
    policies = read_policies(content.policy, POLICY)
    return read_originals(policies, content.run_name, content.course_xml)


def is_edited(content: CourseContent) -> bool:
    """Say whether the partitions differ from those of the imported files."""
    return _imported(originals_of(content)) != stored_partitions(content)


def _imported(originals):
    partitions = originals.partitions(POLICY)
    return tuple(partition for partition in partitions if partition.scheme not in READ_ONLY_SCHEMES)


def exported_policy(content: CourseContent) -> str:
    """Return policy.json with the partitions of now, for Studio to import."""
    originals, partitions = originals_of(content), stored_partitions(content)
    is_the_place = originals.policy is not None or originals.attribute is None
    if not is_the_place or _imported(originals) == partitions:
        return content.policy
    if not content.policy:
        return json.dumps(
            {f"course/{content.run_name or content.course_id.run}": {KEY: [part.to_json() for part in partitions]}},
            indent=4,
        )
    return with_value(content.policy, f"course/{content.run_name}", _merged(originals.policy or [], partitions))


def exported_course_xml(content: CourseContent) -> str:
    """Return the course element's file with the partitions of now in its attribute, if it has one."""
    originals, partitions = originals_of(content), stored_partitions(content)
    if originals.attribute is None or _imported(originals) == partitions:
        return content.course_xml
    value = escape(json.dumps(_merged(originals.attribute, partitions)), {'"': "&quot;"})
    start, end = _span_of_attribute(content.course_xml)
    return f'{content.course_xml[:start]}"{value}"{content.course_xml[end:]}'


def _span_of_attribute(xml):
    """Return where the value of the partitions' attribute stands, quotes included."""
    place = _START.match(xml).end()
    while (attribute := _ATTRIBUTE.match(xml, place)) and attribute[1] != KEY:
        place = attribute.end()
    return attribute.span(2)


def _merged(raw: list, partitions: tuple[Partition, ...]) -> list:
    """Return the partitions as JSON; what the file says beyond our fields is kept."""
    before = {read_partition(item).id: item for item in raw}
    return [_as_before(before.get(partition.id, {}), partition) for partition in partitions]


def _as_before(raw, partition):
    if raw and read_partition(raw) == partition:
        return raw
    groups = {int(group["id"]): group for group in raw.get("groups", ())}
    after = {**raw, **partition.to_json()}
    after["groups"] = [{**groups.get(group.id, {}), **group.to_json()} for group in partition.groups]
    return after


# --- Replacing one value in a JSON text ------------------------------------------------------


@dataclass(frozen=True)
class _Span:
    """Where a value stands in a JSON text; `indent` is that of the line on which its key is."""

    start: int
    end: int
    indent: str | None


def with_value(text: str, block: str, value: list) -> str:
    """Return a policy.json with `value` as the partitions of `block`; all other text stays as it is."""
    inside = _find(text, 0, block)
    if inside is None:
        return _added(text, 0, block, {KEY: value})
    place = _find(text, inside.start, KEY)
    if place is None:
        return _added(text, inside.start, KEY, value)
    return text[: place.start] + _dumped(value, text, place.indent) + text[place.end :]


def _find(text, start, wanted):
    """Return the span of a key's value in the object that begins at or after `start`; None where it has none."""
    decoder = json.JSONDecoder()
    place = _skip(text, start, "\ufeff")
    place = _skip(text, place + 1)
    while text[place] != "}":
        key, end = decoder.raw_decode(text, place)
        value_start = _skip(text, _skip(text, end) + 1)
        _, value_end = decoder.raw_decode(text, value_start)
        if key == wanted:
            return _Span(value_start, value_end, _indent(text, place))
        place = _skip(text, value_end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return None


def _skip(text, place, also=""):
    while place < len(text) and text[place] in also:
        place += 1
    return _SPACE.match(text, place).end()


def _indent(text, place):
    """Return the spaces before a key that begins its line; None for a key within a line."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line if "\n" in text[:place] and not line.strip() else None


def _dumped(value, text, indent):
    """Return JSON in the manner of the text around it."""
    ascii_only = text.isascii()
    if indent is None:
        return json.dumps(value, ensure_ascii=ascii_only, sort_keys=True)
    # Studio indents by four; a key of a block's policy stands two levels deep.
    step = indent[: len(indent) // 2] or "    "
    dumped = json.dumps(value, ensure_ascii=ascii_only, sort_keys=True, indent=step)
    newline = "\r\n" if "\r\n" in text else "\n"
    return dumped.replace("\n", newline + indent)


def _added(text, start, key, value):
    """Return the text with a key more, at the beginning of the object that begins at or after `start`."""
    brace = _skip(text, start, "\ufeff")
    first = _skip(text, brace + 1)
    is_empty = text[first] == "}"
    indent = None if is_empty else _indent(text, first)
    member = f"{json.dumps(key)}: {_dumped(value, text, indent)}"
    separator = "" if is_empty else f",{text[brace + 1 : first] or ' '}"
    return text[: brace + 1] + text[brace + 1 : first] + member + separator + text[first:]
