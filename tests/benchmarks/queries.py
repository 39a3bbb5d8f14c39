"""Queries on a large list: the first page, and the streamed export with its memory.

A page is compared with a stock admin that filters by the same condition, and with the bare SQL of
its rows, which has no page around it. An export has a row for every fourth generated learner; it is
compared with a cursor that writes six columns as CSV.
"""

import csv
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from enrollments.models import CourseEnrollment
from tests.benchmarks._measure import Comparison, database, options, report, say, side_by_side, stopwatch
from tests.benchmarks._urls import ROWS
from tests.benchmarks.pages import STOCK, Visitor, crowd_member

LIST, ADMIN = "/enrollments/?", "/admin/lectern_enrollments/courseenrollment/"
STOCK_LIST = "/stock/lectern_enrollments/courseenrollment/?"
SQL = (
    "SELECT e.id, u.username, e.course_id, e.mode, e.is_active, e.created"
    " FROM student_courseenrollment e JOIN auth_user u ON u.id = e.user_id"
)


@dataclass(frozen=True)
class Question:
    """One question: in DjangoQL, in the address of a stock admin, and as a condition in SQL."""

    text: str
    stock: dict[str, str]
    sql: str


def main() -> None:
    """Load the data, time pages and exports, print the tables."""
    given = options(__doc__, runs=7)
    rows = max(given.learners // 4, 1)
    with database(given.learners):
        # Not cut off, so that the slow ones are measured as well.
        settings.LECTERN_QUERY_SECONDS = 600
        settings.LECTERN_EXPORT_ROWS = rows
        say(f"{CourseEnrollment.objects.count():,} enrollments, exports of {rows:,} rows.")
        visitor = Visitor(given.runs)
        report("First page of a query", [line for question in questions() for line in pages(visitor, question)])
        exports(visitor, rows)


def questions() -> list[Question]:
    """Return one with many answers, one with few, one by date, and one that no index helps with."""
    learner = crowd_member().pk
    return [
        Question('mode = "verified"', {"mode__exact": "verified"}, "e.mode = 'verified'"),
        Question(f"user.id = {learner}", {"user__id__exact": str(learner)}, f"u.id = {learner}"),
        Question('created > "2020"', {"created__gte": "2021-01-01 00:00+00:00"}, "e.created >= '2021-01-01'"),
        Question('mode ~ "nothing"', {"mode__icontains": "nothing"}, "e.mode LIKE '%nothing%'"),
    ]


def pages(visitor: Visitor, question: Question) -> list[Comparison]:
    """Compare the first pages of the console's list and of the admin's."""
    ours = LIST + urlencode({"ql": question.text})
    in_admin = f"{ADMIN}?{urlencode({'q': question.text})}"
    stock = STOCK_LIST + urlencode(question.stock)
    bare = side_by_side(lambda: visitor.open(ours), lambda: stopwatch(fetch, question.sql, ROWS), runs=visitor.runs)
    return [
        visitor.compare(f"{question.text} : stock admin", ours, stock, STOCK),
        visitor.compare(f"{question.text}, admin : stock admin", in_admin, stock, STOCK),
        Comparison(f"{question.text} : bare SQL, no page", *bare),
    ]


def fetch(condition: str, limit: int) -> list[tuple]:
    """Return the latest rows under a condition."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SQL} WHERE {condition} ORDER BY e.id DESC LIMIT {limit}")
        return cursor.fetchall()


# --- Exports ---------------------------------------------------------------------------------


def exports(visitor: Visitor, rows: int) -> None:
    """Compare both exports with a cursor, and say how fast and how large they get."""
    ways = {
        "list, every fact": lambda: exported(visitor, LIST + urlencode({"ql": "id > 0", "_export": "csv"}), rows),
        "admin, six columns": lambda: exported(visitor, f"{ADMIN}export/?{urlencode({'q': 'id > 0'})}", rows),
    }
    lines = []
    for name, way in ways.items():
        ours, bare = stopwatch(way), stopwatch(by_cursor, rows)
        lines.append(Comparison(f"{name} : bare cursor and csv", ours, bare))
        say(f"{name}: {rows / ours:,.0f} rows/s, at most {peak(way) / 1e6:,.1f} MB more memory.")
    report("Streamed export", lines)


def exported(visitor: Visitor, address: str, rows: int) -> None:
    """Read an export as a browser does, keeping none of it; every row has to come."""
    lines = sum(chunk.count(b"\n") for chunk in visitor.client.get(address).streaming_content)
    if lines != rows + 1:
        raise RuntimeError(f"{address} gave {lines} lines")


def by_cursor(rows: int) -> None:
    """Write the same rows as CSV from one cursor."""
    file = io.StringIO()
    with connection.cursor() as cursor:
        cursor.execute(f"{SQL} ORDER BY e.id DESC LIMIT {rows}")
        csv.writer(file).writerows(cursor)


def peak(way: Callable[[], None]) -> int:
    """Return the bytes that Python held at most while `way` ran, beyond those before."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    way()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - before


if __name__ == "__main__":
    main()
