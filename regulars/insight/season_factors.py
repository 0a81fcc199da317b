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
_LEAST_EXPECTED = 1e-6
_YEAR = 365.25
_Z = 1.959964


def day_paces(months: Sequence[float], weekdays: Sequence[float], ordinals: Any) -> Floats:
    """Give how much each of these days counts: the factor of its month times that of its weekday."""
    month, weekday = _parts(np.asarray(ordinals))
    return np.asarray(np.array(months)[month] * np.array(weekdays)[weekday])


def month_and_weekday_factors(days: Any, repeats: Floats, firsts: Floats) -> tuple[list[Any], list[Any]]:
    """Give a row (factor, low, high, n) for each month and each weekday; growth is a quadratic trend apart."""
    before = np.concatenate([[0.0], np.cumsum(firsts)[:-1]])
    seen = before > 0
    days, repeats, offset = days[seen], repeats[seen], np.log(before[seen])
    time = (days - days.mean()) / _YEAR
    return _factors(days, repeats, offset, np.column_stack([np.ones(len(days)), time, time**2]))


def month_factors_of_ages(days: Any, repeats: Floats, firsts: Floats, ages: Any) -> list[Any]:
    """Give a row for each month against what the ages of the people (days since their first) let expect; nothing is put
    down to growth, so that it shows how unlike the months were for whatever reason."""
    expected = _expected_of_ages(firsts, ages)
    seen = expected > _LEAST_EXPECTED * max(float(expected.max(initial=0.0)), _LEAST_EXPECTED)
    days, repeats, expected = days[seen], repeats[seen], expected[seen]
    return _factors(days, repeats, np.log(expected), np.ones((len(days), 1)))[0]


def _expected_of_ages(firsts: Floats, ages: Any) -> Floats:
    """How many repeat days each calendar day would see, did only the ages of the people matter."""
    size = len(firsts)
    came = np.bincount(ages, minlength=size)[:size].astype(float)
    there = np.cumsum(firsts)[::-1].astype(float)
    edges = np.unique(np.concatenate([[0, 1], np.round(7 * 1.15 ** np.arange(60)).astype(int)]))
    band = np.searchsorted(edges[edges < size], np.arange(size), side="right")
    rate = (np.bincount(band, came) / np.maximum(np.bincount(band, there), 1e-9))[band]
    rate[:1] = 0.0
    return np.asarray(np.convolve(firsts, rate)[:size], dtype=float)


def _factors(days: Any, repeats: Floats, offset: Floats, lead: Floats) -> tuple[list[Any], list[Any]]:
    months, weekdays = _parts(days)
    design = np.column_stack([lead, np.eye(12)[months], np.eye(7)[weekdays]])
    effects, spread = _shrunk(design, repeats, offset, lead.shape[1])
    lengths = np.array([calendar.monthrange(2025, month)[1] + (0.25 if month == 2 else 0) for month in range(1, 13)])
    counts = [np.bincount(place, repeats, size).astype(float) for place, size in ((months, 12), (weekdays, 7))]
    start, middle = lead.shape[1], lead.shape[1] + 12
    return (
        _rows(effects[start:middle], spread[start:middle], lengths, counts[0]),
        _rows(effects[middle:], spread[middle:], np.ones(7), counts[1]),
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


def _shrunk(design: Floats, counts: Floats, offset: Floats, lead: int) -> tuple[Floats, Floats]:
    """Fit by penalised reweighted least squares; learn how far effects spread on the way."""
    effects = np.zeros(design.shape[1])
    effects[0] = np.log(max(counts.sum(), 1.0) / np.exp(offset).sum())
    spreads, dispersion, size = np.array([0.25, 0.25]), 1.0, len(counts)
    groups = (slice(lead, lead + 12), slice(lead + 12, lead + 19))
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
        dispersion = max(1.0, float(((counts - mean) ** 2 / mean).sum() / max(size - 12 - lead, 1)))
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
