"""What people really hand in: a sentence that names column and row, or the right answer; never a traceback or a NaN."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.tests.engines import ENGINES, QUICK, plain, table

AS_OF = date(2026, 6, 30)
DAY = date(2026, 1, 1)


def _rows(**columns: list[Any]) -> pa.Table:
    n = len(next(iter(columns.values())))
    base = {"customer": [1] * n, "day": [DAY] * n, "amount": [Decimal(10)] * n} | columns
    return table([dict(zip(base, row, strict=True)) for row in zip(*base.values(), strict=True)])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_of_text_is_named_with_what_it_holds(engine: str) -> None:
    days = pa.table({"customer": [1, 2], "day": [None, "01.02.2026"], "amount": [1.0, 2.0]})
    amounts = pa.table({"customer": [1, 2], "day": [DAY, DAY], "amount": [None, "12,50 EUR"]})
    with pytest.raises(FrameError) as refused:
        insight.summary(ENGINES[engine](days), AS_OF)
    assert 'Column "day"' in str(refused.value)
    assert 'holds text ("01.02.2026"); give dates or timestamps.' in str(refused.value)
    assert refused.value.row in ("row 2", None), "an engine without an order of rows has no number to name"
    with pytest.raises(FrameError, match=r'holds text \("12,50 EUR"\); give Decimal, float or integer minor units'):
        insight.summary(ENGINES[engine](amounts), AS_OF)


def test_text_among_pandas_any_objects_is_named_with_its_row() -> None:
    mixed = pd.DataFrame({"customer": [1, 2], "day": [DAY, DAY], "amount": pd.Series([1.5, "abc"], dtype=object)})
    with pytest.raises(FrameError, match='"amount", row 2: holds something that is not a number'):
        insight.summary(mixed, AS_OF)
    days = pd.DataFrame({"customer": [1, 2], "day": pd.Series([DAY, "soon"], dtype=object), "amount": [1, 2]})
    with pytest.raises(FrameError, match='"day", row 2: holds something that is not a day'):
        insight.summary(days, AS_OF)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_amount_that_no_shop_takes_is_refused_before_it_overflows(engine: str) -> None:
    orders = pa.table({"customer": [1, 2], "day": [DAY, DAY], "amount": [1.0, 1e300]})
    with pytest.raises(FrameError, match="is too large to be money"):
        insight.summary(ENGINES[engine](orders), AS_OF)


@pytest.mark.parametrize("engine", ENGINES)
def test_future_days_one_customer_and_all_on_one_day_are_answered(engine: str) -> None:
    orders = _rows(day=[DAY, DAY, date(9998, 12, 31), date(2026, 7, 1)])
    [row] = plain(insight.rhythm(ENGINES[engine](orders), AS_OF))
    assert (row["buying_days"], row["last_on"], row["is_slipping"]) == (1, DAY, False)
    assert row["median_gap_days"] is None


@pytest.mark.parametrize("engine", QUICK)
def test_fifty_thousand_orders_of_one_customer_and_their_refunds_are_answered(engine: str) -> None:
    n = 50_000
    orders = pa.table(
        {
            "customer": ["wholesale"] * n,
            "day": [DAY - timedelta(days=number % 3_000) for number in range(n)],
            "amount": [-5.0 if number % 50 == 0 else 10.0 + number % 7 for number in range(n)],
        }
    )
    [row] = plain(insight.summary(QUICK[engine](orders), AS_OF))
    assert row["frequency"] == 2_940, "every fiftieth day has nothing but refunds"
    report = insight.refund_report(QUICK[engine](orders))
    assert report.refunds_matched + report.refunds_unmatched == n // 50
    assert row["monetary"] - report.unmatched_amount == pytest.approx(sum(orders["amount"].to_pylist()))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_timestamp_without_a_zone_counts_for_its_own_day_on_every_engine(engine: str) -> None:
    moments = pa.array(["2026-01-01 23:59:00", "2026-01-02 00:01:00", "2026-01-02 12:00:00"])
    orders = pa.table({"customer": [1] * 3, "day": moments.cast(pa.timestamp("us")), "amount": [1.0] * 3})
    [row] = plain(insight.summary(ENGINES[engine](orders), AS_OF))
    assert (row["frequency"], row["first_on"], row["last_on"]) == (2, DAY, date(2026, 1, 2))


@pytest.mark.parametrize("engine", [name for name in QUICK if name != "duckdb"])
def test_a_timestamp_with_a_zone_counts_for_the_day_it_was_there(engine: str) -> None:
    utc = pa.array(["2026-01-01 22:30:00", "2026-01-01 23:30:00"]).cast(pa.timestamp("us"))
    berlin = utc.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", "Europe/Berlin"))
    orders = pa.table({"customer": [1, 1], "day": berlin, "amount": [1.0, 1.0]})
    [row] = plain(insight.summary(QUICK[engine](orders), AS_OF))
    assert (row["first_on"], row["last_on"]) == (DAY, date(2026, 1, 2))


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("UTC", DAY, date(2026, 3, 28)),
        ("Europe/Berlin", date(2026, 1, 2), date(2026, 3, 29)),
        ("Pacific/Auckland", date(2026, 1, 2), date(2026, 3, 29)),
        ("America/New_York", DAY, date(2026, 3, 28)),
    ],
)
def test_moments_in_duckdb_count_for_the_day_of_the_zone_of_its_connection(zone: str, first: date, last: date) -> None:
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{zone}'")
    orders = connection.sql(
        "SELECT 1 AS customer, unnest(['2026-01-01 23:30:00+00', '2026-03-28 23:30:00+00'])::TIMESTAMPTZ AS day,"
        " 10.0 AS amount, 4.0 AS refund, day + INTERVAL 1 HOUR AS refunded_on"
    )
    [row] = plain(insight.summary(orders, AS_OF))
    assert (row["first_on"], row["last_on"], row["monetary"]) == (first, last, 12.0)
    [row] = plain(insight.summary(orders, first))
    assert row["monetary"] == (10.0 if zone == "UTC" else 6.0), "in UTC the hour after is already the next day"


def test_a_customer_without_a_name_a_day_or_an_amount_is_named_by_row() -> None:
    frame = pl.DataFrame({"customer": ["a", "b"], "day": [DAY, DAY], "amount": [1.0, None]})
    for orders in (frame, frame.to_pandas(), frame.to_arrow()):
        with pytest.raises(FrameError, match='"amount", row 2: is empty'):
            insight.summary(orders, AS_OF)
    empty = pl.DataFrame({"customer": ["a"], "day": [DAY], "amount": [None]})
    with pytest.raises(FrameError, match='"amount", row 1: is empty'):
        insight.summary(empty, AS_OF)


def test_nobody_with_a_zone_is_nobody() -> None:
    moments = pd.to_datetime(["2026-01-01"]).tz_localize("Europe/Berlin")
    orders = pd.DataFrame({"customer": ["a"], "day": moments, "amount": [5.0]})
    assert len(insight.summary(orders, AS_OF)) == 1
    for measure in (insight.summary, insight.rhythm, insight.grades):
        assert len(measure(orders.head(0), AS_OF)) == 0
    assert len(insight.potential(orders, orders, AS_OF)) == 0


def test_moments_of_several_zones_in_pandas_count_each_for_its_day_there() -> None:
    days = [
        pd.Timestamp("2026-01-01 23:30", tz="America/New_York"),
        pd.Timestamp("2026-01-02 00:30", tz="Europe/Berlin"),
        pd.Timestamp("2026-03-29 03:00", tz="Europe/Berlin"),
    ]
    orders = pd.DataFrame({"customer": [1, 1, 1], "day": pd.Series(days, dtype=object), "amount": [1.0, 2.0, 3.0]})
    facts = insight.summary(orders, AS_OF)
    assert list(facts["x"]) == [2]
    assert list(facts["t_x_days"]) == [(date(2026, 3, 29) - date(2026, 1, 1)).days]
    with pytest.raises(FrameError, match='Column "day", row 2'):
        insight.summary(orders.assign(day=[days[0], "soon", days[2]]), AS_OF)
    with pytest.raises(FrameError, match='Column "day", row 3: is empty'):
        insight.summary(orders.assign(day=pd.Series([days[0], days[1], None], dtype=object)), AS_OF)


@pytest.mark.parametrize("engine", QUICK)
def test_an_order_called_off_may_be_marked_by_one_and_zero_but_not_by_a_word(engine: str) -> None:
    orders = pa.table({"customer": [1, 2, 3], "day": [DAY] * 3, "amount": [1.0] * 3, "cancelled": [1, 0, None]})
    assert insight.refund_report(QUICK[engine](orders)).customers == 2
    words = orders.set_column(3, "cancelled", pa.array(["yes", None, "no"]))
    with pytest.raises(FrameError, match=r'Column "cancelled".*holds text.*give true and false'):
        insight.refund_report(QUICK[engine](words))
    flags = orders.set_column(3, "cancelled", pa.array([True, None, False]))
    assert insight.refund_report(QUICK[engine](flags)).customers == 2


def test_a_confidence_that_is_no_share_is_refused_everywhere() -> None:
    facts = insight.summary(
        pl.DataFrame({"customer": [1, 1], "day": [DAY, date(2026, 2, 1)], "amount": [1.0, 2.0]}), AS_OF
    )
    model = insight.MBGNBD().fit(facts)
    spend = insight.GammaGamma().fit(facts)
    for confidence in (0, 1, 95, float("nan")):
        for measure in (
            lambda c: model.score(facts, 30, c),
            lambda c: model.expected_purchases(facts, 30, c),
            lambda c: model.expected_total(facts, 30, c),
            lambda c: spend.expected_spend(facts, c),
        ):
            with pytest.raises(ValueError, match="is not a confidence between 0 and 1"):
                measure(confidence)


@pytest.mark.parametrize(
    ("recency_days", "frequency", "name"),
    [((365, 180, 90), (2, 3, 5, 10), "recency_days"), ((30, 90, 180, 365), (2, 3, 5, 10), "recency_days"),
     ((365, 180, 90, 30), (2, 3, 3, 10), "frequency")],
)  # fmt: skip
def test_limits_in_the_wrong_number_or_direction_are_refused(recency_days: Any, frequency: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} needs four limits that"):
        insight.Breaks(recency_days, frequency, (Decimal(1), Decimal(2), Decimal(3), Decimal(4)))


AMOUNT = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-500, 500).map(float))
ANY_DAY = st.one_of(st.none(), st.dates(date(1, 1, 1), date(9999, 12, 31)))
ANY_ROW = st.tuples(st.one_of(st.none(), st.integers(0, 3)), ANY_DAY, AMOUNT)


@given(st.lists(ANY_ROW, max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_rows_give_an_answer_or_a_sentence_and_never_nan(rows: list[Any]) -> None:
    schema = {"customer": pl.Int64, "day": pl.Date, "amount": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    for orders in (frame, frame.to_arrow()):
        said = _answers(orders)
        if isinstance(said, FrameError):
            assert f'Column "{said.column}", {said.row}: ' in str(said)
        else:
            assert not any(isinstance(value, float) and math.isnan(value) for value in said)


def _answers(orders: Any) -> FrameError | list[Any]:
    try:
        insight.refund_report(orders)
        answers = [pl.DataFrame(measure(orders, AS_OF)) for measure in (insight.rhythm, insight.grades)]
    except FrameError as fault:
        return fault
    return [value for answer in answers for row in answer.rows() for value in row]
