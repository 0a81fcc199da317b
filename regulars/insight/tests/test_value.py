"""Lifetime value: what it is made of, its intervals, every engine, and the months ahead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight.backtest.recalibrated import Recalibrated
from regulars.insight.backtest.rules import Hiatus, SameRate
from regulars.insight.lifetime import BGNBD, MBGCNBD, MBGNBD, LifetimeModel, ParetoNBD
from regulars.insight.spend import GammaGamma
from regulars.insight.tests.engines import ENGINES, QUICK, plain
from regulars.insight.tests.invented import invented, truth
from regulars.insight.tests.published import cdnow_facts, needs_orders
from regulars.insight.value import value, value_by_period

AS_OF = date(2026, 6, 20)
NAMES = ("value", "value_low", "value_high")


def _fitted(facts: Any, model: LifetimeModel | None = None) -> tuple[LifetimeModel, GammaGamma]:
    return (model or MBGNBD()).fit(facts), GammaGamma().fit(facts)


def test_value_is_purchases_times_spend_times_margin_when_waiting_costs_nothing() -> None:
    facts = invented(150, 1).facts
    for kind in (BGNBD(), MBGNBD(), MBGCNBD(), ParetoNBD(), SameRate(), Hiatus()):
        model, spend = _fitted(facts, kind)
        seen = pl.DataFrame(value(facts, model, spend, 200, margin_rate=0.3, discount_rate_year=0))
        visits = pl.DataFrame(model.expected_purchases(facts, 200))["expected_purchases"]
        each = pl.DataFrame(spend.expected_spend(facts))["expected_spend"]
        assert seen["value"].to_numpy() == pytest.approx((visits * each * 0.3).to_numpy(), rel=1e-6, abs=1e-9)
        assert ((seen["value_low"] >= 0) & (seen["value_low"] <= seen["value"])).all()
        assert (seen["value"] <= seen["value_high"]).all()


def test_a_correction_of_the_level_corrects_the_value() -> None:
    facts = invented(150, 1).facts
    model, spend = _fitted(facts)
    once, half = (pl.DataFrame(value(facts, m, spend)) for m in (model, Recalibrated(model, 0.5, 0.1)))
    assert half["value"].to_numpy() == pytest.approx(once["value"].to_numpy() / 2, rel=1e-9)
    months = [
        pl.DataFrame(value_by_period(facts, m, spend, as_of=AS_OF)) for m in (model, Recalibrated(model, 0.5, 0.1))
    ]
    assert months[1]["total_value"][-1] == pytest.approx(months[0]["total_value"][-1] / 2, rel=1e-9)
    widths = [m["total_value_high"][-1] / m["total_value_low"][-1] for m in months]
    assert widths[1] > widths[0]


def test_waiting_costs_what_the_owner_says() -> None:
    facts = invented(150, 2).facts
    model, spend = _fitted(facts)
    free, dear = (pl.DataFrame(value(facts, model, spend, 730, discount_rate_year=rate)) for rate in (0, 0.2))
    ratio = (dear["value"] / free["value"]).to_numpy()
    assert (ratio > 1.2**-2).all()
    assert (ratio < 1.2**-0.5).all()  # people leave: more comes early than late
    days = np.arange(0, 731, 5.0)
    one = facts.slice(3, 1)
    until = np.array(
        [0.0, *(pl.DataFrame(model.expected_purchases(one, d))["expected_purchases"][0] for d in days[1:])]
    )
    exact = (np.diff(until) * 1.2 ** (-(days[1:] + days[:-1]) / 2 / 365.25)).sum() / until[-1]
    assert ratio[3] == pytest.approx(exact, rel=1e-3)


def test_a_persons_interval_holds_what_they_bring_as_often_as_it_says() -> None:
    facts = invented(3_000, 3).facts
    model, spend = truth(), GammaGamma().fit(facts)
    p, q, v = (spend.params_ or {}).values()
    dice = np.random.default_rng(4)
    for x, t_x, age, low_part in [(0, 0, 300, 0), (3, 250, 300, 0), (40, 297, 300, 1), (90, 499, 500, 1)]:
        one = pl.DataFrame({"x": [x], "t_x_days": [t_x], "T_days": [age], "spend_mean": [25.0 if x else None]})
        seen = value(one, model, spend, 180, discount_rate_year=0, confidence=0.9)
        tails = [float(model.at_least(insight.unique_rows(one), 180.0, np.array([n]))[0]) for n in range(1, 400)]
        chances = np.clip(-np.diff(np.array([1.0, *tails, 0.0])), 0, None)
        counts = dice.choice(len(chances), 40_000, p=chances / chances.sum())
        brought = dice.gamma(np.maximum(p * counts, 1e-12)) / dice.gamma(p * x + q, 1 / (v + 25.0 * x), 40_000)
        brought = np.where(counts > 0, brought, 0)
        assert seen["value"][0] == pytest.approx(brought.mean(), rel=0.1)
        assert np.mean(brought > seen["value_high"][0]) == pytest.approx(0.05, abs=0.008)
        assert np.mean(brought < seen["value_low"][0]) == pytest.approx(0.05 * low_part, abs=0.012)


def test_who_is_surely_gone_is_worth_nothing() -> None:
    facts = invented(150, 5).facts
    model, spend = _fitted(facts)
    gone = pl.DataFrame({"x": [50_000], "t_x_days": [5_000], "T_days": [9_000], "spend_mean": [30.0]})
    assert value(gone, model, spend).select(NAMES).row(0) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_the_same_values_and_months(name: str) -> None:
    facts = invented(120, 6).facts
    model, spend = _fitted(facts)
    frame = ENGINES[name](facts)
    answer = value(frame, model, spend)
    assert type(answer) is type(frame)
    assert _near(plain(answer), plain(value(facts, model, spend)))
    months = value_by_period(frame, model, spend, as_of=AS_OF)
    assert type(months) is type(frame)
    assert _near(_months(months), _months(value_by_period(facts, model, spend, as_of=AS_OF)))


def _near(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> bool:
    assert [row.keys() for row in ours] == [row.keys() for row in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert {k: v for k, v in a.items() if not isinstance(v, float)} == {
            k: v for k, v in b.items() if not isinstance(v, float)
        }
        assert [v for v in a.values() if isinstance(v, float)] == pytest.approx(
            [v for v in b.values() if isinstance(v, float)], rel=1e-5, abs=1e-5
        )
    return True


def _months(frame: Any) -> list[dict[str, Any]]:
    """As plain rows, in the order they came."""
    return plain(frame, by="from_on")


@pytest.mark.parametrize("name", QUICK)
def test_without_repeat_buyers_there_is_no_value_and_a_reason(name: str) -> None:
    facts = invented(40, 7).facts
    nobody = facts.filter(pa.compute.equal(facts["x"], 0))
    frame = QUICK[name](nobody)
    model, spend = _fitted(frame)
    for row in plain(value(frame, model, spend)):
        assert [row[c] for c in NAMES] == [None] * 3
        assert "Nobody has come back" in row["value_reason"]
    months = _months(value_by_period(frame, model, spend, as_of=AS_OF))
    assert [row["total_value"] for row in months] == [None] * len(months)
    assert all(row["expected_purchases"] > 0 and "Nobody" in row["value_reason"] for row in months)


def test_nobody_at_all_is_worth_nothing_and_no_error() -> None:
    facts = invented(60, 8).facts
    model, spend = _fitted(facts)
    empty = facts.slice(0, 0)
    assert plain(value(empty, model, spend)) == []
    last = _months(value_by_period(empty, model, spend, as_of=AS_OF))[-1]
    assert (last["total_value_low"], last["total_value"], last["total_value_high"]) == (0, 0, 0)


def test_impossible_terms_are_refused() -> None:
    facts = invented(60, 8).facts
    model, spend = _fitted(facts)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"horizon_days": 0}, "horizon"),
        ({"margin_rate": 1.2}, "margin"),
        ({"margin_rate": -0.1}, "margin"),
        ({"discount_rate_year": -0.5}, "discount"),
        ({"confidence": 1.0}, "confidence"),
    ]
    for terms, said in refused:
        for ask in (value, lambda *a, **k: value_by_period(*a, as_of=AS_OF, **k)):
            with pytest.raises(ValueError, match=said):
                ask(facts, model, spend, **terms)
    with pytest.raises(insight.FrameError, match='"spend_mean": is missing'):
        value(facts.drop_columns(["spend_mean"]), model, spend)


def test_facts_of_another_day_are_refused_when_the_day_is_given() -> None:
    facts = insight.summary(_orders([(1, 5, 900), (1, 90, 900), (2, 30, 500)]), AS_OF)
    model, spend = _fitted(facts)
    value(facts, model, spend, as_of=AS_OF)
    with pytest.raises(insight.FrameError, match="counts to 2026-06-20, not to 2026-06-21"):
        value(facts, model, spend, as_of=AS_OF + timedelta(days=1))


def test_months_are_those_of_the_calendar_and_add_up_to_everybodys_value() -> None:
    facts = invented(400, 9).facts
    model, spend = _fitted(facts)
    months = pl.DataFrame(value_by_period(facts, model, spend, 365, as_of=AS_OF, margin_rate=0.5))
    assert months["from_on"][0] == date(2026, 6, 21)
    assert months["until_on"][-1] == date(2027, 6, 20)
    assert len(months) == 13
    assert months["from_on"][1:].to_list() == [day + timedelta(days=1) for day in months["until_on"][:-1]]
    assert months["total_value"].to_numpy() == pytest.approx(months["value"].cum_sum().to_numpy())
    people = pl.DataFrame(value(facts, model, spend, 365, margin_rate=0.5))
    assert months["total_value"][-1] == pytest.approx(people["value"].sum(), rel=1e-3)
    visits = pl.DataFrame(model.expected_purchases(facts, 365))["expected_purchases"].sum()
    assert months["expected_purchases"].sum() == pytest.approx(visits, rel=1e-6)
    for name in ("value", "total_value"):
        assert (months[f"{name}_low"] < months[name]).all()
        assert (months[name] < months[f"{name}_high"]).all()


def test_pooled_histories_change_the_months_by_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = invented(2_500, 10).facts
    model, spend = _fitted(facts)
    exact = pl.DataFrame(value_by_period(facts, model, spend, as_of=AS_OF))
    monkeypatch.setattr("regulars.insight.value_months._GRID_ROWS", 500)
    pooled = pl.DataFrame(value_by_period(facts, model, spend, as_of=AS_OF))
    for name in ("value", "total_value", "total_value_low", "total_value_high"):
        assert pooled[name].to_numpy() == pytest.approx(exact[name].to_numpy(), rel=0.01)
    assert pooled["total_value"][-1] == pytest.approx(exact["total_value"][-1], rel=1e-3)


def test_totals_of_invented_businesses_fall_into_their_intervals() -> None:
    inside, months = 0, []
    for seed in range(30):
        facts, days, amounts, _ = invented(150, 100 + seed)
        seen = pl.DataFrame(value_by_period(facts, *_fitted(facts), as_of=AS_OF, discount_rate_year=0))
        until = np.array([(day - AS_OF).days for day in seen["until_on"]])
        paid = np.array([amounts[days <= end].sum() for end in until])
        inside += seen["total_value_low"][-1] <= paid[-1] <= seen["total_value_high"][-1]
        month = np.diff(paid, prepend=0)
        months.append(np.mean((seen["value_low"].to_numpy() <= month) & (month <= seen["value_high"].to_numpy())))
    assert inside >= 25  # of 30 at 95 %: fewer has a chance of 1 in 300
    assert 0.88 < np.mean(months) < 0.99


@needs_orders
def test_the_year_after_on_cdnow_lies_in_the_interval() -> None:
    facts = cdnow_facts()
    seen = value_by_period(facts, *_fitted(facts), 273, as_of=date(1997, 9, 30), discount_rate_year=0)
    last = seen.iloc[-1]
    assert 50_000 < last["total_value_low"] < last["total_value"] < last["total_value_high"] < 80_000


def _orders(rows: list[tuple[int, int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer": [row[0] for row in rows],
            "day": [AS_OF - timedelta(days=row[1]) for row in rows],
            "amount": [Decimal(row[2]) / 100 for row in rows],
        },
        schema_overrides={"amount": pl.Decimal(14, 2)},
    )


ROW = st.tuples(st.integers(0, 12), st.integers(0, 700), st.integers(1, 30_000))
ROWS = st.lists(ROW, min_size=1, max_size=80)


def _everything(orders: pl.DataFrame) -> tuple[list[Any], list[Any]]:
    facts = insight.summary(orders, AS_OF)
    model, spend = _fitted(facts)
    return plain(value(facts, model, spend, as_of=AS_OF)), _months(value_by_period(facts, model, spend, as_of=AS_OF))


@given(ROWS, st.randoms(use_true_random=False), st.integers(1, 30))
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_neither_the_order_of_rows_nor_a_future_order_changes_anything(rows: Any, dice: Any, ahead: int) -> None:
    shuffled = [*rows, (rows[0][0], -ahead, 99_999)]
    dice.shuffle(shuffled)
    once, again = _everything(_orders(rows)), _everything(_orders(shuffled))
    assert _near(once[0], again[0])
    assert _near(once[1], again[1])


@given(ROWS)
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_doubling_amounts_doubles_value(rows: Any) -> None:
    once, twice = (_everything(_orders([(c, d, times * a) for c, d, a in rows])) for times in (1, 2))
    for ours, theirs, names in zip(once, twice, (NAMES, ("value", "total_value_low", "total_value_high")), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            for name in names:
                assert (a[name] is None) == (b[name] is None)
                assert a[name] is None or b[name] == pytest.approx(2 * a[name], rel=1e-4, abs=1e-4)
            middle, low, high = (a[name] for name in NAMES)
            assert middle is None or low <= middle <= high
