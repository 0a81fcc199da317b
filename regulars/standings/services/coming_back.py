"""Who comes back and who stays: the findings that are counted from orders, in the engine that holds them."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from regulars import insight
from regulars.insight.cohorts.firsts import bought_by, with_cohorts
from regulars.insight.cohorts.shares import Share, share_of
from regulars.insight.frames import kept, opened, rows
from regulars.standings.models import Finding
from regulars.standings.services.finding import Found

FEW_A_COHORT = 5
PERIODS = {"month": 24, "quarter": 12}
FEWEST_REPEATS = 3
FEW_A_CHANNEL, MOST_CHANNELS = 20, 8
QUIET_AT_LEAST_DAYS, QUIET_AT_MOST_DAYS, QUIET_UNLESS_KNOWN_DAYS = 30, 365, 182
FEWEST_WAITING = 3  # of fewer a curve says nothing: the last one alone would make it all or nothing
CURVE_DAYS = (*range(0, 371, 7), *range(400, 1_850, 30))


def found(orders: Any, facts: Any, as_of: date) -> dict[str, Found]:
    """Count cohorts, second visits and stays until a day; `orders` are only those of the people in `facts`."""
    [(buyers, first, returned, usual)] = rows(
        opened(facts).select(
            n=nw.len(),
            first=nw.col("first_on").min(),
            returned=(nw.col("x").cast(nw.Int64) > 0).cast(nw.Int64).sum(),
            usual=(nw.col("t_x_days").cast(nw.Float64) / nw.when(nw.col("x") > 0).then(nw.col("x"))).mean(),
        )
    )
    known = (int(buyers), int(returned or 0))
    return {
        Finding.Name.RETENTION: _retention(orders, as_of, first, known),
        Finding.Name.SECOND: _second(orders, as_of, known),
        Finding.Name.SURVIVAL: _survival(orders, as_of, known, _quiet_days(usual)),
    }


def _too_few(buyers: int, returned: int) -> dict[str, Any]:
    reason = "too-few-repeats" if returned < FEWEST_REPEATS else ""
    return {"reason": reason, "needed": FEWEST_REPEATS, "have": returned}


def _retention(orders: Any, as_of: date, first: date | None, known: tuple[int, int]) -> Found:
    buyers, returned = known
    data: dict[str, Any] = {"period": "month", "cohorts": [], "repeat": None, "buyers": buyers, **_too_few(*known)}
    if first is None or data["reason"]:
        return Found(buyers, data)
    months = max(1, (as_of.year - first.year) * 12 + as_of.month - first.month + 1)
    period = "month" if buyers / months >= FEW_A_COHORT else "quarter"
    grid = opened(insight.retention(orders, as_of, by=period, periods=PERIODS[period]))
    listed = rows(grid.select("cohort_on", "period", "people", "n", "returned"))
    cohorts: dict[date, dict[str, Any]] = {}
    for start, number, people, over, came in listed:
        cohort = cohorts.setdefault(start, {"start": start.isoformat(), "people": int(people), "came": {}})
        if over:
            cohort["came"][int(number)] = int(came)
    data |= {
        "period": period,
        "cohorts": [_in_order(cohorts[start]) for start in sorted(cohorts)[-PERIODS[period] :]],
        "repeat": _estimate(share_of(returned, buyers, 0.95)),
    }
    return Found(buyers, data)


def _in_order(cohort: dict[str, Any]) -> dict[str, Any]:
    came = cohort["came"]
    return cohort | {"came": [came[number] for number in sorted(came)]}


def _estimate(share: Share) -> dict[str, float] | None:
    if share.value is None or share.low is None or share.high is None:
        return None
    return {"value": share.value, "low": share.low, "high": share.high}


def _second(orders: Any, as_of: date, known: tuple[int, int]) -> Found:
    data: dict[str, Any] = {"curve": [], "median_days": None, **_too_few(*known)}
    if data["reason"]:
        return Found(known[0], data)
    times = kept(opened(insight.times_to_second(orders, as_of))).to_native()
    curve = [
        {"day": day, "share": 1 - share, "low": _one_less(high), "high": _one_less(low), "waiting": waiting}
        for day, share, low, high, waiting in _curves(times)[""]
    ]
    [(median,)] = rows(opened(insight.median_times(times)).select("median_days"))
    return Found(known[0], data | {"curve": curve, "median_days": None if median is None else int(median)})


def _one_less(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _survival(orders: Any, as_of: date, known: tuple[int, int], quiet_days: int) -> Found:
    data: dict[str, Any] = {"lines": [], "quiet_days": quiet_days, **_too_few(*known)}
    if data["reason"]:
        return Found(known[0], data)
    times = kept(opened(insight.times_until_quiet(orders, as_of, quiet_days=quiet_days, by="year"))).to_native()
    lines = [_line("all", "", _curves(times)[""])]
    by_year = _curves(times, by="cohort")
    lines += [_line("year", year, curve) for year, curve in sorted(by_year.items()) if curve]
    lines += _by_channel(orders, times, as_of)
    return Found(known[0], data | {"lines": lines})


def _by_channel(orders: Any, times: Any, as_of: date) -> list[dict[str, Any]]:
    """Who stays by where they first bought; nothing where that is one channel, or hardly noted."""
    channels = rows(opened(orders).filter(~nw.col("channel").is_null()).select("channel").unique().head(2))
    if len(channels) < 2:
        return []
    firsts: Any = with_cohorts(bought_by(orders, as_of, "channel"), "channel").select("customer", channel="cohort")
    waited: Any = opened(times).select("customer", "days", "happened")
    curves = _curves(kept(waited.join(firsts, on="customer")).to_native(), by="channel")
    lines = [_line("channel", channel, curve) for channel, curve in sorted(curves.items()) if channel and curve]
    return [line for line in lines if line["people"] >= FEW_A_CHANNEL][:MOST_CHANNELS]


def _line(by: str, key: str, curve: list[tuple[Any, ...]]) -> dict[str, Any]:
    points = [{"day": day, "share": share, "low": low, "high": high} for day, share, low, high, _ in curve]
    return {"by": by, "key": key, "people": curve[0][4] if curve else 0, "curve": points}


def _quiet_days(usual: float | None) -> int:
    """Twice the usual gap of this business, within reason."""
    if usual is None:
        return QUIET_UNLESS_KNOWN_DAYS
    return min(max(round(2 * usual), QUIET_AT_LEAST_DAYS), QUIET_AT_MOST_DAYS)


Curves = dict[str, list[tuple[Any, ...]]]


def _curves(times: Any, by: str | None = None) -> Curves:
    """For each group (day, share, low, high, people waiting) on the days that are drawn, as far as the data go."""
    found_rows = rows(
        opened(insight.kaplan_meier(times, by=by)).select("group", "days", "share", "low", "high", "at_risk")
    )
    groups: Curves = {}
    for group, *step in found_rows:
        groups.setdefault(group or "", []).append(tuple(step))
    return {group: _thinned(sorted(steps)) for group, steps in groups.items()} or {"": []}


def _thinned(steps: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    last = steps[-1][0]
    thin: list[tuple[Any, ...]] = []
    at = 0
    for day in CURVE_DAYS:
        if day > last:
            break
        while at + 1 < len(steps) and steps[at + 1][0] <= day:
            at += 1
        _, share, low, high, waiting = steps[at]
        if waiting < FEWEST_WAITING and thin:
            break
        thin.append((day, float(share), _number(low), _number(high), int(waiting)))
    return thin


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
