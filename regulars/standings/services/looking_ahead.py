"""What lies ahead: value, the next twelve months, and what silence may cost."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw

from regulars.insight.discounting import kept_rate
from regulars.insight.frames import opened, rows
from regulars.insight.lifetime import unique_rows
from regulars.insight.orders import purchases
from regulars.standings.models import Finding
from regulars.standings.services.finding import Found, amount
from regulars.standings.services.scoring import CONFIDENCE, HORIZON_DAYS, Models

if TYPE_CHECKING:
    from regulars.insight.value_months import MonthsAhead

NO_MODEL = {"reason": "no-model"}
BANDS = (1, 2, 3, 5, 10)
NAMED = 12
MAY_STILL_BE_WON = 0.1  # P(still a customer) from which money at stake is counted
NOTHING = (0, 0, 0, 0, 0)  # people, those counted, at stake, expected, lost
STEPS = (1, 1.5, 2, 3, 5, 7)
BUCKETS = 8
MILS = 1000
PAST_MONTHS = 12


def found(
    connection: duckdb.DuckDBPyConnection, orders: Any, facts: Any, models: Models | None, as_of: date
) -> dict[str, Found]:
    """Reckon the three findings; without models only the silence is counted."""
    ahead = None if models is None or models.spend.params_ is None else _ahead(facts, models, as_of)
    months = None if ahead is None else _months(ahead, 1.0, 0.0)  # what comes in, month by month
    return {
        Finding.Name.VALUE: _no_value(facts) if ahead is None else _value(connection, ahead, models),
        Finding.Name.FORECAST: _forecast(orders, facts, models, months, as_of),
        Finding.Name.SLIPPING: _slipping(connection, models, as_of),
    }


def _why_not(facts: Any) -> dict[str, str]:
    """Say why nothing is said of money: no visit has an amount, or there are too few for a model."""
    [(most,)] = rows(opened(facts).select(nw.col("monetary").max()))
    return {"reason": "no-amounts"} if most == 0 else NO_MODEL


def _no_value(facts: Any) -> Found:
    return Found(0, {"horizon_days": HORIZON_DAYS, "margin_rate": None, "people": 0, "total": None, "buckets": [],
                     "top_share": {}, **_why_not(facts)})  # fmt: skip


def _ahead(facts: Any, models: Models, as_of: date) -> MonthsAhead:
    from regulars.insight.value_months import MonthsAhead

    return MonthsAhead(facts, models.lifetime, models.spend, HORIZON_DAYS, as_of)


def _months(ahead: MonthsAhead, keeps: float, discount_rate_year: float) -> list[tuple[Any, ...]]:
    """Give first and last day, purchases, value and its limits, and the same of all money until then."""
    said = ahead.on_terms(keeps, discount_rate_year, CONFIDENCE)
    names = ("expected_purchases", "value", "value_low", "value_high", "total_value", "total_value_low",
             "total_value_high")  # fmt: skip
    columns = (said[name].tolist() for name in names)
    return [(*days, *numbers) for days, *numbers in zip(ahead.months, *columns, strict=True)]


def _forecast(
    orders: Any, facts: Any, models: Models | None, months: list[tuple[Any, ...]] | None, as_of: date
) -> Found:
    past = _past(orders, as_of)
    data: dict[str, Any] = {"months": [], "purchases": None, "amount": None, "past": past, "is_seasonal": False}
    if models is None or months is None:
        return Found(0, data | _why_not(facts))
    total = models.lifetime.total_of_rows(unique_rows(facts), HORIZON_DAYS)
    by = _seasonal(models, [(begin, float(purchased)) for begin, _, purchased, *_ in months])
    data |= {
        "months": [
            {"month": begin.isoformat(), "until": end.isoformat(), "purchases": float(purchased) * part,
             "amount": amount(value * part), "amount_low": amount(low * part), "amount_high": amount(high * part)}
            for part, (begin, end, purchased, value, low, high, *_) in zip(by, months, strict=True)
        ],
        "is_seasonal": models.season is not None,
        "purchases": {"value": total.value, "low": total.low, "high": total.high},
        "amount": dict(zip(("value", "low", "high"), (amount(part) for part in months[-1][6:9]), strict=True)),
        "margin_rate": models.margin_rate,
        "reason": "",
    }  # fmt: skip
    return Found(total.n, data)


def _seasonal(models: Models, months: list[tuple[date, float]]) -> list[float]:
    """By what each month is more or less than the even one, where two years of orders show a season; the sum stays.

    A model that counts time by the season has it in its months already.
    """
    if models.season is None or _is_in_season(models.lifetime):
        return [1.0] * len(months)
    factors = [float(models.season.months_[begin.month - 1][0]) for begin, _purchases in months]
    even = sum(purchased for _begin, purchased in months)
    seasonal = sum(purchased * factor for (_begin, purchased), factor in zip(months, factors, strict=True))
    return [factor * even / seasonal if seasonal > 0 else 1.0 for factor in factors]


def _is_in_season(lifetime: Any) -> bool:
    return "in-season" in {lifetime.name, getattr(getattr(lifetime, "model", None), "name", "")}


def _past(orders: Any, as_of: date) -> list[dict[str, Any]]:
    """Visits and money of the last twelve whole months and the one that runs."""
    day = nw.col("day")
    bought = purchases(orders, as_of).with_columns(number=day.dt.year().cast(nw.Int64) * 12 + day.dt.month() - 1)
    recent = bought.filter(nw.col("number") >= as_of.year * 12 + as_of.month - 1 - PAST_MONTHS)
    daily = recent.group_by("customer", "day", "number").agg(nw.col("net").sum())
    monthly = rows(daily.group_by("number").agg(visits=nw.len(), paid=nw.col("net").sum()))
    return [
        {"month": date(int(n) // 12, int(n) % 12 + 1, 1).isoformat(), "purchases": int(visits), "amount": amount(paid)}
        for n, visits, paid in sorted(monthly)
    ]


def _value(connection: duckdb.DuckDBPyConnection, ahead: MonthsAhead, models: Models | None) -> Found:
    assert models is not None
    last = _months(ahead, kept_rate(models.margin_rate), models.discount_rate_year)[-1]
    [(people,)] = connection.execute("SELECT count(value_mils) FROM wanted").fetchall()
    data = {
        "horizon_days": HORIZON_DAYS,
        "margin_rate": models.margin_rate,
        "people": people,
        "total": dict(zip(("value", "low", "high"), (amount(part) for part in last[6:9]), strict=True)),
        "buckets": _buckets(connection),
        "top_share": {str(share): _top_share(connection, share) for share in (10, 20)},
        "reason": "" if people else "nobody",
    }
    return Found(people, data)


def _buckets(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Count people between 0 and at most eight rising round amounts, from what the least tenth is worth on."""
    [(low, high)] = connection.execute("SELECT quantile_disc(value_mils, 0.1), max(value_mils) FROM wanted").fetchall()
    edges = [0, *_round_amounts(int(low or 0), int(high or 0))]
    placed = " + ".join(f"(value_mils >= {int(edge)})::INT" for edge in edges)
    counted = connection.execute(
        f"SELECT {placed} - 1, count(*), sum(value_mils)::BIGINT FROM wanted WHERE value_mils IS NOT NULL GROUP BY 1"
    ).fetchall()
    found_rows = {place: (people, value) for place, people, value in counted}
    return [
        {
            "from_amount": amount(edge),
            "before_amount": amount(edges[place + 1]) if place + 1 < len(edges) else None,
            "people": found_rows.get(place, (0, 0))[0],
            "value_amount": amount(found_rows.get(place, (0, 0))[1]),
        }
        for place, edge in enumerate(edges)
    ]


def _round_amounts(low: int, high: int) -> list[int]:
    """Up to eight round amounts of the currency, in mils, above `low` and not above `high`."""
    amounts = [round(step * 10**power) * MILS for power in range(13) for step in STEPS]
    inside = [one for one in dict.fromkeys(amounts) if low < one <= high]
    every = -(-len(inside) // BUCKETS) or 1
    return inside[::every]


def _top_share(connection: duckdb.DuckDBPyConnection, percent: int) -> float | None:
    """Which share of all value the best so many in a hundred hold; those at the edge count in part."""
    [(share,)] = connection.execute(f"""
        WITH edge AS (
            SELECT quantile_disc(value_mils, {1 - percent / 100}) AS v, count(value_mils) * {percent / 100} AS places,
                   sum(value_mils) AS total FROM wanted
        ), above AS (
            SELECT count(*) AS n, coalesce(sum(value_mils), 0) AS value FROM wanted, edge WHERE value_mils > edge.v
        )
        SELECT (above.value + (edge.places - above.n) * edge.v) / nullif(edge.total, 0) FROM edge, above
    """).fetchall()
    return None if share is None else float(share)


_SILENT = """
    SELECT *, CASE WHEN counts AND $has_value THEN at_stake - expected END AS lost FROM (
        SELECT *, CASE WHEN counts THEN least(value_mils, at_stake) END AS expected FROM (
            SELECT person_id, $day - last_on AS silent, usual_gap_days AS gap, value_mils,
                   coalesce(p_alive >= $likely, true) AS counts,
                   CASE WHEN coalesce(p_alive >= $likely, true) AND basis = 'orders' AND buying_days > 0
                        THEN net_mils / buying_days * 365 / greatest(usual_gap_days, 1) * $keeps END AS at_stake
            FROM wanted WHERE slips_on <= $day AND basis <> 'contact' AND usual_gap_days > 0
        )
    )
"""


def _slipping(connection: duckdb.DuckDBPyConnection, models: Models | None, as_of: date) -> Found:
    """How many are silent by how many times their usual gap, and what they brought at their own pace.

    Who is only remembered slips like anybody else, without money.

    Money is counted only of people who may still be won: those of whom at least 1 in 10 is still a customer. What they
    would bring at their own pace and what they may bring are in money of today, so that they can be subtracted.
    """
    has_value = models is not None and models.spend.params_ is not None
    given = {"day": as_of, "keeps": _kept_of_a_year(models), "likely": MAY_STILL_BE_WON, "has_value": has_value}
    place = " + ".join(f"(silent >= {band} * gap)::INT" for band in BANDS)
    sums = "count(*), count(*) FILTER (counts), sum(at_stake), sum(expected), sum(lost)"
    counted = connection.execute(f"SELECT {place}, {sums} FROM ({_SILENT}) GROUP BY 1", given).fetchall()
    known: dict[int, tuple[Any, ...]] = {}
    for number, *row in sorted(counted):  # who is silent for less than twice their gap is in the first band as well
        band = max(int(number), 1)
        known[band] = tuple((a or 0) + (b or 0) for a, b in zip(known.get(band, NOTHING), row, strict=True))
    heads = _heads(connection.execute(
        f"SELECT {place}, person_id, silent, gap, at_stake, lost FROM ({_SILENT}) WHERE counts"
        " ORDER BY coalesce(lost, at_stake) DESC, person_id",
        given,
    ), {number: min(NAMED, row[1]) for number, row in known.items()})  # fmt: skip
    bands = [
        {"times_from": band, "times_before": BANDS[number] if number < len(BANDS) else None,
         **_money(known.get(number, NOTHING), has_value), "named": heads.get(number, [])}
        for number, band in enumerate(BANDS, start=1)
    ]  # fmt: skip
    totals = tuple(sum(row[place] for row in known.values()) for place in range(len(NOTHING)))
    reason = "" if has_value else "no-model"
    data = _money(totals, has_value) | {
        "margin_rate": models.margin_rate if models else None,
        "is_seasonal": models is not None and models.season is not None,
    }
    return Found(int(totals[0]), data | {"bands": bands, "reason": reason})


def _kept_of_a_year(models: Models | None) -> float:
    """What an even year's money is worth today, of each unit paid: the margin, and the discount that value has."""
    if models is None:
        return 1.0
    force = math.log1p(models.discount_rate_year)
    discounted = -math.expm1(-force) / force if force else 1.0
    return discounted * (1.0 if models.margin_rate is None else models.margin_rate)


def _heads(named: duckdb.DuckDBPyConnection, wanted: dict[int, int]) -> dict[int, list[dict[str, Any]]]:
    """Take the first of each band from rows in order, and read no further than needed."""
    heads: dict[int, list[dict[str, Any]]] = {number: [] for number in wanted}
    while any(len(heads[n]) < many for n, many in wanted.items()) and (row := named.fetchone()) is not None:
        number, person_id, silent, gap, stake, lost = row
        listed = heads[max(int(number), 1)]
        if len(listed) < NAMED:
            listed.append({"person_id": person_id, "silent_days": silent, "usual_gap_days": gap,
                           "at_stake_amount": amount(stake or 0), "lost_amount": _amount(lost)})  # fmt: skip
    return heads


def _money(sums: Any, has_value: bool) -> dict[str, Any]:
    people, counted, stake, expected, lost = sums
    return {
        "people": int(people),
        "counted": int(counted),
        "at_stake_amount": amount(stake),
        "expected_amount": amount(expected) if has_value else None,
        "lost_amount": amount(lost) if has_value else None,
    }


def _amount(mils: float | None) -> str | None:
    return None if mils is None else amount(mils)
