"""Do they come back: who came a second time and how long it took, month by month, and who stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars import insight
from regulars.kit.charts import Bar, Bars, Curve, Heat, HeatRow, Step, Stepped, bars, curve, heat, percent
from regulars.kit.charts.heat import MOST
from regulars.standings.models import Finding, Group, SimpleGroup
from regulars.standings.pages import figures
from regulars.standings.queries import findings
from regulars.standings.words import days, why_not

TICK_DAYS = (0, 30, 61, 91, 182, 365, 548, 730, 1095, 1461, 1826)
DRAWN = 240
ROWS, PERIODS = 12, 12
A_YEAR, FEWEST = 365, 5


@dataclass(frozen=True)
class Part:
    """One drawing with its sentence, or the sentence that says why there is none."""

    chart: Any
    sentence: str
    n: int = 0


@dataclass(frozen=True)
class RetentionPage:
    as_of: date | None
    lead: str
    second: Part
    cohorts: Part
    survival: Part
    by: Part | None
    by_channel: Part | None = None

    @property
    def nothing(self) -> str:
        """Why there is nothing to show at all."""
        parts = (self.second, self.cohorts, self.survival)
        return "" if any(part.chart for part in parts) else self.second.sentence


def retention_page() -> RetentionPage:
    """Read what was found of coming back. One query."""
    found = findings("retention", "second", "survival")
    some = next(iter(found.values()), None)
    return RetentionPage(
        as_of=some.as_of if some else None,
        lead=_lead(found.get("retention")),
        second=_second(found.get("second")),
        cohorts=_cohorts(found.get("retention")),
        survival=_survival(found.get("survival")),
        by=_by(found.get("survival"), is_channel=False),
        by_channel=_by(found.get("survival"), is_channel=True),
    )


def _lead(found: Finding | None) -> str:
    repeat = found.data.get("repeat") if found else None
    if found is None or not repeat or repeat.get("value") is None:
        return ""
    buyers = found.data.get("buyers") or found.n
    return _("Of %(people)s who bought, %(share)s came a second time.") % {
        "people": figures.people(buyers),
        "share": figures.share_said(repeat),
    }


def _second(found: Finding | None) -> Part:
    if reason := figures.why(found):
        return Part(None, reason)
    assert found is not None
    steps = found.data["curve"]
    if not steps:
        return Part(None, why_not("too-little-time"))
    drawn = _curve(
        _("Came a second time"), steps, _("Share of first-time buyers who came a second time, by time since the first")
    )
    median = found.data.get("median_days")
    last = steps[-1]
    after = _("After %(span)s %(share)s have come again.") % {
        "span": figures.span(last["day"]),
        "share": _with_interval(last),
    }
    first = (
        _("Half come again within %(span)s.") % {"span": figures.within(median)}
        if median is not None
        else _("Fewer than half have come again so far.")
    )
    how = _("Who bought only lately counts for as long as we have known them; %(people)s in all.") % {
        "people": figures.people(found.n)
    }
    return Part(drawn, f"{first} {after} {how}", found.n)


def _cohorts(found: Finding | None) -> Part:
    if reason := figures.why(found):
        return Part(None, reason)
    assert found is not None
    rows = [row for row in found.data.get("cohorts", ()) if row["people"]][-ROWS:]
    is_quarters = found.data.get("period") == "quarter"
    named = figures.quarter if is_quarters else figures.month
    shown = [_heat_row(row, named) for row in rows if len(row["came"]) > 1]
    longest = max((len(row.values) for row in shown), default=0)
    if not longest:
        return Part(None, _("Nobody has been a customer for a whole month yet. From then on a row stands here."))
    heads = [str(number) for number in range(1, longest + 1)]
    if is_quarters:
        label = _("Share who came in the first, second, third quarter after the one of their first purchase")
        words = _(
            "One row is everybody who first bought in that quarter; the figures are how many in a hundred came "
            "in the first, "
            "second, third quarter after it. Rows of few people jump about."
        )
    else:
        label = _("Share who came in the first, second, third month after the one of their first purchase")
        words = _(
            "One row is everybody who first bought in that month; the figures are how many in a hundred came in "
            "the first, "
            "second, third month after it. Rows of few people jump about."
        )
    if longest > MOST["narrow"]:
        left_out = _("On a narrow screen some columns are left out, each stands under its number; the table has all.")
        words = f"{words} {left_out}"
    drawn: Heat = heat(shown, heads, label=label, corner=_("First here"))
    return Part(drawn, words, sum(row["people"] for row in rows))


def _heat_row(row: Mapping[str, Any], named: Any) -> HeatRow:
    came = row["came"][1 : PERIODS + 1]
    said = tuple(_share_of(n, row["people"]) for n in came)
    return HeatRow(named(row["start"]), figures.count(row["people"]), tuple(n / row["people"] for n in came), said)


def _share_of(n: int, people: int) -> str:
    found = insight.wilson_interval(n, people)
    ends = {"low": found.low, "high": found.high} if found else {}
    return figures.said({"value": n / people, **ends}, percent)


def _survival(found: Finding | None) -> Part:
    if reason := figures.why(found):
        return Part(None, reason)
    assert found is not None
    line = _main_line(found.data["lines"])
    if not line["curve"]:
        return Part(None, why_not("too-little-time"))
    drawn = _curve(_("Still coming"), line["curve"], _("Share of customers who still come, by time since the first"))
    last = line["curve"][-1]
    tenths = round(10 * last["share"])
    words = (
        ngettext(
            "Of ten who begin to come, about %(n)d still comes after %(span)s: %(share)s of %(people)s.",
            "Of ten who begin to come, about %(n)d still come after %(span)s: %(share)s of %(people)s.",
            tenths,
        )
        if tenths
        else _("Of ten who begin to come, hardly one still comes after %(span)s: %(share)s of %(people)s.")
    ) % {
        "n": tenths,
        "span": figures.span(last["day"]),
        "share": _with_interval(last),
        "people": figures.people(line["people"]),
    }
    if quiet := found.data.get("quiet_days"):
        gone = _("Somebody counts as gone after %(days)s without a visit.") % {"days": days(quiet)}
        words = f"{words} {gone}"
    return Part(drawn, words, line["people"])


def _main_line(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((line for line in lines if line["by"] in ("", "all", "everybody")), lines[0])


def _by(found: Finding | None, *, is_channel: bool) -> Part | None:
    """Who still comes after a year, by the year or the channel they began with; nothing where only one is known."""
    if found is None or found.data.get("reason"):
        return None
    main = _main_line(found.data["lines"])
    rows = []
    for line in found.data["lines"]:
        step = _at(line["curve"], A_YEAR)
        if line is main or step is None or line["people"] < FEWEST or (line["by"] == "channel") != is_channel:
            continue
        note = figures.people(line["people"])
        if step.get("low") is not None:
            between = figures.interval(step["low"], step["high"], percent)
            note = _("%(people)s; most likely %(interval)s") % {"people": note, "interval": between}
        rows.append(
            Bar(_key(line), step["share"], percent(step["share"]), step.get("low"), step.get("high"), note=note)
        )
    if len(rows) < 2:
        return None
    label = _("Share of customers who still come after a year")
    if is_channel:
        label = _("Share of customers who still come after a year, by where they first bought")
    drawn: Bars = bars(rows, label=label, top=1)
    words = _(
        "The thin line is how sure we are: the true share lies there 19 times in 20. Lines that overlap may be chance."
    )
    return Part(drawn, _("Where the thin lines overlap, it may be chance.") if is_channel else words)


def _key(line: Mapping[str, Any]) -> str:
    key = str(line["key"])
    if line["by"] == "year":
        return _("First here in %(year)s") % {"year": key}
    for kinds in (Group, SimpleGroup):
        if key in kinds.values:
            return str(kinds(key).label)
    return capfirst(key) or _("not known")


def _curve(name: str, steps: Sequence[Mapping[str, Any]], label: str) -> Curve:
    """Draw a finding's curve with ticks in the units people use; the twin shows the ticks and the end."""
    end = steps[-1]["day"]
    ticks = [day for day in TICK_DAYS if day <= end] or [0]
    every = max(1, len(steps) // DRAWN)
    drawn = [*steps[::every], steps[-1]]
    points = [_step(one, one["day"], "") for one in drawn]
    points += [_step(known, day, figures.span(day)) for day in ticks if day and (known := _at(steps, day)) is not None]
    if end not in ticks:
        points.append(_step(steps[-1], end, figures.span(end)))
    points.sort(key=lambda step: step.at)
    mine = Stepped(name, tuple(points), percent(steps[-1]["share"]))
    words = [(float(day), figures.span(day) if day else _("first purchase")) for day in ticks]
    return curve(mine, label=label, ticks=words, corner=_("After"))


def _step(one: Mapping[str, Any], at: float, label: str) -> Step:
    low, high = one.get("low"), one.get("high")
    if low == high:  # before anybody could have gone, or come again: true by definition, not an estimate
        low = high = None
    return Step(at, one["share"], low, high, label)


def _at(steps: Sequence[Mapping[str, Any]], day: int) -> Mapping[str, Any] | None:
    """What holds on a day: the last step up to it; none when the curve ends before."""
    if not steps or steps[-1]["day"] < day:
        return None
    return next((one for one in reversed(steps) if one["day"] <= day), None)


def _with_interval(step: Mapping[str, Any]) -> str:
    return figures.said({"value": step["share"], "low": step.get("low"), "high": step.get("high")}, percent)
