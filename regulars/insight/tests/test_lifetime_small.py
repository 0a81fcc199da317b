"""Small, odd and broken data: never an exception for want of data, never a silent NaN, a sentence where it is broken."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from regulars.insight.errors import FrameError
from regulars.insight.lifetime import BGNBD, MBGCNBD, MBGNBD, LifetimeModel, ParetoNBD, Prior
from regulars.insight.tests.businesses import AS_OF, a_business, facts, with_truth

ODD = {
    "nobody": facts([], [], []),
    "one customer": facts([3], [30], [31], [6.9]),
    "one customer who bought today": facts([0], [0], [0]),
    "everybody bought today for the first time": facts([0] * 30, [0] * 30, [0] * 30),
    "nobody came back": facts([0] * 40, [0] * 40, list(range(40))),
    "everybody is alike": facts([5] * 40, [50] * 40, [50] * 40, [11.5] * 40),
    "one has 20,000 buying days": facts(
        [20_000, *[0] * 30], [20_100, *[0] * 30], [20_105, *range(30)], [99.0, *[0.0] * 30]
    ),
}
MODELS: list[Any] = [BGNBD, MBGNBD, MBGCNBD, ParetoNBD]


def checked(model: LifetimeModel, frame: pl.DataFrame) -> LifetimeModel:
    """Fit and ask everything; whatever comes must be a number within its bounds."""
    model.fit(frame)
    scored = model.next_purchase(model.score(frame, 365), AS_OF)
    for column in ("p_alive", "p_ever_again"):
        assert scored[column].is_between(0, 1).all()
    counts = [scored[c].to_numpy() for c in ("expected_purchases_low", "expected_purchases", "expected_purchases_high")]
    assert all(np.isfinite(values).all() and (values >= 0).all() for values in counts)
    assert (counts[0] <= counts[2]).all()
    total = model.expected_total(frame, 365)
    assert 0 <= total.low <= total.high < np.inf
    assert np.isfinite(total.value)
    assert all(np.isfinite(v) and v > 0 for v in model.params_.values())
    assert all(v is None or np.isfinite(v) for v in model.standard_errors_.values())
    assert np.isfinite(model.log_likelihood_)
    return model


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("prior", ["default", None])
def test_odd_data_get_an_answer(name: str, kind: Any, prior: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = checked(kind(prior=prior), ODD[name])
    assert any("no churn visible in these data" in str(w) for w in model.warnings_) or len(ODD[name]) > 1


def test_random_businesses_never_fail() -> None:
    """Fifteen here; bench/lifetimes.py tries a thousand."""
    dice = np.random.default_rng(42)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for turn in range(15):
            frame = a_business(dice, int(dice.integers(20, 200)))
            for model in (MODELS[turn % 4](), MODELS[turn % 4](prior=None)):
                assert checked(model, frame).n_ == len(frame)


def test_few_customers_are_told_apart_from_many() -> None:
    assert any("Fewer than 30" in str(w) for w in MBGNBD().fit(ODD["one customer"]).warnings_)
    many = MBGNBD().fit(a_business(np.random.default_rng(5), 300))
    assert not any("Fewer than 30" in str(w) for w in many.warnings_)


def test_the_prior_fades_as_customers_arrive() -> None:
    truth = MBGNBD().fit(ODD["one customer"]).with_params(np.array([0.5, 43.0, 0.9, 1.6]))
    far = Prior((5.0, 2.0, 0.1, 6.0), MBGNBD.default_prior.spreads)
    apart = []
    for people in (50, 500, 20_000):
        frame = facts(*list(truth.simulate(people, 300.0, 2).facts().values())[1:])
        logs = [np.log(MBGNBD(prior=prior).fit(frame).vector()) for prior in ("default", far)]
        apart.append(float(np.abs(logs[0] - logs[1]).max()))
    assert apart[0] > apart[1] > apart[2]
    assert apart[2] < 0.2


def test_the_prior_is_normal_near_the_centre_and_its_pull_stops_growing_far_out() -> None:
    prior, logs = MBGNBD.default_prior, np.log(MBGNBD.default_prior.centres)
    one, spread = np.array([0, 0, 1.0, 0]), prior.spreads[2]
    for z in (-9.0, -2.0, 0.1, 1.0, 6.0):
        ahead, behind = (prior.at(logs + one * (z + step) * spread)[0] for step in (1e-5, -1e-5))
        assert prior.at(logs + one * z * spread)[1][2] == pytest.approx((ahead - behind) / (2e-5 * spread), rel=1e-6)
    assert prior.at(logs + one * 0.01 * spread)[0] == pytest.approx(-0.5 * 0.01**2, rel=1e-4)
    pulls = [-prior.at(logs + one * z * spread)[1][2] for z in (2, 5, 20)]
    assert pulls[0] > pulls[1] > pulls[2] > 0


def test_a_business_whose_people_hardly_ever_leave_is_believed() -> None:
    """With the tails of a normal, 4.5 % too few were expected of such people."""
    truth, off = with_truth(MBGNBD(), r=1.0, alpha=60.0, a=0.05, b=2.0), []
    for seed in range(16):
        ages = np.random.default_rng(seed).uniform(60, 400, 500)
        frame = facts(*list(truth.simulate(500, ages, seed).facts(ages).values())[1:])
        expected = MBGNBD().fit(frame).expected_total(frame, 182).value
        off.append(np.log(expected / truth.expected_total(frame, 182).value))
    assert abs(float(np.mean(off))) < 0.03


def test_a_model_can_be_stored_and_taken_up_again() -> None:
    frame = a_business(np.random.default_rng(7), 80)
    for kind in MODELS:
        model = kind().fit(frame)
        again = LifetimeModel.from_dict(json.loads(json.dumps(model.to_dict())))
        assert isinstance(again, kind)
        assert again.to_dict() == model.to_dict()
        assert again.score(frame, 90).equals(model.score(frame, 90))
        assert again.expected_total(frame, 90) == model.expected_total(frame, 90)
    with pytest.raises(ValueError, match="no model known here"):
        LifetimeModel.from_dict({"model": "oracle"})
    with pytest.raises(ValueError, match="not fitted yet"):
        BGNBD().p_alive(frame)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("x", -1, "is not a count"),
        ("x", 1.5, "is not a count"),
        ("x", None, "is empty or not a number"),
        ("t_x_days", 90, "not a number of days within T_days"),
        ("t_x_days", -1, "not a number of days within T_days"),
        ("T_days", -2, "is negative"),
        ("T_days", None, "is empty or not a number"),
    ],
)
@pytest.mark.parametrize("is_lazy", [False, True])
def test_a_fault_is_named_by_its_column_and_row(column: str, value: Any, words: str, is_lazy: bool) -> None:
    rows: dict[str, list[Any]] = {"x": [0, 1, 2], "t_x_days": [0, 9, 9], "T_days": [30, 30, 30]}
    rows[column][1] = value
    frame = pl.DataFrame(rows, strict=False)
    with pytest.raises(FrameError) as found:
        MBGNBD().fit(frame.lazy() if is_lazy else frame)
    assert found.value.column in {column, "t_x_days"}
    assert words in str(found.value) or column == "T_days"
    assert ("the row with" if is_lazy else "row 2") in str(found.value)


def test_the_row_of_a_missing_value_in_pandas_is_named() -> None:
    frame = pd.DataFrame({"x": pd.array([0, None], "Int64"), "t_x_days": [0, 0], "T_days": [3, 3]})
    with pytest.raises(FrameError, match=r'"x", row 2: is empty or not a number'):
        BGNBD().fit(frame)
    with pytest.raises(FrameError, match=r'"T_days", row 1: is empty or not a number'):
        BGNBD().fit(frame.assign(x=0, T_days=pd.Timestamp("2026-01-01")))


def test_a_column_of_text_or_none_at_all_is_a_sentence() -> None:
    with pytest.raises(FrameError, match=r'"x".*is empty or not a number'):
        BGNBD().fit(pl.DataFrame({"x": ["a"], "t_x_days": [0], "T_days": [3]}))
    with pytest.raises(FrameError, match='"T_days"'):
        BGNBD().fit(pl.DataFrame({"x": [1], "t_x_days": [0]}))
