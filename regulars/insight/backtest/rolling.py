"""Every candidate tried from several earlier days, each time knowing only what was known then."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from regulars.insight.backtest.alike import grouped
from regulars.insight.backtest.buying import BuyingDays, Ints, Known, buying_days
from regulars.insight.backtest.in_season import InSeason
from regulars.insight.backtest.measures import Measures, Predicted, measured, pooled
from regulars.insight.backtest.origins import SHORTEST_DAYS, Origin, origins
from regulars.insight.backtest.rules import Hiatus, SameRate
from regulars.insight.lifetime import BGNBD, MBGCNBD, MBGNBD, LifetimeModel, ParetoNBD
from regulars.insight.lifetime.rows import UniqueRows

FEWEST_PEOPLE = 30
FEWEST_DAYS_HELD_OUT = 20
RULES = ("same-rate", "hiatus")


@dataclass(frozen=True)
class Row:
    """How one candidate did over all origins: a line of the table; `measures` holds the rest of what was measured."""

    model: str
    mae: float
    rmse: float
    bias_rate: float | None
    coverage_95: float
    gini: float | None
    top_decile_rate: float | None
    measures: Measures


@dataclass(frozen=True)
class Trial:
    """One candidate from one origin: what it said of each person, what came, how far it was off; `place` tells who."""

    name: str
    origin: Origin
    place: Ints
    actual: Ints
    said: Predicted
    measures: Measures


@dataclass(frozen=True)
class Backtest:
    """What rolling origins showed.

    Parameters
    ----------
    rows : list of Row
        One a candidate, in the order of the candidates; empty when there was too little to compare.
    origins : list of Origin
        From which days, the latest first.
    reason : str
        Why there are no rows, in words; empty when there are.
    trials : dict of str to list of Trial
        By candidate, in the order of `origins`.
    """

    rows: list[Row]
    origins: list[Origin]
    reason: str = ""
    trials: dict[str, list[Trial]] = field(default_factory=dict, repr=False)

    def row(self, model: str) -> Row:
        """Find a candidate's line."""
        return next(row for row in self.rows if row.model == model)


def candidates(prior: Any = "default") -> list[LifetimeModel]:
    """List what competes: the models and the two rules, not fitted.

    Parameters
    ----------
    prior : Prior, None or "default"
        For every model; None is maximum likelihood.

    Examples
    --------
    >>> [candidate.name for candidate in candidates()]
    ['mbg-cnbd', 'mbg', 'bg', 'pareto', 'same-rate', 'hiatus']
    """
    return [MBGCNBD(prior=prior), MBGNBD(prior), BGNBD(prior), ParetoNBD(prior), SameRate(), Hiatus()]


def backtest(
    orders: Any, as_of: date, horizon_days: int = 365, *, models: Sequence[LifetimeModel] | None = None
) -> Backtest:
    """Try every candidate from several earlier days and compare what it said with what came.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`, or `BuyingDays`.
    as_of : date
        The last day that counts; nothing later is looked at.
    horizon_days : int, default 365
        For how long the forecast will be asked for now; it settles from which days it is tried (`origins`).
    models : sequence of LifetimeModel, optional
        What competes instead of `candidates()`.

    Returns
    -------
    Backtest
        With fewer than half a year, 30 people or 20 repeat days held out there are no rows, and `reason` says why.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame({"customer": ["Ann"], "day": [date(2026, 1, 5)], "amount": [20.0]})
    >>> backtest(orders, date(2026, 3, 1)).reason
    'Too few to compare: 55 days are known, and half a year is needed.'
    """
    days = orders if isinstance(orders, BuyingDays) else buying_days(orders, as_of)
    if days is None:
        return Backtest([], [], "Too few to compare: nobody has bought.")
    last = as_of.toordinal()
    chosen = origins(days.first, last, horizon_days)
    if not chosen:
        known = last - days.first
        are_known = "1 day is known" if known == 1 else f"{known} days are known"
        return Backtest([], [], f"Too few to compare: {are_known}, and half a year is needed.")
    known_then = [days.known(origin.day) for origin in chosen]
    held_out = [
        days.bought(origin.day, origin.day + origin.horizon_days)[then.place]
        for origin, then in zip(chosen, known_then, strict=True)
    ]
    if reason := _too_few(known_then, held_out):
        return Backtest([], [], reason)
    competing = list(models) if models is not None else candidates()
    trials: dict[str, list[Trial]] = {name_of(model): [] for model in competing}
    for origin, then, came in zip(chosen, known_then, held_out, strict=True):
        rows, at = grouped(then)
        for model in competing:
            fresh = model.on(origin.day) if isinstance(model, InSeason) else copy.deepcopy(model)
            trials[name_of(model)].append(tried(fresh, origin, (rows, at, then.place), came))
    return Backtest([line(name, found) for name, found in trials.items()], chosen, "", trials)


def name_of(model: LifetimeModel) -> str:
    """Say what a candidate's line is called."""
    return str(getattr(model, "called", model.name))


def _too_few(known: Sequence[Known], held_out: Sequence[Ints]) -> str:
    for then, came in zip(known, held_out, strict=True):
        if len(then) < FEWEST_PEOPLE or came.sum() < FEWEST_DAYS_HELD_OUT:
            people, times = len(then), int(came.sum())
            who, often = "person" if people == 1 else "people", "time" if times == 1 else "times"
            found = f"{people} {who} came back {times} {often} on the days held out"
            return f"Too few to compare: {found}; {FEWEST_PEOPLE} people and {FEWEST_DAYS_HELD_OUT} times are needed."
    return ""


def tried(model: LifetimeModel, origin: Origin, people: tuple[UniqueRows, Ints, Ints], actual: Ints) -> Trial:
    """Fit a model on what was known and compare; `people` are the rows, the row of each person, and who they are."""
    rows, at, place = people
    said = predicted(model.fit_rows(rows), rows, at, origin.horizon_days)
    return Trial(name_of(model), origin, place, actual, said, measured(actual, said))


def predicted(model: LifetimeModel, rows: UniqueRows, at: Ints, horizon_days: float) -> Predicted:
    """Say what a fitted model expects of each person; `at` gives the row of each."""
    ahead = model.forecast(rows, horizon_days)
    total = model.total_of_rows(rows, horizon_days)
    return Predicted(ahead.mean[at], ahead.low[at], ahead.high[at], total.low, total.high)


def line(name: str, trials: Sequence[Trial]) -> Row:
    """Put the trials of one candidate into one line."""
    found = pooled([trial.measures for trial in trials])
    of_line = (found.mae, found.rmse, found.bias_rate, found.coverage_95, found.gini, found.top_decile_rate)
    return Row(name, *of_line, measures=found)


__all__ = [
    "RULES",
    "SHORTEST_DAYS",
    "Backtest",
    "Row",
    "Trial",
    "backtest",
    "candidates",
    "line",
    "predicted",
]
