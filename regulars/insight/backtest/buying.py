"""Everybody's buying days as two arrays, so that any number of earlier days can be looked back from at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from regulars.insight.arrays import arrays
from regulars.insight.frames import ordinal
from regulars.insight.orders import purchases
from regulars.insight.summary import with_gaps

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """What was known of everybody who had bought by a day; days are whole numbers, one entry a person.

    ``place`` is the person's place among all, ``first`` the ordinal of their first buying day.
    """

    place: Ints
    x: Ints
    t_x: Ints
    T: Ints
    log_gaps_sum: Floats
    first: Ints

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class BuyingDays:
    """Distinct buying days, person after person, each person's in order.

    Parameters
    ----------
    day : array of int
        Ordinals (days since 1 January of year 1).
    start : array of int
        Where each person's days begin.
    """

    day: Ints
    start: Ints

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.start)

    @property
    def first(self) -> int:
        """The ordinal of the first buying day of all."""
        return int(self.day.min())

    @property
    def last(self) -> int:
        """The ordinal of the last buying day of all."""
        return int(self.day.max())

    def known(self, as_of: int) -> Known:
        """Say what was known on a day, looking at nothing later."""
        days = np.add.reduceat((self.day <= as_of).astype(np.int64), self.start)
        place = np.flatnonzero(days > 0)
        begin = self.start[place]
        end = begin + days[place] - 1
        first, last = self.day[begin], self.day[end]
        logs = self._summed_logs()
        return Known(place, days[place] - 1, last - first, as_of - first, logs[end] - logs[begin], first)

    def bought(self, after: int, until: int) -> Ints:
        """Count each person's buying days after one day and until another."""
        inside = (self.day > after) & (self.day <= until)
        return np.add.reduceat(inside.astype(np.int64), self.start)

    def _summed_logs(self) -> Floats:
        gaps = np.diff(self.day, prepend=self.day[:1]).astype(np.float64)
        gaps[self.start] = 1.0
        return np.cumsum(np.log(gaps))


def buying_days(orders: Any, as_of: date) -> BuyingDays | None:
    """Fetch everybody's buying days until a day out of any kind of frame; None when nobody bought.

    Only whole numbers leave the engine: each day and whether it is somebody's first.
    """
    steps = with_gaps(purchases(orders, as_of)).filter(nw.col("is_new_day") == 1)
    steps = steps.with_columns(day_number=ordinal("day")).sort("customer", "day_number")
    is_first = nw.col("gap_days").is_null().cast(nw.Int64)
    found = arrays(steps.select("day_number", is_first=is_first), "day_number", "is_first")
    if not len(found["day_number"]):
        return None
    return BuyingDays(found["day_number"].astype(np.int64), np.flatnonzero(found["is_first"]))
