"""The likelihood: its slopes, its lossless compression, and what it says where it can be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.special import betaln, gammaln

from regulars.insight.lifetime import BGNBD, MBGCNBD, MBGNBD, UniqueRows, unique_rows
from regulars.insight.lifetime.fitting import Objective, curvature
from regulars.insight.lifetime.likelihood import BGLikelihood, Family
from regulars.insight.tests.businesses import a_business, facts, rows_of

FAMILIES = [Family(1, False), Family(1, True), Family(2, False), Family(3, True), Family(8, True)]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("params", [(0.5, 40.0, 0.8, 1.5), (3.0, 4.0, 0.05, 9.0), (0.02, 900.0, 12.0, 0.1)])
def test_the_gradient_is_that_of_finite_differences(family: Family, params: tuple[float, ...]) -> None:
    likelihood = BGLikelihood(unique_rows(a_business(np.random.default_rng(3), 120)), family)
    at, slope = np.array(params), likelihood(np.array(params))[1]
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        difference = (likelihood(at * np.exp(step))[0] - likelihood(at * np.exp(-step))[0]) / 2e-5
        assert slope[place] == pytest.approx(difference, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 30.0), (2, 17.0, 30.0), (3, 30.0, 30.0)])
@pytest.mark.parametrize("is_modified", [False, True])
def test_the_likelihood_of_one_person_is_the_integral_over_rates_and_chances(
    x: int, t_x: float, age: float, is_modified: bool
) -> None:
    r, alpha, a, b = 1.3, 12.0, 0.9, 1.7

    def density(leaves: float, rate: float) -> float:
        stays = 1 - leaves
        goes_at_last = leaves * stays ** (x if is_modified else x - 1) if x or is_modified else 0.0
        told = rate**x * (stays ** (x + is_modified) * np.exp(-rate * age) + goes_at_last * np.exp(-rate * t_x))
        of_rate = r * np.log(alpha) - gammaln(r) + (r - 1) * np.log(rate) - alpha * rate
        of_leaving = (a - 1) * np.log(leaves) + (b - 1) * np.log(stays) - betaln(a, b)
        return float(told * np.exp(of_rate + of_leaving))

    expected = np.log(dblquad(density, 0, 3, 1e-9, 1 - 1e-9, epsabs=1e-12, epsrel=1e-7)[0])
    one = unique_rows(facts([x], [t_x], [age]))
    assert BGLikelihood(one, Family(1, is_modified))(np.array([r, alpha, a, b]))[0] == pytest.approx(expected, abs=1e-5)


def test_people_with_the_same_history_are_one_row_without_loss() -> None:
    frame = a_business(np.random.default_rng(8), 700)
    grouped, single = unique_rows(frame), rows_of(frame)
    assert len(grouped) < len(single)
    params = np.array([0.7, 30.0, 0.6, 1.1])
    for family in FAMILIES:
        assert BGLikelihood(grouped, family)(params)[0] == pytest.approx(
            BGLikelihood(single, family)(params)[0], rel=1e-13
        )
    ours, theirs = (MBGNBD(prior=None).fit_rows(rows) for rows in (grouped, single))
    assert ours.log_likelihood_ == pytest.approx(theirs.log_likelihood_, abs=1e-8)


def test_the_coarse_grid_saves_the_way_and_changes_no_digit() -> None:
    truth = BGNBD(prior=None).fit(a_business(np.random.default_rng(4), 400)).with_params(np.array([0.25, 31, 0.8, 2.4]))
    ages = np.random.default_rng(4).uniform(100, 400, 9_000)
    rows = unique_rows(facts(*list(truth.simulate(9_000, ages, 5).facts().values())[1:]))
    assert len(rows) > 2 * len(rows.on_grid(4_000))
    assert rows.on_grid(4_000).weight.sum() == rows.people
    assert rows.on_grid(4_000).repeats == rows.repeats
    model = BGNBD(prior=None).fit_rows(rows)
    objective = Objective(BGLikelihood(rows, Family(1, False)), model.scales(rows), None)
    logs = np.log(model.vector() / model.scales(rows))
    slope, hessian = objective(logs)[1], curvature(objective, logs)
    assert slope @ np.linalg.solve(hessian, slope) < 1e-8  # nothing is left to gain on the exact rows
    exact = np.sqrt(np.diag(np.linalg.inv(hessian))) * model.vector()
    assert list(model.standard_errors_.values()) == pytest.approx(list(exact), rel=0.02)


def test_weeks_and_days_are_the_same_model() -> None:
    frame = a_business(np.random.default_rng(6), 200)
    days, weeks = MBGNBD(prior=None).fit(frame), MBGNBD(prior=None).fit(_in_weeks(frame))
    params, errors, log_likelihood = days.in_unit("weeks")
    assert params == pytest.approx(weeks.params_, rel=1e-4)
    assert log_likelihood == pytest.approx(weeks.log_likelihood_, abs=1e-6)
    assert errors["alpha"] == pytest.approx(weeks.standard_errors_["alpha"], rel=1e-3)
    with pytest.raises(ValueError, match="months"):
        days.in_unit("months")


def _in_weeks(frame):
    rows = rows_of(frame)
    return facts(rows.x, rows.t_x / 7, rows.T / 7)


def test_k_is_the_one_of_the_highest_exact_likelihood() -> None:
    true = MBGCNBD(3).fit(facts([1], [10], [20], [2.3])).with_params(np.array([2.0, 20.0, 0.5, 1.5]))
    frame = facts(*list(true.simulate(800, 300.0, 1).facts().values())[1:])
    chosen = MBGCNBD(prior=None).fit(frame)
    each = {k: MBGCNBD(k, prior=None).fit(frame).log_likelihood_ for k in range(1, 9)}
    assert chosen.k_ == max(each, key=lambda k: each[k]) == 3
    assert chosen.log_likelihood_ == pytest.approx(each[3], abs=1e-6)
    assert each[1] == pytest.approx(MBGNBD(prior=None).fit(frame).log_likelihood_, abs=1e-6)


def test_without_the_gaps_themselves_regularity_is_not_claimed() -> None:
    frame = a_business(np.random.default_rng(2), 60).drop("log_gaps_sum")
    assert MBGCNBD().fit(frame).k_ == 1
    with pytest.raises(ValueError, match="1 to 8"):
        MBGCNBD(9)


def test_who_never_came_back_is_a_customer_for_ever_only_under_bg() -> None:
    rows = UniqueRows(np.zeros(1), np.zeros(1), np.array([500.0]), np.zeros(1), np.ones(1))
    frame = a_business(np.random.default_rng(9), 150)
    assert BGNBD().fit(frame).alive(rows)[0] == 1
    assert MBGNBD().fit(frame).alive(rows)[0] < 0.9
