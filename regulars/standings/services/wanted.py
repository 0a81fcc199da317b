"""What every person's standing should be on a day: insight on the frames of an engine, nothing written."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from regulars import insight
from regulars.insight.frames import Frame, opened, rows
from regulars.insight.orders import purchases
from regulars.insight.rhythms import Rhythms, by_thumb
from regulars.insight.seasonality import Seasonality
from regulars.standings.engines import Engine
from regulars.standings.models import Basis
from regulars.standings.services.scoring import KINDS, SCORES, Models, scored

COLUMNS = (
    "person_id", "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_mils", "usual_gap_days",
    "gap_low_days", "gap_high_days", "slips_on", *SCORES,
)  # fmt: skip
ORDER = ("customer", "day", "amount", "refund", "cancelled", "channel")
GAPS = {"usual_gap_days": "usual_gap_days", "usual_gap_low": "gap_low_days", "usual_gap_high": "gap_high_days"}
MEDIAN = "median_gap_days"
DURATIONS = ("t_x_days", "T_days")
FACTS = (
    "customer", "frequency", "x", "first_on", "last_on", "monetary", "t_x_days", "T_days", "log_gaps_sum", "spend_mean",
)  # fmt: skip


def learn(engine: Engine, as_of: date) -> Any:
    """Make the table `facts`: what the orders of everybody who may have a standing say on this day.

    Without medians of gaps: only the rule of thumb wants them, for the few who came back where no rhythm is known.
    """
    people = opened(engine.table("people"))
    facts = _only(opened(insight.summary(orders(engine, as_of), as_of)).select(*FACTS), people)
    return engine.keep("facts", facts.to_native())


def bought(engine: Engine, as_of: date) -> Any:
    """Make the table `bought`: what those in `facts` paid and when, for all that reads orders again."""
    ours = opened(engine.table("facts")).select(buyer="customer")
    kept: Any = purchases(orders(engine, as_of), as_of, also=["channel"])
    kept = kept.join(ours, left_on="customer", right_on="buyer", how="semi")
    return engine.keep(
        "bought", kept.select("customer", "day", _channel(), amount=nw.col("net").cast(nw.Int64)).to_native()
    )


def _channel() -> nw.Expr:
    """Missing where no channel was noted."""
    return nw.when(nw.col("channel") != "").then(nw.col("channel")).alias("channel")


def reckon(
    engine: Engine, models: Models | None, rhythms: Rhythms | None, as_of: date, season: Seasonality | None = None
) -> None:
    """Make the table `wanted` from `facts`: one row for each person who has a standing on this day.

    Without `rhythms`, because too few people came back, somebody slips by a rule of thumb: twice their usual gap. With
    a season a silence counts by how busy its months are.
    """
    people, facts = opened(engine.table("people")), opened(engine.table("facts"))
    known = _known(engine, _with_medians(engine, facts, rhythms, as_of), people, as_of)
    graded = opened(engine.keep("graded", insight.grade_summary(_where_money_is_known(known), as_of)))
    prospects = opened(insight.prospects(_of_the_others(engine, graded).to_native(), as_of))
    told = _told(engine, graded, rhythms, season, as_of)
    wanted = nw.concat([_of_buyers(_with_scores(told, facts, models, as_of)), _of_others(prospects)])
    engine.hand_over("wanted", wanted.to_native())


def _only(frame: Any, people: Any) -> Frame:
    ours: Frame = frame.join(people.select("id"), left_on="customer", right_on="id", how="semi")
    return ours


def _with_medians(engine: Engine, facts: Any, rhythms: Rhythms | None, as_of: date) -> Any:
    """Give facts with medians of gaps: from a second look at the orders of who came back.

    None at all where `rhythms` are known: what is usual is then reckoned afterwards.
    """
    if rhythms is not None:
        return facts.with_columns(nw.when(nw.col("x") < 0).then(nw.lit(1.0)).alias(MEDIAN))
    returned: Any = facts.filter(nw.col("x") > 0).select(buyer="customer")
    theirs: Any = opened(orders(engine, as_of))
    theirs = theirs.join(returned, left_on="customer", right_on="buyer", how="semi").to_native()
    summed = opened(insight.summary(theirs, as_of)).select(whose="customer", median_gap_days=MEDIAN)
    medians: Any = opened(engine.keep("medians", summed.to_native()))
    return facts.join(medians, left_on="customer", right_on="whose", how="left")


def _known(engine: Engine, facts: Frame, people: Frame, as_of: date) -> Frame:
    """Facts, with what the owner remembers laid over them; ``real`` and ``paid`` are what was bought."""
    remembered = _only(opened(engine.table("memories")), people)
    if not rows(remembered.select("customer").head(1)):
        own: Frame = facts.with_columns(
            basis=nw.lit(str(Basis.ORDERS)), real=nw.col("frequency"), paid=nw.col("monetary")
        )
        return own
    both: Any = opened(insight.with_memory(facts.to_native(), remembered.to_native(), as_of))
    bought = facts.select(buyer="customer", real="frequency", paid="monetary")
    joined = both.join(bought, left_on="customer", right_on="buyer", how="left")
    found: Frame = joined.with_columns(real=nw.col("real").fill_null(0), paid=nw.col("paid").fill_null(0))
    return found


def _where_money_is_known(known: Frame) -> Any:
    """Nothing paid on any visit means that nobody noted what it cost: no amount is not the smallest of all amounts."""
    has_money = nw.col("monetary") != 0
    return known.with_columns(monetary=nw.when(has_money).then(nw.col("monetary"))).to_native()


def _told(engine: Engine, graded: Any, rhythms: Rhythms | None, season: Seasonality | None, as_of: date) -> Any:
    if rhythms is None:
        return opened(by_thumb(graded.to_native()))
    if season is None:
        return opened(rhythms.describe(graded.to_native(), due_share=None))
    of_calendar = {f"calendar_{name}": name for name in DURATIONS if name in graded.collect_schema()}
    clocked = graded.with_columns(**{kept: nw.col(name) for kept, name in of_calendar.items()})
    clocked = _on_the_clock(engine, clocked, season, as_of)
    told: Any = opened(rhythms.describe(clocked.to_native(), season=season, due_share=None))
    told = told.with_columns(**{name: nw.col(kept) for kept, name in of_calendar.items()})  # which scores count
    return told.drop(*of_calendar)


def _on_the_clock(engine: Engine, graded: Any, season: Seasonality, as_of: date) -> Any:
    """Count t_x on the clock of the season, of what was bought: memories, where there are any, lie over those facts."""
    if "T_days" in graded.collect_schema():
        return opened(season.felt(graded.to_native(), as_of))
    felt: Any = opened(season.felt(engine.table("facts"), as_of)).select(whose="customer", felt_days="t_x_days")
    clocked = graded.join(felt, left_on="customer", right_on="whose", how="left")
    clocked = clocked.with_columns(t_x_days=nw.col("felt_days").fill_null(0.0))
    return opened(engine.keep("clocked", clocked.select(*graded.collect_schema().names()).to_native()))


def orders(engine: Engine, as_of: date) -> Any:
    """Orders as insight wants them, with refunds as known on the day: looked up one by one only where it must be."""
    given, refunds = opened(engine.table("all_orders")), opened(engine.table("all_refunds"))
    [(latest,)] = rows(refunds.select(nw.col("day").max()))
    if latest is None or latest <= as_of:
        return given.select(*ORDER).to_native()
    known = refunds.filter(nw.col("day") <= as_of).group_by("order_id").agg(refund=nw.col("amount").sum())
    known = known.select("order_id", refund=nw.col("refund").cast(nw.Int64))
    joined: Any = given.drop("refund")
    joined = joined.join(known, left_on="id", right_on="order_id", how="left")
    return joined.select(*ORDER).to_native()


def contacts(engine: Engine, people: Any) -> Frame:
    """Days on which these people (of the table `people`) were in touch, and whether they asked for something.

    The day they were added, every note, everything they said, and every enquiry with what it might be worth, in mils.
    """
    ids, nothing = people.select("id"), nw.lit(None, dtype=nw.Int64)
    days = [people.select(customer="id", day="added_on", has_asked="has_asked", might_spend=nothing)]
    for name in ("notes", "encounters", "enquiries"):
        rows: Any = opened(engine.table(name))
        theirs = rows.join(ids, left_on="person_id", right_on="id", how="semi")
        is_asking = name == "enquiries"
        spend = nw.col("might_spend") if is_asking else nothing
        days.append(theirs.select(customer="person_id", day="day", has_asked=nw.lit(is_asking), might_spend=spend))
    both: Frame = nw.concat(days)
    return both


def _of_the_others(engine: Engine, graded: Any) -> Frame:
    """Days of contact with people who might buy and have not."""
    people: Any = opened(engine.table("people")).filter(nw.col("may_buy"))
    buyers = graded.select(buyer=nw.col("customer"))
    others = people.join(buyers, left_on="id", right_on="buyer", how="anti").select("id", "added_on", "has_asked")
    return contacts(engine, opened(engine.keep("others", others.to_native())))


def _with_scores(told: Any, facts: Any, models: Models | None, as_of: date) -> Any:
    """Score by what was bought: those facts are in the frame already unless memories were laid over them."""
    if "T_days" in told.collect_schema():
        return scored(told, models, as_of, histories=facts)
    scores: Any = scored(facts, models, as_of).select(nw.col("customer").alias("scored"), *SCORES)
    return told.join(scores, left_on="customer", right_on="scored", how="left")


def _of_buyers(frame: Any) -> Any:
    """What was told of how often somebody comes is said as it was told; everything else is reckoned."""
    is_own = nw.col("basis") == str(Basis.ORDERS)
    gaps = {name: nw.col(given).round(1).cast(nw.Float64) for given, name in GAPS.items()}
    if "told_gap_days" in frame.collect_schema():  # without a memory nobody was told of
        usual = nw.when(is_own).then(gaps["usual_gap_days"]).otherwise(nw.col("told_gap_days").cast(nw.Float64))
        gaps["usual_gap_days"] = usual
    return frame.select(
        nw.col("customer").cast(nw.Int64).alias("person_id"),
        "basis",
        _slug().alias("group"),
        *(nw.col(grade).cast(nw.Int64) for grade in ("r", "f", "m")),
        *(nw.col(day).cast(nw.Date) for day in ("first_on", "last_on")),
        nw.col("real").cast(nw.Int64).alias("buying_days"),
        nw.col("paid").cast(nw.Int64).alias("net_mils"),
        **gaps,
        slips_on=nw.col("slips_on").cast(nw.Date),
        **{name: nw.when(_counts(name, is_own)).then(nw.col(name)).cast(kind) for name, kind in KINDS.items()},
    )


def _counts(score: str, is_own: nw.Expr) -> nw.Expr:
    """Scores are of what was bought, and what somebody brings is said only where money was ever noted."""
    return is_own & (nw.col("paid") != 0) if score.startswith("value_") else is_own


def _of_others(prospects: Any) -> Any:
    numbers = dict.fromkeys(GAPS.values(), nw.Float64)
    none: dict[str, Any] = dict.fromkeys(("r", "f", "m"), nw.Int64) | numbers | {"slips_on": nw.Date} | KINDS
    frame = prospects.with_columns(
        nw.col("customer").cast(nw.Int64).alias("person_id"),
        nw.lit(str(Basis.CONTACT)).alias("basis"),
        _slug().alias("group"),
        nw.lit(None, dtype=nw.Date).alias("first_on"),
        nw.col("last_contact_on").cast(nw.Date).alias("last_on"),
        nw.lit(0).cast(nw.Int64).alias("buying_days"),
        nw.lit(0).cast(nw.Int64).alias("net_mils"),
        *(nw.lit(None, dtype=kind).alias(name) for name, kind in none.items()),
    )
    return frame.select(*COLUMNS)


def _slug() -> nw.Expr:
    """The stored name of a group: insight's in small letters with hyphens; empty where nobody can be graded."""
    return nw.col("group").fill_null("").str.to_lowercase().str.replace_all(" ", "-", literal=True)
