"""Standings from memory: what an owner remembers of a person, until real orders say it better."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw

from regulars.insight.frames import (
    Frame,
    joined,
    need,
    on_or_before,
    opened,
    ordinal,
    refuse_where,
    with_days,
    with_nullable,
)
from regulars.insight.groups import chosen

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

FORGOTTEN_AT = 5
_FACTS = ("customer", "frequency", "first_on", "last_on", "monetary", "median_gap_days")
_TOLD = ("customer", "told_on", "last_seen_on", "usual_gap_days", "usual_amount")


def with_memory(facts: IntoFrameT, memories: IntoFrameT, as_of: date) -> IntoFrameT:
    """Let what the owner remembers stand in for orders, less and less as real orders arrive.

    Parameters
    ----------
    facts : frame
        What `summary` returns.
    memories : frame
        Of the same kind; one row a person, from three taps: ``customer``, ``told_on`` (day of the taps),
        ``last_seen_on`` (about when last seen), ``usual_gap_days`` (about how often; missing for "only once"),
        ``usual_amount`` (about how much a visit, in the unit of ``monetary``).
    as_of : date
        Memories told later, or of a later day, are ignored.

    Returns
    -------
    frame
        One row for everybody in either frame, fit for `grade_summary`: ``customer``, ``frequency``, ``first_on``,
        ``last_on``, ``monetary`` (float), ``median_gap_days``, ``memory_weight`` (1 down to 0), ``basis``
        (``"memory"`` while it rests on the taps, then ``"orders"``); and for `Rhythms` what was real, ``x`` and
        ``t_x_days``, beside ``told_gap_days``.

    Raises
    ------
    FrameError
        Naming the column and the row, when a memory lacks its person, its days or its amount.

    Notes
    -----
    The remembered year counts like one observed visit: with n real buying days its weight is ``w = 1 / (1 + n)``, and
    0 from the fifth on. Remembered visits are ``v = max(1, round(365 / usual_gap_days))`` (1 when only once); then
    ``frequency = n + round(w v)`` (halves up), ``monetary = paid + w v usual_amount``, and the last day is the later
    of the two while ``w > 0``. The usual gap is the person's own from three buying days on. The label stays until the
    second real buying day. Our own rule: owners remember well who comes and poorly how often, so memory gives way
    quickly.

    Examples
    --------
    >>> import polars as pl
    >>> day = date(2026, 3, 1)
    >>> facts = pl.DataFrame(
    ...     {
    ...         "customer": [1],
    ...         "frequency": [1],
    ...         "first_on": [day],
    ...         "last_on": [day],
    ...         "monetary": [30.0],
    ...         "median_gap_days": [None],
    ...     },
    ...     schema_overrides={"median_gap_days": pl.Float64},
    ... )
    >>> told = pl.DataFrame(
    ...     {
    ...         "customer": [1, 2],
    ...         "told_on": [date(2026, 1, 1)] * 2,
    ...         "last_seen_on": [date(2025, 12, 1)] * 2,
    ...         "usual_gap_days": [30.0, 30.0],
    ...         "usual_amount": [20.0, 20.0],
    ...     }
    ... )
    >>> both = with_memory(facts, told, date(2026, 3, 2)).sort("customer")
    >>> both.select("frequency", "monetary", "memory_weight", "basis").rows()
    [(7, 150.0, 0.5, 'memory'), (12, 240.0, 1.0, 'memory')]
    """
    told = _told(memories, as_of)
    known = with_days(with_days(opened(facts).select(*_FACTS), "first_on"), "last_on")
    renamed = known.rename({"customer": "known", "first_on": "first_real", "last_on": "last_real"})
    both = joined(_numbered(renamed, "known"), _numbered(told, "customer"), "known", "customer")
    key = "customer" if "customer" in both.collect_schema() else "customer_right"
    both = both.with_columns(customer=nw.coalesce("known", key), real=nw.col("frequency").fill_null(0))
    is_told = ~nw.col("told_on").is_null() & (nw.col("real") < FORGOTTEN_AT)
    both = both.with_columns(memory_weight=nw.when(is_told).then(1 / (1 + nw.col("real"))).otherwise(nw.lit(0.0)))
    blended: IntoFrameT = _blended(both).to_native()
    return blended


def _numbered(frame: Frame, key: str) -> Frame:
    """Keep whole numbers whole: where some are missing after a join, classic pandas would make them floats."""
    return with_nullable(frame, key, whole=True) if frame.collect_schema()[key].is_integer() else frame


def _told(memories: object, as_of: date) -> Frame:
    frame = opened(memories)
    need(frame, *_TOLD)
    frame = with_days(with_days(frame.select(*_TOLD), "told_on"), "last_seen_on")
    required = ("customer", "told_on", "last_seen_on", "usual_amount")
    refuse_where(frame, {(c, "is empty"): nw.col(c).is_null() for c in required}, show=("customer", "told_on"))
    told = frame.filter(on_or_before(frame, "told_on", as_of), on_or_before(frame, "last_seen_on", as_of))
    gap, amount = nw.col("usual_gap_days").cast(nw.Float64), nw.col("usual_amount").cast(nw.Float64)
    told = told.with_columns(usual_gap_days=gap, visits=_visits(gap), usual_amount=amount)
    return with_nullable(told, "usual_gap_days")


def _visits(gap: nw.Expr) -> nw.Expr:
    a_year = (365 / gap + 0.5).floor()
    return nw.when((~gap.is_null()) & (gap > 0) & (a_year > 1)).then(a_year).otherwise(nw.lit(1.0))


def _blended(both: Frame) -> Frame:
    weight, visits = nw.col("memory_weight"), nw.col("visits").fill_null(0.0)
    is_remembered = weight > 0
    seen = nw.when(is_remembered).then(nw.col("last_seen_on"))
    both = both.with_columns(
        first_day=nw.coalesce("first_real", "last_seen_on"), last_day=nw.coalesce("last_real", "last_seen_on")
    )
    is_own = nw.col("median_gap_days").is_null() | (is_remembered & (nw.col("real") < 3))
    return both.select(
        "customer",
        frequency=(nw.col("real") + (weight * visits + 0.5).floor()).cast(nw.Int64),
        first_on=nw.min_horizontal(nw.col("first_real"), seen),
        last_on=nw.max_horizontal(nw.col("last_real"), seen),
        monetary=nw.col("monetary").cast(nw.Float64).fill_null(0.0)
        + weight * visits * nw.col("usual_amount").fill_null(0.0),
        median_gap_days=nw.when(is_own & is_remembered)
        .then(nw.coalesce("usual_gap_days", "median_gap_days"))
        .otherwise(nw.col("median_gap_days")),
        memory_weight=weight,
        basis=chosen([(weight >= 0.5, "memory"), (weight < 0.5, "orders")]),
        x=nw.when(nw.col("real") > 0).then(nw.col("real") - 1).otherwise(nw.lit(0)).cast(nw.Int64),
        t_x_days=ordinal("last_day") - ordinal("first_day"),
        told_gap_days=nw.when(is_remembered).then(nw.col("usual_gap_days")),
    )
