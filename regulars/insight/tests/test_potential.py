"""People who have not bought: what is expected of them is what such people brought before, and came true in a made shop."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.tests.engines import ENGINES, table
from regulars.insight.tests.tables_for_tests import told

AS_OF = date(2026, 6, 30)


def _shop(people: int, seed: int = 1, until: date = AS_OF) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """People who ask buy more often than those who do not; half a year after the first contact at most."""
    dice = random.Random(seed)
    contacts, orders = [], []
    for customer in range(people):
        first = until - timedelta(days=dice.randrange(-150, 800))
        has_asked = dice.random() < 0.5
        might_spend = dice.choice([None, 40.0, 90.0]) if has_asked else None
        for after in [0, *([dice.randrange(1, 80)] if dice.random() < 0.4 else [])]:
            day = first + timedelta(days=after)
            contacts.append({"customer": customer, "day": day, "has_asked": has_asked, "might_spend": might_spend})
        if dice.random() < (0.5 if has_asked else 0.2):
            day = first + timedelta(days=dice.randrange(1, 180))
            amount = 20 * dice.lognormvariate(1, 0.5)
            orders += [{"customer": customer, "day": day + timedelta(days=9 * n), "amount": amount} for n in range(2)]
    return contacts, orders


def _both(people: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    contacts, orders = _shop(people, seed)
    return pl.DataFrame(contacts, schema_overrides={"might_spend": pl.Float64}), pl.DataFrame(orders)


def _by(frame: Any) -> dict[Any, dict[str, Any]]:
    return {row["customer"]: row for row in told(frame)}


def test_the_groups_are_those_of_prospects_and_buyers_are_gone() -> None:
    contacts, orders = _both(300)
    bought = orders.filter(pl.col("day") <= AS_OF)["customer"].unique()
    others = contacts.filter(~pl.col("customer").is_in(bought.implode()))
    found, graded = _by(insight.potential(contacts, orders, AS_OF)), _by(insight.prospects(others, AS_OF))
    assert found.keys() == graded.keys()
    for customer, row in graded.items():
        assert {name: found[customer][name] for name in row} == row


def test_what_was_expected_of_all_came_in() -> None:
    expected, low, high, came = 0.0, 0.0, 0.0, 0.0
    for seed in range(4):
        contacts, orders = _both(1_500, seed)
        contacts = contacts.drop("might_spend")
        day = AS_OF - timedelta(days=180)
        found = _by(insight.potential(contacts, orders, day))
        after = orders.filter(pl.col("day") > day, pl.col("day") <= AS_OF)
        came += float(after.filter(pl.col("customer").is_in([int(c) for c in found]))["amount"].sum())
        expected += sum(row["expected"] or 0 for row in found.values())
        low += sum(row["expected_low"] or 0 for row in found.values())
        high += sum(row["expected_high"] or 0 for row in found.values())
    assert low < came < high
    assert expected == pytest.approx(came, rel=0.2)


def test_the_warm_are_expected_to_bring_more_than_the_cold() -> None:
    contacts, orders = _both(2_000)
    found = _by(insight.potential(contacts, orders, AS_OF)).values()
    rates = {row["group"]: row["p_buys"] for row in found}
    assert rates["Warm"] > rates["Waiting"] > (rates["Cold"] or 0)
    for row in found:
        if row["p_buys"] is not None:
            assert row["p_low"] <= row["p_buys"] <= row["p_high"]
        if row["expected"] is not None:
            assert row["expected_low"] <= row["expected"] <= row["expected_high"]
        assert (row["expected"] is None) == (row["basis"] is None) == (row["expected_reason"] is not None)


def test_an_asked_amount_goes_before_what_others_paid() -> None:
    contacts, orders = _both(2_000)
    said = {c: m for c, m in contacts.select("customer", "might_spend").rows() if m is not None}
    for customer, row in _by(insight.potential(contacts, orders, AS_OF)).items():
        if customer in said and row["p_buys"] is not None:
            assert row["basis"] == "asked"
            assert row["expected"] == pytest.approx(said[customer] * row["p_buys"], abs=1e-4)
        elif row["expected"] is not None:
            assert row["basis"] == "estimated"


def test_too_few_before_says_nothing_of_money() -> None:
    contacts, orders = _both(15)
    found = _by(insight.potential(contacts, orders, AS_OF)).values()
    assert len(found) > 3
    assert {row["expected_reason"] for row in found} == {"too few like them"}
    assert {row["p_buys"] for row in found} == {None}


def test_later_contacts_and_orders_and_the_order_of_rows_change_nothing() -> None:
    contacts, orders = _both(300)
    known = contacts.filter(pl.col("day") <= AS_OF), orders.filter(pl.col("day") <= AS_OF)
    once = told(insight.potential(known[0], known[1], AS_OF))
    again = told(insight.potential(contacts.sample(fraction=1, shuffle=True, seed=2), orders.reverse(), AS_OF))
    assert once == again


def test_doubling_what_was_paid_doubles_what_is_expected() -> None:
    contacts, orders = _both(900)
    contacts = contacts.drop("might_spend")
    once = _by(insight.potential(contacts, orders, AS_OF))
    twice = _by(insight.potential(contacts, orders.with_columns(pl.col("amount") * 2), AS_OF))
    for customer, row in once.items():
        if row["expected"] is not None:
            assert twice[customer]["expected"] == pytest.approx(2 * row["expected"], rel=1e-5)


def test_every_engine_expects_alike() -> None:
    contacts, orders = _shop(260)
    first = table(contacts, has_asked=pa.bool_(), might_spend=pa.float64())
    second = table(orders, amount=pa.float64())
    found = {n: told(insight.potential(make(first), make(second), AS_OF)) for n, make in ENGINES.items()}
    assert {row["basis"] for row in found["pyarrow"]} >= {"asked", "estimated"}
    for name, rows in found.items():
        assert rows == found["pyarrow"], name


def test_nobody_is_answered_and_what_cannot_be_used_is_named() -> None:
    contacts, orders = _both(20)
    assert told(insight.potential(contacts.clear(), orders, AS_OF)) == []
    assert len(told(insight.potential(contacts, orders.clear(), AS_OF))) > 10
    with pytest.raises(ValueError, match="give 1 or more"):
        insight.potential(contacts, orders, AS_OF, horizon_days=0)
    with pytest.raises(FrameError, match='"day": is missing'):
        insight.potential(contacts.drop("day"), orders, AS_OF)
    with pytest.raises(FrameError, match='"amount", row 1: is empty'):
        insight.potential(contacts, orders.with_columns(amount=pl.lit(None, pl.Float64)), AS_OF)
