"""The months ahead know of the season, once two years of orders show one."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from regulars.standings.services.looking_ahead import _seasonal

AHEAD = [(date(2026, month, 1), 10.0) for month in range(1, 13)]


def _orders(december_rate: int) -> pl.DataFrame:
    """Sixty people over three years, who come every month, and in December so many times as often."""
    days = [
        (customer, date(year, month, 1 + (customer + 5 * visit) % 28))
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        for customer in range(60)
        for visit in range(december_rate if month == 12 else 1)
    ]
    return pl.DataFrame(days, schema=["customer", "day"], orient="row").with_columns(amount=pl.lit(10.0))


def test_a_strong_december_gets_its_share_and_the_sum_stays() -> None:
    parts = _seasonal(_orders(4), date(2025, 12, 31), AHEAD)
    assert parts[11] > 2 * max(parts[:11])
    assert sum(part * even for part, (_, even) in zip(parts, AHEAD, strict=True)) == pytest.approx(120)


def test_without_a_season_or_two_years_every_month_is_even() -> None:
    short = _orders(4).filter(pl.col("day") > date(2025, 12, 31) - timedelta(days=400))
    assert _seasonal(short, date(2025, 12, 31), AHEAD) == [1.0] * 12
