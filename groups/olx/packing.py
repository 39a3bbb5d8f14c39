"""A course that was read, as compressed JSON: kept between the preview of an import and its confirmation."""

import json
import zlib
from dataclasses import asdict, fields
from datetime import datetime

from opaque_keys.edx.keys import CourseKey

from groups.olx.course import BlockFields, ReadBlock, ReadCourse
from groups.partitions import read_partitions


def pack(course: ReadCourse) -> bytes:
    """Return a course as bytes for `unpack`."""
    document = {part.name: getattr(course, part.name) for part in fields(course)}
    document["key"] = str(course.key)
    document["partitions"] = [partition.to_json() for partition in course.partitions]
    document["blocks"] = [asdict(block) for block in course.blocks]
    return zlib.compress(json.dumps(document, default=datetime.isoformat).encode())


def unpack(data: bytes) -> ReadCourse:
    """Return the course that `pack` was given."""
    document = json.loads(zlib.decompress(data))
    document["key"] = CourseKey.from_string(document["key"])
    document["partitions"] = read_partitions(document["partitions"])
    document["blocks"] = [_block(block) for block in document["blocks"]]
    return ReadCourse(**document)


def _block(document):
    values = document.pop("fields")
    values["start"] = values["start"] and datetime.fromisoformat(values["start"])
    return ReadBlock(**document, fields=BlockFields(**values))
