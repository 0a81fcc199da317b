"""Invented businesses for the lifetime models: any size, any habit, most of them unlike the models' own world."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from regulars.insight.lifetime import LifetimeModel, UniqueRows

AS_OF = date(2026, 6, 30)


def facts(x: Any, t_x: Any, age: Any, log_gaps_sum: Any = None) -> pl.DataFrame:
    """Facts in the shape of `summary`; last_on only matters for its kind."""
    n = len(x)
    return pl.DataFrame(
        {
            "customer": range(n),
            "x": x,
            "t_x_days": t_x,
            "T_days": age,
            "log_gaps_sum": [0.0] * n if log_gaps_sum is None else log_gaps_sum,
            "last_on": [AS_OF] * n,
        },
        schema_overrides={"last_on": pl.Date, "x": pl.Int64},
    )


def a_business(dice: np.random.Generator, people: int) -> pl.DataFrame:
    """A business whose people differ in rate, regularity and leaving, seen in whole days."""
    oldest = int(dice.choice([20, 120, 400, 1200]))
    gap, spread, stages = np.exp(dice.uniform(1, 6)), np.exp(dice.normal(-0.3, 1)), int(dice.choice([1, 1, 2, 5]))
    rate = dice.gamma(spread, 1, people) / spread / gap * stages
    leaves = dice.beta(np.exp(dice.normal(-0.5, 1)), np.exp(dice.normal(0.3, 1)), people)
    age = dice.integers(0, oldest + 1, people)
    moments = 80
    with np.errstate(divide="ignore"):
        days = np.floor(np.cumsum(dice.gamma(stages, 1, (people, moments)) / rate[:, None], axis=1))
    is_there = np.cumprod(dice.random((people, moments)) >= leaves[:, None], axis=1).astype(bool)
    rows = []
    for person in range(people):
        seen = np.unique(np.concatenate([[0], days[person][is_there[person] & (days[person] <= age[person])]]))
        rows.append((len(seen) - 1, int(seen[-1]), int(age[person]), float(np.log(np.diff(seen)).sum())))
    return facts(*zip(*rows, strict=True))


def rows_of(frame: pl.DataFrame) -> UniqueRows:
    """One row for each person, in the frame's order, for comparing with one count each."""
    x, t_x, age, logs = (frame[c].to_numpy().astype(float) for c in ("x", "t_x_days", "T_days", "log_gaps_sum"))
    return UniqueRows(x, t_x, age, logs, np.ones(len(x)))


def with_truth(model: LifetimeModel, **params: float) -> LifetimeModel:
    """The model with parameters that are known, in days."""
    model.fit(facts([1], [10], [20], [2.3]))
    return model.with_params(np.array([params[name] for name in model.parameter_names]))
