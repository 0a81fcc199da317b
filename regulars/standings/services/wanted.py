"""What every person's standing should be on a day: insight on the frames of an engine, nothing written."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from regulars import insight
from regulars.insight.frames import Frame, opened, plus_days, rows
from regulars.insight.orders import purchases
from regulars.insight.rhythm import SILENT_AT_LEAST_DAYS, TIMES_THE_USUAL_GAP
from regulars.standings.engines import Engine
from regulars.standings.models import Basis
from regulars.standings.services.scoring import KINDS, SCORES, Models, scored

COLUMNS = (
    "person_id", "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_mils", "median_gap_days",
    "slips_on", *SCORES,
)  # fmt: skip


def learn(engine: Engine, as_of: date) -> Any:
    """Make the table `facts`: what the orders of everybody who may have a standing say on this day."""
    people = opened(engine.table("people"))
    facts = _only(opened(insight.summary(orders(engine, as_of), as_of)), people)
    return engine.keep("facts", facts.to_native())


def bought(engine: Engine, as_of: date) -> Any:
    """Make the table `bought`: what those in `facts` paid on each buying day, for all that reads orders again."""
    ours = opened(engine.table("facts")).select(buyer="customer")
    kept: Any = purchases(orders(engine, as_of), as_of)
    kept = kept.join(ours, left_on="customer", right_on="buyer", how="semi")
    daily = kept.group_by("customer", "day").agg(amount=nw.col("net").sum())
    return engine.keep("bought", daily.select("customer", "day", nw.col("amount").cast(nw.Int64)).to_native())


def reckon(engine: Engine, models: Models | None, as_of: date) -> None:
    """Make the table `wanted` from `facts`: one row for each person who has a standing on this day."""
    people, facts = opened(engine.table("people")), opened(engine.table("facts"))
    known = _known(engine, facts, people, as_of)
    graded = opened(engine.keep("graded", insight.grade_summary(known.to_native(), as_of)))
    prospects = opened(insight.prospects(_contacts(engine, people, graded).to_native(), as_of))
    scores = scored(facts.to_native(), models, as_of)
    wanted = nw.concat([_of_buyers(graded, facts, scores), _of_others(prospects)])
    engine.hand_over("wanted", wanted.to_native())


def _only(frame: Any, people: Any) -> Frame:
    ours: Frame = frame.join(people.select("id"), left_on="customer", right_on="id", how="semi")
    return ours


def _known(engine: Engine, facts: Frame, people: Frame, as_of: date) -> Frame:
    """Facts, with what the owner remembers laid over them."""
    remembered = _only(opened(engine.table("memories")), people)
    if not rows(remembered.select("customer").head(1)):
        return facts.with_columns(basis=nw.lit(str(Basis.ORDERS)))
    return opened(insight.with_memory(facts.to_native(), remembered.to_native(), as_of))


def orders(engine: Engine, as_of: date) -> Any:
    """Orders as insight wants them, with refunds as known on the day: looked up one by one only where it must be."""
    given, refunds = opened(engine.table("all_orders")), opened(engine.table("all_refunds"))
    [(latest,)] = rows(refunds.select(nw.col("day").max()))
    if latest is None or latest <= as_of:
        return given.select("customer", "day", "amount", "refund", "cancelled").to_native()
    known = refunds.filter(nw.col("day") <= as_of).group_by("order_id").agg(refund=nw.col("amount").sum())
    known = known.select("order_id", refund=nw.col("refund").cast(nw.Int64))
    joined: Any = given.drop("refund")
    joined = joined.join(known, left_on="id", right_on="order_id", how="left")
    return joined.select("customer", "day", "amount", "refund", "cancelled").to_native()


def _contacts(engine: Engine, people: Any, graded: Any) -> Frame:
    """Days of contact with people who might buy and have not: the day they were added, and every note."""
    buyers = graded.select(buyer=nw.col("customer"))
    others = people.filter(nw.col("may_buy")).join(buyers, left_on="id", right_on="buyer", how="anti")
    notes: Any = opened(engine.table("notes"))
    noted = notes.join(others.select("id"), left_on="person_id", right_on="id", how="semi")
    added = others.select(customer=nw.col("id"), day=nw.col("added_on"), has_asked=nw.col("has_asked"))
    both: Frame = nw.concat([added, noted.select(customer=nw.col("person_id"), day="day", has_asked=nw.lit(False))])
    return both


def _of_buyers(graded: Any, facts: Frame, scores: Any) -> Any:
    rhythms = opened(insight.with_slipping_day(facts.to_native())).select(
        known="customer", real="frequency", paid="monetary", own_days="slips_after_days"
    )
    frame = graded.join(rhythms, left_on="customer", right_on="known", how="left")
    frame = frame.join(scores.rename({"customer": "scored"}), left_on="customer", right_on="scored", how="left")
    # A rhythm that was told counts from the first day on; without one nobody slips (as `insight.slips_after_days`).
    told = nw.max_horizontal(
        nw.lit(float(SILENT_AT_LEAST_DAYS)), (nw.col("median_gap_days") * TIMES_THE_USUAL_GAP).floor() + 1
    )
    told = nw.when(~nw.col("median_gap_days").is_null()).then(told)
    is_own = nw.col("basis") == str(Basis.ORDERS)
    own = nw.when(is_own).then(nw.col("own_days")).otherwise(told)
    frame = plus_days(frame.with_columns(after=own), "last_on", "after", "slips_on")
    return frame.select(
        nw.col("customer").cast(nw.Int64).alias("person_id"),
        "basis",
        _slug().alias("group"),
        *(nw.col(grade).cast(nw.Int64) for grade in ("r", "f", "m")),
        *(nw.col(day).cast(nw.Date) for day in ("first_on", "last_on")),
        nw.col("real").fill_null(0).cast(nw.Int64).alias("buying_days"),
        nw.col("paid").fill_null(0).cast(nw.Int64).alias("net_mils"),
        nw.col("median_gap_days").cast(nw.Float64),
        nw.col("slips_on").cast(nw.Date),
        *(nw.when(is_own).then(nw.col(name)).cast(kind).alias(name) for name, kind in KINDS.items()),
    )


def _of_others(prospects: Any) -> Any:
    none = {"r": nw.Int64, "f": nw.Int64, "m": nw.Int64, "median_gap_days": nw.Float64, "slips_on": nw.Date} | KINDS
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
