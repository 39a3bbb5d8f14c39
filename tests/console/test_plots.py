"""Plots: what is drawn is also said in text, in the right proportions, and links lead on."""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import override_settings

from console import plots

LAST = date(2026, 6, 30)
STATES = [plots.Series("good", "Good", "success", "/good/"), plots.Series("bad", "Bad", "danger")]
HEADINGS = ("Cohort", "Learners")


def page_of(plot):
    return render_to_string(plot.template, {"plot": plot})


def test_bars_are_as_long_as_their_part_of_the_longest():
    plot = plots.bars("Cohorts", [plots.Bar("A", 40), plots.Bar("B", 10), plots.Bar("C", 0)], headings=HEADINGS)
    assert [row.width for row in plot.rows] == ["100.00%", "25.00%", "0.00%"]


@pytest.mark.parametrize("values", [[], [0], [0, 0]])
def test_bars_of_nothing(values):
    rows = [plots.Bar("A", value) for value in values]
    assert [row.width for row in plots.funnel("Steps", rows, headings=HEADINGS).rows] == ["0.00%"] * len(values)


def test_a_bar_is_a_row_of_a_table_with_its_link_and_its_number():
    page = page_of(plots.bars("Cohorts", [plots.Bar("<A>", 1234, "/a/?b=1&c=2")], headings=HEADINGS))
    assert '<th scope="row"><a href="/a/?b=1&amp;c=2">&lt;A&gt;</a>' in page
    assert "<td>1,234</td>" in page
    assert '<th scope="col">Cohort</th><th scope="col">Learners</th>' in page


def test_an_unknown_tone_is_a_slip_of_the_pen():
    with pytest.raises(ValueError, match="purple"):
        plots.bars("Cohorts", [plots.Bar("A", 1, tone="purple")], headings=HEADINGS)


def test_a_funnel_says_the_share_of_the_first_unless_there_is_a_note():
    steps = [plots.Bar("In", 200), plots.Bar("Out", 50), plots.Bar("Lost", 3, note="by hand")]
    plot = plots.funnel("Steps", steps, headings=HEADINGS)
    assert [row.note for row in plot.rows] == ["100%", "25%", "by hand"]


def test_days_are_stacked_from_the_bottom_to_the_largest_sum():
    counts = {(LAST, "good"): 6, (LAST, "bad"): 2, (LAST - timedelta(days=1), "bad"): 4}
    plot = plots.days("p", "Resets", STATES, counts=counts, last=LAST, number=4)
    assert [day.day.day for day in plot.days] == [27, 28, 29, 30]
    assert plot.most == 8
    assert [(part.legend.series.key, part.y, part.height) for part in plot.days[3].segments] == [
        ("good", "25.00%", "75.00%"),
        ("bad", "0.00%", "25.00%"),
    ]
    assert [(part.y, part.height) for part in plot.days[2].segments] == [("50.00%", "50.00%")]
    assert [entry.total for entry in plot.legend] == [6, 6]


def test_days_of_nothing_are_empty():
    plot = plots.days("p", "Resets", STATES, counts={}, last=LAST)
    assert (len(plot.days), plot.total, plot.most) == (30, 0, 0)
    assert "<rect x=" not in page_of(plot)


def test_counts_outside_of_the_days_are_left_out():
    counts = {(LAST - timedelta(days=4), "good"): 9, (LAST + timedelta(days=1), "good"): 9, (LAST, "good"): 1}
    assert plots.days("p", "Resets", STATES, counts=counts, last=LAST, number=4).total == 1


def test_parts_differ_by_pattern_and_the_numbers_are_a_table():
    page = page_of(plots.days("p", "Resets", STATES, counts={(LAST, "good"): 3}, last=LAST))
    assert 'id="p-plain"' in page
    assert 'id="p-stripes"' in page
    assert 'href="/good/"' in page
    assert '<th scope="row"><time datetime="2026-06-30">30 Jun</time></th><td>3 good</td>' in page
    assert page.count('<th scope="row">') == 1


@override_settings(LANGUAGE_CODE="de", USE_THOUSAND_SEPARATOR=True)
def test_lengths_are_written_for_svg_in_any_language():
    page = page_of(plots.bars("Cohorts", [plots.Bar("A", 3), plots.Bar("B", 1)], headings=HEADINGS))
    assert 'width="33.33%"' in page
