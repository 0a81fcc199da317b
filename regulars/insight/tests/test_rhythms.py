"""A person's own rhythm under a model with known truth: is it found, is it as sure as it says, who slips and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight import Rhythms
from regulars.insight.tests.engines import ENGINES, plain, table

END = date(2026, 6, 30)
DAYS = 730


def business(people: int, k: float, mean: float, p_gone: float, seed: int) -> tuple[pl.DataFrame, dict[int, bool]]:
    """Orders until END, and who had left by then; everybody's rate is Gamma(2)."""
    dice = np.random.default_rng(seed)
    rows, is_gone = [], {}
    for person in range(people):
        rate, at = dice.gamma(2) * k / (2 * mean), dice.uniform(0, DAYS)
        while True:
            rows.append((person, END - timedelta(days=int(DAYS - at))))
            is_gone[person] = dice.random() < p_gone
            at += dice.gamma(k) / rate
            if is_gone[person] or at > DAYS:
                break
    return pl.DataFrame(rows, schema=["customer", "day"], orient="row").with_columns(amount=1.0), is_gone


@pytest.mark.parametrize("k", [1.0, 4.0])
def test_how_regular_people_are_is_learned(k: float) -> None:
    facts = insight.summary(business(1_500, k, 20, 0.05, 3)[0], END)
    model = Rhythms().fit(facts)
    assert model.params_["k"] == pytest.approx(k, rel=0.25), "days are whole, which looks a little more regular"
    assert model.n_ == (facts["x"] > 0).sum()
    assert model.warnings_ == []


def test_the_next_visit_falls_into_the_interval_as_often_as_it_says() -> None:
    orders, _ = business(1_500, 2.5, 30, 0.0, 4)
    then = END - timedelta(days=300)
    facts = insight.summary(orders, then)
    told = Rhythms().fit(facts).describe(facts).filter(pl.col("due_low").is_not_null())
    later = orders.filter(pl.col("day") > then).group_by("customer").agg(next=pl.col("day").min())
    both = told.join(later, on="customer").filter(pl.col("usual_gap_days") < 60)
    fresh = both.filter((pl.lit(then) - pl.col("last_on")).dt.total_days() <= 3)  # silent for longer, they'd come later
    inside = ((fresh["next"] >= fresh["due_low"]) & (fresh["next"] <= fresh["due_high"])).mean()
    assert len(fresh) > 60
    assert inside == pytest.approx(0.8, abs=0.12)


def test_the_usual_gap_lies_within_its_interval_as_often_as_it_says_and_few_gaps_are_less_sure() -> None:
    dice = np.random.default_rng(5)
    k, rates = 2.0, dice.gamma(2, 1 / 30, 800)
    x = dice.integers(1, 12, 800)
    gaps = [np.maximum(dice.gamma(k, 1 / rate, n), 0.5) for rate, n in zip(rates, x, strict=True)]
    facts = pl.DataFrame(
        {
            "customer": range(800),
            "x": x,
            "t_x_days": [float(g.sum()) for g in gaps],
            "log_gaps_sum": [float(np.log(g).sum()) for g in gaps],
            "last_on": [END] * 800,
        }
    )
    told = Rhythms().fit(facts).describe(facts).sort("customer")
    truth = k / rates
    covered = (told["usual_gap_low"].to_numpy() <= truth) & (truth <= told["usual_gap_high"].to_numpy())
    assert covered.mean() == pytest.approx(0.95, abs=0.025)
    width = np.log(told["usual_gap_high"].to_numpy() / told["usual_gap_low"].to_numpy())
    assert width[x == 1].min() > width[x == 11].max()


def test_the_day_of_slipping_is_the_first_on_which_the_silence_is_improbable() -> None:
    facts = insight.summary(business(300, 2.0, 25, 0.1, 6)[0], END)
    model = Rhythms().fit(facts)
    told = model.describe(facts).filter(pl.col("slips_after_days") > 14)
    assert len(told) > 50
    for days, is_below in ((0, True), (-1, False)):
        for row in told.head(25).iter_rows(named=True):
            one = pl.DataFrame([row], schema=told.schema)
            p = model.p_silence(one, row["slips_on"] + timedelta(days=days))["p_silence"][0]
            assert (p < 0.1) == is_below


def test_of_those_still_there_fewer_are_wrongly_called_slipping_than_by_the_rule_of_thumb() -> None:
    """At a random moment of haphazard buyers, where twice the usual gap is nothing unusual."""
    orders, is_gone = business(2_000, 1.0, 40, 0.1, 7)
    facts = insight.summary(orders, END).filter(pl.col("x") >= 2)
    model = Rhythms().fit(insight.summary(orders, END))
    told = model.describe(facts).join(
        insight.with_slipping_day(facts).select("customer", thumb="slips_on"), on="customer"
    )
    gone = told["customer"].replace_strict(is_gone).to_numpy()
    ours, thumb = (told["slips_on"] <= END).to_numpy(), (told["thumb"] <= END).to_numpy()
    assert ours[~gone].mean() < 0.7 * thumb[~gone].mean()
    assert ours[~gone].mean() < 0.15
    assert gone[ours].mean() > gone[thumb].mean() + 0.05
    silence = model.p_silence(facts, END).sort("customer")["p_silence"].to_numpy()
    gone_by_person = np.array([is_gone[person] for person in facts.sort("customer")["customer"]])
    same_alarms = silence <= np.quantile(silence[~gone_by_person], thumb[~gone].mean())
    assert same_alarms[gone_by_person].mean() >= thumb[gone].mean() - 0.01


def _remembered(real: list[date], told_gap: int | None) -> dict[str, Any]:
    facts = insight.summary(
        pl.DataFrame({"customer": [1] * len(real), "day": real, "amount": [9.0] * len(real)},
                     schema={"customer": pl.Int64, "day": pl.Date, "amount": pl.Float64}), END
    )  # fmt: skip
    told = pl.DataFrame(
        {
            "customer": [1],
            "told_on": [END - timedelta(days=80)],
            "last_seen_on": [END - timedelta(days=90)],
            "usual_gap_days": [told_gap],
            "usual_amount": [20.0],
        },
        schema_overrides={"usual_gap_days": pl.Int64},
    )
    known = insight.with_memory(facts, told, END)
    [row] = plain(Rhythms().fit(facts).describe(known))
    return row


def test_a_person_with_a_remembered_rhythm_slips_like_anybody_else() -> None:
    row = _remembered([], 14)
    assert row["usual_gap_low"] < 18 < row["usual_gap_high"]
    assert END - timedelta(days=90 - 14) <= row["slips_on"] < END
    assert (row["basis"], row["usual_gap_n"], row["rhythm_reason"]) == ("memory", 0, None)
    once = _remembered([], None)
    assert (once["slips_on"], once["usual_gap_days"]) == (None, None)
    assert once["rhythm_reason"] == "came on one day only so far"


def test_the_memory_of_a_rhythm_fades_as_orders_arrive() -> None:
    gaps = [_remembered([END - timedelta(days=7 * n) for n in range(visits)], 90)["usual_gap_days"]
            for visits in (0, 2, 4, 6)]  # fmt: skip
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 45
    assert gaps[-1] < 12


def test_every_engine_describes_alike_and_the_stored_model_says_the_same() -> None:
    orders = business(60, 2.0, 30, 0.1, 8)[0]
    given = table([*orders.iter_rows(named=True)], amount=pa.float64())
    model = Rhythms.from_dict(Rhythms().fit(insight.summary(orders, END)).to_dict())
    answers = {}
    for name, make in ENGINES.items():
        facts = make(insight.summary(given, END))
        answers[name] = (plain(model.describe(facts)), plain(model.p_silence(facts, END)))
    for name, answer in answers.items():
        assert answer == answers["polars"], name
    assert any(row["slips_on"] for row in answers["polars"][0])
    undated = plain(model.describe(insight.summary(given, END), due_share=None))
    assert undated == [
        {k: v for k, v in row.items() if k not in ("due_low", "due_high")} for row in answers["polars"][0]
    ]


@pytest.mark.parametrize("people", [0, 1, 3])
def test_a_handful_of_people_get_an_answer_with_a_warning(people: int) -> None:
    rows = [(person, END - timedelta(days=10 * n), 1.0) for person in range(people) for n in range(4)]
    schema = {"customer": pl.Int64, "day": pl.Date, "amount": pl.Float64}
    facts = insight.summary(pl.DataFrame(rows, schema=schema, orient="row"), END)
    model = Rhythms().fit(facts)
    assert "lean" in str(model.warnings_[0])
    told = plain(model.describe(facts))
    assert [row["usual_gap_days"] is None for row in told] == [False] * people
    assert all(5 < row["usual_gap_days"] < 25 for row in told)


def test_nobody_is_due_after_the_end_of_the_calendar() -> None:
    facts = pl.DataFrame({"customer": [1], "x": [2], "t_x_days": [9_000], "log_gaps_sum": [16.8], "last_on": [END]})
    model = Rhythms.from_dict(
        {"params": {"k": 0.3, "r": 0.05, "alpha": 1e5}, "n": 1, "log_likelihood": 0.0, "warnings": []}
    )
    [row] = plain(model.describe(facts))
    assert row["due_low"] < row["due_high"] == END + timedelta(days=36_500)
    assert row["slips_on"] == END + timedelta(days=36_501)


def _christmas_shop(people: int, seed: int) -> pl.DataFrame:
    """Everybody comes three to five times before each Christmas and hardly at other times; a tenth missed the last."""
    dice = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        for year in (2022, 2023, 2024):
            if year == 2024 and person % 10 == 0:
                continue
            days = [date(year, 11, 20) + timedelta(days=int(n)) for n in dice.integers(0, 34, dice.integers(3, 6))]
            if dice.random() < 0.3:
                days.append(date(year, int(dice.integers(1, 11)), int(dice.integers(1, 28))))
            rows += [(person, day) for day in days]
    return pl.DataFrame(rows, schema=["customer", "day"], orient="row").with_columns(amount=1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_quiet_months_of_a_christmas_shop_make_nobody_slip_and_a_missed_christmas_does(seed: int) -> None:
    orders, august = _christmas_shop(60, seed), date(2025, 8, 14)
    facts = insight.summary(orders, august)
    told = insight.with_rhythm(facts, orders, august)
    late, by_the_calendar = _late(told, august), _late(Rhythms().fit(facts).describe(facts), august)
    assert set(range(0, 60, 10)) <= late
    assert len(late) <= 18
    assert len(by_the_calendar) >= 55
    assert (
        told.select("customer", "t_x_days", "T_days")
        .sort("customer")
        .equals(facts.select("customer", "t_x_days", "T_days").sort("customer"))
    ), "facts stay in days of the calendar"


def test_below_ten_people_who_came_back_the_rule_of_thumb_says_who_slips() -> None:
    orders = business(9, 2.0, 20, 0.0, 5)[0]
    facts = insight.summary(orders, END)
    thumb = insight.rhythm(orders, END).select("customer", "slips_on").sort("customer")
    assert insight.with_rhythm(facts, orders, END).select("customer", "slips_on").sort("customer").equals(thumb)
    more = business(40, 2.0, 20, 0.0, 5)[0]
    facts = insight.summary(more, END)
    learned = Rhythms().fit(facts).describe(facts).select("customer", "slips_on").sort("customer")
    assert insight.with_rhythm(facts, more, END).select("customer", "slips_on").sort("customer").equals(learned)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rhythm_of_a_shop_with_a_season_is_the_same_on_every_engine(engine: str) -> None:
    orders, august = _christmas_shop(30, 1), date(2025, 8, 14)
    wanted = insight.with_rhythm(insight.summary(orders, august), orders, august)
    given = ENGINES[engine](table(orders.to_dicts(), amount=pa.float64()))
    told = plain(insight.with_rhythm(insight.summary(given, august), given, august))
    found = {row["customer"]: row["slips_on"] for row in told}
    assert found == dict(wanted.select("customer", "slips_on").rows())


def _late(told: pl.DataFrame, day: date) -> set[int]:
    return set(told.filter(pl.col("slips_on") <= day)["customer"])
