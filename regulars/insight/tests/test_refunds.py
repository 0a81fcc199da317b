"""Refunds as rows: by the order they name, by exact amount, by what they fit into; and what finds nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight import FrameError, refund_report
from regulars.insight.orders import purchases
from regulars.insight.tests.engines import ENGINES, QUICK, plain, table

START = date(2026, 1, 1)
AS_OF = date(2026, 12, 31)


def _row(day: int, amount: float | str, **others: Any) -> dict[str, Any]:
    return {"customer": 1, "day": START + timedelta(day), "amount": Decimal(str(amount))} | others


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = dict.fromkeys(name for row in rows for name in row)
    kinds = {"order": pa.string(), "refund_of": pa.string(), "product": pa.string()}
    return table([dict.fromkeys(columns) | row for row in rows], **kinds)


def _left(orders: Any) -> list[tuple[int, float]]:
    """(day, net) of what remains."""
    found = plain(purchases(orders, AS_OF).to_native())
    return sorted(((row["day"] - START).days, row["net"]) for row in found)


CASES: dict[str, tuple[list[dict[str, Any]], list[tuple[int, float]], int, int]] = {
    "the latest order of exactly that much goes": (
        [_row(0, 20), _row(10, 20), _row(20, 30), _row(25, -20)],
        [(0, 20), (20, 30)], 1, 0,
    ),
    "two equal refunds take two orders": ([_row(0, 20), _row(10, 20), _row(25, -20), _row(25, -20)], [], 2, 0),
    "an order after the refund is not touched": ([_row(0, -20), _row(10, 20)], [(10, 20)], 0, 1),
    "an order of the same day counts as before": ([_row(5, -20), _row(5, 20)], [], 1, 0),
    "a smaller refund lowers the latest order that it fits into": (
        [_row(0, 20), _row(10, 100), _row(20, 10), _row(30, -60)],
        [(0, 20), (10, 40), (20, 10)], 1, 0,
    ),
    "a refund larger than any order is reported and changes nothing": (
        [_row(0, 20), _row(10, 30), _row(20, -45)],
        [(0, 20), (10, 30)], 0, 1,
    ),
    "a second one that does not fit goes to the order before": (
        [_row(0, 100), _row(10, 50), _row(20, -30), _row(21, -40)],
        [(0, 60), (10, 20)], 2, 0,
    ),
    "a named order is found whatever came later, with either sign": (
        [_row(0, 20, order="a"), _row(10, 20, order="b"), _row(20, 20, refund_of="a"),
         _row(21, -5, refund_of="b")],
        [(10, 15)], 2, 0,
    ),
    "a name that nobody has is not guessed": (
        [_row(0, 20, order="a"), _row(20, -20, refund_of="z")], [(0, 20)], 0, 1,
    ),
    "more than was paid is reported, and the order goes": (
        [_row(0, 20, order="a"), _row(20, -15, refund_of="a"), _row(21, -15, refund_of="a")], [], 1, 1,
    ),
    "the lines of one order share its refund": (
        [_row(0, 20, order="a"), _row(0, 10, order="a"), _row(9, -30, refund_of="a")], [], 1, 0,
    ),
    "a product that came back is that product": (
        [_row(0, 20, order="a", product="tea"), _row(0, 20, order="a", product="cup"),
         _row(9, -20, refund_of="a", product="tea")],
        [(0, 20)], 1, 0,
    ),
    "a refund of a product only looks at that product": (
        [_row(0, 20, product="tea"), _row(5, 20, product="cup"), _row(9, -20, product="tea"), _row(9, -3, product="mug")],
        [(5, 20)], 1, 1,
    ),
    "a refund without a product looks at all": ([_row(0, 20, product="tea"), _row(9, -20, product=None)], [], 1, 0),
    "an order that cost nothing stays": ([_row(0, 0), _row(3, 5), _row(9, -5)], [(0, 0)], 1, 0),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_rule_case_by_case(case: str) -> None:
    rows, expected, found, lost = CASES[case]
    for name in ("pandas", "pandas on arrow", "polars", "pyarrow"):  # the others below, all cases at once
        orders = QUICK[name](_table(rows))
        assert _left(orders) == expected, name
        report = refund_report(orders)
        assert (report.refunds_matched, report.refunds_unmatched) == (found, lost), name
        assert report.orders == len(expected), name
        assert (report.first_day is None) == (not expected), name


def _everybody() -> pa.Table:
    """All the cases in one frame, a customer each."""
    rows = []
    for number, (case, *_) in enumerate(CASES.values()):
        for row in case:
            ids = {c: f"{number}{row[c]}" for c in ("order", "refund_of") if row.get(c)}
            rows.append(row | {"customer": number} | ids)
    return _table(rows)


def test_every_engine_matches_alike_and_reports_the_same() -> None:
    frames = {name: make(_everybody()) for name, make in ENGINES.items()}
    answers = {name: plain(purchases(frame, AS_OF).to_native()) for name, frame in frames.items()}
    reports = {name: refund_report(frame) for name, frame in frames.items()}
    quick = {name: plain(insight.unmatched_refunds(frames[name], AS_OF)) for name in ("pandas", "duckdb", "pyarrow")}
    for name, answer in answers.items():
        assert _sorted(answer) == _sorted(answers["pyarrow"]), name
        assert reports[name] == reports["pyarrow"], name
        assert quick.get(name, quick["pyarrow"]) == quick["pyarrow"], name
    assert reports["pyarrow"].refunds_matched == sum(case[2] for case in CASES.values())
    assert sum(row["refunds"] for row in quick["pyarrow"]) == sum(case[3] for case in CASES.values())


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["customer"], row["day"], row["net"]))


VISIT = st.tuples(st.integers(1, 4), st.integers(0, 30), st.sampled_from([-20, -10, -7, -3, 0, 5, 10, 20, 27]))


@given(st.lists(VISIT, min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_no_money_is_lost_and_the_order_of_rows_is_irrelevant(rows: list[tuple[int, int, int]], dice: Any) -> None:
    def frame(of: list[tuple[int, int, int]]) -> pl.DataFrame:
        days = [START + timedelta(day) for _, day, _ in of]
        return pl.DataFrame({"customer": [c for c, _, _ in of], "day": days, "amount": [a for _, _, a in of]})

    shuffled = list(rows)
    dice.shuffle(shuffled)
    report = refund_report(frame(rows))
    assert report == refund_report(frame(shuffled))
    assert plain(insight.summary(frame(rows), AS_OF)) == plain(insight.summary(frame(shuffled), AS_OF))
    left = sum(row["net"] for row in plain(purchases(frame(rows), AS_OF).to_native()))
    assert left - report.unmatched_amount == sum(amount for _, _, amount in rows)
    assert report.refunds_matched + report.refunds_unmatched == sum(amount < 0 for _, _, amount in rows)


@given(st.lists(VISIT, min_size=1, max_size=30))
@settings(max_examples=5, deadline=None)
def test_windows_and_numpy_find_the_same_orders(rows: list[tuple[int, int, int]]) -> None:
    given_rows = _table([_row(day, amount, customer=customer) for customer, day, amount in rows])
    answers = [plain(insight.summary(QUICK[name](given_rows), AS_OF)) for name in ("duckdb", "pandas", "polars")]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("kind", ["cents", "float", "decimal"])
def test_what_is_left_comes_back_in_the_kind_it_was_given(kind: str) -> None:
    paid, back = {"cents": (1000, -330), "float": (10.0, -3.3), "decimal": (Decimal("10.00"), Decimal("-3.30"))}[kind]
    frame = pl.DataFrame({"customer": [1, 1], "day": [START, START + timedelta(1)], "amount": [paid, back]})
    net = insight.summary(frame, AS_OF)["monetary"][0]
    assert (net, type(net)) == ({"cents": 670, "float": 6.7, "decimal": Decimal("6.70")}[kind], type(paid))


def test_ids_may_be_numbers_on_one_side_and_text_on_the_other() -> None:
    rows = {"customer": [1, 1], "day": [START, START + timedelta(1)], "amount": [10.0, -10.0], "order": [17, None]}
    assert refund_report(pl.DataFrame(rows | {"refund_of": [None, "17"]})).refunds_matched == 1
    assert refund_report(pl.DataFrame(rows | {"refund_of": [None, 17.0]})).refunds_matched == 1
    assert refund_report(pl.DataFrame(rows | {"refund_of": [None, 17.0]}).to_pandas()).refunds_matched == 1
    assert refund_report(pl.DataFrame(rows | {"refund_of": ["", "17"]}).to_pandas()).refunds_matched == 1


def test_a_refund_of_later_has_not_happened_yet() -> None:
    frame = pl.DataFrame({"customer": [1, 1], "day": [START, START + timedelta(9)], "amount": [10, -10]})
    assert len(insight.summary(frame, START + timedelta(8))) == 1
    assert len(insight.summary(frame, START + timedelta(9))) == 0


def test_refund_of_needs_the_orders_to_have_a_name() -> None:
    frame = pl.DataFrame({"customer": [1], "day": [START], "amount": [10], "refund_of": [None]})
    with pytest.raises(FrameError, match='"order": is missing; refund_of names orders by it'):
        purchases(frame, AS_OF)


def test_a_refund_in_a_column_and_as_a_row_are_both_counted() -> None:
    frame = pl.DataFrame(
        {"customer": [1, 1, 1], "day": [START] * 3, "amount": [10, 20, -20], "refund": [4, None, None]}
    )
    report = refund_report(frame)
    assert (report.refunds_matched, report.orders) == (2, 1)
    assert insight.summary(frame, AS_OF)["monetary"][0] == 6
