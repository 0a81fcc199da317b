"""How far a prediction was off: level, ranking, and whether its interval was honest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.insight.backtest.buying import Floats, Ints

DECILES = 10


@dataclass(frozen=True)
class Predicted:
    """What a candidate said of everybody at one origin: means, 95 % intervals, and the interval of the sum."""

    mean: Floats
    low: Floats
    high: Floats
    total_low: float | None = None
    total_high: float | None = None


@dataclass(frozen=True)
class Decile:
    """A tenth of the people by what was predicted for them, the least first: n, means predicted and found."""

    n: int
    predicted: float
    actual: float


@dataclass(frozen=True)
class Measures:
    """How one candidate did. Counts are buying days a person over the days held out.

    Parameters
    ----------
    mae, rmse : float
        Mean absolute and root mean squared error a person, in buying days.
    bias_rate : float or None
        Predicted over actual total, less 1; None when nobody bought.
    coverage_95 : float
        Share of people whose count lay within their 95 % interval.
    total_covered : bool or None
        Whether the actual total lay within its 95 % interval; None where the candidate gave none.
    gini : float or None
        Normalised Gini of the ranking: 1 is the perfect order, 0 is chance; None when nobody bought.
    top_decile_rate : float or None
        Share of the tenth that bought most who stood in the tenth that was predicted to; ties share.
    predicted_total, actual_total : float
        Buying days of everybody.
    n : int
        People.
    deciles : tuple of Decile
        Calibration: what was predicted and what came, by tenths of the prediction.
    """

    mae: float
    rmse: float
    bias_rate: float | None
    coverage_95: float
    total_covered: bool | None
    gini: float | None
    top_decile_rate: float | None
    predicted_total: float
    actual_total: float
    n: int
    deciles: tuple[Decile, ...] = ()


def measured(actual: Ints, said: Predicted) -> Measures:
    """Compare what came with what was said.

    Parameters
    ----------
    actual : array of int
        Buying days of each person over the days held out.
    said : Predicted
        What a candidate said of the same people in the same order.

    Returns
    -------
    Measures

    Examples
    --------
    >>> actual = np.array([0, 0, 1, 3])
    >>> said = Predicted(np.array([0.0, 0.5, 1.0, 2.5]), np.zeros(4), np.array([1.0, 2.0, 3.0, 2.0]), 2.0, 7.0)
    >>> found = measured(actual, said)
    >>> found.mae, round(found.rmse, 3), found.bias_rate, found.coverage_95, found.total_covered, found.gini
    (0.25, 0.354, 0.0, 0.75, True, 1.0)
    """
    error = said.mean - actual
    total, told = float(actual.sum()), float(said.mean.sum())
    covered = (actual >= said.low) & (actual <= said.high)
    of_total = None
    if said.total_low is not None and said.total_high is not None:
        of_total = said.total_low <= total <= said.total_high
    return Measures(
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        bias_rate=told / total - 1 if total else None,
        coverage_95=float(covered.mean()),
        total_covered=of_total,
        gini=normalised_gini(actual, said.mean),
        top_decile_rate=top_decile(actual, said.mean),
        predicted_total=told,
        actual_total=total,
        n=len(actual),
        deciles=by_decile(actual, said.mean),
    )


def normalised_gini(actual: Ints, predicted: Floats) -> float | None:
    """Give the Gini of a ranking over that of the perfect one; people with the same prediction share their places.

    Parameters
    ----------
    actual : array of int
        What came.
    predicted : array of float
        What people are ranked by.

    Returns
    -------
    float or None
        1 for the perfect order, about 0 for chance; None when nothing came or everybody bought the same.

    Examples
    --------
    >>> normalised_gini(np.array([0, 1, 5]), np.array([0.1, 0.2, 0.3]))
    1.0
    >>> normalised_gini(np.array([0, 1, 5]), np.array([0.2, 0.2, 0.2]))
    0.0
    """
    best = _gini(actual, actual.astype(np.float64))
    return None if not best else _gini(actual, predicted) / best + 0.0


def _gini(actual: Ints, ranked_by: Floats) -> float:
    """Twice the area between the curve of shares and the diagonal, the least first."""
    total = float(actual.sum())
    if not total:
        return 0.0
    _values, group, sizes = np.unique(ranked_by, return_inverse=True, return_counts=True)
    sums = np.bincount(group, weights=actual)
    people = np.concatenate([[0.0], np.cumsum(sizes) / len(actual)])
    bought = np.concatenate([[0.0], np.cumsum(sums) / total])
    return float(1 - np.sum(np.diff(people) * (bought[1:] + bought[:-1])))


def top_decile(actual: Ints, predicted: Floats) -> float | None:
    """Give the share of the tenth that bought most who stood in the tenth that was predicted to buy most.

    Parameters
    ----------
    actual : array of int
        What came.
    predicted : array of float
        What people are ranked by; ties share a place in the tenth.

    Returns
    -------
    float or None
        0 to 1; None when nothing came.

    Examples
    --------
    >>> top_decile(np.array([0] * 18 + [4, 9]), np.array([0.1] * 18 + [2.0, 3.0]))
    1.0
    """
    if not actual.sum():
        return None
    places = max(1, round(len(actual) / DECILES))
    ours, theirs = _in_the_top(predicted, places), _in_the_top(actual.astype(np.float64), places)
    return float((ours * theirs).sum() / places)


def _in_the_top(values: Floats, places: int) -> Floats:
    """How much of each person stands among so many top places: 1, 0, or the share that a tie leaves."""
    edge = float(np.partition(values, len(values) - places)[len(values) - places])
    above, tied = values > edge, values == edge
    share: Floats = above.astype(np.float64) + tied * ((places - above.sum()) / tied.sum())
    return share


def by_decile(actual: Ints, predicted: Floats) -> tuple[Decile, ...]:
    """Split people into tenths by what was predicted for them and give both means of each, the least first."""
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, DECILES) if len(part)]
    return tuple(Decile(len(p), float(predicted[p].mean()), float(actual[p].mean())) for p in parts)


def pooled(several: list[Measures]) -> Measures:
    """Put the measures of several origins together: errors by the people they rest on, totals added up.

    ``deciles`` are put together tenth by tenth, ``total_covered`` is true only where every total was.

    Examples
    --------
    >>> one = measured(np.array([0, 2]), Predicted(np.array([0.0, 1.0]), np.zeros(2), np.full(2, 3.0)))
    >>> both = pooled([one, one])
    >>> both.n, both.mae == one.mae, both.bias_rate == one.bias_rate, both.actual_total
    (4, True, True, 4.0)
    """
    people = np.array([one.n for one in several], dtype=np.float64)
    told, came = (sum(getattr(one, name) for one in several) for name in ("predicted_total", "actual_total"))

    def mean(values: list[Any]) -> float | None:
        known: NDArray[np.bool_] = np.array([value is not None for value in values])
        if not known.any():
            return None
        return float(np.average([value for value in values if value is not None], weights=people[known]))

    totals = [one.total_covered for one in several if one.total_covered is not None]
    return replace(
        several[0],
        mae=mean([one.mae for one in several]) or 0.0,
        rmse=(mean([one.rmse**2 for one in several]) or 0.0) ** 0.5,
        bias_rate=told / came - 1 if came else None,
        coverage_95=mean([one.coverage_95 for one in several]) or 0.0,
        total_covered=all(totals) if totals else None,
        gini=mean([one.gini for one in several]),
        top_decile_rate=mean([one.top_decile_rate for one in several]),
        predicted_total=told,
        actual_total=came,
        n=int(people.sum()),
        deciles=_pooled_tenths([one.deciles for one in several]),
    )


def _pooled_tenths(several: list[tuple[Decile, ...]]) -> tuple[Decile, ...]:
    pooled_tenths = []
    for tenths in zip(*several, strict=False):
        n = sum(tenth.n for tenth in tenths)
        said, came = (sum(t.n * value for t, value in zip(tenths, values, strict=True)) / n
                      for values in ([t.predicted for t in tenths], [t.actual for t in tenths]))  # fmt: skip
        pooled_tenths.append(Decile(n, said, came))
    return tuple(pooled_tenths)
