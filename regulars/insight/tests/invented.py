"""Businesses whose truth is known: MBG/NBD or Pareto/NBD visits, Gamma-Gamma amounts, and the year that follows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from regulars.insight.lifetime import MBGNBD, LifetimeModel, ParetoNBD

MBG = np.array([0.8, 40.0, 0.6, 1.5])
PARETO = np.array([0.8, 40.0, 0.6, 150.0])
YEAR_DAYS = 365


class Invented(NamedTuple):
    """What is known today, and on which later day (counted from today) what is paid by whom."""

    facts: pa.Table
    days: Any
    amounts: Any
    customer: Any


def truth(kind: type[LifetimeModel] = MBGNBD) -> LifetimeModel:
    """A model with parameters that were chosen, not learned."""
    some = pl.DataFrame({"x": [0, 2], "t_x_days": [0.0, 30.0], "T_days": [90.0, 90.0]})
    return kind().fit(some).with_params(PARETO if kind is ParetoNBD else MBG)


def invented(
    n: int,
    seed: int,
    kind: type[LifetimeModel] = MBGNBD,
    ages_days: tuple[int, int] = (30, 700),
    spend: tuple[float, float, float] = (4.0, 3.0, 60.0),
) -> Invented:
    """Invent n people who first came some time ago, and their next year."""
    dice = np.random.default_rng(seed)
    p, q, v = spend
    ages = dice.integers(*ages_days, n).astype(float)
    people = truth(kind).simulate(n, ages + YEAR_DAYS, seed)
    amounts = dice.gamma(p, 1, len(people.customer)) / dice.gamma(q, 1 / v, n)[people.customer]
    is_past = people.at_days <= ages[people.customer]
    seen = people.facts(ages)
    paid = np.bincount(people.customer[is_past], amounts[is_past], n)
    means = pa.array(np.divide(paid, seen["x"], out=np.zeros(n), where=seen["x"] > 0), mask=seen["x"] == 0)
    later = people.at_days[~is_past] - ages[people.customer[~is_past]]
    return Invented(pa.table(seen | {"spend_mean": means}), later, amounts[~is_past], people.customer[~is_past])
