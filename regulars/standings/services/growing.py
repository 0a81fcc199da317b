"""Who could buy more here and whom we have already: grades crossed with the share of what they spend elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals as nw

from regulars import insight
from regulars.insight.frames import opened, rows
from regulars.insight.wallet import ROOM
from regulars.standings.engines import Engine
from regulars.standings.models import SIMPLE_GROUPS, Basis, Finding, SimpleGroup
from regulars.standings.models.groups import NAMES
from regulars.standings.models.shares import YEAR_DAYS
from regulars.standings.services.finding import Found, amount

NAMED = 12
OFTEN = tuple(NAMES[slug] for slug in (*SIMPLE_GROUPS[SimpleGroup.REGULARS], "potential-loyal"))


def found(engine: Engine, orders: Any, as_of: date) -> dict[str, Found]:
    """Count by group who has room to grow; asked or estimated (see `insight.wallet`), and never one for the other."""
    day = nw.col("day")
    year: Any = opened(orders).filter(day > nw.lit(as_of - timedelta(days=YEAR_DAYS)), day <= nw.lit(as_of))
    spent = year.group_by("customer").agg(spent=nw.col("amount").sum()).rename({"customer": "buyer"})
    graded: Any = opened(engine.table("graded")).filter(nw.col("basis") == str(Basis.ORDERS))
    graded = graded.select("customer", "group")
    facts = graded.join(spent, left_on="customer", right_on="buyer", how="left")
    facts = facts.select("customer", monetary=nw.col("spent").fill_null(0).cast(nw.Int64))
    wallets = insight.wallet(facts.to_native(), engine.table("shares"), as_of)
    crossed = opened(engine.keep("rooms", insight.with_room(graded.to_native(), wallets)))
    counted = rows(crossed.group_by("group", "room", "share_basis").agg(n=nw.len()))
    has_room = (nw.col("room") == ROOM[0]) & nw.col("group").is_in(OFTEN)
    named = crossed.filter(has_room.fill_null(False), ~nw.col("room_amount").is_null())
    first = named.sort("room_amount", "customer", descending=[True, False]).head(NAMED)
    listed = rows(first.select("customer", "share", "share_basis", "room_amount"))
    return {Finding.Name.ROOM: _said(counted, sorted(listed, key=lambda row: (-row[3], row[0])))}


def _said(counted: list[tuple[Any, ...]], listed: list[tuple[Any, ...]]) -> Found:
    groups: dict[str, dict[str, Any]] = {s: {"group": s, "grow": 0, "full": 0, "between": 0} for s in NAMES}
    slugs = {name: slug for slug, name in NAMES.items()}
    rests = {"asked": 0, "estimated": 0}
    for group, room, basis, n in counted:
        if basis is None:
            continue
        rests[basis] += int(n)
        if group in slugs:
            groups[slugs[group]][{ROOM[0]: "grow", ROOM[1]: "full"}.get(room, "between")] += int(n)
    data = {
        "groups": [row for row in groups.values() if row["grow"] or row["full"] or row["between"]],
        **rests,
        "named": [
            {"person_id": int(pk), "share": round(float(share), 3), "basis": basis, "amount": amount(float(money))}
            for pk, share, basis, money in listed
        ],
        "reason": "" if sum(rests.values()) else "too-few-peers",
    }
    return Found(sum(rests.values()), data)
