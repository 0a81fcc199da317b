from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import polars as pl
import pytest

from regulars import insight
from regulars.insight.tests.engines import plain

START = date(2026, 1, 1)


def _rhythm(days: list[int], as_of: int) -> dict[str, object]:
    frame = pl.DataFrame({"customer": [1] * len(days), "day": [START + timedelta(n) for n in days], "amount": 1.0})
    [row] = plain(insight.rhythm(frame, START + timedelta(as_of)))
    return row


def test_twice_the_usual_gap_is_not_yet_slipping_and_the_next_day_is() -> None:
    assert _rhythm([0, 41, 82], 82 + 82)["is_slipping"] is False
    slipped = _rhythm([0, 41, 82], 82 + 83)
    assert slipped["is_slipping"] is True
    assert slipped["slips_on"] == START + timedelta(82 + 83)


def test_somebody_who_comes_every_other_day_is_given_two_weeks() -> None:
    assert _rhythm([0, 2, 4, 6], 6 + 13)["is_slipping"] is False
    assert _rhythm([0, 2, 4, 6], 6 + 14)["is_slipping"] is True


def test_two_buying_days_are_no_rhythm_even_with_three_baskets() -> None:
    row = _rhythm([0, 30, 30], 500)
    assert row["is_slipping"] is False
    assert row["slips_on"] is None


@pytest.mark.parametrize("days", [[0, 5, 15, 40], [0, 10, 25], [0, 1, 2, 100, 130, 131]])
def test_the_frame_and_the_calendar_rule_agree(days: list[int]) -> None:
    gaps = [b - a for a, b in pairwise(days)]
    expected = insight.slipping_since(START + timedelta(days[-1]), median(gaps), len(days))
    assert _rhythm(days, 200)["slips_on"] == expected
    assert _rhythm(days, 200)["median_gap_days"] == median(gaps)
