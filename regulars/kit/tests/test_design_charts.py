"""The geometry of the charts, and the words that stand in them."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.charts import Bar, Point, Series, Visit, bars, rhythm, spark, trend
from regulars.kit.charts.scale import nice_step, text_width

TODAY = date(2026, 11, 22)


def visits_every(days: int, times: int, *, last: int = 0) -> list[Visit]:
    return [Visit(TODAY - timedelta(days=last + days * index), Decimal(10 + index)) for index in range(times)]


def test_somebody_later_than_expected_is_drawn_late_and_said_so():
    due = (TODAY - timedelta(days=63), TODAY - timedelta(days=44))
    late = rhythm(visits_every(41, 12, last=96), today=TODAY, due=due)
    assert late.is_late
    assert all(form.due and form.due.text == "was due about here" for form in late.forms)
    assert "data-late" in render_to_string("kit/_rhythm.html", {"chart": late})


def test_somebody_still_in_time_is_not_late_and_the_window_lies_ahead():
    soon = rhythm(visits_every(7, 70, last=3), today=TODAY, due=(TODAY + timedelta(2), TODAY + timedelta(7)))
    assert not soon.is_late
    assert all(form.due_x is not None and form.due_x > form.now_x for form in soon.forms)


def test_a_visit_after_today_is_not_drawn():
    drawn = rhythm([Visit(TODAY + timedelta(days=1)), Visit(TODAY - timedelta(days=1))], today=TODAY)
    assert all(len(form.dots) == 1 for form in drawn.forms)
    assert len(drawn.twin.rows) == 1


def test_nobody_yet_is_drawn_without_a_dot_and_says_so():
    drawn = rhythm([], today=TODAY)
    assert drawn.label == "No visits yet"
    assert all(form.dots == () and form.last_x is None for form in drawn.forms)
    assert "<circle" not in render_to_string("kit/_rhythm.html", {"chart": drawn})


def test_four_visits_are_shown_even_when_they_lie_years_back():
    drawn = rhythm(visits_every(400, 5, last=30), today=TODAY, months=6)
    assert all(len(form.dots) >= 4 for form in drawn.forms)


@given(
    days=st.lists(st.integers(0, 4000), max_size=120),
    due=st.none() | st.tuples(st.integers(-400, 400), st.integers(0, 120)),
    months=st.integers(1, 60),
)
def test_every_dot_and_word_stays_inside_and_no_month_touches_today(days, due, months):
    window = (TODAY + timedelta(due[0]), TODAY + timedelta(due[0] + due[1])) if due else None
    drawn = rhythm([Visit(TODAY - timedelta(day)) for day in days], today=TODAY, due=window, months=months)
    for form in drawn.forms:
        assert all(0 <= dot.x <= form.width and dot.r > 0 for dot in form.dots)
        for mark in (*form.months, form.today, *([form.due] if form.due else [])):
            assert _left(mark) >= 0
            assert _left(mark) + text_width(mark.text) <= form.width + 1
        places = sorted((_left(mark), text_width(mark.text)) for mark in (*form.months, form.today))
        assert all(at + width <= after for (at, width), (after, _) in itertools.pairwise(places))


def _left(mark):
    width = text_width(mark.text)
    return {"start": mark.x, "middle": mark.x - width / 2, "end": mark.x - width}[mark.anchor]


def test_bars_share_one_scale_and_an_interval_stands_on_it():
    drawn = bars([Bar("a", 0.5, "50 %", 0.3, 0.7), Bar("b", 0.25, "25 %")], label="shares", top=1)
    assert [(row.length, row.low_at, row.high_at) for row in drawn.rows] == [(50, 30, 70), (25, 0, 0)]
    assert drawn.twin.rows == (("a", "50 %"), ("b", "25 %"))


def test_bars_without_a_top_end_at_the_longest_interval_and_a_negative_value_draws_nothing():
    drawn = bars([Bar("a", 10, "10", 5, 20), Bar("b", -3, "-3")], label="amounts")
    assert [row.length for row in drawn.rows] == [50, 0]
    assert bars([], label="nothing").rows == ()
    assert bars([Bar("a", 0, "0")], label="zero").rows[0].length == 0


def test_a_trend_writes_its_name_and_last_value_at_its_end():
    mine = Series("2026", (Point("first", 0.0, 0.0, 0.0), Point("a year", 0.41, 0.29, 0.54)))
    theirs = Series("2025", (Point("first", 0.0), Point("a year", 0.26)))
    drawn = trend(mine, against=theirs, label="who came again")
    assert [line.end.text for line in drawn.forms[0].lines] == ["2026: 41\u00a0%", "2025: 26\u00a0%"]
    assert drawn.forms[0].lines[0].band
    assert not drawn.forms[0].lines[1].band
    assert drawn.twin.rows[1] == ("a year", "41\u00a0% (29\u00a0% to 54\u00a0%)", "26\u00a0%")


def test_a_step_with_too_few_people_leaves_a_gap_and_says_why():
    drawn = trend(Series("2026", (Point("1", 0.1), Point("2", None), Point("3", 0.2))), label="who came again")
    assert drawn.forms[0].lines[0].path.count("M") == 2
    assert drawn.twin.rows[1] == ("2", "too few to say")


def test_what_is_counted_in_whole_numbers_has_no_mark_twice():
    for most in (1, 2, 3, 7, 12, 26):
        counted = Series("2026", (Point("1", 0), Point("2", most)))
        drawn = trend(counted, label="said no", shown=lambda n: str(round(n)), is_whole=True)
        marks = [int(mark.text) for mark in drawn.forms[0].steps]
        assert len(set(marks)) == len(marks)
        assert marks[-1] >= most
        assert {after - before for before, after in zip([0, *marks], marks, strict=False)} == {marks[0]}


def test_words_of_two_lines_that_end_together_do_not_lie_on_each_other():
    mine = Series("2026", (Point("1", 0.1), Point("2", 0.4)))
    theirs = Series("2025", (Point("1", 0.1), Point("2", 0.4)))
    first, second = trend(mine, against=theirs, label="equal").forms[0].lines
    assert abs(first.end.y - second.end.y) >= 19


@pytest.mark.parametrize(("top", "step"), [(0.54, 0.2), (1, 0.25), (37, 10), (0, 1), (4, 1), (1000, 250)])
def test_the_grid_has_at_most_four_round_steps(top, step):
    assert nice_step(top) == pytest.approx(step)


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=60))
def test_a_spark_stays_inside_its_line_of_text(values):
    drawn = spark(values, label="takings")
    assert 0 <= drawn.end_x <= drawn.width
    assert 0 <= drawn.end_y <= drawn.height


def test_a_spark_of_one_value_is_no_line():
    assert spark([3], label="takings").path == ""
