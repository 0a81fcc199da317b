"""Where a rising function of the logarithm of days crosses zero, for all rows at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regulars.insight.lifetime.rows import Array

_HALVINGS = 8
_SECANTS = 4


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
