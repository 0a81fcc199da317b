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
    A model errs differently for a month and for as long as it has seen, and seasons only cancel over whole years. So
    where the horizon H is at most half of the L days known, it is tried as it is: from day L - H, L - 2H and so on, up
    to four over the last third at least, as long as a third of the time and half a year are known. A longer horizon is
    tried from the day on which it stands in the same proportion as today, L / (1 + H/L), for the rest (with 39 weeks
    known and 39 asked for, the middle), and the last third is held out as well.

    Examples
    --------
    >>> origins(0, 364, 364)
    [Origin(day=243, horizon_days=121, is_alike=False), Origin(day=182, horizon_days=182, is_alike=True)]
    >>> origins(0, 1095, 365)
    [Origin(day=730, horizon_days=365, is_alike=True), Origin(day=365, horizon_days=365, is_alike=True)]
    >>> origins(0, 90, 30)
    []
    """
    known = last - first
    if known < SHORTEST_DAYS:
        return []
    if horizon_days > known / 2:
        alike = round(known / (1 + min(horizon_days / known, 1.0)))
        found = [Origin(first + alike, known - alike, True)]
        third = round(known * 2 / 3)
        if alike < third - known / 50:
            found.insert(0, Origin(first + third, known - third, False))
        return found
    step = max(horizon_days, round(known / 3 / MOST))
    least = max(known * KNOWN_AT_LEAST, SHORTEST_DAYS)
    days = [known - horizon_days - step * number for number in range(MOST)]
    return [Origin(first + day, horizon_days, True) for day in days if day >= min(least, days[0])]
