"""The spend model: published figures, few data, every engine, and what it warns of."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regulars import insight
from regulars.insight.ranks import rank_correlation
from regulars.insight.spend import GammaGamma
from regulars.insight.tests.engines import ENGINES, plain
from regulars.insight.tests.test_cdnow import SAMPLE, needs_data

COLUMNS = ("expected_spend", "expected_spend_low", "expected_spend_high")


def _facts(rows: list[tuple[int, float | None]]) -> pa.Table:
    return pa.table(
        {
            "customer": pa.array(range(len(rows)), pa.int64()),
            "x": pa.array([x for x, _ in rows], pa.int64()),
            "spend_mean": pa.array([z for _, z in rows], pa.float64()),
        }
    )


def _simulated(n: int, p: float, q: float, v: float, seed: int) -> tuple[pa.Table, Any]:
    dice = np.random.default_rng(seed)
    x = dice.poisson(dice.gamma(0.9, 3, n))
    nu = dice.gamma(q, 1 / v, n)
    z = np.where(x > 0, dice.gamma(np.maximum(p * x, 1e-9), 1 / nu) / np.maximum(x, 1), np.nan)
    return _facts([(int(a), None if a == 0 else float(b)) for a, b in zip(x, z, strict=True)]), p / nu


def _cdnow() -> pd.DataFrame:
    columns = ["old", "customer", "day", "cds", "amount"]
    orders = pd.read_csv(SAMPLE, sep=r"\s+", names=columns, dtype={"day": str})
    orders = orders.assign(day=pd.to_datetime(orders["day"], format="%Y%m%d"))
    facts: pd.DataFrame = insight.summary(orders[["customer", "day", "amount"]], date(1997, 9, 30))
    return facts.sort_values("customer", ignore_index=True)


@needs_data
def test_the_published_parameters_and_likelihood_are_found() -> None:
    spend = GammaGamma(prior=None).fit(_cdnow())
    assert spend.params_ is not None
    assert {name: round(value, 2) for name, value in spend.params_.items()} == {"p": 6.25, "q": 3.74, "v": 15.44}
    assert spend.log_likelihood_ == pytest.approx(-4055.9177, abs=5e-5)
    assert spend.n_ == 946


@needs_data
def test_the_first_ten_people_are_worth_a_visit_what_the_published_sheet_says() -> None:
    facts = _cdnow()
    spend = GammaGamma(prior=None).fit(facts)
    ten = facts.head(10)
    ten = ten.assign(spend_mean=np.floor(ten["spend_mean"] * 100 + 0.5) / 100)  # the sheet's means are in whole cents
    got = spend.expected_spend(ten)["expected_spend"].round(2).tolist()
    assert got == [24.66, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]


@needs_data
def test_the_weak_prior_hardly_moves_what_946_buyers_say() -> None:
    free, weak = GammaGamma(prior=None).fit(_cdnow()), GammaGamma().fit(_cdnow())
    assert free.params_ is not None
    assert weak.params_ is not None
    for name, value in free.params_.items():
        assert abs(weak.params_[name] - value) < 0.2 * (free.standard_errors_[name] or 0), name


@needs_data
def test_on_cdnow_it_says_in_words_that_regulars_spend_more_a_visit() -> None:
    spend = GammaGamma().fit(_cdnow())
    assert spend.independence_ is not None
    assert spend.independence_.value == pytest.approx(0.2063, abs=1e-4)
    assert any(str(w).startswith("People who come more often spend more per visit") for w in spend.warnings_)


def test_the_truth_is_found_again_within_its_standard_errors() -> None:
    facts, _ = _simulated(6_000, 4.0, 3.0, 20.0, seed=4)
    spend = GammaGamma(prior=None).fit(facts)
    assert spend.params_ is not None
    for name, truth in {"p": 4.0, "q": 3.0, "v": 20.0}.items():
        error = spend.standard_errors_[name]
        assert error is not None
        assert abs(spend.params_[name] - truth) < 3 * error, name
    assert spend.warnings_ == []


@pytest.mark.parametrize("prior", ["weak", None])
def test_many_rows_are_fitted_by_way_of_fewer_and_end_at_the_same_point(
    prior: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, _ = _simulated(6_000, 4.0, 3.0, 20.0, seed=5)

    def fitted(grid_from: int) -> GammaGamma:
        monkeypatch.setattr("regulars.insight.spend._GRID_FROM", grid_from)
        return (GammaGamma() if prior else GammaGamma(prior=None)).fit(facts)

    whole, short = fitted(10**9), fitted(100)
    assert short.params_ == pytest.approx(whole.params_, rel=1e-5)
    assert short.log_likelihood_ == pytest.approx(whole.log_likelihood_, rel=1e-12)
    assert short.standard_errors_ == pytest.approx(whole.standard_errors_, rel=1e-4)


def test_the_interval_holds_peoples_own_means_as_often_as_it_says() -> None:
    facts, truth = _simulated(6_000, 4.0, 3.0, 20.0, seed=5)
    seen = pl.DataFrame(GammaGamma().fit(facts).expected_spend(facts, confidence=0.9)).to_dict()
    low, value, high = (seen[name].to_numpy() for name in ("expected_spend_low", *COLUMNS[::2]))
    assert ((low <= value) & (value <= high)).all()
    assert 0.885 < np.mean((low <= truth) & (truth <= high)) < 0.915


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_the_same_spend(name: str) -> None:
    facts, _ = _simulated(300, 4.0, 3.0, 20.0, seed=6)
    expected = plain(GammaGamma().fit(facts).expected_spend(facts))
    frame = ENGINES[name](facts)
    spend = GammaGamma().fit(frame)
    answer = spend.expected_spend(frame)
    assert type(answer) is type(frame)
    assert plain(answer) == expected


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Nobody has come back and paid so far"),
        ([(0, None)] * 5, "Nobody has come back and paid so far"),
        ([(0, None), (3, 20.0)], "Only 1 person has come back"),
        ([(1, 0.0), (2, 0.0), (3, 0.0), (4, 0.0)], "Nobody has come back and paid so far"),
    ],
)
@pytest.mark.parametrize("prior", ["weak", None])
def test_too_few_buyers_give_no_figure_and_the_reason(rows: Any, said: str, prior: str | None) -> None:
    for make in ENGINES.values():
        spend = (GammaGamma() if prior else GammaGamma(prior=None)).fit(make(_facts(rows)))
        assert spend.params_ is None
        assert said in str(spend.warnings_[-1])
        for row in plain(spend.expected_spend(make(_facts(rows)))):
            assert [row[name] for name in COLUMNS] == [None] * 3
            assert said in row["expected_spend_reason"]


def test_a_missing_figure_is_missing_in_classic_pandas_too_and_not_a_silent_nan() -> None:
    frame = _facts([(0, None), (2, 4.0)]).to_pandas()
    answer = GammaGamma().fit(frame).expected_spend(frame)
    assert answer["expected_spend"].dtype == "Float64"
    assert answer["expected_spend"].isna().all()


@pytest.mark.parametrize("prior", ["weak", None])
@pytest.mark.parametrize(
    "rows",
    [
        [(1, 9.0)] * 8,  # all the same
        [(k, 9.0) for k in range(1, 9)],
        [(1, 9.0), (1, 10.0), (1, 11.0)],
        [(50_000, 1e-3), (1, 1e9), (20_000, 5.0), (3, 7.0)],
        [(1, 5.0), (2, 0.0), (2, 5.5), (4, 6.0)],
    ],
)
def test_odd_data_give_finite_figures(rows: Any, prior: str | None) -> None:
    facts = _facts([*rows, (0, None)])
    spend = (GammaGamma() if prior else GammaGamma(prior=None)).fit(facts)
    assert spend.params_ is not None
    assert spend.params_["q"] > 1
    for row in plain(spend.expected_spend(facts)):
        low, value, high = row["expected_spend_low"], row["expected_spend"], row["expected_spend_high"]
        assert 0 < low <= value <= high < np.inf


def test_same_spend_by_everybody_is_said_and_expected() -> None:
    facts = _facts([(k % 4, 9.0 if k % 4 else None) for k in range(80)])
    spend = GammaGamma().fit(facts)
    assert any("spends the same" in str(w) for w in spend.warnings_)
    assert [row["expected_spend"] for row in plain(spend.expected_spend(facts))] == pytest.approx([9.0] * 80, rel=0.05)


def test_free_visits_are_left_out_and_counted() -> None:
    spend = GammaGamma().fit(_facts([(1, 5.0), (2, 0.0), (2, 5.5), (4, 6.0)]))
    assert spend.n_ == 3
    assert "1 repeat buyer paid nothing" in str(spend.warnings_[0])


def test_counts_that_came_as_floats_are_understood() -> None:
    facts, _ = _simulated(60, 4.0, 3.0, 20.0, seed=8)
    floats = pl.DataFrame(facts).with_columns(pl.col("x").cast(pl.Float64))
    spend = GammaGamma().fit(facts)
    assert plain(spend.expected_spend(floats)) == plain(spend.expected_spend(facts))


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow", "duckdb"])
def test_a_mean_that_is_not_a_number_counts_as_missing(name: str) -> None:
    rows: list[tuple[int, float | None]] = [(2, 20.0), (5, 35.0), (1, 18.0), (9, 26.0), (3, float("nan"))]
    facts = ENGINES[name](_facts(rows))
    spend = GammaGamma().fit(facts)
    assert spend.n_ == 4
    assert all(row["expected_spend"] > 0 for row in plain(spend.expected_spend(facts)))


def test_a_negative_spend_is_refused_by_name() -> None:
    with pytest.raises(insight.FrameError, match='Column "spend_mean", the row with x 2: is negative'):
        GammaGamma().fit(_facts([(1, 5.0), (2, -1.0)]))
    with pytest.raises(insight.FrameError, match='Column "spend_mean": is missing'):
        GammaGamma().fit(pl.DataFrame({"x": [1]}))


def test_what_was_learned_can_be_stored_and_taken_up_again() -> None:
    facts, _ = _simulated(200, 4.0, 3.0, 20.0, seed=7)
    for spend in (GammaGamma().fit(facts), GammaGamma().fit(facts.slice(0, 2))):
        again = GammaGamma.from_dict(json.loads(json.dumps(spend.to_dict())))
        assert again.to_dict() == spend.to_dict()
        assert plain(again.expected_spend(facts)) == plain(spend.expected_spend(facts))


ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 30_000)), min_size=1, max_size=60)


@given(ROWS, st.randoms(use_true_random=False), st.sampled_from([2.0, 3.0, 0.01]))
@settings(max_examples=40, deadline=None)
def test_rows_may_come_in_any_order_and_money_in_any_unit(rows: Any, dice: Any, factor: float) -> None:
    facts = [(x, cents / 100 if x else None) for x, cents in rows]
    people = list(range(len(facts)))
    dice.shuffle(people)

    def spends(times: float, order: list[int]) -> list[Any]:
        frame = _facts([(x, z and z * times) for x, z in facts])
        frame = frame.take(order)
        return [row["expected_spend"] for row in plain(GammaGamma().fit(frame).expected_spend(frame))]

    once = spends(1.0, sorted(people))
    assert spends(1.0, people) == once
    scaled = spends(factor, people)
    assert scaled == [None if value is None else pytest.approx(factor * value, rel=1e-5, abs=2e-6) for value in once]


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(1, 4)), min_size=4, max_size=30))
@settings(max_examples=40, deadline=None)
def test_ranks_correlate_as_scipy_says(rows: list[tuple[int, int, int]]) -> None:
    a, b, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = rank_correlation(a, b, weight)
    many = [np.repeat(column, weight.astype(int)) for column in (a, b)]
    if found is None:
        assert min(len(set(column)) for column in many) == 1
        return
    theirs = stats.spearmanr(*many)
    assert found.value == pytest.approx(theirs.statistic, abs=1e-9)
    assert found.p_value == pytest.approx(theirs.pvalue, abs=1e-9)
    assert found.low <= found.value <= found.high
