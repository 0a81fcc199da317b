"""What the top tenth of the people who bought in a year spent here: what a share is estimated by where none is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals as nw

from regulars.insight.capacity import capacities
from regulars.insight.frames import kept, rows
from regulars.insight.orders import purchases
from regulars.insight.wallet import MINIMUM_PEERS
from regulars.standings.models import Finding
from regulars.standings.models.shares import YEAR_DAYS
from regulars.standings.services.finding import Found, amount


def found(orders: Any, as_of: date) -> dict[str, Found]:
    """Find that amount with its interval (see `insight.wallet`, rule *peers*); missing where too few bought."""
    bought = purchases(orders, as_of)
    year = bought.filter(nw.col("day") > nw.lit(as_of - timedelta(days=YEAR_DAYS)))
    people = year.group_by("customer").agg(spend_key=nw.col("net").sum()).filter(nw.col("spend_key") > 0)
    people = kept(people.select(peers=nw.lit("all"), spend_key=nw.col("spend_key").cast(nw.Int64)))
    [(n,)] = rows(people.select(nw.len()))
    tops = capacities(people, MINIMUM_PEERS, 0.95)
    if not tops:
        return {Finding.Name.PEERS: Found(int(n), {"top": None, "top_low": None, "top_high": None})}
    top = tops["all"]
    said = {"top": amount(top.value), "top_low": amount(top.low), "top_high": amount(top.high)}
    return {Finding.Name.PEERS: Found(int(n), said)}
