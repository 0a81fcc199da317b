"""Pareto/NBD: published figures, the integral it stands on, its forecasts, and small or odd businesses."""

from __future__ import annotations

import warnings
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1, logsumexp

from regulars.insight.lifetime import LifetimeModel, ParetoNBD, UniqueRows
from regulars.insight.lifetime.pareto_likelihood import ParetoLikelihood
from regulars.insight.lifetime.race import log_chance_first, log_neither
from regulars.insight.tests.businesses import a_business, rows_of
from regulars.insight.tests.published import cdnow_facts, needs_orders

DAYS = np.array([0.5532767, 10.5776794 * 7, 0.6062409, 11.6687676 * 7])  # of CDNOW


def _rows(x: Any, t_x: Any, age: Any, weight: Any = None) -> UniqueRows:
    counts, last, ages = (np.atleast_1d(np.asarray(v, dtype=float)) for v in (x, t_x, age))
    ones = np.ones_like(counts)
    return UniqueRows(counts, last, ages, 0 * ones, ones if weight is None else np.asarray(weight, dtype=float))


def _model(params: Any = DAYS) -> ParetoNBD:
    model = ParetoNBD().fit_rows(_rows([0, 1, 3], [0, 40, 90], [100, 100, 100]))
    model.params_ = dict(zip(("r", "alpha", "s", "beta"), params, strict=True))
    return model


def _people(seed: int) -> UniqueRows:
    """A random business: 20 to 500 people, two months to four years, all kinds of rates and lives."""
    dice = np.random.default_rng(seed)
    n, oldest = int(dice.integers(20, 501)), int(dice.integers(60, 1_500))
    r, s = np.exp(dice.normal(np.log([1, 0.6]), [0.7, 0.8]))
    alpha, beta = np.exp(dice.normal(np.log([0.3, 0.6]), [1, 1.2])) * oldest
    age = dice.integers(0, oldest, n)
    stay = np.minimum(dice.exponential(1 / np.maximum(dice.gamma(s, 1 / beta, n), 1e-12)), age)
    counts = dice.poisson(np.minimum(dice.gamma(r, 1 / alpha, n) * stay, 3_000))
    x, t_x = np.zeros(n), np.zeros(n)
    for person, count in enumerate(counts):
        days = np.unique(np.floor(dice.random(count) * stay[person]))
        days = days[days > 0]
        x[person], t_x[person] = len(days), days.max(initial=0)
    return _rows(x, t_x, age)


@needs_orders
def test_the_published_parameters_and_likelihood_are_found() -> None:
    params, errors, log_likelihood = ParetoNBD(prior=None).fit(cdnow_facts()).in_unit("weeks")
    assert params == pytest.approx({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, abs=5e-4)
    assert log_likelihood == pytest.approx(-9594.976, abs=5e-4)
    assert all(error is not None for error in errors.values())


@needs_orders
def test_the_weak_prior_hardly_moves_what_2357_people_say() -> None:
    free, weak = (ParetoNBD(prior=prior).fit(cdnow_facts()) for prior in (None, "default"))
    for name, value in free.params_.items():
        assert abs(weak.params_[name] - value) < 0.25 * (free.standard_errors_[name] or 0), name
    assert free.log_likelihood_ - weak.log_likelihood_ < 0.05


@needs_orders
def test_the_search_ends_at_a_summit() -> None:
    model = ParetoNBD(prior=None).fit(cdnow_facts())
    slope = model.likelihood(_grouped())(model.vector())[1]
    assert np.abs(slope).max() < 0.02


def _grouped() -> UniqueRows:
    facts = cdnow_facts().groupby(["x", "t_x_days", "T_days"]).size().reset_index(name="n")
    return _rows(*(facts[c].to_numpy() for c in ("x", "t_x_days", "T_days", "n")))


def _closed_form(r: float, alpha: float, s: float, beta: float, x: int, t_x: float, age: float) -> float:
    """Fader and Hardie (2005), with the two 2F1."""
    big, small = max(alpha, beta), abs(alpha - beta)
    other = s + 1 if alpha >= beta else r + x

    def part(t: float) -> Any:
        power = r + s + x
        return hyp2f1(power, other, power + 1, small / (big + t)) / (big + t) ** power

    gone = s / (r + s + x) * (part(t_x) - part(age))
    here = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s)
    return float(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(gone + here))


@pytest.mark.parametrize("alpha", [3.0, 10.5776794, 11.6687676, 40.0])  # smaller, close, equal and larger than beta
def test_the_likelihood_is_that_of_the_closed_form_where_that_can_be_computed(alpha: float) -> None:
    params = np.array([0.55, alpha, 0.61, 11.6687676])
    for x, t_x, age in [(0, 0.0, 38.9), (1, 1.7, 38.9), (2, 30.43, 38.86), (5, 12.0, 30.0), (9, 27.0, 27.0)]:
        ours = ParetoLikelihood(_rows(x, t_x, age))(params)[0]
        assert ours == pytest.approx(_closed_form(0.55, alpha, 0.61, 11.6687676, x, t_x, age), abs=1e-8)


def test_the_race_is_that_of_plain_integration() -> None:
    dice = np.random.default_rng(3)
    for _ in range(60):
        a, b = np.exp(dice.uniform(-3, 3, 2))
        first, other, span = np.exp(dice.uniform(-2, 6, 3))

        def density(y: float, a: Any = a, b: Any = b, first: Any = first, other: Any = other) -> Any:
            return a / (first + y) * (first / (first + y)) ** a * (other / (other + y)) ** b

        edges = np.concatenate([[0], np.geomspace(min(first, other, span) * 1e-3, span, 24)])
        plain = sum(quad(density, low, high, epsabs=0, epsrel=1e-11)[0] for low, high in pairwise(edges))
        assert np.exp(log_chance_first(a, first, b, other, np.array([span]))[0]) == pytest.approx(plain, rel=1e-9)


@given(st.floats(-6, 10), st.floats(-6, 8), st.floats(-4, 12), st.floats(-4, 12), st.floats(-3, 9))
@settings(max_examples=200, deadline=None)
def test_the_chances_of_a_race_add_up_to_one(a: float, b: float, first: float, other: float, span: float) -> None:
    a, b, first, other = (float(np.exp(v)) for v in (a, b, first, other))
    days = np.array([float(np.exp(span))])
    parts = [
        log_chance_first(a, first, b, other, days)[0],
        log_chance_first(b, other, a, first, days)[0],
        log_neither(a, first, b, other, days)[0],
    ]
    assert logsumexp(parts) == pytest.approx(0, abs=1e-5)


def test_the_gradient_is_that_of_differences() -> None:
    like = ParetoLikelihood(_people(5))
    for logs in np.random.default_rng(1).normal(np.log([0.8, 60, 0.6, 90]), 0.7, (6, 4)):
        steps = 1e-5 * np.eye(4)
        slopes = [(like(np.exp(logs + h))[0] - like(np.exp(logs - h))[0]) / 2e-5 for h in steps]
        assert like(np.exp(logs))[1] == pytest.approx(slopes, rel=1e-5, abs=1e-4)


def test_twenty_thousand_purchases_are_no_trouble() -> None:
    model = _model()
    rows = _rows([20_000, 20_000, 50_000], [20_000, 20_000, 3_000], [20_000, 20_001, 3_100])
    value, slope = model.likelihood(rows)(model.vector())
    assert np.isfinite([value, *slope]).all()
    alive = model.alive(rows)
    assert alive[0] == 1.0
    assert 0.2 < alive[1] < 1
    assert alive[2] < 1e-12
    ahead = model.forecast(rows, 365)
    assert ahead.mean[0] == pytest.approx(365 * 20_000.55 / 20_074 * 0.9945, rel=2e-3)
    assert ahead.low[0] < ahead.mean[0] < ahead.high[0]
    assert ahead.high[2] == 0


def test_the_mean_and_the_interval_agree_with_the_chances_of_each_count() -> None:
    model = _model()
    rows = _rows([0, 1, 3, 12, 40], [0, 12, 200, 260, 270], [272, 272, 260, 265, 272])
    for horizon, most in ((30.0, 100), (273.0, 300), (2_000.0, 1_200)):
        ahead = model.forecast(rows, horizon)
        counts = range(1, most)
        tails = np.array([model.at_least(rows, horizon, np.full(5, n)) for n in counts])
        assert ahead.mean == pytest.approx(tails.sum(axis=0), rel=1e-5)
        square = ((2 * np.array(counts) - 1)[:, None] * tails).sum(axis=0)
        assert ahead.variance == pytest.approx(square - ahead.mean**2, rel=1e-4)
        assert (ahead.high == (tails > 0.025).sum(axis=0)).all()
        assert (ahead.low == (tails > 0.975).sum(axis=0)).all()


@pytest.mark.parametrize("s", [1.0, 2.0, 1 + 1e-12, 1e-8])
def test_no_value_of_s_is_special(s: float) -> None:
    beside = [_model(np.array([0.6, 70, s * f, 80])) for f in (1.0, 1 + 1e-7)]
    rows = _rows([0, 4], [0, 200], [272, 250])
    here, near = (model.forecast(rows, 365) for model in beside)
    assert here.mean == pytest.approx(near.mean, rel=1e-6)
    assert here.variance == pytest.approx(near.variance, rel=1e-5)


def test_what_is_known_of_many_histories_is_known_of_some_of_them() -> None:
    rows = _rows(np.arange(40), np.arange(40) * 5, np.full(40, 300))
    model, some = _model(), np.array([3, 7, 30])
    everybody = model.alive(rows)
    taken = rows.at(some)
    assert np.array_equal(model.alive(taken), everybody[some])
    anew = _rows(taken.x, taken.t_x, taken.T)
    assert np.allclose(model.alive(anew), everybody[some], rtol=1e-12)


def test_who_may_leave_before_the_next_purchase_is_less_sure_to_come_again_than_to_be_here() -> None:
    model = _model()
    rows = _rows([0, 2, 7], [0, 250, 206], [272, 272, 272])
    ahead = model.next_days(rows)
    assert (ahead.p_ever_again < model.alive(rows)).all()
    for days, share in ((ahead.low, 0.025), (ahead.middle, 0.5), (ahead.high, 0.975)):
        come = [model.at_least(rows, float(d), np.ones(3, dtype=int))[at] for at, d in enumerate(days)]
        assert come == pytest.approx(share * ahead.p_ever_again, rel=1e-4)


def test_nobody_is_given_a_date_below_even_chances() -> None:
    facts = pl.DataFrame(
        {"x": [0, 9], "t_x_days": [0, 268], "T_days": [272, 272], "last_on": [date(1997, 1, 1), date(1997, 9, 26)]}
    )
    seen = _model().next_purchase(facts, date(1997, 9, 30))
    assert seen["next_on"][0] is None
    assert seen["p_ever_again"][0] < 0.5
    assert date(1997, 9, 30) < seen["next_low"][1] <= seen["next_on"][1] < seen["next_high"][1]


@pytest.mark.parametrize("prior", ["default", None])
def test_random_small_businesses_never_fail_and_never_give_a_nan(prior: str | None) -> None:
    for seed in range(25):
        rows = _people(seed)
        model = ParetoNBD(prior=prior).fit_rows(rows)
        alive, ahead, total = model.alive(rows), model.forecast(rows, 365), model.total_of_rows(rows, 365)
        for values in (model.vector(), alive, *ahead, *model.next_days(rows), np.array(total)):
            assert np.isfinite(values).all(), seed
        assert ((alive >= 0) & (alive <= 1)).all(), seed
        assert (ahead.low <= ahead.high).all(), seed
        assert total.low <= total.value <= total.high, seed


@pytest.mark.parametrize(
    "rows",
    [
        _rows([], [], []),
        _rows([0], [0], [0]),
        _rows([0] * 9, [0] * 9, [30] * 9),
        _rows([0] * 9, [0] * 9, [0] * 9),
        _rows([50_000], [50_000], [50_000]),
        _rows([5] * 30, [300] * 30, [300] * 30),
    ],
    ids=["nobody", "one, today", "nobody came back", "all today", "one who never stops", "all still here"],
)
def test_odd_businesses_get_an_answer(rows: UniqueRows) -> None:
    model = ParetoNBD().fit_rows(rows)
    for values in (model.vector(), model.alive(rows), *model.forecast(rows, 365), *model.next_days(rows)):
        assert np.isfinite(values).all()
    assert model.warnings_


def test_a_stored_model_gives_the_same_answers() -> None:
    model = ParetoNBD().fit_rows(_people(8))
    again = LifetimeModel.from_dict(model.to_dict())
    assert isinstance(again, ParetoNBD)
    rows = _rows([0, 4], [0, 30], [60, 60])
    assert (again.alive(rows) == model.alive(rows)).all()


def test_the_truth_is_found_again_within_its_standard_errors() -> None:
    dice = np.random.default_rng(12)
    n, truth = 5_000, {"r": 0.9, "alpha": 60.0, "s": 0.8, "beta": 200.0}
    age = dice.integers(200, 500, n)
    stay = np.minimum(dice.exponential(1 / dice.gamma(truth["s"], 1 / truth["beta"], n)), age)
    x = dice.poisson(dice.gamma(truth["r"], 1 / truth["alpha"], n) * stay)
    t_x = np.where(x > 0, stay * dice.random(n) ** (1 / np.maximum(x, 1)), 0)  # the last of x moments
    model = ParetoNBD(prior=None).fit_rows(_rows(x, t_x, age))
    for name, value in truth.items():
        error = model.standard_errors_[name]
        assert error is not None
        assert abs(model.params_[name] - value) < 3 * error, name
    assert model.warnings_ == []


def test_a_next_day_is_found_without_a_warning_where_hardly_anybody_stays() -> None:
    model = _model(np.array([0.28794962475865427, 13.523409096133914, 99462.26899421366, 3012233.961308316]))
    dice = np.random.default_rng([7, 735])  # the one of a thousand invented businesses where it once warned
    rows = rows_of(a_business(dice, int(dice.integers(20, 501))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ahead = model.next_days(rows)
    assert (ahead.low < ahead.middle).all()
    assert (ahead.middle < ahead.high).all()
    assert np.isfinite(ahead.high).all()
