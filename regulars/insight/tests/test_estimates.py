from __future__ import annotations

import math

import pytest

from regulars.insight import mean_interval, wilson_interval
from regulars.insight.estimates import t_quantile


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes: int, n: int, low: float, high: float) -> None:
    share = wilson_interval(successes, n)
    assert share is not None
    assert (share.value, share.n) == (successes / n, n)
    assert share.low == pytest.approx(low, abs=5e-5)
    assert share.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(
    ("degrees", "table"),
    [(1, 12.7062), (2, 4.3027), (4, 2.7764), (7, 2.3646), (29, 2.0452), (120, 1.9799), (200, 1.9719), (201, 1.9718)],
)
def test_students_quantiles_are_those_of_the_printed_table(degrees: int, table: float) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(table, abs=6e-5)


def test_the_two_ways_to_a_quantile_meet() -> None:
    assert t_quantile(0.995, 200) == pytest.approx(2.6006344, abs=1e-6)
    assert t_quantile(0.995, 201) < t_quantile(0.995, 200)
    assert t_quantile(0.995, 200) - t_quantile(0.995, 201) < 1.5e-4


def test_a_mean_of_one_value_has_no_interval() -> None:
    assert mean_interval([3.0]) is None
    assert mean_interval([]) is None


def test_a_mean_with_no_spread_is_sure() -> None:
    assert mean_interval([2.0] * 5) == (2.0, 2.0, 2.0, 5)


def test_impossible_shares_and_values_are_refused() -> None:
    for successes, n in [(3, 2), (-1, 4)]:
        with pytest.raises(ValueError, match="is not a share"):
            wilson_interval(successes, n)
    with pytest.raises(ValueError, match="confidence"):
        wilson_interval(1, 2, confidence=1.0)
    with pytest.raises(ValueError, match="finite"):
        mean_interval([1.0, math.nan])
