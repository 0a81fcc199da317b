"""Kaplan and Meier's curve, its median, and the log-rank test: waiting times of which some are not over yet."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from regulars.insight.cohorts.firsts import in_order
from regulars.insight.cohorts.shares import MINIMUM_PEOPLE, TOO_FEW
from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, need, opened, refuse_where
from regulars.insight.tables import Kind, fetched, table_like, with_labels

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

NOT_REACHED = "not reached yet"
_HALF = 0.5 + 1e-12  # a product of fractions may miss a half by its rounding


class Step(NamedTuple):
    """What happened at one waiting time, and the curve after it."""

    days: int
    at_risk: int
    happened: int
    stopped: int
    share: float
    error: float
    low: float | None
    high: float | None


class LogRank(NamedTuple):
    """The log-rank test: how unlikely such different curves are if the groups wait alike.

    Parameters
    ----------
    chi_squared, degrees : float, int
        The statistic and its degrees of freedom (groups less one).
    p_value : float
        Chance of curves at least so different, if the groups wait alike.
    n : int
        People in all groups.
    """

    chi_squared: float
    degrees: int
    p_value: float
    n: int


def kaplan_meier(times: IntoFrameT, *, by: str | None = None, confidence: float = 0.95) -> IntoFrameT:
    """Estimate the share still waiting after so many days, when some are not done waiting.

    Parameters
    ----------
    times : frame
        One row a person: ``days`` waited (whole number >= 0), ``happened`` (true when it then came, false when they
        were last seen waiting), as `times_to_second` and `times_until_quiet` give them.
    by : str, optional
        A column of groups (text or whole numbers), each with its own curve.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        For each group one row a distinct waiting time, and one at 0 days, sorted: ``group`` (text; missing without
        `by`), ``days``, ``n`` (people in the group), ``at_risk`` (still waiting just before), ``happened``,
        ``stopped`` (last seen then), ``share`` (still waiting after it), ``error`` (its standard error), ``low``,
        ``high`` (missing where the share is 0).

    Raises
    ------
    FrameError
        When a column is missing, empty or negative.

    Notes
    -----
    S(t) = product over times u <= t of (1 - d_u / n_u), Kaplan and Meier (1958), "Nonparametric estimation from
    incomplete observations", JASA 53, 457-481; who stops waiting at u counts as at risk at u. Error by Greenwood
    (1926): S^2 sum d / (n (n - d)). Intervals on the scale of log(-log S), which stay within 0 and 1:
    S^exp(-+ z s), s = sqrt(sum d / (n (n - d))) / |log S| (Kalbfleisch and Prentice 1980). Tested with the remission
    times of Freireich and others (1963). Computed from counts by waiting time; no row of a person leaves the engine.

    Examples
    --------
    >>> import polars as pl
    >>> times = pl.DataFrame({"days": [6, 6, 6, 6, 7, 9, 10], "happened": [True, True, True, False, True, False, True]})
    >>> kaplan_meier(times).select("days", "at_risk", "happened", "stopped").rows()[:3]
    [(0, 7, 0, 0), (6, 7, 3, 1), (7, 3, 1, 0)]
    >>> kaplan_meier(times)["share"].round(4).to_list()
    [1.0, 0.5714, 0.381, 0.381, 0.0]
    """
    frame, groups = _counted(times, by)
    curves = {group: _steps(counts, confidence) for group, counts in groups.items()}
    found = [(g, step) for g in in_order(list(groups)) for step in curves[g]]
    sizes = {group: curve[0].at_risk for group, curve in curves.items()}
    columns: dict[str, tuple[Kind, list[Any]]] = {
        "group": ("text", [_named(g, by) for g, _ in found]),
        "days": ("whole", [s.days for _, s in found]),
        "n": ("whole", [sizes[g] for g, _ in found]),
        "at_risk": ("whole", [s.at_risk for _, s in found]),
        "happened": ("whole", [s.happened for _, s in found]),
        "stopped": ("whole", [s.stopped for _, s in found]),
        "share": ("number", [s.share for _, s in found]),
        "error": ("number", [s.error for _, s in found]),
        "low": ("number", [s.low for _, s in found]),
        "high": ("number", [s.high for _, s in found]),
    }
    native: IntoFrameT = table_like(frame, dict(columns)).to_native()
    return native


def median_times(times: IntoFrameT, *, by: str | None = None, confidence: float = 0.95) -> IntoFrameT:
    """Say after how many days half of them are done waiting, counting those who still wait.

    Parameters
    ----------
    times, by, confidence
        See `kaplan_meier`.

    Returns
    -------
    frame
        One row a group: ``group``, ``n`` (people), ``happened``, ``median_days`` (first day on which at most half
        still wait), ``low``, ``high`` (missing where the bound's curve does not fall to a half), ``median_reason``:
        ``"not reached yet"`` or ``"too few people"`` (n < 5) where the median is missing.

    Notes
    -----
    The interval holds the days at which the interval of the curve contains a half (Brookmeyer and Crowley 1982,
    "A confidence interval for the median survival time", Biometrics 38, 29-41), on the scale of log(-log S).

    Examples
    --------
    >>> import polars as pl
    >>> times = pl.DataFrame({"days": [1, 2, 3, 4, 5, 6], "happened": [True] * 4 + [False] * 2})
    >>> median_times(times).row(0, named=True)["median_days"]
    3
    """
    frame, groups = _counted(times, by)
    order = in_order(list(groups))
    curves = {group: _steps(groups[group], confidence) for group in order}
    few = {group for group in order if curves[group][0].at_risk < MINIMUM_PEOPLE}
    medians = [None if g in few else _first([(s.days, s.share) for s in curves[g]]) for g in order]
    has = dict(zip(order, (m is not None for m in medians), strict=True))
    reasons = [None if has[g] else TOO_FEW if g in few else NOT_REACHED for g in order]
    lows = [None if g in few else _first([(s.days, s.low) for s in curves[g]]) for g in order]
    highs = [None if g in few else _first([(s.days, s.high) for s in curves[g]]) for g in order]
    columns: dict[str, tuple[Kind, list[Any]]] = {
        "group": ("text", [_named(g, by) for g in order]),
        "n": ("whole", [curves[g][0].at_risk for g in order]),
        "happened": ("whole", [sum(s.happened for s in curves[g]) for g in order]),
        "median_days": ("whole", medians),
        "low": ("whole", lows),
        "high": ("whole", highs),
        "median_reason": ("text", reasons),
    }
    native: IntoFrameT = table_like(frame, dict(columns)).to_native()
    return native


def log_rank(times: Any, by: str) -> LogRank | None:
    """Test whether groups wait alike.

    Parameters
    ----------
    times : frame
        See `kaplan_meier`.
    by : str
        The column of groups (text or whole numbers).

    Returns
    -------
    LogRank or None
        ``chi_squared`` on ``degrees`` of freedom, ``p_value``, ``n`` people; None with fewer than two groups of at
        least 5 people (smaller groups are left out), or where nothing ever happened to anybody at risk beside others.

    Notes
    -----
    Observed less expected events by group, weighed by the inverse of their hypergeometric covariance: Mantel (1966),
    "Evaluation of survival data and two new rank order statistics", Cancer Chemotherapy Reports 50, 163-170. It looks
    at the whole curves; where they cross it finds little. After looking at many groupings, some will differ by chance.

    Examples
    --------
    >>> import polars as pl
    >>> soon, late = [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]
    >>> times = pl.DataFrame({"days": soon + late, "happened": [True] * 12, "from": ["fair"] * 6 + ["web"] * 6})
    >>> found = log_rank(times, "from")
    >>> round(found.chi_squared, 2), found.degrees, found.p_value < 0.01
    (12.09, 1, True)
    """
    _, counted = _counted(times, by)
    groups = {group: counts for group, counts in counted.items() if _size(counts) >= MINIMUM_PEOPLE}
    if len(groups) < 2:
        return None
    import numpy as np
    from scipy.special import gammaincc

    order = in_order(list(groups))
    days = sorted({day for counts in groups.values() for day in counts})
    place = {day: number for number, day in enumerate(days)}
    done, stopped = np.zeros((len(order), len(days))), np.zeros((len(order), len(days)))
    for row, group in enumerate(order):
        for day, (happened, other) in groups[group].items():
            done[row, place[day]], stopped[row, place[day]] = happened, other
    left = done + stopped
    at_risk = left[:, ::-1].cumsum(axis=1)[:, ::-1]
    total, events = at_risk.sum(axis=0), done.sum(axis=0)
    share = at_risk / total
    excess = (done - events * share).sum(axis=1)[:-1]
    spread = events * np.divide(total - events, total - 1, out=np.zeros_like(total), where=total > 1)
    covariance = np.diag((spread * share).sum(axis=1)) - (spread * share) @ share.T
    covariance = covariance[:-1, :-1]
    rank = int(np.linalg.matrix_rank(covariance))
    if rank == 0:
        return None
    chi_squared = float(excess @ np.linalg.pinv(covariance, hermitian=True) @ excess)
    return LogRank(chi_squared, rank, float(gammaincc(rank / 2, chi_squared / 2)), int(left.sum()))


Counts = dict[int, tuple[int, int]]  # days -> (happened, stopped)


def _counted(times: Any, by: str | None) -> tuple[Frame, dict[Any, Counts]]:
    """Count people by group, days waited and whether it happened, in the engine."""
    frame = opened(times)
    schema = need(frame, "days", "happened", *([by] if by else []))
    if not schema["days"].is_integer():
        raise FrameError("days", f"holds {schema['days']}; give whole numbers")
    if by:
        frame = with_labels(frame, by)
    frame = frame.select("days", "happened", group_=nw.col(by) if by else nw.lit(""))
    counted = fetched(frame.group_by("group_", "days", "happened").agg(n=nw.len()))
    if any(days is None or happened is None or days < 0 for _, days, happened, _ in counted):
        faults = {(c, "is empty"): nw.col(c).is_null() for c in ("days", "happened")}
        faults["days", "is negative"] = (nw.col("days") < 0).fill_null(False)
        refuse_where(frame, faults, ("days",))
    groups: dict[Any, Counts] = defaultdict(dict)
    for group, days, happened, n in counted:
        one, other = groups[group].get(int(days), (0, 0))
        groups[group][int(days)] = (one + int(n), other) if happened else (one, other + int(n))
    return frame, groups


def _size(counts: Counts) -> int:
    return sum(happened + stopped for happened, stopped in counts.values())


def _named(group: Any, by: str | None) -> str | None:
    return None if by is None or group is None else str(group)


def _steps(counts: Counts, confidence: float) -> list[Step]:
    at_risk, share, hazard = _size(counts), 1.0, 0.0
    steps = [] if 0 in counts else [Step(0, at_risk, 0, 0, 1.0, 0.0, 1.0, 1.0)]
    for days in sorted(counts):
        happened, stopped = counts[days]
        share *= 1 - happened / at_risk
        hazard += happened / (at_risk * (at_risk - happened)) if happened < at_risk else 0.0
        error = share * math.sqrt(hazard)
        steps.append(Step(days, at_risk, happened, stopped, share, error, *_bounds(share, hazard, confidence)))
        at_risk -= happened + stopped
    return steps


def _bounds(share: float, hazard: float, confidence: float) -> tuple[float | None, float | None]:
    if share in (0.0, 1.0):
        return (None, None) if share == 0 else (1.0, 1.0)
    spread = math.exp(NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(hazard) / abs(math.log(share)))
    return share**spread, share ** (1 / spread)


def _first(curve: list[tuple[int, float | None]]) -> int | None:
    """Find the first day on which a falling curve is at most a half."""
    return next((days for days, share in curve if share is not None and share <= _HALF), None)
