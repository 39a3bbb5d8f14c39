"""Exports for tests: a realistic one on disk, small ones made of a few files, and archives of both."""

import io
import tarfile
from pathlib import Path

from opaque_keys.edx.keys import CourseKey

from groups.olx.archive import open_folder
from groups.olx.reading import read_course

SEAMANSHIP = Path(__file__).parent / "olx" / "seamanship"
SEA = CourseKey.from_string("course-v1:SailX+SEA101+2026_T1")
SMALL = CourseKey.from_string("course-v1:MineX+M1+2026")
UNIT = (
    '<course display_name="Mining 1"><chapter url_name="c"><sequential url_name="s">'
    '<vertical url_name="v" display_name="V"><unit/></vertical></sequential></chapter></course>'
)


def seamanship():
    """Return the realistic course as it is read."""
    return read_course(open_folder(SEAMANSHIP))


def small(unit="", *, policy=None, course=UNIT, **files):
    """Return the files of a small export: a unit with this XML in it, and more files by name."""
    made = {
        "course/course.xml": '<course url_name="2026" org="MineX" course="M1"/>',
        "course/course/2026.xml": course.replace("<unit/>", unit),
        "course/policies/2026/policy.json": policy or '{"course/2026": {}}',
        **files,
    }
    return {name: data.encode() if isinstance(data, str) else data for name, data in made.items() if data is not None}


def read_small(unit="", **more):
    """Return a small export as it is read."""
    return read_course(small(unit, **more))


def member(name, data=b"", **header):
    """Return a member of an archive; keyword arguments set fields of its header."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in header.items():
        setattr(info, field, value)
    return info, data


def packed(members) -> io.BytesIO:
    """Return a `.tar.gz` of members, or of files by name."""
    if isinstance(members, dict):
        members = [member(name, data) for name, data in members.items()]
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    file.seek(0)
    return file
