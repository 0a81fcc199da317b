"""Orders of odd small businesses, all the way to value: a number or nothing with its reason, no NaN, no warning."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.tests.engines import QUICK, plain

AS_OF = date(2026, 6, 30)
Order = tuple[str, int, float]


def _orders(rows: list[Order]) -> pa.Table:
    who, days_ago, amount = zip(*rows, strict=True)
    columns = {"customer": who, "day": [AS_OF - timedelta(days=days) for days in days_ago], "amount": amount}
    return pl.DataFrame(columns).to_arrow()


def _facts(name: str) -> pl.DataFrame:
    return insight.summary(pl.DataFrame(_orders(BUSINESSES[name])), AS_OF)


def _of_many(each: Callable[[int], float]) -> list[Order]:
    """200 orders of 30 people within two years, of amounts that depend on the number of the order."""
    return [(f"c{n % 30}", 11 * n % 700, each(n)) for n in range(200)]


BUSINESSES: dict[str, list[Order]] = {
    "one person, once": [("a", 40, 10.0)],
    "one person, today": [("a", 0, 10.0)],
    "one person, every week": [("a", 7 * n, 10.0 + n % 3) for n in range(60)],
    "two people, once each": [("a", 40, 10.0), ("b", 10, 5.0)],
    "everybody once": [(f"c{n}", 3 * n, 10.0 + n) for n in range(60)],
    "everybody daily": [(f"c{n}", day, 10.0 + n % 7) for n in range(12) for day in range(120)],
    "all on one day": [(f"c{n}", 5, 10.0 + n) for n in range(40)],
    "known for a day": [(f"c{n}", n % 2, 20.0) for n in range(40)] + [(f"c{n}", 0, 20.0) for n in range(0, 40, 3)],
    "a whale among twenty": [("whale", day, 9.0) for day in range(5_000)]
    + [(f"c{n}", 37 * n % 700, 20.0) for n in range(20)],
    "nobody pays": _of_many(lambda n: 0.0),
    "one of thirty pays": _of_many(lambda n: 0.0 if n % 30 else 50.0),
    "all pay the same": _of_many(lambda n: 25.0),
    "a billionth a visit": _of_many(lambda n: 1e-9),
    "from a cent to a million": _of_many(lambda n: 10.0 ** (n % 9 - 2)),
    "one of forty comes back": [(f"c{n}", 7 * n, 25.0) for n in range(40)] + [("c0", 5 * n, 30.0) for n in range(20)],
    "everything refunded": _of_many(lambda n: 25.0) + [(f"c{n % 30}", 0, -25.0) for n in range(200)],
    "a century between": [(f"c{n % 30}", 36_000 * (n % 2), 5.0) for n in range(60)],
}


@pytest.fixture(autouse=True)
def warnings_are_errors() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def _is_sound(row: dict[str, Any]) -> bool:
    return all(value is None or not isinstance(value, float) or math.isfinite(value) for value in row.values())


@pytest.mark.parametrize("engine", QUICK)
@pytest.mark.parametrize("name", ["one person, once", "all on one day", "nobody pays", "everything refunded"])
def test_an_odd_business_is_valued_on_every_engine(name: str, engine: str) -> None:
    facts = insight.summary(QUICK[engine](_orders(BUSINESSES[name])), AS_OF)
    model, spend = insight.MBGCNBD().fit(facts), insight.GammaGamma().fit(facts)
    seen = plain(insight.value(model.next_purchase(model.score(facts, 365), AS_OF), model, spend, 365))
    months = plain(insight.value_by_period(facts, model, spend, 365, as_of=AS_OF), by="from_on")
    assert all(_is_sound(row) for row in seen + months)
    assert all((row["value"] is None) == (row["value_reason"] is not None) for row in seen + months)
    assert all(row["p_alive"] is not None for row in seen)


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_model_answers_an_odd_business_for_a_day_and_for_27_years(name: str) -> None:
    facts = _facts(name)
    spend = insight.GammaGamma().fit(facts)
    for kind in (insight.BGNBD, insight.MBGNBD, insight.ParetoNBD):
        for prior in ("default", None):
            model = kind(prior=prior).fit(facts)
            assert np.isfinite(model.vector()).all()
            for horizon_days in (1, 365, 10_000):
                total = model.expected_total(facts, horizon_days)
                assert 0 <= total.low <= total.high < np.inf
            seen = insight.value(model.score(facts, 365), model, spend, 365)
            assert all(_is_sound(row) for row in model.next_purchase(seen, AS_OF).to_dicts())


@pytest.mark.parametrize("horizon_days", [0, -1, float("nan"), float("inf")])
def test_no_days_at_all_are_no_horizon(horizon_days: float) -> None:
    facts = _facts("everybody once")
    model, spend = insight.MBGNBD().fit(facts), insight.GammaGamma().fit(facts)
    for asked in (
        lambda: model.score(facts, horizon_days),
        lambda: model.expected_total(facts, horizon_days),
        lambda: insight.value(facts, model, spend, horizon_days),
        lambda: insight.value_by_period(facts, model, spend, horizon_days, as_of=AS_OF),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValueError, match="horizon"):
            asked()


@pytest.mark.parametrize("engine", QUICK)
def test_empty_columns_of_no_type_are_nobody(engine: str) -> None:
    nobody = QUICK[engine](pa.table({"customer": [], "day": [], "amount": []}))
    assert plain(insight.summary(nobody, AS_OF)) == []


def test_the_word_default_asks_every_model_for_its_own_prior() -> None:
    facts = _facts("from a cent to a million")
    assert insight.GammaGamma(prior="default").fit(facts).params_ == insight.GammaGamma().fit(facts).params_
    assert insight.GammaGamma(prior=None).prior is None


@pytest.mark.parametrize(
    "kind", [insight.BGNBD, insight.MBGNBD, insight.MBGCNBD, insight.ParetoNBD, insight.GammaGamma]
)
@pytest.mark.parametrize("prior", ["weak", "none", "", 0.5, True])
def test_no_other_word_passes_for_a_prior(kind: Any, prior: Any) -> None:
    with pytest.raises(ValueError, match=f'prior is {prior!r}; give "default", None'):
        kind(prior=prior)


def test_a_prior_of_the_other_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="or a SpendPrior"):
        insight.GammaGamma(prior=insight.MBGNBD().prior)  # type: ignore[arg-type]
