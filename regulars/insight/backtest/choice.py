"""Which model is used, and why, in words."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from regulars.insight.backtest.alike import grouped
from regulars.insight.backtest.buying import BuyingDays, buying_days
from regulars.insight.backtest.in_season import InSeason
from regulars.insight.backtest.leveling import MOST_APART, MOST_RIPPLED, Level, outside_its_season, proved
from regulars.insight.backtest.measures import Measures
from regulars.insight.backtest.recalibrated import Recalibrated
from regulars.insight.backtest.rolling import RULES, Backtest, Row, Trial, backtest, candidates, line, name_of
from regulars.insight.backtest.seasons import Clock, Pulls, Unseen, pulls, season, unseen
from regulars.insight.cautions import (
    Caution,
    NoSeason,
    OtherSeasonAhead,
    SeasonCounted,
    ShortComparison,
    UnlikeMonths,
    UnseenMonths,
    WideTotal,
)
from regulars.insight.lifetime import MBGNBD, LifetimeModel
from regulars.insight.lifetime.rows import UniqueRows, unique_rows

AS_GOOD = 0.01  # root mean squared errors closer than this are taken as equal, and calibration decides
RULE_MUST_BEAT = 0.02
WIDE = 0.2  # of a total: an interval that reaches further is told
IN_SEASON, CORRECTED = " in season", " recalibrated"
NOT_ASKED, NO_MODEL = "a correction was not asked for", "a rule is not corrected"
CALLED = {
    "bg": "BG/NBD",
    "mbg": "MBG/NBD",
    "mbg-cnbd": "MBG/CNBD-k",
    "pareto": "Pareto/NBD",
    "same-rate": "the same rate as before",
    "hiatus": "the 13-week rule",
}


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Parameters
    ----------
    model : LifetimeModel
        Fitted on everything known; a `Recalibrated` one where its level was corrected.
    name : str
        Of the candidate that won: ``"mbg-cnbd"`` and so on, corrected or not.
    why : str
        In words.
    rows : list of Row
        The table, the rules always among them, the corrected winner last; empty when there was too little to compare.
    fitted : list of LifetimeModel
        Every candidate fitted on everything known: the winner on everybody, the others on the people compared.
    level : Level or None
        The factor for totals and how it came about; None when there was too little to compare.
    backtest : Backtest
        From which days, and every trial.
    warnings : list of Caution
        What to bear in mind.
    entry : str
        Its name in `rows` and in the trials of `backtest`: that of the candidate, with the season where it counts one.
    """

    model: LifetimeModel
    name: str
    why: str
    rows: list[Row]
    fitted: list[LifetimeModel]
    level: Level | None
    backtest: Backtest
    warnings: list[Caution] = field(default_factory=list)
    entry: str = ""

    @property
    def used(self) -> str:
        """The name in `rows` of what is used: corrected where the correction is."""
        is_corrected = self.level is not None and self.level.factor != 1.0
        return f"{self.entry}{CORRECTED}" if is_corrected else self.entry


def choose(
    orders: Any,
    as_of: date,
    horizon_days: int = 365,
    *,
    facts: Any = None,
    models: Sequence[LifetimeModel] | None = None,
    prior: Any = "default",
    recalibrate: bool = True,
    seasons: bool = True,
) -> Choice:
    """Choose a model by what each would have said on earlier days, and fit it on everything known.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`, or `BuyingDays`. A sample of customers will do where there are very
        many; then give `facts` of everybody.
    as_of : date
        The last day that counts; nothing later is looked at, so that a holdout after it stays unseen.
    horizon_days : int, default 365
        For how long the forecast is wanted.
    facts : frame, optional
        What `regulars.insight.summary` returns for everybody; the final fit is on these.
    models : sequence of LifetimeModel, optional
        What competes instead of `candidates(prior)`. With a single model that is no rule it is taken as asked for: it
        is shown beside the rules and not corrected.
    prior : Prior, None or "default"
        See `LifetimeModel`.
    recalibrate : bool, default True
        Whether the winner's totals may be corrected.
    seasons : bool, default True
        Whether every model is also tried on the clock of the season (`season`), where two years of data support one and
        no models were named.

    Returns
    -------
    Choice

    Notes
    -----
    The least root mean squared error over all origins wins; within 1 % of it those that count in a season first, then
    the best calibrated by tenths. A rule wins only if it beats every model by 2 %, as they are and on the totals that
    came. Then the winner's level is corrected by a factor shrunk towards 1 (`Level`), or
    the correction is refused. The ranking of people is not changed by it.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {"customer": ["Ann", "Ann"], "day": [date(2026, 1, 5), date(2026, 2, 2)], "amount": [20.0, 9.0]}
    ... )
    >>> found = choose(orders, date(2026, 3, 1), 90)
    >>> found.name, found.rows
    ('mbg', [])
    >>> found.why
    'Too few to compare: 55 days are known, and half a year is needed. So MBG/NBD with what is usual elsewhere is used.'
    """
    asked = list(models) if models is not None else None
    competing = asked if asked is not None else candidates(prior)
    days = orders if isinstance(orders, BuyingDays) else buying_days(orders, as_of)
    clock = season(days, as_of) if days and seasons and asked is None else None
    shown = _with_rules([*competing, *_in_season(competing, clock, as_of)])
    found = backtest(days, as_of, horizon_days, models=shown) if days else backtest(orders, as_of, horizon_days)
    only = competing[0] if asked is not None and len(asked) == 1 else None
    is_short = seasons and clock is None and days is not None
    untold = pulls(days, as_of, found.origins, horizon_days) if days and is_short else None
    name = (name_of(only) if only else winner(found, is_rippled=_is_rippled(untold))) if found.rows else ""
    compared = _rows(days, as_of)
    everybody = unique_rows(facts) if facts is not None else compared
    fitted = _fitted(competing, name, only, everybody, compared)
    if days is None or not found.rows:
        alone = _without_comparison(found, everybody, only, fitted, prior)
        if days is not None and is_short and not only:
            alone = _allowing_for_unseen(alone, unseen(days, as_of, horizon_days))
        alone.warnings.extend(_of_range(alone.model, everybody, int(everybody.people), as_of, horizon_days))
        return alone
    level, table = _leveled(found, name, only, recalibrate)
    new = unseen(days, as_of, horizon_days) if is_short else None
    if table is not found.rows:
        level, counted = outside_its_season(level, found.trials[name], untold, new)
        table = [*found.rows, line(f"{name}{CORRECTED}", counted)] if counted else table
    if clock and name.endswith(IN_SEASON):
        level = replace(level, spread=math.hypot(level.spread, clock.spread(as_of.toordinal(), horizon_days)))
    model = _named(name, fitted)
    if model is None:
        model = next(one for one in shown if name_of(one) == name).fit_rows(everybody)
    if level.factor != 1.0 or level.spread > 0:
        model = Recalibrated(model, level.factor, level.spread)
    why = in_words(name, found, level, is_asked_for=only is not None)
    warnings = _warnings(found, as_of, clock if name.endswith(IN_SEASON) else None)
    warnings += _of_untold_season(untold, new, is_counted=level.season_rate != 0)
    warnings += _of_range(model, compared, int(everybody.people), as_of, horizon_days)
    return Choice(model, name.removesuffix(IN_SEASON), why, table, fitted, level, found, warnings, name)


def _fitted(
    competing: Sequence[LifetimeModel],
    name: str,
    only: LifetimeModel | None,
    everybody: UniqueRows,
    compared: UniqueRows,
) -> list[LifetimeModel]:
    """Fit what competed: the winner on everybody, the others on those compared."""
    is_sample = everybody.people > compared.people
    return [
        copy.deepcopy(model).fit_rows(everybody if name_of(model) == name or not is_sample else compared)
        for model in competing
        if model.name not in RULES or only
    ]


def _named(name: str, models: Sequence[LifetimeModel]) -> LifetimeModel | None:
    return next((one for one in models if name_of(one) == name), None)


def _leveled(found: Backtest, name: str, only: LifetimeModel | None, recalibrate: bool) -> tuple[Level, list[Row]]:
    """Give the winner's level, and the table, with the corrected winner last where it may be corrected."""
    level, corrected = proved(found.trials[name])
    if only or not recalibrate or name in RULES:
        refused = NO_MODEL if name in RULES else NOT_ASKED
        return Level(1.0, 0.0, level.seen_rate, level.origins, refused), found.rows
    return level, [*found.rows, line(f"{name}{CORRECTED}", corrected)]


def _in_season(competing: Sequence[LifetimeModel], clock: Clock | None, as_of: date) -> list[LifetimeModel]:
    if clock is None:
        return []
    return [InSeason(copy.deepcopy(model), clock, as_of) for model in competing if model.name not in RULES]


def _with_rules(competing: Sequence[LifetimeModel]) -> list[LifetimeModel]:
    names = {model.name for model in competing}
    return [*competing, *(rule for rule in candidates()[-len(RULES) :] if rule.name not in names)]


def _rows(days: BuyingDays | None, as_of: date) -> UniqueRows:
    if days is None:
        import numpy as np

        nothing = np.zeros(0)
        return UniqueRows(nothing, nothing, nothing, nothing, nothing)
    return grouped(days.known(as_of.toordinal()))[0]


def _without_comparison(
    found: Backtest, rows: UniqueRows, only: LifetimeModel | None, fitted: list[LifetimeModel], prior: Any
) -> Choice:
    """With too little to compare: what was asked for, else MBG/NBD with its prior, whatever was said about priors."""
    if only:
        called = _called(only)
        words = f"{called[:1].upper()}{called[1:]} was asked for. {found.reason}"
        return Choice(fitted[0], only.name, words, [], fitted, None, found)
    model = MBGNBD().fit_rows(rows)
    fitted = [model if one.name == model.name and prior == "default" else one for one in fitted]
    words = f"{found.reason} So MBG/NBD with what is usual elsewhere is used."
    return Choice(model, model.name, words, [], fitted, None, found)


def _allowing_for_unseen(alone: Choice, new: Unseen | None) -> Choice:
    """Give the total's interval room for months ahead that were never seen, as after a comparison."""
    spread = outside_its_season(Level(1.0, 0.0, 0.0, 0), [], None, new)[0].spread
    model = Recalibrated(alone.model, 1.0, spread) if spread > 0 else alone.model
    return replace(alone, model=model, warnings=[*alone.warnings, *_of_untold_season(None, new)])


def _is_rippled(untold: Pulls | None) -> bool:
    return untold is not None and untold.ripple > MOST_RIPPLED


def winner(found: Backtest, *, is_rippled: bool = False) -> str:
    """Say who wins: the least root mean squared error, calibration among equals; a rule only when clearly better.

    Among equals those that count in the season come first: it was proved before, and an even calendar that was right
    about one stretch of the year need not be about the next.

    Clearly better is a rule only if it still is once everybody's totals are those that came: where a busy season was
    held out, one that always says too much looks near for the wrong reason.
    """
    of_models = [row for row in found.rows if row.model not in RULES]
    of_rules = [row for row in found.rows if row.model in RULES]
    best = min((row.rmse for row in of_models), default=math.inf)
    rule = min(of_rules, key=lambda row: row.rmse, default=None)
    if rule and not (is_rippled and of_models) and rule.rmse < best * (1 - RULE_MUST_BEAT):
        leveled = min((_leveled_rmse(found.trials[row.model]) for row in of_models), default=math.inf)
        if _leveled_rmse(found.trials[rule.model]) < leveled * (1 - RULE_MUST_BEAT):
            return rule.model
    equals = [row for row in of_models if row.rmse <= best * (1 + AS_GOOD)]
    equals = [row for row in equals if row.model.endswith(IN_SEASON)] or equals
    return min(equals, key=lambda row: (round(_off(found.trials[row.model]), 3), row.rmse)).model


def _leveled_rmse(trials: Sequence[Trial]) -> float:
    """The root mean squared error over all trials, had each one's total been the one that came."""
    square, people = 0.0, 0
    for trial in trials:
        factor = float(trial.actual.sum()) / max(float(trial.said.mean.sum()), 1e-9)
        square += float(((trial.said.mean * factor - trial.actual) ** 2).sum())
        people += len(trial.actual)
    return math.sqrt(square / max(people, 1))


def _off(trials: Sequence[Trial]) -> float:
    """How far tenths of people were off on average over all origins."""
    return sum(miscalibration(trial.measures) for trial in trials) / len(trials)


def miscalibration(found: Measures) -> float:
    """Say how far the tenths of people were off on average, as a share of what a person bought on average."""
    if not found.actual_total:
        return 0.0
    return sum(tenth.n * abs(tenth.predicted - tenth.actual) for tenth in found.deciles) / found.actual_total


def _called(model: LifetimeModel | str) -> str:
    name = model if isinstance(model, str) else model.name
    if name.endswith(IN_SEASON):
        return f"{_called(name.removesuffix(IN_SEASON))} with the season counted in"
    return CALLED.get(name, name)


def in_words(name: str, found: Backtest, level: Level, *, is_asked_for: bool = False) -> str:
    """Say why, fit for an owner: how far it was off, against the simple rules, and what its ranking is worth."""
    row, rule = found.row(name), min((found.row(one) for one in RULES), key=lambda one: one.rmse)
    days = len(found.origins)
    when = f"from {days} earlier days" if days > 1 else "from 1 earlier day"
    error = f"{row.rmse:.2f} buying days a person (root of the mean square)"
    if is_asked_for:
        parts = [f"{_called(name)} was asked for; forecasting {when} it erred by {error}"]
    elif name in RULES:
        parts = [f"Forecasting {when}, {_called(name)} was clearly nearer than any model: it erred by {error}"]
    elif row.rmse <= min(one.rmse for one in found.rows):
        parts = [f"Forecasting {when}, {_called(name)} erred least: {error}"]
    else:
        how = "as little as any" if name.endswith(IN_SEASON) else "as little as any and was best calibrated"
        parts = [f"Forecasting {when}, {_called(name)} erred {how}: {error}"]
    if name not in RULES:
        parts[0] += f", {_called(rule.model)} {rule.rmse:.2f}"
    said = ". ".join([*parts, *_of_level(row, level), _of_ranking(row, found, name)]) + "."
    return said[:1].upper() + said[1:]


def _of_level(row: Row, level: Level) -> list[str]:
    if row.bias_rate is None:
        return []
    if level.season_rate:
        off = f"{abs(level.season_rate):.0%} {'more' if level.season_rate > 0 else 'less'} than on an even calendar"
        return [
            f"The months known say that the days ahead bring {off}, so forecasts are multiplied by {level.factor:.2f}"
            " (only part of what they say is believed)"
        ]
    if level.factor != 1.0:
        off = f"{abs(level.seen_rate):.0%} {'more' if level.seen_rate > 0 else 'less'} came than it said"
        return [
            f"From days as far from their end as today is from ours, {off}; so forecasts are multiplied by"
            f" {level.factor:.2f} (only part of it is believed)"
        ]
    off = f"Its totals were {abs(row.bias_rate):.0%} too {'high' if row.bias_rate > 0 else 'low'}"
    if level.refused and level.refused not in {NOT_ASKED, NO_MODEL}:
        return [f"{off}; correcting them was refused: {level.refused}"]
    return [off]


def _of_ranking(row: Row, found: Backtest, name: str) -> str:
    """Only claim a better ranking than the rules' when the top tenths differ by more than chance would make them."""
    rates = [found.row(rule).top_decile_rate for rule in RULES if rule != name]
    best = max((rate for rate in rates if rate is not None), default=None)
    if row.top_decile_rate is None or best is None:
        return "Nobody bought on the days held out, so nothing can be said about the ranking"
    of_top = max(1.0, row.measures.n / len(found.origins) / 10)
    chance = 1.96 * math.sqrt(2 * max(best * (1 - best), 0.01) / of_top)
    figures = f"{row.top_decile_rate:.2f} of the top tenth found, {best:.2f} by a simple rule"
    if row.top_decile_rate > best + chance:
        return f"It also ranks people better than the simple rules ({figures})"
    return f"It does not rank people better than a simple rule does ({figures})"


def _warnings(found: Backtest, as_of: date, clock: Clock | None) -> list[Caution]:
    first = min(origin.day for origin in found.origins)
    known = max(origin.day + origin.horizon_days for origin in found.origins)
    said: list[Caution] = []
    if known - first < 0.5 * 365 and len(found.origins) < 3:
        said.append(ShortComparison(as_of))
    if clock is not None:
        strong = max(range(12), key=lambda month: clock.months[month])
        weak = min(range(12), key=lambda month: clock.months[month])
        said.append(SeasonCounted(strong + 1, clock.months[strong], weak + 1, clock.months[weak]))
    return said


def _of_range(model: LifetimeModel, compared: UniqueRows, people: int, as_of: date, horizon_days: int) -> list[Caution]:
    """Say how far off the total may be, where that is more than a fifth; those compared never say too little."""
    total = model.total_of_rows(compared, horizon_days)
    if total.value <= 0 or (total.low >= (1 - WIDE) * total.value and total.high <= (1 + WIDE) * total.value):
        return []
    less, more = 1 - total.low / total.value, total.high / total.value - 1
    return [WideTotal(horizon_days, as_of, people, less, more)]


def _of_untold_season(untold: Pulls | None, new: Unseen | None, *, is_counted: bool = False) -> list[Caution]:
    """Say where the days ahead seem to be of a season that forecasts count only in part, or may be of one not seen."""
    said: list[Caution] = []
    if untold is not None and abs(untold.now) > MOST_APART:
        said.append(OtherSeasonAhead(untold.now > 0, is_counted))
    elif untold is not None and untold.ripple > MOST_RIPPLED:
        said.append(UnlikeMonths(is_counted))
    if new is not None and new.months:
        said.append(UnseenMonths(new.months))
    elif new is not None and not said and not new.is_even:
        said.append(NoSeason())
    return said
