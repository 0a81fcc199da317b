"""Cohorts: published curves, hand-counted grids, one answer on every engine, and what must not change them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.cohorts.firsts import MOST_GROUPS, OTHERS
from regulars.insight.cohorts.periods import PERIODS, first_day, index_of, last_day, name_of, with_name
from regulars.insight.frames import opened
from regulars.insight.tables import fetched
from regulars.insight.tests.engines import ENGINES, QUICK, table
from regulars.insight.tests.tables_for_tests import told

AS_OF = date(2026, 6, 30)
# Freireich and others (1963), Blood 21, 699-716: weeks of remission; "+" still in remission when last seen
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def _remissions() -> pl.DataFrame:
    both = [(weeks, drug) for drug, line in (("6-MP", SIX_MP), ("placebo", PLACEBO)) for weeks in line.split()]
    return pl.DataFrame(
        {
            "days": [int(weeks.rstrip("+")) for weeks, _ in both],
            "happened": [not weeks.endswith("+") for weeks, _ in both],
            "drug": [drug for _, drug in both],
        }
    )


def test_kaplan_meier_gives_the_published_curve_of_the_remission_times() -> None:
    curve = insight.kaplan_meier(_remissions(), by="drug").filter(pl.col("group") == "6-MP", pl.col("happened") > 0)
    published = [  # Kalbfleisch and Prentice; Kleinbaum and Klein: share, Greenwood's error, log(-log) interval
        (6, 21, 3, 0.857, 0.0764, 0.620, 0.952),
        (7, 17, 1, 0.807, 0.0869, 0.563, 0.923),
        (10, 15, 1, 0.753, 0.0963, 0.503, 0.889),
        (13, 12, 1, 0.690, 0.1068, 0.432, 0.849),
        (16, 11, 1, 0.627, 0.1141, 0.368, 0.805),
        (22, 7, 1, 0.538, 0.1282, 0.268, 0.747),
        (23, 6, 1, 0.448, 0.1346, 0.188, 0.680),
    ]
    found = curve.select("days", "at_risk", "happened", "share", "error", "low", "high").rows()
    assert [row[:3] for row in found] == [row[:3] for row in published]
    for ours, theirs in zip(found, published, strict=True):
        assert ours[3] == pytest.approx(theirs[3], abs=5e-4)
        assert ours[4] == pytest.approx(theirs[4], abs=5e-5)
        assert ours[5:] == pytest.approx(theirs[5:], abs=5e-4)


def test_the_published_medians_and_the_log_rank_test_of_the_remission_times() -> None:
    rows = insight.median_times(_remissions(), by="drug").rows()
    assert rows == [("6-MP", 21, 9, 23, 13, None, None), ("placebo", 21, 21, 8, 4, 11, None)]
    found = insight.log_rank(_remissions(), "drug")
    assert found is not None
    assert found.chi_squared == pytest.approx(16.79, abs=5e-3)
    assert (found.degrees, found.n) == (1, 42)
    assert found.p_value == pytest.approx(4.17e-5, rel=1e-2)


def test_the_curve_of_everybody_is_that_of_the_share_when_nobody_is_still_waiting() -> None:
    times = pl.DataFrame({"days": [1, 2, 2, 3, 5, 8, 13, 21], "happened": [True] * 8})
    shares = insight.kaplan_meier(times)["share"].to_list()
    assert shares == pytest.approx([1, 7 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8, 0])


def test_three_groups_are_tested_on_two_degrees_and_small_groups_are_left_out() -> None:
    dice = random.Random(4)
    rows = [
        {"days": dice.randrange(1, 300), "happened": dice.random() < 0.7, "from": g} for g in "abc" for _ in range(40)
    ]
    whole = insight.log_rank(pl.DataFrame(rows), "from")
    few = insight.log_rank(pl.DataFrame([*rows, {"days": 3, "happened": True, "from": "d"}]), "from")
    assert whole is not None
    assert whole.degrees == 2
    assert whole.p_value > 0.001
    assert few == whole
    assert insight.log_rank(pl.DataFrame(rows[:40]), "from") is None


def test_the_log_rank_test_is_as_often_wrong_as_it_says() -> None:
    dice = random.Random(11)
    times = [
        {"days": dice.randrange(60), "happened": dice.random() < 0.6, "from": place, "run": run}
        for run in range(300)
        for place in ("a", "b")
        for _ in range(30)
    ]
    frame = pl.DataFrame(times)
    found = [insight.log_rank(part, "from") for part in frame.partition_by("run")]
    wrong = sum(test is not None and test.p_value < 0.05 for test in found)
    assert 5 <= wrong <= 26  # 15 expected, within three standard errors


def _orders(people: int = 60, seed: int = 3) -> pa.Table:
    dice = random.Random(seed)
    rows = []
    for customer in range(people):
        first = AS_OF - timedelta(days=dice.randrange(-20, 420))
        for _ in range(dice.choice([1, 1, 2, 3, 6])):
            day = first + timedelta(days=dice.choice([0, 3, 20, 45, 90, 200]) * dice.randrange(1, 3))
            channel = dice.choice(["shop", "web", "it's market", None])
            rows.append({"customer": customer, "day": day, "amount": 9.5, "channel": channel, "sent_by": customer % 3})
    return table(rows, amount=pa.float64(), channel=pa.string(), sent_by=pa.int64())


ANSWERS = {
    "retention": lambda o: insight.retention(o, AS_OF),
    "retention by quarter": lambda o: insight.retention(o, AS_OF, by="quarter"),
    "retention by quarter and month": lambda o: insight.retention(o, AS_OF, by="quarter", period="month"),
    "retention by week": lambda o: insight.retention(o, AS_OF, by="week", periods=9),
    "retention by channel": lambda o: insight.retention(o, AS_OF, by="channel", period="quarter"),
    "retention by who sent them": lambda o: insight.retention(o, AS_OF, by="sent_by"),
    "churn": lambda o: insight.churn(o, AS_OF),
    "churn by channel": lambda o: insight.churn(o, AS_OF, period="month", by="channel"),
    "churn by year of the first": lambda o: insight.churn(o, AS_OF, by="year"),
    "repeat rate": lambda o: insight.repeat_rate(o, AS_OF),
    "repeat rate by month": lambda o: insight.repeat_rate(o, AS_OF, within_days=60, by="month"),
    "repeat rate by channel": lambda o: insight.repeat_rate(o, AS_OF, by="channel"),
    "second": lambda o: insight.times_to_second(o, AS_OF),
    "second by week": lambda o: insight.times_to_second(o, AS_OF, by="week"),
    "second by month": lambda o: insight.times_to_second(o, AS_OF, by="month"),
    "second by quarter": lambda o: insight.times_to_second(o, AS_OF, by="quarter"),
    "second by channel": lambda o: insight.times_to_second(o, AS_OF, by="channel"),
    "quiet": lambda o: insight.times_until_quiet(o, AS_OF, quiet_days=60, by="channel"),
    "curve": lambda o: insight.kaplan_meier(insight.times_to_second(o, AS_OF, by="quarter"), by="cohort"),
    "curve of all": lambda o: insight.kaplan_meier(insight.times_until_quiet(o, AS_OF, quiet_days=45)),
    "median": lambda o: insight.median_times(insight.times_to_second(o, AS_OF, by="channel"), by="cohort"),
}


ON_SPARK_TOO = ("retention by channel", "churn by channel", "second by week", "quiet", "curve")


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_engine_tells_of_cohorts_alike(answer: str) -> None:
    orders = _orders()
    engines = ENGINES if answer in ON_SPARK_TOO else QUICK
    answers = {name: told(ANSWERS[answer](make(orders))) for name, make in engines.items()}
    expected = answers.pop("pyarrow")
    assert len(expected) > 0
    for name, found in answers.items():
        assert found == expected, name


def _at(days: dict[int, list[tuple[int, int]]], **more: list[Any]) -> pl.DataFrame:
    """Orders from (month, day) of 2026 by customer."""
    rows = [(customer, date(2026, *day)) for customer, given_days in days.items() for day in given_days]
    return pl.DataFrame(
        {"customer": [c for c, _ in rows], "day": [d for _, d in rows], "amount": [1.0] * len(rows)} | more
    )


def test_a_month_that_still_runs_is_missing_and_not_nobody() -> None:
    orders = _at({n: [(1, 5), (2, 7)] if n < 3 else [(1, 6)] for n in range(8)} | {9: [(2, 1), (3, 1)]})
    grid = {(r["cohort"], r["period"]): r for r in told(insight.retention(orders, date(2026, 3, 30)))}
    assert set(grid) == {(c, k) for c in ("2026-01", "2026-02") for k in (0, 1)}
    assert (grid["2026-01", 1]["share"], grid["2026-01", 1]["n"]) == (3 / 8, 8)
    assert grid["2026-02", 1] | {"cohort_on": None} == {
        "cohort": "2026-02", "cohort_on": None, "period": 1, "people": 1, "n": 0, "returned": None, "share": None,
        "low": None, "high": None, "share_reason": "not over yet",
    }  # fmt: skip
    later = {(r["cohort"], r["period"]): r for r in told(insight.retention(orders, date(2026, 3, 31)))}
    assert (later["2026-01", 2]["returned"], later["2026-01", 2]["share"]) == (0, 0.0)
    assert (later["2026-02", 1]["returned"], later["2026-02", 1]["share_reason"]) == (1, "too few people")


def test_a_share_of_a_cohort_by_channel_counts_only_those_who_could_have_come() -> None:
    orders = _at({n: [(1, 5), (3, 9)] for n in range(6)} | {n: [(3, 6)] for n in range(10, 16)})
    orders = orders.with_columns(channel=pl.lit("web"))
    grid = {r["period"]: r for r in told(insight.retention(orders, date(2026, 4, 30), by="channel", period="month"))}
    assert [(grid[k]["people"], grid[k]["n"], grid[k]["returned"]) for k in (0, 1, 2, 3)] == [
        (12, 12, 12), (12, 12, 0), (12, 6, 6), (12, 6, 0),
    ]  # fmt: skip


def test_the_channel_of_the_first_day_makes_the_cohort() -> None:
    orders = _at({1: [(1, 5), (1, 5), (2, 9)], 2: [(1, 7)]}, channel=["web", "shop", "fair", None])
    found = told(insight.times_to_second(orders, AS_OF, by="channel"))
    assert {row["customer"]: row["cohort"] for row in found} == {1: "shop", 2: None}


def test_a_column_of_very_many_values_keeps_the_largest() -> None:
    many = {n: [(1, 5)] for n in range(300)}
    orders = _at(many).with_columns(sent_by=pl.when(pl.col("customer") < 40).then(7).otherwise(pl.col("customer")))
    found = told(insight.repeat_rate(orders, AS_OF, by="sent_by"))
    sizes = {row["cohort"]: row["n"] for row in found}
    assert len(sizes) == MOST_GROUPS
    assert sizes["7"] == 40
    assert sum(sizes.values()) == 300
    assert sizes[OTHERS] == 300 - 40 - (MOST_GROUPS - 2)


def test_a_refunded_first_order_makes_no_cohort() -> None:
    orders = _at({n: [(1, 5), (2, 9)] for n in range(6)}, channel=["web", "shop"] * 6, order=list(range(12)))
    back = pl.DataFrame({"customer": [0], "day": [date(2026, 1, 9)], "amount": [-1.0], "refund_of": [0]})
    found = told(insight.times_to_second(pl.concat([orders, back], how="diagonal"), AS_OF, by="channel"))
    assert {row["customer"]: row["cohort"] for row in found} == {0: "shop"} | dict.fromkeys(range(1, 6), "web")
    assert not found[0]["happened"]


def test_a_later_return_does_not_undo_a_silence() -> None:
    orders = _at({1: [(1, 1), (1, 11), (6, 1)], 2: [(6, 1)], 3: [(1, 1)]})
    found = {row["customer"]: row for row in told(insight.times_until_quiet(orders, AS_OF, quiet_days=60))}
    assert (found[1]["days"], found[1]["happened"]) == (10 + 61, True)
    assert (found[2]["days"], found[2]["happened"]) == (29, False)
    assert (found[3]["days"], found[3]["happened"]) == (61, True)


def test_an_estimated_rate_of_leaving_is_that_which_made_the_orders() -> None:
    dice = random.Random(8)
    rows = []
    for customer in range(2_500):
        day = AS_OF - timedelta(days=dice.randrange(1, 900))
        while day <= AS_OF:
            rows.append((customer, day))
            if dice.random() < 0.1:  # leaves after a visit
                break
            day += timedelta(days=dice.randrange(15, 25))
    orders = pl.DataFrame({"customer": [c for c, _ in rows], "day": [d for _, d in rows], "amount": [1.0] * len(rows)})
    times = insight.times_until_quiet(orders, AS_OF, quiet_days=30)
    curve = {row["days"]: row for row in told(insight.kaplan_meier(times))}
    for after in (100, 200, 400):
        made, step = _still_there(after, dice), curve[max(days for days in curve if days <= after)]
        assert step["low"] - 0.01 < made < step["high"] + 0.01


def _still_there(day: int, dice: random.Random, runs: int = 20_000) -> float:
    """Share of visits' chains that have not been silent for more than 30 days on a day, straight from the making."""
    alive = 0
    for _ in range(runs):
        at = 0
        while dice.random() >= 0.1:
            at += dice.randrange(15, 25)
            if at + 31 > day:
                break
        alive += at + 31 > day
    return alive / runs


def test_churn_is_of_those_who_bought_in_the_period_before() -> None:
    orders = _at({n: [(1, 5)] for n in range(6)} | {9: [(1, 8), (4, 2), (7, 1)], 8: [(4, 1)]})
    found = told(insight.churn(orders, AS_OF))
    assert [(r["period"], r["n"], r["stayed_away"], r["came_new"], r["came_back"]) for r in found] == [
        ("2026-Q2", 7, 6, 1, 0)
    ]
    assert found[0]["churn"] == pytest.approx(6 / 7, abs=1e-6)
    gone = told(insight.churn(_at({n: [(1, 5)] for n in range(6)}), AS_OF, period="month"))
    assert [(r["period"], r["n"], r["churn"], r["churn_reason"]) for r in gone] == [("2026-02", 6, 1.0, None)]


@pytest.mark.parametrize("period", PERIODS)
def test_periods_follow_each_other_without_a_gap(period: str) -> None:
    days = [date(2019, 12, 20) + timedelta(days=n) for n in range(900)]
    frame = opened(pl.DataFrame({"day": days})).with_columns(index=index_of("day", period))
    for day, index, name in fetched(with_name(frame, "day", period, "name").select("day", "index", "name")):
        assert first_day(index, period) <= day <= last_day(index, period)
        assert name == name_of(index, period)
        assert first_day(index + 1, period) == last_day(index, period) + timedelta(days=1)


def test_one_customer_and_nobody_are_answered_and_not_refused() -> None:
    one = _at({1: [(1, 5)]})
    nobody = one.clear()
    for orders in (one, nobody):
        assert told(insight.repeat_rate(orders, AS_OF))[0]["share_reason"] == "too few people"
        for answer in (insight.retention, insight.churn, insight.times_to_second, insight.times_until_quiet):
            assert all(value is not float("nan") for row in told(answer(orders, AS_OF)) for value in row.values())
        times = insight.times_to_second(orders, AS_OF)
        assert len(told(insight.kaplan_meier(times))) == (2 if orders is one else 0)
        assert insight.log_rank(insight.times_to_second(orders, AS_OF, by="month"), "cohort") is None


def test_pandas_gets_types_that_can_be_missing() -> None:
    grid = insight.retention(_orders().to_pandas(), AS_OF)
    assert str(grid["share"].dtype) == "Float64"
    assert str(grid["returned"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("ask", "fault", "said"),
    [
        (lambda o: insight.retention(o, AS_OF, by="chanel"), FrameError, 'Column "chanel": is missing'),
        (lambda o: insight.retention(o, AS_OF, by="amount"), FrameError, "cannot name cohorts"),
        (lambda o: insight.retention(o.with_columns(w=1.5), AS_OF, by="w"), FrameError, "give text or whole numbers"),
        (lambda o: insight.retention(o, AS_OF, period="day"), ValueError, "'day' is not a period"),
        (lambda o: insight.retention(o, AS_OF, periods=0), ValueError, "give 1 or more"),
        (lambda o: insight.repeat_rate(o, AS_OF, within_days=0), ValueError, "give 1 or more"),
        (lambda o: insight.times_until_quiet(o, AS_OF, quiet_days=0), ValueError, "give 1 or more"),
        (lambda o: insight.kaplan_meier(o), FrameError, 'Column "days": is missing'),
        (lambda o: insight.kaplan_meier(o.select(days=-1, happened=True)), FrameError, '"days", row 1: is negative'),
        (lambda o: insight.kaplan_meier(o.select(days=1.5, happened=True)), FrameError, "give whole numbers"),
        (lambda o: insight.churn(o.with_columns(day=None), AS_OF), FrameError, '"day"'),
    ],
)
def test_what_cannot_be_used_is_named(ask: Any, fault: type[Exception], said: str) -> None:
    with pytest.raises(fault, match=said):
        ask(_at({1: [(1, 5)], 2: [(1, 6)]}))


ROW = st.tuples(st.integers(0, 12), st.integers(0, 400), st.sampled_from(["web", "shop", None]))
ROWS = st.lists(ROW, min_size=1, max_size=60)


def _frame(rows: list[tuple[int, int, str | None]], amount: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer": [row[0] for row in rows],
            "day": [AS_OF - timedelta(days=row[1]) for row in rows],
            "amount": [amount] * len(rows),
            "channel": [row[2] for row in rows],
        },
        schema_overrides={"channel": pl.String},
    )


def _everything(frame: pl.DataFrame) -> list[Any]:
    quiet = insight.times_until_quiet(frame, AS_OF, by="channel")
    return [
        told(insight.retention(frame, AS_OF)),
        told(insight.retention(frame, AS_OF, by="channel")),
        told(insight.churn(frame, AS_OF, period="month")),
        told(insight.repeat_rate(frame, AS_OF, within_days=90)),
        told(insight.median_times(insight.times_to_second(frame, AS_OF))),
        told(insight.kaplan_meier(quiet, by="cohort")),
    ]


@given(ROWS, st.randoms(use_true_random=False), ROW)
@settings(max_examples=15, deadline=None)
def test_neither_the_order_of_rows_nor_the_future_nor_money_changes_cohorts(
    rows: list[tuple[int, int, str | None]], dice: Any, later: tuple[int, int, str | None]
) -> None:
    expected = _everything(_frame(rows))
    shuffled = list(rows)
    dice.shuffle(shuffled)
    assert _everything(_frame([*shuffled, (later[0], -1 - later[1], later[2])], amount=2.0)) == expected


@given(ROWS)
@settings(max_examples=15, deadline=None)
def test_a_grid_holds_together(rows: list[tuple[int, int, str | None]]) -> None:
    for row in told(insight.retention(_frame(rows), AS_OF)):
        assert 0 <= row["n"] <= row["people"]
        assert (row["returned"] is None) == (row["n"] == 0)
        if row["share"] is not None:
            assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
        assert (row["share"] is None) == (row["share_reason"] is not None)
