"""The model card: which models people are scored with, since when, and how they did on earlier days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from regulars.insight.frames import Frame, opened, rows
from regulars.insight.own_rhythm import learned_rhythm
from regulars.insight.rhythms import Rhythms
from regulars.insight.seasonality import Seasonality
from regulars.standings.models import Finding
from regulars.standings.services.finding import Found
from regulars.standings.services.scoring import HORIZON_DAYS, Models

if TYPE_CHECKING:
    from regulars.insight.backtest import Choice

LAYOUT = 4
REFIT_AFTER_DAYS = 7
CHANGED_ENOUGH = 0.1
FEWEST_BUYERS = 10
FEWEST_WHO_CAME_BACK = 3
COMPARED_AT_MOST = 50_000  # people; the comparison of models runs on a sample of so many
DISCOUNT_RATE_YEAR = 0.1


class Size(NamedTuple):
    """How much there is to learn from."""

    buyers: int
    repeats: int
    returned: int


def size(facts: Any) -> Size:
    """Count people who bought, their repeat days, and those who have any."""
    repeat = nw.col("x").cast(nw.Int64)
    counts = opened(facts).select(
        n=nw.len(), x=repeat.sum(), returned=(repeat > 0).cast(nw.Int64).sum()
    )  # fmt: skip
    [(buyers, repeats, returned)] = rows(counts)
    return Size(int(buyers or 0), int(repeats or 0), int(returned or 0))


def models_of(card: dict[str, Any] | None) -> Models | None:
    """Take up the models of a card; none where it has none."""
    if not card or not card.get("stored"):
        return None
    from regulars.insight.lifetime import LifetimeModel
    from regulars.insight.spend import GammaGamma

    return Models(
        scored_on=date.fromisoformat(card["fitted_on"]),
        lifetime=_lifetime(card["stored"]["lifetime"], LifetimeModel),
        spend=GammaGamma.from_dict(card["stored"]["spend"]),
        margin_rate=card["margin_rate"],
        discount_rate_year=card["discount_rate_year"],
        season=season_of(card),
    )


def rhythms_of(card: dict[str, Any] | None) -> Rhythms | None:
    """Take up how regular people are; none while too few came back to learn it from: then the rule of thumb counts."""
    stored = (card or {}).get("rhythm")
    return Rhythms.from_dict(stored) if stored else None


def season_of(card: dict[str, Any] | None) -> Seasonality | None:
    """Take up the season of the shop; none where two years of orders do not show one."""
    stored = (card or {}).get("season")
    return Seasonality.from_dict(stored) if stored else None


def _rhythm(rhythms: Rhythms | None) -> dict[str, Any] | None:
    """Give what was learned in six figures, which are the same whatever engine summed up."""
    if rhythms is None:
        return None
    learned = rhythms.to_dict()
    rounded = {name: float(f"{value:.6g}") for name, value in learned["params"].items()}
    return learned | {"params": rounded, "log_likelihood": float(f"{learned['log_likelihood']:.6g}")}


def _lifetime(stored: dict[str, Any], kinds: Any) -> Any:
    import regulars.insight.backtest  # noqa: F401 (its models can be read back once it is known)

    return kinds.from_dict(stored)


def is_due(card: dict[str, Any] | None, found: Size, as_of: date) -> bool:
    """Say whether the models have to be learned anew: each week, after much has changed, or for an earlier day."""
    if card is None or card.get("layout") != LAYOUT:
        return True
    age = (as_of - date.fromisoformat(card["fitted_on"])).days
    known = Size(**card["size"])
    return (
        not 0 <= age < REFIT_AFTER_DAYS
        or _differs(known.buyers, found.buyers)
        or _differs(known.repeats, found.repeats)
    )


def _differs(known: int, now: int) -> bool:
    return abs(now - known) > CHANGED_ENOUGH * max(known, 1)


def fitted(
    orders: Any, facts: Any, found: Size, *, as_of: date, margin_rate: float | None, before: dict[str, Any] | None
) -> dict[str, Any]:
    """Learn the models and write the card; with too few people it says so and nobody is scored."""
    ours: Any = opened(facts).select(buyer="customer")
    theirs: Any = opened(orders)
    theirs = theirs.join(ours, left_on="customer", right_on="buyer", how="semi").to_native()
    season, rhythms = learned_rhythm(facts, theirs, as_of)
    card: dict[str, Any] = {
        "layout": LAYOUT,
        "fitted_on": as_of.isoformat(),
        "size": found._asdict(),
        "n": found.buyers,
        "margin_rate": margin_rate,
        "discount_rate_year": DISCOUNT_RATE_YEAR,
        "season": season.to_dict() if season else None,
        "rhythm": _rhythm(rhythms),
        "stored": None,
        "reason": "no-model",
        "needed": FEWEST_WHO_CAME_BACK,
        "have": found.returned,
        "needed_buyers": FEWEST_BUYERS,
    }
    if found.buyers < FEWEST_BUYERS or found.returned < FEWEST_WHO_CAME_BACK:
        return card | {"name": "", "since": as_of.isoformat(), "params": {}, "standard_errors": {}, "backtest": [],
                       "warnings": [], "why": "", "spend": None, "recalibration": None, "calibration": [],
                       "last": {}, "log_likelihood": None}  # fmt: skip
    choice, lifetime = _chosen(orders, facts, found, as_of)
    spend = _spend(facts)
    same = before is not None and before.get("name") == choice.name
    return card | {
        "name": choice.name,
        "since": before["since"] if same and before else as_of.isoformat(),
        "params": lifetime.params_,
        "standard_errors": lifetime.standard_errors_,
        "log_likelihood": lifetime.log_likelihood_,
        "why": choice.why,
        "warnings": [one.to_dict() for one in (*choice.warnings, *lifetime.warnings_, *spend.warnings_)],
        "backtest": _table(choice),
        "recalibration": None if choice.level is None else asdict(choice.level),
        "calibration": _calibration(choice),
        "last": _last(choice),
        "spend": None if spend.params_ is None else {**spend.params_, "n": spend.n_},
        "stored": {"lifetime": lifetime.to_dict(), "spend": spend.to_dict()},
        "reason": "",
    }


def _chosen(orders: Any, facts: Any, found: Size, as_of: date) -> tuple[Choice, Any]:
    """Compare on everybody or on a sample; then learn from everybody."""
    from regulars.insight.backtest import choose

    if found.buyers <= COMPARED_AT_MOST:
        choice = choose(orders, as_of, HORIZON_DAYS, facts=facts)
        return choice, choice.model
    share = -(-found.buyers // COMPARED_AT_MOST)
    choice = choose(_sample(orders, share).to_native(), as_of, HORIZON_DAYS)
    return choice, choice.model.fit(facts)


def _sample(frame: Any, share: int) -> Frame:
    """Every so many customers, by their number: the same ones every week."""
    sampled: Frame = opened(frame).filter(nw.col("customer").cast(nw.Int64) % share == 0)
    return sampled


def _spend(facts: Any) -> Any:
    from regulars.insight.spend import GammaGamma

    return GammaGamma().fit(facts)


def _table(choice: Choice) -> list[dict[str, Any]]:
    from regulars.insight.backtest.rolling import RULES

    names = ("model", "mae", "rmse", "bias_rate", "coverage_95", "gini", "top_decile_rate")
    return [
        {name: getattr(row, name) for name in names}
        | {"is_chosen": row.model == choice.used, "is_heuristic": row.model in RULES}
        for row in choice.rows
    ]


def _calibration(choice: Choice) -> list[dict[str, Any]]:
    """By tenths of what the model in use said of the days held out."""
    row = next((row for row in _table(choice) if row["is_chosen"]), None)
    if row is None:
        return []
    measures = next(one.measures for one in choice.rows if one.model == row["model"])
    return [{"people": d.n, "expected": d.predicted, "happened": d.actual} for d in measures.deciles]


def _last(choice: Choice) -> dict[str, Any]:
    """What the model said of everybody's purchases in the latest stretch held out, and what came."""
    trials = choice.backtest.trials.get(choice.entry)
    if not trials:
        return {}
    trial = trials[0]
    begin = trial.origin.day
    said = {"value": trial.measures.predicted_total, "low": trial.said.total_low, "high": trial.said.total_high}
    return {
        "from": date.fromordinal(begin + 1).isoformat(),
        "until": date.fromordinal(begin + trial.origin.horizon_days).isoformat(),
        "people": trial.measures.n,
        "expected": said,
        "happened": trial.measures.actual_total,
    }


def kept() -> dict[str, Any] | None:
    """The card as it was last written. One query."""
    row = Finding.objects.filter(name=Finding.Name.MODEL).first()
    return None if row is None else dict(row.data)


def as_found(card: dict[str, Any]) -> Found:
    return Found(card["n"], card)
