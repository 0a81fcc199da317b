from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight.tests.engines import plain

AS_OF = date(2026, 6, 30)
ROW = st.tuples(st.integers(0, 60), st.integers(0, 700), st.integers(0, 30_000), st.integers(0, 4_000))
ROWS = st.lists(ROW, min_size=1, max_size=160)


def _frame(rows: list[tuple[int, int, int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer": [row[0] for row in rows],
            "day": [AS_OF - timedelta(days=row[1]) for row in rows],
            "amount": [Decimal(row[2]) / 100 for row in rows],
            "refund": [Decimal(row[3]) / 100 for row in rows],
        },
        schema_overrides={"amount": pl.Decimal(14, 2), "refund": pl.Decimal(14, 2)},
    )


def _everything(frame: Any) -> list[Any]:
    return [plain(insight.grades(frame, AS_OF)), plain(insight.rhythm(frame, AS_OF))]


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_is_irrelevant(rows: list[tuple[int, int, int, int]], dice: Any) -> None:
    shuffled = list(rows)
    dice.shuffle(shuffled)
    assert _everything(_frame(rows)) == _everything(_frame(shuffled))


@given(ROWS, ROW)
@settings(max_examples=25, deadline=None)
def test_a_future_order_changes_nothing(
    rows: list[tuple[int, int, int, int]], later: tuple[int, int, int, int]
) -> None:
    customer, days, amount, refund = later
    assert _everything(_frame(rows)) == _everything(_frame([*rows, (customer, -1 - days, amount, refund)]))


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_doubling_amounts_doubles_money_and_leaves_grades(rows: list[tuple[int, int, int, int]]) -> None:
    once = plain(insight.grades(_frame(rows), AS_OF))
    twice = plain(insight.grades(_frame([(c, d, 2 * a, 2 * r) for c, d, a, r in rows]), AS_OF))
    assert [row["monetary"] for row in twice] == [2 * row["monetary"] for row in once]
    for before, after in zip(once, twice, strict=True):
        assert after["spend_mean"] == (2 * before["spend_mean"] if before["x"] else None)
    money = {"monetary": 0, "spend_mean": 0}
    assert [row | money for row in once] == [row | money for row in twice]


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_a_summary_holds_together(rows: list[tuple[int, int, int, int]]) -> None:
    for row in plain(insight.summary(_frame(rows), AS_OF)):
        assert row["x"] == row["frequency"] - 1
        assert 0 <= row["t_x_days"] <= row["T_days"]
        assert (row["median_gap_days"] is None) == (row["frequency"] == 1)
        assert row["t_x_days"] == (row["last_on"] - row["first_on"]).days
        assert row["monetary"] >= 0
        assert (row["spend_mean"] is None) == (row["x"] == 0)
        assert row["log_gaps_sum"] <= row["x"] * math.log(max(1, row["t_x_days"] / max(1, row["x"]))) + 1e-6
