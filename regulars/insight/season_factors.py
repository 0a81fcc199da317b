"""How much each month and each weekday counts, from repeat buying days of every calendar day: shrunk towards 1."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from regulars.insight.arrays import Floats

_STEPS = 60
_LEAST_SPREAD = 1e-8
_YEAR = 365.25
_Z = 1.959964


def day_paces(months: Sequence[float], weekdays: Sequence[float], ordinals: Any) -> Floats:
    """Give how much each of these days counts: the factor of its month times that of its weekday."""
    month, weekday = _parts(np.asarray(ordinals))
    return np.asarray(np.array(months)[month] * np.array(weekdays)[weekday])


def month_and_weekday_factors(days: Any, repeats: Floats, firsts: Floats) -> tuple[list[Any], list[Any]]:
    before = np.concatenate([[0.0], np.cumsum(firsts)[:-1]])
    seen = before > 0
    days, repeats, offset = days[seen], repeats[seen], np.log(before[seen])
    months, weekdays = _parts(days)
    time = (days - days.mean()) / _YEAR
    design = np.column_stack([np.ones(len(days)), time, time**2, np.eye(12)[months], np.eye(7)[weekdays]])
    effects, spread = _shrunk(design, repeats, offset)
    lengths = np.array([calendar.monthrange(2025, month)[1] + (0.25 if month == 2 else 0) for month in range(1, 13)])
    counts = [np.bincount(place, repeats, size).astype(float) for place, size in ((months, 12), (weekdays, 7))]
    return (
        _rows(effects[3:15], spread[3:15], lengths, counts[0]),
        _rows(effects[15:], spread[15:], np.ones(7), counts[1]),
    )


def _parts(ordinals: Any) -> tuple[Any, Any]:
    """Months and weekdays, both from 0."""
    days = (np.asarray(ordinals, dtype="int64") - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype("int64") % 12, (np.asarray(ordinals, dtype="int64") - 1) % 7


def _rows(effects: Floats, spread: Floats, lengths: Floats, counts: Floats) -> list[tuple[float, float, float, int]]:
    level = np.log(np.average(np.exp(effects), weights=lengths))
    centre, half = effects - level, _Z * spread
    low, high = np.exp(centre - half), np.exp(centre + half)
    rows = zip(np.exp(centre), low, high, counts, strict=True)
    return [(float(f), float(a), float(b), int(n)) for f, a, b, n in rows]


def _shrunk(design: Floats, counts: Floats, offset: Floats) -> tuple[Floats, Floats]:
    """Fit by penalised reweighted least squares; learn how far effects spread on the way."""
    effects = np.zeros(design.shape[1])
    effects[0] = np.log(max(counts.sum(), 1.0) / np.exp(offset).sum())
    spreads, dispersion, size = np.array([0.25, 0.25]), 1.0, len(counts)
    groups = (slice(3, 15), slice(15, 22))
    covariance: Floats = np.eye(len(effects))
    for _ in range(_STEPS):
        mean = np.exp(np.clip(offset + design @ effects, -30, 30))
        penalty = np.full(len(effects), 1e-9)
        for spread, group in zip(spreads, groups, strict=True):
            penalty[group] = dispersion / spread
        inverse = np.linalg.inv(design.T @ (design * mean[:, None]) + np.diag(penalty))
        step = inverse @ (design.T @ (counts - mean) - penalty * effects)
        effects = effects + np.clip(step, -1.0, 1.0)
        mean = np.exp(np.clip(offset + design @ effects, -30, 30))
        dispersion = max(1.0, float(((counts - mean) ** 2 / mean).sum() / (size - 15)))
        covariance = np.asarray(dispersion * inverse, dtype=float)
        found = [float(np.mean(effects[g] ** 2 + np.diag(covariance)[g])) for g in groups]
        spreads = np.maximum(found, _LEAST_SPREAD)
    centred = np.array(_centring(len(effects), groups))
    return effects, np.sqrt(np.maximum(np.diag(centred @ covariance @ centred.T), 0.0))


def _centring(size: int, groups: tuple[slice, ...]) -> Floats:
    """Effects are only known against the mean of their own kind: its uncertainty is the level's, not theirs."""
    matrix: Floats = np.eye(size)
    for group in groups:
        n = group.stop - group.start
        matrix[group, group] -= 1 / n
    return matrix
