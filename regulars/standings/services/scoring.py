"""What each person is likely to do, by the models on the card: one row a person, rounded to what is shown.

Scores are of the day on the card (or of the last visit, if that was later), not of the night: a silent night changes
none of them. What a page says of today it reckons from the dates in the row and the card (`standings.alive`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np

from regulars.insight.frames import Frame, opened, plus_days
from regulars.insight.lifetime import LifetimeModel, UniqueRows
from regulars.insight.lifetime.base import Forecast
from regulars.insight.lifetime.rows import Array, with_scores
from regulars.insight.seasonality import Seasonality
from regulars.insight.spend import GammaGamma

HORIZON_DAYS = 365
LONGEST_DAYS = 3_650
CONFIDENCE = 0.95
MILS_A_UNIT = 1000
DAYS = {"next_low_days": "next_low_on", "next_days": "next_on", "next_high_days": "next_high_on"}
VALUES = ("value", "value_low", "value_high")
KINDS: dict[str, Any] = {
    "p_alive": nw.Float64,
    "expected_purchases": nw.Float64,
    "expected_purchases_low": nw.Int64,
    "expected_purchases_high": nw.Int64,
    "value_mils": nw.Int64,
    "value_low_mils": nw.Int64,
    "value_high_mils": nw.Int64,
    "next_low_on": nw.Date,
    "next_on": nw.Date,
    "next_high_on": nw.Date,
}
SCORES = tuple(KINDS)
MAY_MISS = ("p_alive", *DAYS)


@dataclass(frozen=True)
class Models:
    """What people are scored with: how they come, what a visit is worth, what is kept of it; and of which day."""

    scored_on: date
    lifetime: LifetimeModel
    spend: GammaGamma
    margin_rate: float | None
    discount_rate_year: float
    season: Seasonality | None = None


def scored(facts: Frame, models: Models | None, as_of: date, histories: Frame | None = None) -> Frame:
    """Add `SCORES` to everybody in `facts` (of `summary`, on `as_of`); T_days then ends on the day of the score.

    `histories` are the facts of the same people where those of `facts` are a long plan: they are quicker to read.
    """
    if models is None:
        return facts.with_columns(*(nw.lit(None, dtype=kind).alias(name) for name, kind in KINDS.items()))
    anchored = on_the_day(facts, models.scored_on, as_of)
    known = None if histories is None else on_the_day(histories, models.scored_on, as_of).to_native()
    judged = opened(with_scores(anchored.to_native(), lambda rows: _score(rows, models), MAY_MISS, histories=known))
    dated = _with_days(_with_value(judged, models))
    return dated.with_columns(*(nw.col(name).cast(kind) for name, kind in KINDS.items()))


def on_the_day(facts: Frame, day: date, as_of: date) -> Frame:
    """Let T end on a day instead of `as_of`, but never before the last visit."""
    ends = nw.col("T_days").cast(nw.Int64) - (as_of - day).days
    last = nw.col("t_x_days").cast(nw.Int64)
    return facts.with_columns(T_days=nw.when(ends > last).then(ends).otherwise(last))


def _score(rows: UniqueRows, models: Models) -> dict[str, Array]:
    """Say all that depends on the history alone, so that distinct ones are found once and joined once."""
    model = models.lifetime
    ahead, alive = model.forecast(rows, HORIZON_DAYS), model.alive(rows)
    return {
        "p_alive": np.round(alive, 2),
        "expected_purchases": np.round(ahead.mean, 2),
        "expected_purchases_low": ahead.low.astype(np.int64),
        "expected_purchases_high": ahead.high.astype(np.int64),
        **_next_days(rows, model, np.flatnonzero(~(alive < 0.5))),
        **_rates(rows, models, ahead),
    }


def _rates(rows: UniqueRows, models: Models, ahead: Forecast) -> dict[str, Array]:
    from regulars.insight.discounting import kept_rate
    from regulars.insight.value import value_rates

    if models.spend.params_ is None:
        return {}
    keeps = kept_rate(models.margin_rate)
    terms = (keeps, models.discount_rate_year, CONFIDENCE)
    return value_rates(rows, models.lifetime, models.spend, HORIZON_DAYS, ahead, *terms)


def _next_days(rows: UniqueRows, model: LifetimeModel, some: Array) -> dict[str, Array]:
    """Days until the next visit; none for somebody who has probably gone: a date would be a guess."""
    waits = model.next_days(rows.at(some))
    is_coming = waits.p_ever_again >= 0.5
    said = {}
    for name, days in (("next_low_days", waits.low), ("next_days", waits.middle), ("next_high_days", waits.high)):
        said[name] = np.full(len(rows), -1, dtype=np.int64)
        said[name][some] = np.where(is_coming, np.clip(np.ceil(days), 1, LONGEST_DAYS), -1)
    return said


def _with_value(frame: Frame, models: Models) -> Frame:
    """Facts are in mils; what is shown are whole units of money, and none where nobody knows what a visit is worth."""
    from regulars.insight.value import with_value

    if models.spend.params_ is None:
        return frame.with_columns(**{f"{name}_mils": nw.lit(None, dtype=nw.Int64) for name in VALUES})
    mils = {f"{name}_mils": (nw.col(name) / MILS_A_UNIT).round(0).cast(nw.Int64) * MILS_A_UNIT for name in VALUES}
    return with_value(frame, models.spend).with_columns(**mils)


def _with_days(frame: Frame) -> Frame:
    """Count the days from the day of the score."""
    for days, name in DAYS.items():
        frame = frame.with_columns((nw.col("T_days") + nw.col(days)).cast(nw.Int64).alias(days))
        frame = plus_days(frame, "first_on", days, name)
    return frame
