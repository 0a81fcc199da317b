"""What is found in a quick way is what is found row by row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaincinv

from regulars.insight.beta_primes import _inverted, _read_off, beta_primes
from regulars.insight.lifetime import MBGCNBD, race, unique_rows
from regulars.insight.tests.businesses import facts, with_truth
from regulars.insight.value_limits import _quantile


@pytest.mark.parametrize("shape", [1.5, 30.0, 4_300.0])
def test_a_long_run_of_one_shape_is_read_off_to_ten_digits(shape):
    dice = np.random.default_rng(1)
    own, share = dice.uniform(1.5, 7, 20_000), dice.uniform(1e-4, 0.975, 20_000)
    read, exact = _read_off(own, np.full(20_000, shape), share), _inverted(own, np.full(20_000, shape), share)
    assert read is not None
    assert np.abs(read - exact).max() < 1e-10


def test_a_run_that_no_series_fits_is_not_read_off():
    dice = np.random.default_rng(2)
    own, share = dice.uniform(1e-6, 500, 20_000), 10 ** dice.uniform(-280, -0.01, 20_000)
    assert _read_off(own, np.full(20_000, 2.0), share) is None


def test_runs_of_any_length_give_the_quantiles_of_the_ratio_of_two_gammas():
    dice = np.random.default_rng(3)
    shape = np.repeat([0.7, 3.0, 9.0, 3.0], [3, 5_000, 1, 40])
    own, share = dice.uniform(0.5, 4, len(shape)), dice.uniform(0.01, 0.97, len(shape))
    exact = betaincinv(own, shape, share)
    np.testing.assert_allclose(beta_primes(own, shape, share), exact / (1 - exact), rtol=1e-9)
    assert len(beta_primes(shape[:0], shape[:0], shape[:0])) == 0


def test_fewer_nodes_leave_a_race_the_same():
    dice = np.random.default_rng(4)
    a, b = (np.exp(dice.uniform(-6, 5, 20_000)) for _ in range(2))
    first, other, span = (np.exp(dice.uniform(-2, 9, 20_000)) for _ in range(3))
    counts = race._wanted_nodes(a, first, b, other, span)
    assert set(counts.tolist()) == {8, 16, 32}
    many = race.log_sum(race.nodes(a, first, b, other, span, 64).log_mass)
    is_fewer = counts < 32
    found = race.log_chance_first(a, first, b, other, span)
    np.testing.assert_allclose(found[is_fewer], many[is_fewer], atol=1e-12)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_ends_of_several_intervals_in_one_pass_are_those_of_forecasts(k):
    truth = MBGCNBD(k)
    truth.k_ = k
    model = with_truth(truth, r=0.8, alpha=60.0 / k, a=0.4, b=1.5)
    dice = np.random.default_rng(5)
    age, x = dice.integers(30, 900, 400), dice.integers(0, 25, 400)
    rows = unique_rows(facts(x, np.where(x > 0, (age * dice.uniform(0.1, 1, 400)).astype(int), 0), age))
    for (low, high), confidence in zip(model.ends(rows, 365, [0.5, 0.95]), (0.5, 0.95), strict=True):
        ahead = model.forecast(rows, 365, confidence)
        assert (low == ahead.low).all()
        assert (high == ahead.high).all()


def test_the_quantile_of_a_mixture_is_where_its_chance_is_the_level():
    from scipy.special import ndtr

    dice = np.random.default_rng(6)
    middle, spread = dice.normal(0, 1.5, (300, 40)), dice.uniform(0.05, 1, (300, 40))
    comes = dice.random((300, 40)) < dice.random((300, 1))
    found = _quantile(middle, spread, comes, 0.8)
    is_some = found > 0
    assert (is_some == (1 - comes.mean(axis=1) < 0.8)).all()
    at = np.log(np.where(is_some, found, 1.0))[:, None]
    below = np.where(comes, ndtr((at - middle) / spread), 1.0).mean(axis=1)
    np.testing.assert_allclose(below[is_some], 0.8, atol=1e-8)
