"""Timing side by side, the database to time on, and the table of ratios."""

import argparse
import gc
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from django.core.management import call_command
from django.db import connection

WARM_UP = 3


def options(description: str, runs: int = 25) -> argparse.Namespace:
    """Read the command line: `learners` in the database and timed `runs` of each thing (by default `runs`)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--learners", type=int, default=20_000, help="generated learners, with five enrollments each")
    parser.add_argument("--runs", type=int, default=runs, help="timed runs of each thing, after a warm-up")
    return parser.parse_args()


@contextmanager
def database(learners: int):
    """Make a database with demo data and `learners` generated learners; drop it afterwards."""
    say(f"Preparing a database on {connection.vendor} with {learners:,} learners ...")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_demo", learners=learners)
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def side_by_side(*functions: Callable[[], float], runs: int) -> list[float]:
    """Return the median seconds of each function; each returns its own time.

    They take turns, so that a machine that is busy for a while is busy for all of them.
    """
    for function in functions * WARM_UP:
        function()
    gc.collect()
    rounds = [[function() for function in functions] for _ in range(runs)]
    return [median(times) for times in zip(*rounds, strict=True)]


def stopwatch(function: Callable, *args) -> float:
    """Call the function and return the seconds that it took."""
    started = time.perf_counter()
    function(*args)
    return time.perf_counter() - started


@dataclass(frozen=True)
class Comparison:
    """One line of the report.

    Attributes:
        what: what was done, and against what.
        ours, other: median seconds.
        limit: the design's target. At most this many times the other's time; below one it
            means that ours has to be faster. None: the design names none.
    """

    what: str
    ours: float
    other: float
    limit: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the line in words: a target below one is told as "so many times faster"."""
        if self.limit is None:
            return self.what, _milliseconds(self.ours), _milliseconds(self.other), _times(self.ours, self.other), "", ""
        faster = self.limit < 1
        target = f"at least {1 / self.limit:g}x faster" if faster else f"at most {self.limit:g}x"
        verdict = "met" if self.ours <= self.limit * self.other else "MISSED"
        shown = f"{self.other / self.ours:.1f}x faster" if faster else _times(self.ours, self.other)
        return self.what, _milliseconds(self.ours), _milliseconds(self.other), shown, target, verdict


def _times(ours, other):
    return f"{ours / other:.2f}x"


def _milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def report(title: str, comparisons: list[Comparison]) -> None:
    """Print the comparisons as a table."""
    head = ("what", "ours", "other", "ratio", "target", "")
    rows = [head, *(comparison.cells() for comparison in comparisons)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    say("\n".join(["", f"{title} ({connection.display_name})", lines[0], "-" * len(lines[0]), *lines[1:], ""]))


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
