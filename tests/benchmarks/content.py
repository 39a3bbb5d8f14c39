"""Importing a course of 5,000 blocks, against bare bulk inserts of the same rows.

Ours is all of it: reading the archive, parsing every file, comparing, writing in place, the log.
Bare is `bulk_create` of rows that are made already, level by level, so that each knows its parent.
"""

import io
import tarfile

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from console.demo import ADMIN
from groups.configurations.usage import usage_of
from groups.models import CourseBlock, CourseContent
from groups.olx.archive import open_archive
from groups.olx.reading import read_course
from groups.olx.rows import block_rows
from groups.olx.store import import_content
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch

RUN = CourseKey.from_string("course-v1:BenchX+B1+2026")
CHAPTERS, SEQUENTIALS, VERTICALS, LEAVES = 10, 9, 9, 5
CHUNK = 1000


def main() -> None:
    """Make the archives, time both ways, print the table."""
    given = options(__doc__)
    first, second = archive("A"), archive("B")
    with database(min(given.learners, 100)):
        course = read(first)
        actor = get_user_model().objects.get(username=ADMIN)

        def imported(packed, *, fresh):
            if fresh:
                CourseContent.objects.filter(course_id=RUN).delete()
            return stopwatch(lambda: write(read(packed), actor))

        def from_scratch():
            return imported(first, fresh=True)

        def again():
            return imported(first, fresh=False)

        def every_block_renamed():
            imported(first, fresh=False)
            return imported(second, fresh=False)

        ways = [from_scratch, again, every_block_renamed, lambda: stopwatch(lambda: read(first))]
        scratch, same, renamed, reading, bare = side_by_side(*ways, lambda: bare_inserts(course), runs=given.runs)
        write(course, actor)
        used = side_by_side(
            lambda: stopwatch(lambda: usage_of(CourseContent.objects.get(course_id=RUN))), runs=given.runs
        )
    report(
        f"Importing {len(course.blocks):,} blocks",
        [
            Comparison("first import : bare inserts", scratch, bare),
            Comparison("the same export again : bare inserts", same, bare),
            Comparison("every block renamed : bare inserts", renamed, bare),
            Comparison("of it, reading the archive : bare inserts", reading, bare),
            Comparison("where every group is used : bare inserts", used[0], bare),
        ],
    )


def archive(title: str) -> bytes:
    """Return an export of some 5,000 blocks, each in a file of its own."""
    files = {"course/course.xml": f'<course url_name="{RUN.run}" org="{RUN.org}" course="{RUN.course}"/>'}
    files[f"course/policies/{RUN.run}/policy.json"] = f'{{"course/{RUN.run}": {{"display_name": "{title}"}}}}'
    _add(files, "course", RUN.run, title, ("chapter", "sequential", "vertical", "problem"))
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as made:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            made.addfile(info, io.BytesIO(text.encode()))
    return file.getvalue()


def _add(files, kind, name, title, below):
    counts = {"chapter": CHAPTERS, "sequential": SEQUENTIALS, "vertical": VERTICALS, "problem": LEAVES}
    children = [f"{name}_{number}" for number in range(counts[below[0]])] if below else []
    inside = "".join(f'<{below[0]} url_name="{child}"/>' for child in children) or "<p>What is it?</p>" * 20
    rule = ' group_access="{&quot;100&quot;: [1, 2]}"' if kind == "vertical" else ""
    files[f"course/{kind}/{name}.xml"] = f'<{kind} display_name="{title} {name}"{rule}>{inside}</{kind}>'
    for child in children:
        _add(files, below[0], child, title, below[1:])


def read(packed: bytes):
    return read_course(open_archive(io.BytesIO(packed), "bench.tar.gz"))


def write(course, actor) -> None:
    import_content(course=course, course_key=RUN, source="bench.tar.gz", actor=actor)


def bare_inserts(course) -> float:
    """Return the seconds in which ready-made rows are inserted, a level of the tree at a time."""
    CourseContent.objects.filter(course_id=RUN).delete()
    content = CourseContent.objects.create(course_id=RUN, imported_at=timezone.now())
    return stopwatch(_insert, content, block_rows(course, RUN))


@transaction.atomic
def _insert(content, rows):
    ids = {}
    for depth in range(max(row.depth for row in rows) + 1):
        level = [row for row in rows if row.depth == depth]
        for row in level:
            row.course, row.parent_id = content, ids.get(row.parent_key)
        CourseBlock.objects.bulk_create(level, batch_size=CHUNK)
        written = CourseBlock.objects.filter(course=content, depth=depth).values_list("usage_key", "pk")
        ids = {str(key): pk for key, pk in written}


if __name__ == "__main__":
    main()
