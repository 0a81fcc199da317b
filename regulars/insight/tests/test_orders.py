from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.orders import purchases
from regulars.insight.tests.engines import ENGINES, plain, table

AS_OF = date(2026, 6, 30)


def _order(**changes: Any) -> dict[str, Any]:
    return {"customer": 1, "day": date(2026, 1, 1), "amount": Decimal(10)} | changes


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("column", ["customer", "day", "amount"])
def test_an_empty_cell_is_refused_with_its_column_and_its_row(engine: str, column: str) -> None:
    orders = ENGINES[engine](table([_order(), _order(customer=2), _order(customer=3) | {column: None}]))
    with pytest.raises(FrameError) as refused:
        insight.summary(orders, AS_OF)
    assert f'Column "{column}"' in str(refused.value)
    assert "is empty" in str(refused.value)
    assert refused.value.row in ("row 3", f"the row with customer {_kept(column)}, day {_day(column)}")


def _kept(column: str) -> Any:
    return None if column == "customer" else 3


def _day(column: str) -> Any:
    return None if column == "day" else date(2026, 1, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_negative_amount_is_refused_where_there_are_no_refund_rows(engine: str) -> None:
    orders = ENGINES[engine](table([_order(), _order(amount=Decimal(-4))]))
    with pytest.raises(FrameError, match="put what was given back in the refund column"):
        purchases(orders, AS_OF, refund_rows=False)


def test_a_missing_column_is_named_with_what_is_there() -> None:
    with pytest.raises(FrameError, match='"day": is missing; the frame has customer, date, amount'):
        insight.summary(pl.DataFrame({"customer": [1], "date": [AS_OF], "amount": [1.0]}), AS_OF)


def test_days_written_as_text_are_refused() -> None:
    with pytest.raises(FrameError, match="give dates or timestamps"):
        insight.summary(pl.DataFrame({"customer": [1], "day": ["2026-01-01"], "amount": [1.0]}), AS_OF)


def test_amounts_written_as_text_or_not_finite_are_refused() -> None:
    with pytest.raises(FrameError, match="give Decimal, float or integer minor units"):
        insight.summary(pl.DataFrame({"customer": [1], "day": [AS_OF], "amount": ["1.00"]}), AS_OF)
    with pytest.raises(FrameError, match='"amount", row 2: is not a number'):
        insight.summary(pl.DataFrame({"customer": [1, 2], "day": [AS_OF] * 2, "amount": [1.0, float("inf")]}), AS_OF)


def test_refunded_and_cancelled_orders_vanish_and_a_refund_is_never_a_purchase() -> None:
    orders = table(
        [
            _order(refund=Decimal(10), cancelled=False),
            _order(customer=2, refund=Decimal(4), cancelled=False),
            _order(customer=3, refund=None, cancelled=True),
            _order(customer=4, amount=Decimal(0), refund=None, cancelled=None),
        ]
    )
    rows = {row["customer"]: row for row in plain(insight.summary(orders, AS_OF))}
    assert set(rows) == {2, 4}, "wholly refunded and cancelled are gone; an order that cost nothing stays"
    assert rows[2]["monetary"] == Decimal(6)
    assert rows[2]["frequency"] == 1


def test_a_refund_that_has_not_happened_yet_changes_nothing() -> None:
    orders = table([_order(refund=Decimal(10), refunded_on=date(2026, 2, 1))])
    assert plain(insight.summary(orders, date(2026, 1, 31)))[0]["monetary"] == Decimal(10)
    assert plain(insight.summary(orders, date(2026, 2, 1))) == []


def test_an_empty_frame_gives_an_empty_answer() -> None:
    orders = table([_order()]).slice(0, 0)
    for make in ENGINES.values():
        assert plain(insight.grades(make(orders), AS_OF)) == []
        assert plain(insight.rhythm(make(orders), AS_OF)) == []
