"""Forecasts: against closed forms, against people whose truth is known, and where numbers get large."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.special import hyp2f1

from regulars.insight.backtest.recalibrated import Recalibrated
from regulars.insight.lifetime import (
    BGNBD,
    MBGCNBD,
    MBGNBD,
    LifetimeModel,
    ParetoNBD,
    UniqueRows,
    randomised_pit,
    uniformity,
)
from regulars.insight.lifetime.likelihood import stage_weights
from regulars.insight.lifetime.rows import Array
from regulars.insight.lifetime.waiting import waiting_days
from regulars.insight.tests.businesses import a_business, facts, rows_of, with_truth

TRUTHS = {
    "bg": with_truth(BGNBD(), r=0.243, alpha=31.0, a=0.793, b=2.426),
    "mbg": with_truth(MBGNBD(), r=0.525, alpha=43.0, a=0.891, b=1.614),
    "mbg of k 2": with_truth(MBGCNBD(2), r=1.33, alpha=19.7, a=0.425, b=0.79),
    "mbg of k 4": with_truth(MBGCNBD(4), r=3.0, alpha=25.0, a=0.3, b=2.0),
}
HALF_A_YEAR = 182.0


def _invented(model: LifetimeModel, people: int, seed: int) -> tuple[pl.DataFrame, np.ndarray]:
    """Facts of invented people between two months and thirteen old, and how often each came in the half year after."""
    ages = np.random.default_rng(seed).uniform(60, 400, people)
    invented = model.simulate(people, ages + HALF_A_YEAR, seed)
    return facts(*list(invented.facts(ages).values())[1:]), invented.counts(ages, ages + HALF_A_YEAR)


def _some_rows() -> UniqueRows:
    x, ages = np.array([0, 1, 3, 12, 60.0]), np.array([0.0, 50, 200, 365, 1000])
    last = np.array([0, 20, 199.5, 300, 990])
    return UniqueRows(x, last, ages, x * 2, np.ones(5))


@pytest.mark.parametrize("is_modified", [False, True])
@pytest.mark.parametrize("a", [0.3, 0.999999, 1.7])
def test_the_expected_count_agrees_with_the_closed_form(is_modified: bool, a: float) -> None:
    r, alpha, b, t = 0.4, 31.0, 2.4, 120.0
    model = with_truth(MBGNBD() if is_modified else BGNBD(), r=r, alpha=alpha, a=a, b=b)
    rows = _some_rows()
    later, s, since = b + rows.x + is_modified, r + rows.x, alpha + rows.T
    still = hyp2f1(s, later, a + later - 1, t / (since + t)) * (since / (since + t)) ** s
    closed = model.alive(rows) * (a + later - 1) / (a - 1) * (1 - still)
    assert model.forecast(rows, t).mean == pytest.approx(closed, rel=1e-6 if abs(a - 1) < 0.1 else 2e-10)


def test_the_worked_examples_come_out_to_five_digits_at_the_published_parameters() -> None:
    """Hardie's sheet works with the paper's rounded parameters and says 1.226; the rest with seven digits."""
    sheet = with_truth(BGNBD(), r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)
    exact = with_truth(BGNBD(), r=0.2425945, alpha=4.4136019 * 7, a=0.7929199, b=2.4258881)
    one = facts([2], [30.43 * 7], [38.86 * 7])
    for model, expected, alive in ((sheet, 1.22603, 0.72658), (exact, 1.22591, 0.72661)):
        assert model.expected_purchases(one, 39 * 7)["expected_purchases"][0] == pytest.approx(expected, abs=5e-6)
        assert model.p_alive(one)["p_alive"][0] == pytest.approx(alive, abs=5e-6)
    closed_form = {0.1429: 0.007816, 1: 0.053184, 3: 0.150631, 31.8571: 1.04049, 32: 1.04373, 78: 1.85796}
    for weeks, expected in closed_form.items():
        assert exact.expected_of_new(weeks * 7) == pytest.approx(expected, abs=5e-6 if expected > 1 else 5e-7)


@pytest.mark.parametrize("model", [*TRUTHS.values(), ParetoNBD()])
def test_means_of_several_horizons_are_those_of_each_forecast(model: LifetimeModel) -> None:
    dice, horizons = np.random.default_rng(2), [30.0, 91.25, 365.0]
    rows = rows_of(a_business(dice, 200))
    if model.name == "pareto":
        model = with_truth(model, r=0.55, alpha=74.0, s=0.61, beta=82.0)
    known = [model.forecast(rows, days, None).mean for days in horizons]
    for mean, expected in zip(model.means(rows, horizons), known, strict=True):
        assert mean == pytest.approx(expected, rel=1e-13)
    for mean, expected in zip(Recalibrated(model, 0.8).means(rows, horizons), known, strict=True):
        assert mean == pytest.approx(0.8 * expected, rel=1e-13)


def test_chances_of_a_count_do_not_depend_on_what_else_is_asked_nor_in_what_sequence() -> None:
    model, dice = TRUTHS["mbg of k 2"], np.random.default_rng(4)
    rows = rows_of(a_business(dice, 150))
    counts = dice.integers(0, 4, len(rows))
    at = dice.permutation(len(rows))
    mixed = model.at_least(rows.at(at), 120.0, counts[at])
    alone = [model.at_least(rows.at(slice(n, n + 1)), 120.0, counts[n : n + 1])[0] for n in at]
    assert mixed == pytest.approx(alone, rel=1e-13)


def test_what_is_remembered_of_rows_is_of_the_same_parameters() -> None:
    rows, one = _some_rows(), TRUTHS["bg"]
    other = one.with_params(one.vector() * 1.5)
    first, second = one.alive(rows), other.alive(rows)
    assert not np.allclose(first[1:], second[1:])
    assert (one.alive(rows) == first).all()
    assert (other.alive(_some_rows()) == second).all()


@pytest.mark.parametrize("name", TRUTHS)
def test_mean_variance_and_interval_are_those_of_the_whole_distribution(name: str) -> None:
    model, rows = TRUTHS[name], _some_rows()
    ahead = model.forecast(rows, 200.0, 0.9)
    tails = np.array([model.at_least(rows, 200.0, np.full(5, n)) for n in range(1, 600)])
    assert ahead.mean == pytest.approx(tails.sum(axis=0), rel=1e-8)
    n = np.arange(1, 600)
    assert ahead.variance == pytest.approx(((2 * n - 1) @ tails) - tails.sum(axis=0) ** 2, rel=1e-6)
    assert list(ahead.high) == list((tails > 0.05).sum(axis=0))
    assert list(ahead.low) == list((tails > 0.95).sum(axis=0))


@pytest.mark.parametrize("name", TRUTHS)
def test_single_persons_are_calibrated(name: str) -> None:
    """Kolmogorov's test on the randomised PIT of 3,000 people, with the truth and with what was fitted to them."""
    truth = TRUTHS[name]
    frame, came = _invented(truth, 3_000, seed=11)
    fitted = MBGCNBD(truth.k_).fit(frame) if isinstance(truth, MBGCNBD) else type(truth)().fit(frame)
    for model in (truth, fitted):
        found = uniformity(randomised_pit(model, rows_of(frame), HALF_A_YEAR, came, seed=1))
        assert found is not None
        assert found.p_value > 0.01
        scored = model.expected_purchases(frame, HALF_A_YEAR)
        held = (scored["expected_purchases_low"].to_numpy() <= came) & (
            came <= scored["expected_purchases_high"].to_numpy()
        )
        assert held.mean() > 0.95
    loyal = truth.with_params(truth.vector() * [1, 1, 0.01, 1])
    wrong = uniformity(randomised_pit(loyal, rows_of(frame), HALF_A_YEAR, came, seed=1))
    assert wrong is not None
    assert wrong.p_value < 1e-6  # the test can fail


def test_one_person_of_each_small_business_is_calibrated_over_what_the_prior_believes() -> None:
    """People of one business share the error of its fit, so each gives one; twenty people say little of their own."""
    prior, dice = MBGNBD.default_prior, np.random.default_rng(8)
    right: list[float] = []
    month: list[float] = []
    for seed in range(150):
        r, alpha, a, b = np.exp(dice.normal(np.log(prior.centres), prior.spreads))
        truth = with_truth(MBGNBD(), r=r, alpha=alpha * 230, a=a, b=b)  # 230 days is the mean age of those invented
        frame, came = _invented(truth, 20, seed=3000 + seed)
        model, rows = MBGNBD().fit(frame), rows_of(frame)
        for days, places in ((HALF_A_YEAR, right), (HALF_A_YEAR / 6, month)):
            places.append(randomised_pit(model, rows, days, came, seed=seed)[0])
    found, wrong = uniformity(np.array(right)), uniformity(np.array(month))
    assert found is not None
    assert wrong is not None
    assert found.p_value > 0.01
    assert wrong.p_value < 0.001  # what a month holds is no forecast of half a year


def test_totals_of_businesses_with_a_known_truth_lie_in_their_interval_as_often_as_it_says() -> None:
    held = []
    for name, truth in TRUTHS.items():
        for seed in range(25):
            frame, came = _invented(truth, 120, seed=1000 + seed)
            model = MBGCNBD(truth.k_) if isinstance(truth, MBGCNBD) else type(truth)()
            total = model.fit(frame).expected_total(frame, HALF_A_YEAR)
            assert total.low <= total.value <= total.high
            assert total.n == 120, name
            held.append(total.low <= came.sum() <= total.high)
    assert 0.89 <= np.mean(held) <= 0.99  # 100 of them; bench/lifetimes.py counts thousands


def test_the_next_buying_day_comes_when_it_is_said_to_come() -> None:
    for name, truth in TRUTHS.items():
        people, age = 4_000, 300.0
        invented = truth.simulate(people, 20_000.0, seed=3)
        frame = facts(*list(invented.facts(age).values())[1:])
        later = invented.at_days > age
        first = np.full(people, np.inf)
        np.minimum.at(first, invented.customer[later], invented.at_days[later] - age)
        came = np.isfinite(first)
        ahead = truth.next_days(rows_of(frame))
        if name != "bg":  # of whom some come later than anybody watches
            assert came.mean() == pytest.approx(ahead.p_ever_again.mean(), abs=0.03), name
        often = came & (frame["x"].to_numpy() > 1)
        assert (first[often] <= ahead.middle[often]).mean() == pytest.approx(0.5, abs=0.04), name
        assert (first[often] <= ahead.high[often]).mean() == pytest.approx(0.975, abs=0.012), name
        assert (first[often] <= ahead.low[often]).mean() == pytest.approx(0.025, abs=0.012), name


def test_no_day_is_named_for_who_has_probably_gone() -> None:
    model = TRUTHS["mbg of k 2"]
    frame = facts([9, 9, 0], [300, 300, 0], [310, 900, 400])
    rows = model.next_purchase(frame, date(2026, 6, 30)).to_dicts()
    here, gone = rows[0], rows[1]
    assert here["p_ever_again"] > 0.5
    assert date(2026, 6, 30) < here["next_low"] <= here["next_on"] <= here["next_high"]
    assert gone["p_ever_again"] < 0.5
    assert gone["next_on"] is gone["next_low"] is gone["next_high"] is None


def test_twenty_thousand_buying_days_stay_finite() -> None:
    rows = UniqueRows(*(np.array([v]) for v in (20_000.0, 20_010.0, 20_011.0, 0.0, 1.0)))
    for name, truth in TRUTHS.items():
        ahead = truth.forecast(rows, 365.0)
        assert np.isfinite(ahead.mean).all(), name
        assert 0 <= ahead.low[0] <= ahead.mean[0] <= ahead.high[0] < 3_000
        assert (truth.alive(rows) <= 1).all()


def test_invented_people_are_the_same_for_the_same_seed_and_live_as_told() -> None:
    truth = TRUTHS["mbg of k 2"]
    first, second, other = (truth.simulate(2_000, 365.0, seed) for seed in (1, 1, 2))
    assert (first.at_days == second.at_days).all()
    assert len(first.at_days) != len(other.at_days)
    assert first.facts()["x"].mean() == pytest.approx(truth.expected_of_new(365.0), rel=0.06)
    assert (first.facts(100.0)["x"] + first.counts(100.0, 365.0) == first.facts()["x"]).all()


def test_a_longer_horizon_expects_more_and_a_longer_silence_less() -> None:
    model = MBGCNBD().fit(a_business(np.random.default_rng(1), 200))
    rows = _some_rows()
    assert (model.forecast(rows, 400.0).mean > model.forecast(rows, 100.0).mean).all()
    silent = UniqueRows(rows.x, rows.t_x, rows.T + 300, rows.log_gaps_sum, rows.weight)
    assert (model.alive(silent)[1:] < model.alive(rows)[1:]).all()
    with pytest.raises(ValueError, match="horizon"):
        model.expected_of_new(0)


@pytest.mark.parametrize(("k", "r", "alpha"), [(1, 0.5, 40.0), (2, 0.3, 4.0), (6, 3.9, 85.0), (8, 0.05, 1.0)])
def test_the_days_of_the_next_purchase_are_those_at_which_its_chance_is_reached(k: int, r: float, alpha: float) -> None:
    x, age = np.arange(40.0), np.linspace(40, 1460, 40)
    rows = UniqueRows(x, x * age / 41, age, x, np.ones(40))
    shape, since, silent = r + k * x, alpha + age, rows.T - rows.t_x
    terms, _harmonic = stage_weights(shape, k)

    def log_stays_away(days: Array) -> Array:
        stages = sum(term * ((silent + days) / (since + days)) ** at for at, term in enumerate(terms))
        away: Array = np.log(stages) - shape * np.log(since + days)
        return away

    for p in (0.025, 0.5, 0.975):
        days = waiting_days(rows, r, alpha, k, p)
        came = -np.expm1(log_stays_away(days) - log_stays_away(np.zeros(40)))
        assert np.allclose(came[days < 9e8], p, atol=1e-6)
