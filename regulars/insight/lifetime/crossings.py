"""Where a rising function of days crosses a level, for all rows at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regulars.insight.lifetime.rows import Array

_HALVINGS = 8
_SECANTS = 4
_SHORTEST, _LONGEST = 1e-3, 1e9  # days
_STEPS, _LEAP, _NEAR = 12, 3.0, 1e-5  # after a step that small the error is of its square


def waited_for(hazard: Callable[[Array], tuple[Array, Array]], wanted: float, start: Array) -> Array:
    """Find the days after which the hazard of a wait has added up to `wanted`.

    `hazard` gives, for days of each row, what has added up until then and how quickly it grows. Newton's steps on the
    logarithm of it over the logarithm of days, where a Weibull wait is a straight line and others nearly: four or five
    do. Rows that go astray are found by `crossing`.
    """
    first, last = np.log(_SHORTEST), np.log(_LONGEST)
    logs = np.log(np.clip(start, _SHORTEST, _LONGEST))
    off = np.full(len(logs), np.inf)
    for _ in range(_STEPS):
        days = np.exp(logs)
        added, grows = hazard(days)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = np.log(added / wanted) * added / (days * grows)
        ahead = np.clip(logs - np.clip(step, -_LEAP, _LEAP), first, last)
        off, logs = np.abs(ahead - logs), ahead
        if (off < _NEAR).all():
            break
    astray = np.flatnonzero(~(off < _NEAR))
    if len(astray):
        low, high = np.full(len(logs), first), np.full(len(logs), last)
        logs[astray] = crossing(lambda at: hazard(np.exp(at))[0] - wanted, low, high)[astray]
    waited: Array = np.exp(logs)
    return waited


def crossing(rising: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Find it between `low` and `high`: by halves until a tenth is left, then by secants that stay within.

    A smooth function is nearly straight over a tenth, so that four secants reach 1e-7 of the days. Where it does
    not cross, the nearer end is the answer.
    """
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_early = rising(middle) < 0
        low, high = np.where(is_early, middle, low), np.where(is_early, high, middle)
    before, at = low, high
    value_before, value = rising(before), rising(at)
    for _ in range(_SECANTS):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = value * (at - before) / (value - value_before)
        ahead = np.clip(at - np.where(np.isfinite(step), step, 0.0), low, high)
        before, value_before, at, value = at, value, ahead, rising(ahead)
    return at
