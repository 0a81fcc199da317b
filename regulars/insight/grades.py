"""Recency, frequency and money, graded 1 to 5 against everybody else; and the group that the grades make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import narwhals as nw

from regulars.insight.cuts import values_at
from regulars.insight.frames import Frame, opened, ordinal, rows, with_days, with_nullable
from regulars.insight.groups import named, simply_named
from regulars.insight.summary import summary

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MINIMUM_BUYERS = 10
FIVE_LEVELS_FROM = 50
_PARTS = 10_000  # money in floats or decimals is compared to the fourth decimal, so that rounding noise splits no tie


@dataclass(frozen=True)
class Breaks:
    """An owner's own limits instead of fifths: four each, from the least good upwards.

    Parameters
    ----------
    recency_days : tuple of int
        Days since the last buying day, falling: ``(365, 180, 90, 30)`` gives 5 to who bought within 30 days.
    frequency : tuple of int
        Buying days, rising: ``(2, 3, 5, 10)`` gives 5 from ten on.
    monetary : tuple of Decimal
        Net paid, rising, in the unit of ``amount``.

    Raises
    ------
    ValueError
        Where a measure has other than four limits, or they do not fall or rise as said.
    """

    recency_days: tuple[int, int, int, int]
    frequency: tuple[int, int, int, int]
    monetary: tuple[Decimal, Decimal, Decimal, Decimal]

    def __post_init__(self) -> None:
        for name, limits in vars(self).items():
            rising = tuple(reversed(limits)) if name == "recency_days" else tuple(limits)
            if len(rising) != 4 or any(low >= high for low, high in pairwise(rising)):
                way = "fall" if name == "recency_days" else "rise"
                raise ValueError(f"{name} needs four limits that {way}, not {limits}")


def levels(buyers: int) -> int:
    """Say how many levels a number of buyers allows.

    Parameters
    ----------
    buyers : int
        People with at least one buying day.

    Returns
    -------
    int
        0 (no grades) under 10, 3 (written 1, 3, 5) under 50, else 5.

    Examples
    --------
    >>> levels(9), levels(10), levels(49), levels(50)
    (0, 3, 3, 5)
    """
    if buyers < MINIMUM_BUYERS:
        return 0
    return 3 if buyers < FIVE_LEVELS_FROM else 5


def grades(
    orders: IntoFrameT, as_of: date, *, monetary_since: date | None = None, breaks: Breaks | None = None
) -> IntoFrameT:
    """Grade every customer on recency, frequency and money.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.
    monetary_since : date, optional
        Count money only from this day on.
    breaks : Breaks, optional
        The owner's own limits instead of shares; then any number of buyers is graded.

    Returns
    -------
    frame
        The columns of `summary` and ``r``, ``f``, ``m``, ``fm`` (1 to 5, 5 is best), ``group``, ``simple_group``.
        With fewer than 10 buyers these are missing; with fewer than 50 there are three levels, written 1, 3, 5.

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Notes
    -----
    With n buyers and L levels, ``level = 1 + floor(L (rank - 1) / n)``, where rank is ascending in goodness and ties
    take the lowest rank. R by last buying day (later is better), F by distinct buying days, M by net paid;
    ``FM = ceil((F + M) / 2)``. Since ``rank - 1`` counts the customers that are strictly worse,
    ``level > k`` exactly when the value exceeds the one at place ``ceil(k n / L)``: so L - 1 cut points decide, found
    from grouped counts, and tied customers always share a grade. After the recency, frequency, monetary
    segmentation of direct marketing (Hughes 1994, "Strategic Database Marketing"), with ties kept together.

    On a lazy engine each cut point step reads the plan again: keep the result of `summary` (a DuckDB table, Spark's
    ``cache``) and hand it to `grade_summary`.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {
    ...         "customer": range(1, 11),
    ...         "day": [date(2026, 1, day) for day in range(1, 11)],
    ...         "amount": [5, 5, 5, 5, 5, 20, 20, 20, 20, 90],
    ...     }
    ... )
    >>> graded = grades(orders, date(2026, 2, 1)).sort("customer")
    >>> graded["r"].to_list()
    [1, 1, 1, 1, 3, 3, 3, 5, 5, 5]
    >>> graded["m"].to_list()
    [1, 1, 1, 1, 1, 3, 3, 3, 3, 5]
    >>> graded["group"].to_list()[-1]
    'Potential loyal'
    """
    return grade_summary(summary(orders, as_of, monetary_since=monetary_since), as_of, breaks=breaks)


def grade_summary(facts: IntoFrameT, as_of: date, *, breaks: Breaks | None = None) -> IntoFrameT:
    """Grade customers whose facts are known already.

    Parameters
    ----------
    facts : frame
        What `summary` returns (or `with_memory`): ``last_on``, ``frequency`` and ``monetary`` are read, other
        columns pass through. Where ``monetary`` is missing (nobody noted what a visit cost) ``m`` is missing, the
        levels of M are those of the others, and ``fm`` is ``f``.
    as_of : date
        Only the owner's own `breaks` need it; `facts` are taken as known on that day.
    breaks : Breaks, optional
        See `grades`.

    Returns
    -------
    frame
        See `grades`.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"last_on": [date(2026, 1, 9)] * 60, "frequency": [1] * 60, "monetary": [9.9] * 60})
    >>> set(grade_summary(facts, date(2026, 2, 1))["group"])
    {'Lost'}
    """
    frame = with_days(opened(facts), "last_on")
    kept = frame.collect_schema().names()
    keyed = frame.with_columns(
        r_key=ordinal("last_on"),
        f_key=nw.col("frequency").cast(nw.Int64),
        m_key=_money_key(frame),
    )
    cuts, count = _own_cuts(keyed, as_of, breaks) if breaks else _cuts(keyed)
    keyed = keyed.with_columns(**{grade: _score(f"{grade}_key", limits, count) for grade, limits in cuts.items()})
    both = (nw.col("f") + nw.col("m") + 1) // 2
    keyed = keyed.with_columns(fm=nw.when(nw.col("m").is_null()).then(nw.col("f")).otherwise(both))
    keyed = keyed.with_columns(group=named("r", "fm")).with_columns(simple_group=simply_named("group"))
    keyed = keyed.select(*kept, "r", "f", "m", "fm", "group", "simple_group")
    graded: IntoFrameT = with_nullable(keyed, "r", "f", "m", "fm", whole=True).to_native()
    return graded


def _money_key(frame: Frame) -> nw.Expr:
    if frame.collect_schema()["monetary"].is_integer():
        return nw.col("monetary").cast(nw.Int64)
    return (nw.col("monetary").cast(nw.Float64) * _PARTS).round(0).cast(nw.Int64)


def _cuts(keyed: Frame) -> tuple[dict[str, list[int]], int]:
    """Find the cut points of the three keys: value > limits[k] lifts the level by one."""
    names = ("r", "f", "m")
    keys = [nw.col(f"{grade}_key") for grade in names]
    edges = [edge for key in keys for edge in (key.min(), key.max(), key.count())]
    aliased = [edge.alias(f"edge_{number}") for number, edge in enumerate(edges)]
    [found] = rows(keyed.select(nw.len().alias("n"), *aliased))
    n = int(found[0])
    count = levels(n)
    cuts: dict[str, list[int]] = {}
    for number, grade in enumerate(names):
        low, high = found[1 + 3 * number], found[2 + 3 * number]
        known = int(found[3 + 3 * number])
        places = [-(-k * known // count) for k in range(1, count)] if count and known else []
        cuts[grade] = values_at(keyed, f"{grade}_key", places, int(low), int(high)) if places else []
    return cuts, count


def _own_cuts(keyed: Frame, as_of: date, breaks: Breaks) -> tuple[dict[str, list[int]], int]:
    parts = 1 if keyed.collect_schema()["monetary"].is_integer() else _PARTS
    return {
        "r": [as_of.toordinal() - days - 1 for days in breaks.recency_days],
        "f": [days - 1 for days in breaks.frequency],
        "m": [int(amount * parts) - 1 for amount in breaks.monetary],
    }, 5


def _score(key: str, limits: list[int], count: int) -> nw.Expr:
    if not limits:
        return nw.when(nw.col(key) != nw.col(key)).then(nw.lit(1))  # no grades: missing for everybody
    score = nw.lit(1) + sum((nw.col(key) > limit).cast(nw.Int64) for limit in limits)
    return score * 2 - 1 if count == 3 else score
