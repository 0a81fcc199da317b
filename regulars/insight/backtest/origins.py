"""The days from which a forecast is tried, and for how long."""

from __future__ import annotations

from typing import NamedTuple

SHORTEST_DAYS = 182
KNOWN_AT_LEAST = 1 / 3
MOST = 4


class Origin(NamedTuple):
    """A day to forecast from, seeing nothing later, and for how many days.

    `is_alike` when the horizon stands to what is known then as the one asked for stands to what is known now.
    """

    day: int
    horizon_days: int
    is_alike: bool


def origins(first: int, last: int, horizon_days: int) -> list[Origin]:
    """Choose the days from which a forecast is tried.

    Parameters
    ----------
    first, last : int
        Ordinals of the first buying day and of the last day that is known.
    horizon_days : int
        The horizon that is asked for now.

    Returns
    -------
    list of Origin
        The latest first; empty when less than half a year is known.

    Notes
    -----
    A model errs differently for a month and for as long as it has seen, so its level is judged from days of like
    proportion: with L days known and H asked for, from day L / (1 + H/L) on, for the rest. Before it stand as many
    more, up to four in all, as leave a third of the time and half a year known. Where the horizon is long (with 39
    weeks known and 39 asked for that day is the middle), the last third is held out as well.

    Examples
    --------
    >>> origins(0, 364, 364)
    [Origin(day=243, horizon_days=121, is_alike=False), Origin(day=182, horizon_days=182, is_alike=True)]
    >>> origins(0, 1095, 365)
    [Origin(day=821, horizon_days=274, is_alike=True), Origin(day=547, horizon_days=274, is_alike=True)]
    >>> origins(0, 90, 30)
    []
    """
    known = last - first
    if known < SHORTEST_DAYS:
        return []
    alike = round(known / (1 + min(horizon_days / known, 1.0)))
    length = known - alike
    found = [Origin(first + alike, length, True)]
    third = round(known * 2 / 3)
    if alike < third - known / 50:
        found.append(Origin(first + third, known - third, False))
    step = max(length, round(known / 3 / MOST))
    least = max(known * KNOWN_AT_LEAST, SHORTEST_DAYS)
    day = alike - step
    while day >= least and len(found) < MOST:
        found.append(Origin(first + day, length, True))
        day -= step
    return sorted(found, reverse=True)
