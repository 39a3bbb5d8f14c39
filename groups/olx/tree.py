"""The tree of blocks: pointers to files, inline XML, and which elements are blocks at all."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

from django.conf import settings
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from groups.olx.course import ReadBlock, ReadCourse
from groups.olx.errors import OlxRefusedError
from groups.olx.fields import Values, read_fields
from groups.olx.source import Export

MAX_DEPTH = 50
KEY_LENGTH = 255
TYPE = re.compile(r"[a-zA-Z_][\w\-.]{0,63}", re.ASCII)
# Every element inside of these is a block.
CONTAINERS = {
    *("course", "chapter", "sequential", "vertical", "split_test", "library_content", "itembank"),
    *("conditional", "randomize", "wrapper", "videosequence", "problemset", "nonstaff_error"),
}
# What is inside of these is their content.
LEAVES = {
    *("html", "problem", "video", "discussion", "poll_question", "poll", "survey", "word_cloud", "annotatable"),
    *("openassessment", "drag-and-drop-v2", "lti", "lti_consumer", "about", "static_tab", "course_info"),
}
# Elements beside blocks that hold settings.
NOT_BLOCKS = {"wiki", "textbook", "grading_policy", "license", "show", "sources"}


@dataclass
class _Found:
    """An element that is a block, before its file was looked up."""

    element: Element
    file: str
    parent: int | None
    depth: int


def read_tree(export: Export, course: ReadCourse, policies: dict) -> Iterator[ReadBlock]:
    """Yield the blocks of a course, parents before children, in the learner's order.

    Args:
        export: the opened export.
        course: gets the course's own XML and warnings.
        policies: the policy's values by "type/name".

    Raises:
        OlxRefusedError: a file that is missing, a block twice, keys that are none, or too much of it.
    """
    entry = export.name("course.xml")
    waiting, seen = [_Found(export.xml(entry), entry, None, 0)], {}
    while waiting:
        found = waiting.pop()
        kind, name = _identify(found)
        _check_key(course, kind, name, found.file, seen)
        element, file = _definition(export, found, kind, name)
        if found.parent is None:
            course.course_xml = export.text(file)
        place = len(seen) - 1
        values = Values(file, element.attrib, policies.get(f"{kind}/{name}", {}))
        yield ReadBlock(kind, name, found.parent, found.depth, file, read_fields(values, course.warn))
        _check_size(place, found.depth, file)
        children = [_Found(child, file, place, found.depth + 1) for child in _children(kind, element)]
        waiting.extend(reversed(children))


def _identify(found):
    """Return type and name of a block."""
    kind = found.element.tag
    if not TYPE.fullmatch(kind):
        raise OlxRefusedError(found.file, f"“{kind[:80]}” is no type of block.")
    element = found.element
    return kind, element.get("url_name") or element.get("slug") or _name_of_nameless(element)


def _definition(export, found, kind, name):
    """Return the element that says what a block is, and its file; for a pointer that is a file of its own."""
    if not _is_pointer(found.element):
        return found.element, found.file
    target = export.name(kind, f"{name.replace(':', '/')}.xml")
    if target not in export:
        raise OlxRefusedError(target, f"The file is missing; {found.file} points to it.")
    return export.xml(target), target


def _is_pointer(element):
    """As the platform decides it (xmodule/xml_block.py, `is_pointer_tag`)."""
    expected = {"url_name", "org", "course"} if element.tag == "course" else {"url_name"}
    has_text = bool(element.text and element.text.strip())
    return set(element.attrib) == expected and len(element) == 0 and not has_text


def _name_of_nameless(element):
    """Return a name that stays the same as long as the element does."""
    return f"{element.tag}_{hashlib.sha256(tostring(element)).hexdigest()[:12]}"


def _children(kind, element):
    if kind in LEAVES:
        return []
    children = [child for child in element if child.tag not in NOT_BLOCKS]
    if kind in CONTAINERS:
        return children
    return [child for child in children if child.get("url_name")]


def _check_key(course, kind, name, file, seen):
    key = _usage_key(course.key, kind, name)
    if key is None:
        raise OlxRefusedError(file, f"“{name[:80]}” cannot be the name of a block.")
    if len(str(key)) > KEY_LENGTH:
        raise OlxRefusedError(file, f"The key of block “{name[:80]}” is longer than {KEY_LENGTH} characters.")
    folded = _folded(f"{kind}/{name}")
    if folded in seen:
        also = "" if seen[folded] == name else f" (also written “{seen[folded][:80]}”; databases take them for one)"
        raise OlxRefusedError(file, f"The {kind} “{name[:80]}” stands twice in the course{also}.")
    seen[folded] = name


def _usage_key(course_key, kind, name):
    """Return a block's key; None when it could not be read back."""
    try:
        key = UsageKey.from_string(str(course_key.make_usage_key(kind, name)))
    except InvalidKeyError:
        return None
    return key if (key.block_type, key.block_id) == (kind, name) else None


def _folded(text):
    """Return what is left for a database that compares without letter case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _check_size(place, depth, file):
    if place >= settings.LECTERN_OLX_BLOCKS:
        raise OlxRefusedError("", f"The course has more than {settings.LECTERN_OLX_BLOCKS:,} blocks.")
    if depth > MAX_DEPTH:
        raise OlxRefusedError(file, f"Blocks are nested more than {MAX_DEPTH} deep.")
