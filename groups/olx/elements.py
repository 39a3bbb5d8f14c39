"""Parsing the XML and JSON files of an export: no DTD, no entities, bounded depth, size and attributes."""

from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from groups import safe_json
from groups.olx.errors import OlxRefusedError

MAX_DEPTH = 200
MAX_ELEMENTS = 2_000_000
MAX_ATTRIBUTE = 1024 * 1024


class TooMuchError(Exception):
    """XML beyond what is accepted; the message is for the person."""


class ElementCount:
    """How many elements all files of one export have together."""

    def __init__(self):
        self.left = MAX_ELEMENTS


class _BoundedBuilder(TreeBuilder):
    """Builds a tree as long as it stays within bounds."""

    def __init__(self, count: ElementCount):
        super().__init__()
        self.count, self.depth = count, 0

    def start(self, tag, attributes):
        self.depth += 1
        self.count.left -= 1
        if self.depth > MAX_DEPTH:
            raise TooMuchError(f"It is nested more than {MAX_DEPTH} elements deep.")
        if self.count.left < 0:
            raise TooMuchError(f"The export has more than {MAX_ELEMENTS:,} XML elements.")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise TooMuchError("It has an attribute of more than a megabyte.")
        return super().start(tag, attributes)

    def end(self, tag):
        self.depth -= 1
        return super().end(tag)


def parse(name: str, data: bytes, count: ElementCount) -> Element:
    """Return the root element of a file of the export.

    Raises:
        OlxRefusedError: not well-formed, in an unknown encoding, with a DTD, or too large.
    """
    parser = DefusedXMLParser(target=_BoundedBuilder(count), forbid_dtd=True)
    try:
        parser.feed(data)
        return parser.close()
    except ParseError as error:
        raise OlxRefusedError(name, f"This is not well-formed XML: {error}.") from error
    except DefusedXmlException as error:
        raise OlxRefusedError(name, "The file has a DTD or entities, which are not accepted.") from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise OlxRefusedError(name, "The file is in an encoding that cannot be read. Use UTF-8.") from error
    except TooMuchError as error:
        raise OlxRefusedError(name, str(error)) from error


def text_of(name: str, data: bytes) -> str:
    """Return a file as text, byte for byte. Raises OlxRefusedError when it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise OlxRefusedError(name, f"The file is not UTF-8 (byte {error.start}).") from error


def read_json(name: str, text: str, place: str = ""):
    """Return what JSON text stands for.

    Args:
        name: the file.
        text: the JSON.
        place: where in the file, such as an attribute; named in the refusal.

    Raises:
        OlxRefusedError: not JSON, or JSON that cannot be stored.
    """
    try:
        return safe_json.loads(text)
    except ValueError as error:
        raise OlxRefusedError(name, f"{place or 'It'} {error}") from error
