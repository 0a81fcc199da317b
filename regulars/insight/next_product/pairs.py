"""Each customer and product: when first, when last, and the gaps between."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from regulars.insight.frames import Frame, ordinal
from regulars.insight.orders import purchases
from regulars.insight.tables import Kind, nullable, with_labels

KEY = ["customer", "product"]


def pairs_of(orders: Any, as_of: date) -> Frame:
    """Sum up purchases by customer and product, in days; rows without a product are left out.

    Gives ``first`` and ``last`` (numbers of days), ``last_on``, ``gaps`` (days bought, less one), ``log_sum`` and
    ``log_squares`` (of the logarithms of the gaps in days). Two rows of one day have no gap between them, so days need
    not be made distinct first.
    """
    steps = _with_gaps(_bought(orders, as_of).with_columns(number=ordinal("day")))
    steps = steps.with_columns(is_gap=(nw.col("gap") > 0).fill_null(False))
    log_gap = nw.when(nw.col("is_gap")).then(nw.col("gap").cast(nw.Float64)).otherwise(nw.lit(1.0)).log()
    steps = steps.with_columns(is_gap=nw.col("is_gap").cast(nw.Int64), log_gap=log_gap)
    steps = steps.with_columns(log_square=nw.col("log_gap") * nw.col("log_gap"))
    found = steps.group_by(*KEY).agg(
        last_on=nw.col("day").max(),
        first=nw.col("number").min(),
        last=nw.col("number").max(),
        gaps=nw.col("is_gap").sum(),
        log_sum=nw.col("log_gap").sum(),
        log_squares=nw.col("log_square").sum(),
    )
    return found.with_columns(gaps=nw.col("gaps").cast(nw.Int64))


def firsts_of(orders: Any, as_of: date) -> Frame:
    """Say of each customer and product only when it was bought ``first`` and ``last`` (numbers of days)."""
    found = _bought(orders, as_of).group_by(*KEY).agg(first_on=nw.col("day").min(), last_on=nw.col("day").max())
    return found.select(*KEY, first=ordinal("first_on"), last=ordinal("last_on"))


def _bought(orders: Any, as_of: date) -> Frame:
    frame = with_labels(nullable(purchases(orders, as_of, also=["product"])), "product")
    return frame.filter(~nw.col("product").is_null()).select(*KEY, "day")


def _with_gaps(days: Frame) -> Frame:
    before = nw.col("number").shift(1)
    if isinstance(days, nw.LazyFrame):
        return days.with_columns(gap=nw.col("number") - before.over(*KEY, order_by="number"))
    ordered = days.sort(*KEY, "number")
    is_same = [(nw.col(c) == nw.col(c).shift(1)).fill_null(False) for c in KEY]
    return ordered.with_columns(gap=nw.when(is_same[0] & is_same[1]).then(nw.col("number") - before))


def product_kind(frame: Frame) -> Kind:
    """Say whether products are whole numbers or text."""
    return "whole" if frame.collect_schema()["product"].is_integer() else "text"
