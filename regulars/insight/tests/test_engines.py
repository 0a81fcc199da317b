"""One answer, whatever kind of frame is handed in."""

from __future__ import annotations

import contextlib
import io
import random
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.tests.engines import ENGINES, QUICK, needs_spark, plain, spark_session, table

AS_OF = date(2026, 6, 30)


def _orders(customers: int, orders: int, seed: int = 1) -> pa.Table:
    dice = random.Random(seed)
    return table(
        [
            {
                "customer": dice.randrange(customers),
                "day": AS_OF - timedelta(days=dice.randrange(-40, 500)),
                "amount": Decimal(dice.randrange(0, 20_000)) / 100,
                "refund": dice.choice([None, None, Decimal("3.50"), Decimal(250)]),
                "cancelled": dice.random() < 0.05,
            }
            for _ in range(orders)
        ]
    )


def _contacts() -> pa.Table:
    dice = random.Random(5)
    return table(
        [
            {
                "customer": dice.randrange(40),
                "day": AS_OF - timedelta(days=dice.randrange(260)),
                "has_asked": dice.random() < 0.3,
                "might_spend": dice.choice([None, Decimal(20), Decimal(80), Decimal(300)]),
            }
            for _ in range(60)
        ]
    )


MEASURES = {
    "summary": lambda orders: insight.summary(orders, AS_OF),
    "summary of the last year": lambda orders: insight.summary(orders, AS_OF, monetary_since=date(2025, 7, 1)),
    "grades": lambda orders: insight.grades(orders, AS_OF),
    "rhythm": lambda orders: insight.rhythm(orders, AS_OF),
    "own breaks": lambda orders: insight.grades(
        orders,
        AS_OF,
        breaks=insight.Breaks(
            (200, 100, 50, 10), (2, 3, 5, 8), (Decimal(50), Decimal("99.99"), Decimal(300), Decimal(700))
        ),
    ),
}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("customers", [6, 30, 140])
def test_every_engine_gives_the_same_rows(measure: str, customers: int) -> None:
    orders = _orders(customers, customers * 6)
    engines = ENGINES if customers == 140 else QUICK
    answers = {name: plain(MEASURES[measure](make(orders))) for name, make in engines.items()}
    expected = answers.pop("pyarrow")
    assert len(expected) > customers / 2
    for name, answer in answers.items():
        assert answer == expected, name


@needs_spark
def test_spark_is_among_the_engines_and_never_sees_a_window_over_everybody() -> None:
    orders = ENGINES["pyspark"](_orders(140, 840))
    with io.StringIO() as said, contextlib.redirect_stdout(said):
        insight.grades(orders, AS_OF).explain(True)
        plan = said.getvalue()
    windows = re.findall(r"windowspecdefinition\(([^,]*)", plan)
    assert windows
    assert all(first.startswith("customer") for first in windows)
    assert "SinglePartition" not in plan
    assert spark_session().version


def test_every_engine_grades_people_who_have_not_bought_alike() -> None:
    answers = {name: plain(insight.prospects(make(_contacts()), AS_OF)) for name, make in ENGINES.items()}
    assert {row["group"] for row in answers["polars"]} == {"Warm", "Waiting", "Cold"}
    assert all(answer == answers["polars"] for answer in answers.values())


def test_every_engine_remembers_alike() -> None:
    told = table(
        [
            {
                "customer": customer,
                "told_on": date(2026, 1, 1),
                "last_seen_on": date(2025, 12, 1) + timedelta(days=customer % 20),
                "usual_gap_days": [None, 7, 30, 90][customer % 4],
                "usual_amount": 10.0 + customer,
            }
            for customer in range(20, 60)
        ]
    )

    def remembered(make: Any) -> list[dict[str, Any]]:
        facts = insight.summary(make(_orders(40, 100)), AS_OF)
        return plain(insight.grade_summary(insight.with_memory(facts, make(told), AS_OF), AS_OF))

    answers = {name: remembered(make) for name, make in ENGINES.items()}
    assert {row["basis"] for row in answers["pyarrow"]} == {"memory", "orders"}
    for name, answer in answers.items():
        assert answer == answers["pyarrow"], name


@pytest.mark.parametrize("kind", ["cents", "float", "decimal"])
def test_money_comes_back_in_the_kind_it_was_given(kind: str) -> None:
    amount: dict[str, Any] = {
        "cents": [1050, 250],
        "float": [10.5, 2.5],
        "decimal": [Decimal("10.50"), Decimal("2.50")],
    }
    frame = pl.DataFrame({"customer": [1, 1], "day": [date(2026, 1, 1), date(2026, 1, 2)], "amount": amount[kind]})
    paid = insight.summary(frame, AS_OF)["monetary"][0]
    assert paid == {"cents": 1300, "float": 13.0, "decimal": Decimal("13.00")}[kind]
    assert type(paid) is type(amount[kind][0])


def test_plain_python_decimals_and_dates_in_pandas_are_understood() -> None:
    frame = pd.DataFrame({"customer": ["b", "b"], "day": [date(2026, 1, 1)] * 2, "amount": [Decimal("1.10")] * 2})
    assert plain(insight.summary(frame, AS_OF))[0]["monetary"] == 2.2


def test_a_timestamp_counts_for_the_day_it_was_there() -> None:
    late = pd.Timestamp("2026-01-01 23:30", tz="Europe/Berlin")
    frame = pd.DataFrame({"customer": [1, 1], "day": [late, late + pd.Timedelta(hours=1)], "amount": [5.0, 5.0]})
    assert plain(insight.summary(frame, AS_OF))[0]["frequency"] == 2
    assert plain(insight.summary(pl.from_pandas(frame), AS_OF))[0]["frequency"] == 2
    utc = frame.assign(day=frame["day"].dt.tz_convert("UTC"))
    assert plain(insight.summary(utc, AS_OF))[0]["frequency"] == 1


@pytest.mark.parametrize("measure", [insight.summary, insight.grades, insight.rhythm, insight.unmatched_refunds])
@pytest.mark.parametrize("has_refunds", [False, True])
def test_a_lazy_frame_comes_back_lazy_also_with_refunds(measure: Any, has_refunds: bool) -> None:
    amounts = [20.0, 30.0, -5.0 if has_refunds else 5.0]
    orders = pl.DataFrame({"customer": [1, 2, 1], "day": [date(2026, 1, n) for n in (1, 2, 3)], "amount": amounts})
    said = measure(orders.lazy(), AS_OF)
    assert isinstance(said, pl.LazyFrame)
    by = said.collect_schema().names()[0]
    assert plain(said, by) == plain(measure(orders, AS_OF), by)
