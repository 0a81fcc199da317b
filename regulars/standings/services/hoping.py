"""Who has not bought yet and what may come of it: what people like them did before, and who is worth a call first."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from regulars import insight
from regulars.insight.frames import Frame, opened, rows
from regulars.insight.groups import chosen
from regulars.insight.potential import HORIZON_DAYS
from regulars.insight.prospects import PROSPECT_GROUPS
from regulars.standings.engines import Engine
from regulars.standings.models import Finding
from regulars.standings.models.groups import slug
from regulars.standings.services import wanted
from regulars.standings.services.finding import Found, amount

NAMED = 120
WORTH_A_CALL = PROSPECT_GROUPS[:2]
RATES = ("n", "p_buys", "p_low", "p_high", "others", "others_low", "others_high")


def found(engine: Engine, orders: Any, as_of: date) -> dict[str, Found]:
    """Count them by group with what became of people like them (see `insight.potential`), and name the first."""
    early = opened(engine.keep("early_contacts", _before_they_bought(engine).to_native()))
    if not rows(early.head(1)):
        return {Finding.Name.POTENTIAL: _said([], [])}
    callers: Any = early.select(caller="customer").unique()
    theirs: Any = opened(orders)
    theirs = theirs.join(callers, left_on="customer", right_on="caller", how="semi").select("customer", "day", "amount")
    known = insight.potential(early.to_native(), theirs.to_native(), as_of, horizon_days=HORIZON_DAYS)
    people = opened(engine.keep("potential", known))
    return {Finding.Name.POTENTIAL: _said(_counted(people), _first(people))}


def _before_they_bought(engine: Engine) -> Frame:
    """Contacts of everybody who might buy, up to their first visit; of nobody who is only remembered to have come.

    Most people in a shop's book were added with their first purchase: they leave here, before anything is reckoned.
    """
    people: Any = opened(engine.table("people")).filter(nw.col("may_buy"))
    memories: Any = opened(engine.table("memories")).select(remembered="customer")
    people = people.join(memories, left_on="id", right_on="remembered", how="anti")
    firsts: Any = opened(engine.table("facts")).select(buyer="customer", began="first_on")
    people = people.join(firsts, left_on="id", right_on="buyer", how="left")
    asked: Any = wanted.contacts(engine, people)
    asked = asked.join(people.select("id", "began"), left_on="customer", right_on="id", how="left")
    early: Frame = asked.filter(nw.col("began").is_null() | (nw.col("day") < nw.col("began")))
    return early.select("customer", "day", "has_asked", "might_spend")


def _counted(people: Frame) -> list[tuple[Any, ...]]:
    is_estimate = nw.col("basis") == "estimated"
    parts = people.with_columns(
        others=nw.when(is_estimate).then(nw.col("expected")),
        others_low=nw.when(is_estimate).then(nw.col("expected_low")),
        others_high=nw.when(is_estimate).then(nw.col("expected_high")),
    )
    sums = [nw.col(name).max() for name in RATES]
    return rows(parts.group_by("group").agg(nw.len().alias("people"), *sums).select("group", "people", *RATES))


def _first(people: Frame) -> list[tuple[Any, ...]]:
    """Warm before waiting; then who may bring most, shows most signs and was in touch last."""
    callable_ones = people.filter(nw.col("group").is_in(WORTH_A_CALL))
    place = chosen([(nw.col("group") == group, str(number)) for number, group in enumerate(WORTH_A_CALL)])
    money = nw.when(~nw.col("expected").is_null()).then(nw.col("expected")).otherwise(nw.lit(-1.0))
    keyed = callable_ones.with_columns(place=place, money=money)
    by = ("place", "money", "signs", "last_contact_on", "customer")
    first = keyed.sort(*by, descending=[False, True, True, True, False]).head(NAMED)
    found_rows = rows(first.select(*by, "group", "expected", "expected_low", "expected_high", "basis"))
    return sorted(found_rows, key=lambda row: (row[0], -row[1], -row[2], -row[3].toordinal(), row[4]))


def _said(counted: list[tuple[Any, ...]], first: list[tuple[Any, ...]]) -> Found:
    by_group = {group: row for group, *row in counted}
    people = sum(int(row[0]) for row in by_group.values())
    data = {
        "horizon_days": HORIZON_DAYS,
        "people": people,
        "groups": [_group(group, by_group[group]) for group in PROSPECT_GROUPS if group in by_group],
        "named": [
            {"person_id": int(pk), "group": slug(group), "signs": int(signs), "last_contact_on": day.isoformat(),
             "expected": _estimate(money, scale=amount), "basis": basis}
            for _place, _money, signs, day, pk, group, *money, basis in first
        ],
        "reason": "" if people else "nobody-waits",
    }  # fmt: skip
    return Found(people, data)


def _group(group: str, row: list[Any]) -> dict[str, Any]:
    people, n, *parts = row
    return {
        "group": slug(group),
        "people": int(people),
        "n": int(n or 0),
        "p_buys": _estimate(parts[:3], scale=lambda share: round(share, 4)),
        "expected": _estimate(parts[3:], scale=amount),
    }


def _estimate(parts: list[Any], scale: Any) -> dict[str, Any] | None:
    if any(part is None or part != part for part in parts):
        return None
    return dict(zip(("value", "low", "high"), (scale(float(part)) for part in parts), strict=True))
