"""People invented by a model whose truth is known: to test a forecast, or to see what a model believes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.lifetime.likelihood import Family
from regulars.insight.lifetime.rows import Array


@dataclass(frozen=True)
class Simulated:
    """Invented buying moments, in days since each person's first.

    Parameters
    ----------
    T_days : array of shape (people,), days
        How long each person is watched.
    customer : array of shape (moments,)
        Whose moment it is, 0 to people - 1; the first buying day of each is not among the moments.
    at_days : array of shape (moments,), days
        When; sorted within a customer, not rounded to whole days.
    """

    T_days: Array
    customer: Array
    at_days: Array

    def facts(self, until_days: Array | float | None = None) -> dict[str, Array]:
        """Sum them up as `regulars.insight.summary` would, by the age of `until_days` (all that is watched without).

        Returns
        -------
        dict of str to array of shape (people,)
            ``customer``, ``x``, ``t_x_days``, ``T_days`` and ``log_gaps_sum``: fit for any kind of data frame.
        """
        people = len(self.T_days)
        until = self.T_days if until_days is None else np.broadcast_to(np.asarray(until_days, dtype=float), people)
        is_seen = self.at_days <= until[self.customer]
        customer, at = self.customer[is_seen], self.at_days[is_seen]
        last = np.zeros(people)
        last[customer] = at
        before = np.concatenate([[0.0], at[:-1]])
        before[np.concatenate([[True], customer[1:] != customer[:-1]])[: len(at)]] = 0.0
        logs = np.log(at - before[: len(at)])
        return {
            "customer": np.arange(people),
            "x": np.bincount(customer, minlength=people),
            "t_x_days": last,
            "T_days": until.astype(float),
            "log_gaps_sum": np.bincount(customer, logs, people),
        }

    def counts(self, after_days: Array | float, until_days: Array | float) -> Array:
        """Count each person's buying moments after one age and until another."""
        people = len(self.T_days)
        after, until = (np.broadcast_to(np.asarray(v, dtype=float), people) for v in (after_days, until_days))
        is_within = (self.at_days > after[self.customer]) & (self.at_days <= until[self.customer])
        return np.bincount(self.customer[is_within], minlength=people)


def simulated(params: Array, family: Family, T_days: Array, seed: int) -> Simulated:  # noqa: N803 (the field's name)
    """Let people buy and leave as the BG family says."""
    dice = np.random.default_rng(seed)
    r, alpha, a, b = (float(value) for value in params)
    people = len(T_days)
    rate, leaves = dice.gamma(r, 1 / alpha, people), dice.beta(a, b, people)
    here = np.arange(people)
    if family.is_modified:
        here = here[dice.random(people) >= leaves]
    at, found = np.zeros(people), []
    with np.errstate(divide="ignore"):
        while len(here):
            at[here] += dice.gamma(family.k, 1.0, len(here)) / rate[here]
            here = here[at[here] <= T_days[here]]
            found.append((here, at[here]))
            here = here[dice.random(len(here)) >= leaves[here]]
    return _sorted(T_days, found)


def simulated_leaving_any_time(params: Array, T_days: Array, seed: int) -> Simulated:  # noqa: N803
    """Let people buy and leave as Pareto/NBD says."""
    dice = np.random.default_rng(seed)
    r, alpha, s, beta = (float(value) for value in params)
    people = len(T_days)
    with np.errstate(divide="ignore"):
        rate, until = dice.gamma(r, 1 / alpha, people), dice.exponential(1 / dice.gamma(s, 1 / beta, people))
        until = np.minimum(until, T_days)
        here, at, found = np.arange(people), np.zeros(people), []
        while len(here):
            at[here] += dice.exponential(1 / rate[here])
            here = here[at[here] <= until[here]]
            found.append((here, at[here]))
    return _sorted(T_days, found)


def _sorted(ages: Array, found: list[tuple[Array, Array]]) -> Simulated:
    customer = np.concatenate([who for who, _ in found]) if found else np.zeros(0, dtype=np.int64)
    moments = np.concatenate([when for _, when in found]) if found else np.zeros(0)
    order = np.lexsort((moments, customer))
    return Simulated(ages, customer[order], moments[order])
