"""What goes in as one kind of frame comes back as the same kind, from every public function that gives a frame."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.tests.engines import ENGINES

AS_OF = date(2026, 6, 30)
Make = Callable[[pa.Table], Any]


@cache
def _orders() -> pa.Table:
    dice = random.Random(3)
    rows = [
        {
            "customer": dice.randrange(40),
            "day": AS_OF - timedelta(days=dice.randrange(900)),
            "amount": float(dice.randrange(5, 90)),
            "product": dice.choice(["bread", "milk", "tea"]),
        }
        for _ in range(300)
    ]
    return pl.DataFrame([*rows, rows[0] | {"amount": -2000.0}]).to_arrow()


@cache
def _facts() -> pa.Table:
    return insight.summary(_orders(), AS_OF)


@cache
def _contacts() -> pa.Table:
    days = [AS_OF - timedelta(days=9 * n) for n in range(20)]
    spend = [20.0 + n for n in range(20)]
    columns = {"customer": range(100, 120), "day": days, "has_asked": [True, False] * 10, "might_spend": spend}
    return pl.DataFrame(columns).to_arrow()


@cache
def _memories() -> pa.Table:
    columns = {
        "customer": [1, 200],
        "told_on": [date(2026, 1, 1)] * 2,
        "last_seen_on": [date(2025, 12, 1)] * 2,
        "usual_gap_days": [30, 7],
        "usual_amount": [10.0, 12.0],
    }
    return pl.DataFrame(columns).to_arrow()


@cache
def _answers() -> pa.Table:
    columns = {"customer": range(10), "told_on": [date(2026, 6, 1)] * 10, "told_share": [0.1 * n for n in range(10)]}
    return pl.DataFrame(columns).to_arrow()


@cache
def _wallets() -> pa.Table:
    return insight.wallet(_facts(), _answers(), AS_OF)


@cache
def _models() -> tuple[insight.LifetimeModel, insight.GammaGamma, insight.Rhythms, insight.Seasonality]:
    facts = _facts()
    season = insight.Seasonality().fit(_orders(), AS_OF)
    return insight.MBGNBD().fit(facts), insight.GammaGamma().fit(facts), insight.Rhythms().fit(facts), season


def _lifetime() -> insight.LifetimeModel:
    return _models()[0]


GIVES: dict[str, Callable[[Make], Any]] = {
    "summary": lambda m: insight.summary(m(_orders()), AS_OF),
    "grades": lambda m: insight.grades(m(_orders()), AS_OF),
    "grade_summary": lambda m: insight.grade_summary(m(_facts()), AS_OF),
    "unmatched_refunds": lambda m: insight.unmatched_refunds(m(_orders()), AS_OF),
    "rhythm": lambda m: insight.rhythm(m(_orders()), AS_OF),
    "with_rhythm": lambda m: insight.with_rhythm(m(_facts()), m(_orders()), AS_OF),
    "with_slipping_day": lambda m: insight.with_slipping_day(m(_facts())),
    "with_memory": lambda m: insight.with_memory(m(_facts()), m(_memories()), AS_OF),
    "seasonality": lambda m: insight.seasonality(m(_orders()), AS_OF),
    "Seasonality.facts": lambda m: _models()[3].facts(m(_orders()), AS_OF),
    "Seasonality.felt": lambda m: _models()[3].felt(m(_facts()), AS_OF),
    "Rhythms.describe": lambda m: _models()[2].describe(m(_facts())),
    "Rhythms.p_silence": lambda m: _models()[2].p_silence(m(_facts()), AS_OF),
    "p_alive": lambda m: _lifetime().p_alive(m(_facts())),
    "expected_purchases": lambda m: _lifetime().expected_purchases(m(_facts()), 90),
    "score": lambda m: _lifetime().score(m(_facts()), 90),
    "next_purchase": lambda m: _lifetime().next_purchase(m(_facts()), AS_OF),
    "expected_spend": lambda m: _models()[1].expected_spend(m(_facts())),
    "value": lambda m: insight.value(m(_facts()), *_models()[:2]),
    "value_by_period": lambda m: insight.value_by_period(m(_facts()), *_models()[:2], as_of=AS_OF),
    "churn": lambda m: insight.churn(m(_orders()), AS_OF),
    "retention": lambda m: insight.retention(m(_orders()), AS_OF),
    "repeat_rate": lambda m: insight.repeat_rate(m(_orders()), AS_OF),
    "times_to_second": lambda m: insight.times_to_second(m(_orders()), AS_OF),
    "times_until_quiet": lambda m: insight.times_until_quiet(m(_orders()), AS_OF),
    "kaplan_meier": lambda m: insight.kaplan_meier(insight.times_to_second(m(_orders()), AS_OF)),
    "median_times": lambda m: insight.median_times(insight.times_to_second(m(_orders()), AS_OF)),
    "goes_with": lambda m: insight.goes_with(m(_orders()), AS_OF),
    "replenishment": lambda m: insight.replenishment(m(_orders()), AS_OF),
    "next_product": lambda m: insight.next_product(m(_orders()), AS_OF),
    "prospects": lambda m: insight.prospects(m(_contacts()), AS_OF),
    "potential": lambda m: insight.potential(m(_contacts()), m(_orders()), AS_OF),
    "wallet": lambda m: insight.wallet(m(_facts()), m(_answers()), AS_OF),
    "with_room": lambda m: insight.with_room(insight.grade_summary(m(_facts()), AS_OF), m(_wallets())),
}
"""Every public function that gives a frame; that their numbers agree is tested beside each."""


@pytest.mark.parametrize("name", ENGINES)
def test_every_function_gives_back_the_kind_of_frame_it_was_given(name: str) -> None:
    make = ENGINES[name]
    kind = type(make(_orders()))
    said = {function: type(give(make)) for function, give in GIVES.items()}
    assert said == dict.fromkeys(GIVES, kind)


@pytest.mark.parametrize("name", ["pandas", "pandas on arrow"])
def test_what_a_function_adds_can_be_missing_and_is_never_of_any_kind(name: str) -> None:
    """Classic pandas writes NaN where nothing is known, and makes whole numbers floats for it."""
    loose = []
    for function, give in GIVES.items():
        given: dict[str, Any] = {}

        def make(table: pa.Table, given: dict[str, Any] = given) -> Any:
            frame = ENGINES[name](table)
            given |= dict(frame.dtypes)
            return frame

        answer = give(make)
        for column, kind in answer.dtypes.items():
            is_loose = kind == "object" or (str(kind) == "float64" and answer[column].isna().any())
            if column not in given and is_loose:
                loose.append(f"{function}: {column} is {kind}")
            if column == "customer" and "int" in str(given["customer"]).lower() and "int" not in str(kind).lower():
                loose.append(f"{function}: customers became {kind}")
    assert loose == []


def test_every_public_function_that_gives_a_frame_is_asked() -> None:
    gives = {
        name for name in insight.__all__ if getattr(getattr(insight, name), "__annotations__", {}).get("return") == KIND
    }
    assert gives <= set(GIVES)
    assert len(gives) > 20


KIND = "IntoFrameT"
