"""How long until the next buying day, of a person still a customer."""

from __future__ import annotations

import numpy as np

from regulars.insight.lifetime.crossings import waited_for
from regulars.insight.lifetime.likelihood import stage_weights
from regulars.insight.lifetime.rows import Array, UniqueRows


def waiting_days(rows: UniqueRows, r: float, alpha: float, k: int, p: float) -> Array:
    """Find the quantile of the days until the next buying day.

    Parameters
    ----------
    rows : UniqueRows
        The histories.
    r, alpha : float
        The gamma of the rates, in days; of stages for k > 1.
    k : int
        Stages of a gap.
    p : float
        Probability.

    Returns
    -------
    array of shape (rows,), days
        w with P(wait <= w | still a customer) = p.

    Notes
    -----
    With s = r + k x, silence c = T - t_x and A(c, u) = sum_{j<k} (s)_j / j! (c / u)^j,
    ``P(wait > w) = A(c + w, alpha + T + w) (alpha + T + w)^-s / (A(c, alpha + T) (alpha + T)^-s)``. For k = 1 this is
    Lomax and inverts by hand, else by Newton's steps (`waited_for`).
    """
    s, since = r + k * rows.x, alpha + rows.T
    with np.errstate(over="ignore"):
        if k == 1:
            lomax: Array = since * np.expm1(-np.log1p(-p) / s)
            return np.minimum(lomax, 1e9)
    terms, _ = stage_weights(s, k)
    silent = rows.T - rows.t_x

    def log_tail(wait: Array | float) -> tuple[Array, Array]:
        """Give ln P(wait > w) up to a constant, and how quickly it falls."""
        since_then = since + wait
        q, total, slope = (silent + wait) / since_then, np.zeros(len(rows)), np.zeros(len(rows))
        for term in reversed(terms):
            slope = slope * q + total
            total = total * q + term
        tail = np.log(total) - s * np.log(since_then)
        return tail, (s - slope / total * (1 - q)) / since_then

    at_once, wanted = log_tail(0.0)[0], float(-np.log1p(-p))

    def hazard(wait: Array) -> tuple[Array, Array]:
        tail, falls = log_tail(wait)
        return at_once - tail, falls

    with np.errstate(over="ignore"):  # who hardly ever buys: later than anybody looks
        start = since * np.expm1(wanted / s) * k ** (1 - p)
    return waited_for(hazard, wanted, start)
