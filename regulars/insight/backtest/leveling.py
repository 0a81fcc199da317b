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
MOST_APART = 0.08  # of logarithms of pace: more, and the days tried and the days ahead are of different seasons
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
    """

    factor: float
    spread: float
    seen_rate: float
    origins: int
    refused: str = ""


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
    found = Level(math.exp(believed * mean), math.sqrt(believed * noise), math.expm1(mean), count)
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


def outside_its_season(found: Level, pulls: Pulls | None, unseen: Unseen | None = None) -> Level:
    """Refuse a factor that a season which cannot be told yet may have made; the interval allows for it instead, and for
    months that were never seen."""
    if unseen is not None:
        found = replace(found, spread=math.hypot(found.spread, SPREAD_OF_UNSEEN * unseen.ahead_rate))
    if pulls is None or max(abs(pulls.then - pulls.now), abs(pulls.now)) <= MOST_APART:
        return found
    spread = max(found.spread, min(WIDEST_OF_A_SEASON, abs(pulls.now)))
    if abs(pulls.then - pulls.now) <= MOST_APART:
        return replace(found, spread=spread)
    return replace(found, factor=1.0, spread=spread, refused=found.refused or ANOTHER_SEASON)


def _pooled_rmse(trials: Sequence[Trial]) -> float:
    people = sum(trial.measures.n for trial in trials)
    return math.sqrt(sum(trial.measures.rmse**2 * trial.measures.n for trial in trials) / people)
