"""By how much a model's totals were off, and how much of that to believe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from regulars.insight.backtest.measures import Predicted, measured
from regulars.insight.backtest.rolling import Trial
from regulars.insight.backtest.seasons import Pulls, Unseen

USUAL_SPREAD = 0.15  # of the logarithm of actual over predicted, between businesses and from one time to the next
RMSE_MAY_RISE = 0.01
WIDEST_SPREAD = 0.3
WIDEST_OF_A_SEASON = 0.7
SPREAD_OF_UNSEEN = 0.25  # of a month's pace, where nothing of it is known
BELIEVED_OF_A_PULL = 0.8  # of what months seen once say about the days ahead
LEFT_OF_A_PULL = 0.6  # of it stays uncertain
LEFT_OF_A_RIPPLE = 0.5  # of how unlike months were, where a season cancels out or is counted in
SPREAD_OF_HIDDEN = 0.2  # of a total, where everybody came at about the same time
LEAST_PULL = 0.02
SPREAD_OF_A_LEVEL = 0.1  # where it was measured in another season: as much as one day of like proportion leaves open
MOST_APART = 0.08  # of logarithms of pace: more, and the days tried and the days ahead are of different seasons
MOST_RIPPLED = 0.12  # of logarithms of the paces of months: more is hardly chance, nor growth
UNLIKE_MONTHS = "some months were much busier than others, and it takes two years to tell a season from a wrong level"
ANOTHER_SEASON = (
    "the days it was measured on seem to be of another season than the days ahead, and it takes two years to tell"
)


@dataclass(frozen=True)
class Level:
    """A factor for forecasts.

    Parameters
    ----------
    factor : float
        1 where the correction is refused.
    spread : float
        Standard deviation of its logarithm; where it is refused, how far totals were off beyond chance, so that the
        interval of totals allows for as much again.
    seen_rate : float
        Actual over predicted total, less 1, before shrinking.
    origins : int
        From how many days of like proportion it was seen.
    refused : str
        Why the factor is 1, in words; empty where it is used.
    season_rate : float
        By how much more the days ahead seem to bring than an even calendar would, where the factor is of a season that
        was seen less than twice; 0 where it is not.
    """

    factor: float
    spread: float
    seen_rate: float
    origins: int
    refused: str = ""
    season_rate: float = 0.0


def level(trials: Sequence[Trial]) -> Level:
    """Work out a factor from a model's trials.

    Parameters
    ----------
    trials : sequence of Trial
        Of one model; those from days of like proportion count.

    Returns
    -------
    Level
        Shrunk towards 1, not yet proved.

    Notes
    -----
    With g the logarithm of actual over predicted, s its standard error (from the errors of single persons) and tau its
    spread from one origin to the next, the mean of J origins is shrunk by ``v / (v + s^2 / J + tau^2 / J)`` with
    v = .15^2 between businesses; tau starts at .15 and learns from the origins. About half of one origin is believed.
    """
    seen = [_seen(trial) for trial in trials if trial.origin.is_alike and trial.measures.actual_total > 0]
    if not seen:
        return Level(1.0, 0.0, 0.0, 0, "there was nothing to measure it by")
    logs, errors = np.array([log for log, _s in seen]), np.array([s for _log, s in seen])
    count, mean = len(seen), float(logs.mean())
    drift = (USUAL_SPREAD**2 + float(((logs - mean) ** 2).sum())) / count
    noise = float((errors**2).mean()) / count + drift / count
    believed = USUAL_SPREAD**2 / (USUAL_SPREAD**2 + noise)
    spread = math.hypot(math.sqrt(believed * noise), (1 - believed) * mean)  # what is not believed may still be so
    found = Level(math.exp(believed * mean), spread, math.expm1(mean), count)
    if abs(mean) <= math.sqrt(float((errors**2).mean()) / count):
        return replace(found, factor=1.0, spread=0.0, refused="what it was off by is within chance")
    return found


def proved(trials: Sequence[Trial]) -> tuple[Level, list[Trial]]:
    """Work out the factor and try it where it was not measured; refused where it does not help.

    Returns
    -------
    tuple
        The level, and the trials with the factor. With several origins of like proportion each one is corrected by what
        earlier ones showed (the earliest not at all). With one, each half of the people is corrected by what the other
        half showed: that tests chance, not whether the times change.
    """
    found = level(trials)
    alike = [trial for trial in trials if trial.origin.is_alike]
    corrected = [_by_earlier(t, alike) if len(alike) > 1 else _by_other_half(t, alike) for t in trials]
    if found.refused:
        return found, corrected
    before, after = _off(trials), _off(corrected)
    is_level_better = after < before
    worse = _pooled_rmse(corrected) > _pooled_rmse(trials) * (1 + RMSE_MAY_RISE)
    if not is_level_better or worse:
        why = "tried where it was not measured, it did not bring the totals nearer"
        if is_level_better:
            why = "tried where it was not measured, it made the error of single people larger"
        return replace(found, factor=1.0, spread=_beyond_chance(trials), refused=why), corrected
    return found, corrected


def _seen(trial: Trial) -> tuple[float, float]:
    off, n = trial.measures, trial.measures.n
    log = math.log(off.actual_total / max(off.predicted_total, 1e-9))
    return log, off.rmse * math.sqrt(n) / off.actual_total


def _by_earlier(trial: Trial, alike: Sequence[Trial]) -> Trial:
    before = [other for other in alike if other.origin.day + other.origin.horizon_days <= trial.origin.day]
    return scaled(trial, np.full(len(trial.actual), level(before).factor))


def _by_other_half(trial: Trial, alike: Sequence[Trial]) -> Trial:
    factor = np.ones(len(trial.actual))
    for half in (0, 1):
        others = [_part(other, 1 - half) for other in alike]
        factor[trial.place % 2 == half] = level(others).factor
    return scaled(trial, factor)


def _part(trial: Trial, half: int) -> Trial:
    said, inside = trial.said, trial.place % 2 == half
    part = Predicted(said.mean[inside], said.low[inside], said.high[inside])
    actual = trial.actual[inside]
    return replace(trial, place=trial.place[inside], actual=actual, said=part, measures=measured(actual, part))


def scaled(trial: Trial, factor: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Trial:
    """Multiply what was said of each person by their factor."""
    said, mean = trial.said, float(factor.mean())
    ends = [None if end is None else end * mean for end in (said.total_low, said.total_high)]
    moved = Predicted(said.mean * factor, np.floor(said.low * factor), np.ceil(said.high * factor), *ends)
    return replace(trial, said=moved, measures=measured(trial.actual, moved))


def _off(trials: Sequence[Trial]) -> float:
    """How far the totals of days of like proportion were off, as the mean size of the logarithm."""
    logs = [abs(_seen(trial)[0]) for trial in trials if trial.origin.is_alike and trial.measures.actual_total > 0]
    return float(np.mean(logs)) if logs else 0.0


def _beyond_chance(trials: Sequence[Trial]) -> float:
    """How far totals of days of like proportion were off, less what chance makes them be off."""
    seen = [_seen(trial) for trial in trials if trial.origin.is_alike and trial.measures.actual_total > 0]
    if not seen:
        return 0.0
    return min(WIDEST_SPREAD, math.sqrt(max(0.0, float(np.mean([log**2 - error**2 for log, error in seen])))))


def outside_its_season(
    found: Level, trials: Sequence[Trial], pulls: Pulls | None, unseen: Unseen | None = None
) -> tuple[Level, list[Trial] | None]:
    """Allow for a season that was seen less than twice.

    A factor that it may have made is refused. What the months known say about the days ahead takes its place, in part,
    unless it makes the error of single people larger on the days tried. The interval of totals allows for the rest, for
    months as unlike as those known, and for months that were never seen.

    Returns
    -------
    tuple
        The level, and the trials with the season counted in; None where it is not.
    """
    new = 0.0 if unseen is None else SPREAD_OF_UNSEEN * unseen.ahead_rate
    if pulls is None:
        return replace(found, spread=math.hypot(found.spread, new)), None
    is_pulled = max(abs(pulls.then - pulls.now), abs(pulls.now)) > MOST_APART
    is_alike = abs(pulls.then - pulls.now) <= MOST_APART
    known = LEFT_OF_A_RIPPLE if pulls.is_even or (is_pulled and not is_alike) else 1.0
    left = max(known * pulls.ripple, LEFT_OF_A_PULL * abs(pulls.now) if is_pulled else 0.0, new)
    if pulls.is_hidden and not pulls.is_even:
        left = max(left, SPREAD_OF_HIDDEN)
    season = min(WIDEST_OF_A_SEASON, left)
    unlike = replace(found, factor=1.0, spread=math.hypot(SPREAD_OF_A_LEVEL, season))
    found = replace(found, spread=math.hypot(found.spread, season))
    if not is_pulled and pulls.ripple > MOST_RIPPLED and found.factor != 1.0:
        return replace(unlike, refused=UNLIKE_MONTHS), None
    if not is_pulled or is_alike:
        return found, None
    if abs(pulls.now) <= LEAST_PULL:
        return replace(unlike, refused=found.refused or ANOTHER_SEASON), None
    counted = [
        scaled(trial, np.full(len(trial.actual), math.exp(BELIEVED_OF_A_PULL * pull)))
        for trial, pull in zip(trials, pulls.each, strict=True)
    ]
    if _pooled_rmse(counted) > _pooled_rmse(trials) * (1 + RMSE_MAY_RISE):
        return replace(unlike, refused=found.refused or ANOTHER_SEASON), None
    factor = math.exp(BELIEVED_OF_A_PULL * pulls.now)
    return replace(unlike, factor=factor, refused="", season_rate=factor - 1), counted


def _pooled_rmse(trials: Sequence[Trial]) -> float:
    people = sum(trial.measures.n for trial in trials)
    return math.sqrt(sum(trial.measures.rmse**2 * trial.measures.n for trial in trials) / people)
