"""The geometry of columns, heat maps, step curves and maps of groups; and that their twins say the same."""

from __future__ import annotations

import itertools

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.charts import Column, HeatRow, Region, Step, Stepped, columns, curve, heat, plan
from regulars.kit.charts.plan import wrapped
from regulars.kit.charts.scale import left_of, text_width
from regulars.kit.specimen_charts import more_charts

TICKS = [(0.0, "0"), (100.0, "100 days")]


def test_columns_share_one_scale_and_what_lies_ahead_is_hollow():
    drawn = columns(
        [Column("May", 10, "10"), Column("June", 20, "20", 15, 40, said="15 to 40", is_ahead=True)], label="months"
    )
    may, june = drawn.forms[0].columns
    assert june.height == pytest.approx(2 * may.height, abs=0.2)
    assert (may.is_ahead, june.is_ahead) == (False, True)
    assert june.high is not None
    assert june.low is not None
    assert june.high < june.y < june.low
    assert drawn.twin.rows == (("May", "10", ""), ("June", "20", "15 to 40"))
    assert "data-ahead" in render_to_string("kit/_columns.html", {"chart": drawn})


def test_a_mark_stands_at_what_was_said_and_a_missing_value_draws_nothing():
    drawn = columns([Column("a", None, "too few to say", mark=5), Column("b", 5, "5", mark=5)], label="said and done")
    first, second = drawn.forms[1].columns
    assert first.height == 0
    assert first.mark == second.mark == second.y


@given(
    values=st.lists(st.floats(0, 1e9), min_size=1, max_size=60),
    words=st.text("abcdefgh", min_size=1, max_size=14),
)
def test_columns_and_their_words_stay_inside_and_touch_nobody(values, words):
    drawn = columns([Column(f"{words}{n}", value, "x") for n, value in enumerate(values)], label="any")
    for form in drawn.forms:
        assert all(form.left <= one.x and one.right <= form.width + 0.2 and one.width > 0 for one in form.columns)
        assert all(one.y >= 0 and one.height >= 0 for one in form.columns)
        edges = [(left_of(mark), left_of(mark) + text_width(mark.text)) for mark in form.labels]
        assert all(right <= left for (_l, right), (left, _r) in itertools.pairwise(edges))
        assert form.labels


def test_a_cohort_map_writes_every_share_and_leaves_what_cannot_be_known_yet():
    rows = [HeatRow("Jan", "30", (0.5, 0.25, 0.0)), HeatRow("Feb", "20", (0.4, None))]
    drawn = heat(rows, ["1", "2", "3"], label="who came again", corner="First here")
    cells = drawn.forms[0].cells
    assert [cell.figure.text for cell in cells] == ["50", "25", "0", "40"]
    assert [cell.level for cell in cells] == [5, 3, 0, 4]
    assert drawn.twin.headers == ("First here", "How many", "1", "2", "3")
    assert drawn.twin.rows[1] == ("Feb", "20", "40\u00a0%", "not yet", "not yet")


def test_a_phone_shows_the_first_and_the_last_month_of_a_cohort_and_fewer_between():
    rows = [HeatRow("January 2026", "30", tuple(0.01 * month for month in range(12)))]
    wide, narrow = heat(rows, [str(n + 1) for n in range(12)], label="months", corner="First").forms
    assert len(wide.cells) == 12
    assert [head.text for head in narrow.heads] == ["1", "4", "7", "9", "12"]
    assert (narrow.heads[0].text, narrow.heads[-1].text) == ("1", "12")
    assert all(cell.x + cell.width <= narrow.width for cell in narrow.cells)


@given(st.lists(st.lists(st.none() | st.floats(0, 1), max_size=14), max_size=12))
def test_every_cell_lies_inside_and_has_a_tint_that_its_words_stand_on(values):
    rows = [HeatRow(f"row {n}", "7", tuple(row)) for n, row in enumerate(values)]
    for form in heat(rows, [str(n) for n in range(14)], label="any", corner="First").forms:
        assert all(0 <= cell.level <= 5 and cell.width > 12 for cell in form.cells)
        assert all(cell.x >= 0 and cell.x + cell.width <= form.width and cell.y < form.height for cell in form.cells)


def test_a_curve_goes_in_steps_from_everybody_down():
    mine = Stepped("still here", (Step(0, 1, 1, 1, "start"), Step(50, 0.5, 0.3, 0.7, "50 days")), "50 %")
    drawn = curve(mine, label="who stays", ticks=TICKS, corner="After")
    line = drawn.forms[0].lines[0]
    (x0, y0), (x1, y1), (x2, y2) = (tuple(map(float, p.split())) for p in line.path.removeprefix("M").split(" L"))
    assert y0 == y1 < y2
    assert x0 < x1 == x2
    assert line.band
    assert drawn.twin.rows == (
        ("start", "100\u00a0% (100\u00a0% to 100\u00a0%)"),
        ("50 days", "50\u00a0% (30\u00a0% to 70\u00a0%)"),
    )


def test_two_curves_that_end_together_keep_their_words_apart():
    ends = (Step(0, 1, label="start"), Step(50, 0.5, label="later"))
    drawn = curve(Stepped("a", ends), against=Stepped("b", ends[:1]), label="two", ticks=TICKS, corner="After")
    mine, theirs = drawn.forms[1].lines
    assert theirs.is_faint
    assert drawn.twin.rows[1] == ("later", "50\u00a0%", "not yet")
    same = curve(Stepped("a", ends), against=Stepped("b", ends), label="two", ticks=TICKS, corner="After").forms[0]
    assert abs(same.lines[0].end.y - same.lines[1].end.y) >= 19
    assert mine.path != theirs.path


def test_a_curve_of_nobody_is_drawn_without_a_line():
    drawn = curve(Stepped("nobody", ()), label="nobody", ticks=TICKS, corner="After")
    assert drawn.forms[0].lines[0].path == ""
    assert "<svg" in render_to_string(drawn.template, {"chart": drawn})


def test_a_group_is_named_in_its_widest_row_and_borders_run_between_groups_only():
    regions = [
        Region("Ell", ((0, 1), (0, 2), (1, 1)), "12"),
        Region("One", ((0, 0),), "3"),
        Region("Rest", ((1, 0), (1, 2)), "5"),
    ]
    drawn = plan(regions, label="map", headers=("Group", "People"), across=("few", "many"), down=("now", "long ago"))
    wide = drawn.forms[0]
    assert wide.names[0].x == pytest.approx(640 / 3 * 2, abs=0.2)
    assert len(wide.boxes) == 6
    assert len(wide.edges) == 5
    assert drawn.twin.rows == (("Ell", "12"), ("One", "3"), ("Rest", "5"))


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("About to sleep", 77, ["About to", "sleep"]),
        ("Vielversprechend", 77, ["Vielvers‐", "prechend"]),
        ("New", 40, ["New"]),
    ],
)
def test_a_name_too_long_for_its_place_is_broken(text, room, lines):
    assert wrapped(text, room) == lines


def test_every_chart_of_the_style_guide_has_a_name_and_a_twin():
    for chart in more_charts().values():
        page = render_to_string("kit/_chart.html", {"chart": chart, "sentence": "What it shows."})
        assert page.count('role="img" aria-label="') == 2
        assert "<details" in page
        assert "<table" in page
        assert "style=" not in page
