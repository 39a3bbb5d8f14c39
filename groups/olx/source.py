"""The files of an export, found from the folder in which its course.xml lies."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from groups.olx.elements import ElementCount, parse, text_of
from groups.olx.errors import OlxRefusedError

COURSE_FILE = "course.xml"
LIBRARY_FILE = "library.xml"


class Export:
    """An opened export. Raises OlxRefusedError when there is not exactly one course in it.

    Args:
        files: from `archive.open_archive` or `archive.open_folder`.
    """

    def __init__(self, files: Mapping[str, bytes]):
        self.files = files
        self.root = _root(files)
        self.elements = ElementCount()

    def name(self, *parts: str) -> str:
        """Return the full name of a file that is named from the course's folder."""
        return "/".join(part for part in (self.root, *parts) if part)

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def xml(self, name: str):
        """Return the root element of a file."""
        return parse(name, self.files[name], self.elements)

    def text(self, name: str) -> str:
        """Return a file as text."""
        return text_of(name, self.files[name])


def _root(files):
    """Return the folder of the course: where the uppermost course.xml lies."""
    folders = [PurePosixPath(name).parent for name in files if PurePosixPath(name).name == COURSE_FILE]
    if not folders:
        if any(PurePosixPath(name).name == LIBRARY_FILE for name in files):
            raise OlxRefusedError(LIBRARY_FILE, "This is the export of a library. Export the course in Studio.")
        raise OlxRefusedError(COURSE_FILE, "There is no course.xml. Export the course in Studio: Tools, Export.")
    uppermost = min(len(folder.parts) for folder in folders)
    found = [folder for folder in folders if len(folder.parts) == uppermost]
    if len(found) > 1:
        raise OlxRefusedError(str(found[1] / COURSE_FILE), "There is more than one course in this export.")
    return "" if str(found[0]) == "." else str(found[0])
