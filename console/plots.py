"""Plots: rows of bars, funnels, and stacked bars over days.

The server draws them as SVG, with the numbers as a real table beside it, so that they need no
script and are read out in full. A page shows one by `{% include plot.template %}`, with the plot
under the name `plot` in its context.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from console.html import TONES

# What tells the parts of a stacked bar apart beside their tones; see `_plot_days.html`.
PATTERNS = ("plain", "stripes", "dots", "lines", "grid")
# Of a day's share of the width, how much its bar takes.
_BAR_SHARE = 0.72


@dataclass(frozen=True)
class Bar:
    """One row of a bar plot.

    Attributes:
        label: what is counted, in words.
        value: how many; not negative.
        link: where its records are listed, if anywhere.
        note: a few words after the number.
        tone: one of `console.html.TONES`, or empty for the accent colour.
    """

    label: str
    value: int
    link: str = ""
    note: str = ""
    tone: str = ""
    # Length in percent of the longest; the plot fills it in.
    width: str = "0%"


@dataclass(frozen=True)
class BarPlot:
    """Horizontal bars, longest at the full width. Made by `bars` and `funnel`."""

    title: str
    rows: list[Bar]
    caption: str
    headings: tuple[str, str]
    template: str = "console/_plot_bars.html"


@dataclass(frozen=True)
class Series:
    """One part of the bars of `days`.

    Attributes:
        key: names it in the counts.
        label: what it is, in words.
        tone: one of `console.html.TONES`.
        link: where its records are listed, if anywhere.
    """

    key: str
    label: str
    tone: str
    link: str = ""


@dataclass(frozen=True)
class Legend:
    """A series with its pattern and its sum over all days."""

    series: Series
    pattern: str
    total: int


@dataclass(frozen=True)
class Segment:
    """A part of one day's bar: what it counts; places and sizes in percent, from the top."""

    legend: Legend
    value: int
    y: str
    height: str


@dataclass(frozen=True)
class Day:
    """One day: its numbers in the order of the series, and the parts of its bar."""

    day: date
    values: list[int]
    total: int
    x: str
    segments: list[Segment]


@dataclass(frozen=True)
class DaysPlot:
    """Stacked bars over days. Made by `days`."""

    id: str
    title: str
    legend: list[Legend]
    days: list[Day]
    most: int
    caption: str
    bar_width: str
    template: str = "console/_plot_days.html"

    @property
    def total(self) -> int:
        return sum(entry.total for entry in self.legend)


def bars(title: str, rows: Iterable[Bar], *, caption: str = "", headings: tuple[str, str]) -> BarPlot:
    """Return horizontal bars.

    Args:
        title: names the plot for screen readers; the card's heading says it to the others.
        rows: in the order in which they are shown.
        caption: one sentence under the plot, or empty.
        headings: of the table's two columns, what is counted and how it is counted.
    """
    rows = list(rows)
    longest = max((row.value for row in rows), default=0)
    return BarPlot(title, [_with_width(row, longest) for row in rows], caption, headings)


def funnel(title: str, steps: Iterable[Bar], *, caption: str = "", headings: tuple[str, str]) -> BarPlot:
    """Return bars that each say how large a part of the first they are; arguments as of `bars`."""
    steps = list(steps)
    first = steps[0].value if steps else 0
    noted = [step if step.note or not first else _with_share(step, first) for step in steps]
    return bars(title, noted, caption=caption, headings=headings)


def days(  # noqa: PLR0913 (all but the first three have a default or are named)
    plot_id: str,
    title: str,
    series: Iterable[Series],
    *,
    counts: Mapping[tuple[date, str], int],
    last: date,
    number: int = 30,
    caption: str = "",
) -> DaysPlot:
    """Return a stacked bar for each day.

    Args:
        plot_id: unlike any other id of the page.
        title: names the plot for screen readers.
        series: the parts of a bar, from the bottom; at most as many as there are `PATTERNS`.
        counts: how many, by day and key of the series; what is missing is 0.
        last: the last day.
        number: how many days up to then.
        caption: one sentence under the plot, or empty.
    """
    shown = [last - timedelta(days=back) for back in reversed(range(number))]
    legend = [
        Legend(part, pattern, sum(counts.get((day, part.key), 0) for day in shown))
        for part, pattern in zip(series, PATTERNS, strict=False)
    ]
    most = max(sum(counts.get((day, entry.series.key), 0) for entry in legend) for day in shown)
    columns = [_day(day, legend, counts, most, index / number) for index, day in enumerate(shown)]
    return DaysPlot(plot_id, title, legend, columns, most, caption, _percent(_BAR_SHARE / number))


def _with_width(row, longest):
    return Bar(
        row.label, row.value, row.link, row.note, _tone(row.tone), _percent(row.value / longest if longest else 0)
    )


def _with_share(step, first):
    return Bar(step.label, step.value, step.link, f"{step.value / first:.0%}", step.tone)


def _tone(name):
    if name and name not in TONES:
        raise ValueError(f"{name} is no tone.")
    return name


def _day(day, legend, counts, most, left):
    values = [counts.get((day, entry.series.key), 0) for entry in legend]
    tops = accumulate(values)
    segments = [
        Segment(entry, value, _percent(1 - top / most), _percent(value / most))
        for entry, value, top in zip(legend, values, tops, strict=True)
        if value
    ]
    return Day(day, values, sum(values), _percent(left), segments)


def _percent(share: float) -> str:
    """Return a share of 1 as a length for SVG, in the same form whatever the language of the page."""
    return f"{share * 100:.2f}%"
