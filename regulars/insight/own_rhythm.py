"""Everybody's rhythm by the rule that the data support: one place for pages, terminal and library."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.frames import kept as computed
from regulars.insight.frames import opened
from regulars.insight.rhythms import Rhythms, by_thumb
from regulars.insight.seasonality import Seasonality, gaps_by_day

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT


def with_rhythm(facts: IntoFrameT, orders: Any, as_of: date) -> IntoFrameT:
    """Add each person's usual gap and the day on which they slip, by the best rule the data support.

    Parameters
    ----------
    facts : frame
        What `summary` returns for `as_of`; more columns pass through.
    orders : frame
        The orders they were summed up from, of the same kind.
    as_of : date
        The last day that counts.

    Returns
    -------
    frame
        `facts` with ``usual_gap_days``, ``usual_gap_low``, ``usual_gap_high``, ``slips_after_days`` and ``slips_on``.

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Notes
    -----
    From ten people who came back on, `Rhythms` says how long a silence is improbable; with fewer the rule of thumb
    (`rhythm`) does: more than twice the median gap, at least 14 days, from the third buying day on. Where two years of
    orders show a season that is no matter of chance (`Seasonality.is_marked`), silences count by how busy their months
    are. A month counts as one: where buying begins within it, its first quiet weeks count as busy ones.

    Examples
    --------
    >>> import polars as pl
    >>> from regulars import insight
    >>> days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)]
    >>> orders = pl.DataFrame({"customer": ["Bo"] * 3, "day": days, "amount": [9, 9, 9]})
    >>> facts = insight.summary(orders, date(2026, 2, 11))
    >>> with_rhythm(facts, orders, date(2026, 2, 11)).select("usual_gap_days", "slips_on").row(0)
    (10.0, datetime.date(2026, 2, 11))
    """
    season, learned = learned_rhythm(facts, orders, as_of)
    if learned is None:
        return by_thumb(facts)
    if season is None:
        return learned.describe(facts)
    kept = opened(facts).with_columns(calendar_t_x=nw.col("t_x_days"), calendar_age=nw.col("T_days"))
    told = opened(learned.describe(season.felt(kept.to_native(), as_of), season=season))
    told = told.with_columns(t_x_days=nw.col("calendar_t_x"), T_days=nw.col("calendar_age"))
    native: IntoFrameT = told.drop("calendar_t_x", "calendar_age").to_native()
    return native


def learned_rhythm(facts: Any, orders: Any, as_of: date) -> tuple[Seasonality | None, Rhythms | None]:
    """Learn the season, where there is one that is no matter of chance, and how regular people are on its clock.

    The orders, which have to be those of the people in `facts`, are read once. The rhythm is None where too few people
    came back.
    """
    gaps = computed(gaps_by_day(orders, as_of))
    season = Seasonality().fit_gaps(gaps, as_of)
    if not season.is_marked:
        return None, Rhythms.learned(facts)
    return season, Rhythms.learned(season.felt(facts, as_of), log_gaps=season.log_gaps(gaps))
