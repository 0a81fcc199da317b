"""The facts by hand: gaps, their logarithms, and what a repeat day brings."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from regulars import insight
from regulars.insight.tests.engines import ENGINES, plain, table

START = date(2026, 1, 1)
AS_OF = date(2026, 6, 30)
VISITS = [  # day, paid, given back
    (0, 100, 0), (0, 20, 0), (10, 30, 0), (10, 10, 0), (50, 25, 5), (50, 8, 8), (51, 0, 0),
]  # fmt: skip


def _orders() -> Any:
    ann = [
        {"customer": 1, "day": START + timedelta(day), "amount": Decimal(paid), "refund": Decimal(back)}
        for day, paid, back in VISITS
    ]
    return table([*ann, {"customer": 2, "day": START, "amount": Decimal(7), "refund": Decimal(0)}])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_day_is_no_repeat_day_however_many_baskets_it_had(engine: str) -> None:
    ann, bo = plain(insight.summary(ENGINES[engine](_orders()), AS_OF))
    assert ann["spend_mean"] == pytest.approx((30 + 10 + 20 + 0) / 3), "two baskets on a day are one visit"
    assert ann["log_gaps_sum"] == pytest.approx(math.log(10) + math.log(40) + math.log(1))
    assert ann["monetary"] == 180
    assert (bo["spend_mean"], bo["log_gaps_sum"]) == (None, 0.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_for_money_leaves_the_spend_of_a_repeat_day_alone(engine: str) -> None:
    ann, _ = plain(insight.summary(ENGINES[engine](_orders()), AS_OF, monetary_since=START + timedelta(11)))
    assert (ann["monetary"], ann["spend_mean"]) == (20, 20)


def test_what_is_missing_in_pandas_is_missing_and_not_nan() -> None:
    facts = insight.summary(_orders().to_pandas(), AS_OF)
    assert {str(facts[column].dtype) for column in ("median_gap_days", "spend_mean")} == {"Float64"}
    assert facts.set_index("customer")["spend_mean"][2] is pd.NA


def test_grades_that_cannot_be_given_are_missing_in_pandas_too() -> None:
    graded = insight.with_slipping_day(insight.grades(_orders().to_pandas(), AS_OF))
    assert {str(graded[column].dtype) for column in ("r", "f", "m", "fm")} == {"Int64"}
    assert graded[["r", "f", "m", "fm"]].isna().all().all()
    assert str(graded["slips_after_days"].dtype) == "Float64"
