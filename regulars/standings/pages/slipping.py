"""Slipping: who has been silent for longer than their own rhythm allows, what that may cost, and whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.kit.charts import Bar, Bars, bars, percent
from regulars.people.models import Person
from regulars.people.queries import known_as
from regulars.standings.models import Finding, Standing
from regulars.standings.pages import figures
from regulars.standings.queries import finding
from regulars.standings.words import days, every

NAMED = 6


@dataclass(frozen=True)
class Late:
    """Somebody who is late, what they would bring at their own pace, and how late they are in words."""

    person: Person
    name: str
    at_stake: str
    usual: str
    silent: str


@dataclass(frozen=True)
class Band:
    """Those who are about equally late; `named` are the ones with the most to lose who have not come since."""

    name: str
    beside: str
    named: list[Late]


@dataclass(frozen=True)
class SlippingPage:
    """What the page shows; without a model it counts and names, but cannot say what may be lost."""

    as_of: date | None
    lead: str
    chart: Bars | None
    sentence: str
    bands: list[Band]
    nothing: str = ""
    has_loss: bool = False


def slipping_page() -> SlippingPage:
    """Read what was found of those who slip, and leave out who came since. Three queries, five with nameless people."""
    found = finding("slipping")
    if found is None or "bands" not in found.data:
        return SlippingPage(found.as_of if found else None, "", None, "", [], figures.why(found))
    data = found.data
    if not data.get("people"):
        words = _("Nobody is later than is usual for them. Whoever becomes so stands here, and on Today.")
        return SlippingPage(found.as_of, words, None, "", [])
    people = _still_late([row["person_id"] for band in data["bands"] for row in band.get("named", ())])
    names = known_as(people.values())
    return SlippingPage(
        as_of=found.as_of,
        lead=_lead(found),
        chart=_chart(data["bands"]),
        sentence=_sentence(found),
        bands=[band for row in data["bands"] if (band := _band(row, people, names)).named],
        has_loss=data.get("lost_amount") is not None,
    )


def _lead(found: Finding) -> str:
    data = found.data
    said = ngettext(
        "%(n)s person has been silent for longer than is usual for them.",
        "%(n)s people have been silent for longer than is usual for them.",
        data["people"],
    ) % {"n": figures.count(data["people"])}
    stake, lost = figures.money(data.get("at_stake_amount")), data.get("lost_amount")
    counted = data.get("counted", data["people"])
    if counted and not _is_money(data.get("at_stake_amount")):  # known from memory: what they pay is a guess
        return said
    if not counted:
        more = _("They have most likely gone for good.")
    elif counted < data["people"] and lost is not None:
        more = ngettext(
            "%(n)s of them may still be won: at their own pace they would bring %(stake)s in a year; as things stand "
            "about %(expected)s. So %(lost)s may be lost.",
            "%(n)s of them may still be won: at their own pace they would bring %(stake)s in a year; as things stand "
            "about %(expected)s. So %(lost)s may be lost.",
            counted,
        ) % {
            "n": figures.count(counted),
            "stake": stake,
            "expected": figures.money(data.get("expected_amount")),
            "lost": figures.money(lost),
        }
    elif lost is None:
        more = _("At their own pace they would bring %(stake)s in a year.") % {"stake": stake}
    else:
        more = _(
            "At their own pace they would bring %(stake)s in a year; as things stand about %(expected)s. "
            "So %(lost)s may be lost."
        ) % {"stake": stake, "expected": figures.money(data.get("expected_amount")), "lost": figures.money(lost)}
    return f"{said} {more}"


def _sentence(found: Finding) -> str:
    advice = _("The longer somebody is silent, the less a call can do: begin at the top.")
    if found.data.get("is_seasonal"):
        quiet = _(
            "Who is late is told with the quiet months of your year allowed for; how late is counted in days of the "
            "calendar."
        )
        advice = f"{quiet} {advice}"
    if found.data.get("lost_amount") is None:
        return advice
    rate = found.data.get("margin_rate")
    if rate is not None and rate < 1:
        left = _("Counted is what is left to you, %(rate)s of what is paid.") % {"rate": percent(rate)}
        advice = f"{left} {advice}"
    what = _(
        "What may be lost is what they would bring in twelve months at their own pace, less what they will probably "
        "bring as things stand."
    )
    if found.data.get("counted", found.data["people"]) < found.data["people"]:
        gone = _("Those of whom fewer than 1 in 10 are still customers are not counted in money.")
        what = f"{what} {gone}"
    return f"{what} {advice}"


def _chart(bands: list[Mapping[str, Any]]) -> Bars:
    rows = [
        Bar(
            _name(band),
            band["people"],
            figures.people(band["people"]),
            note=_costs(band),
            is_faint=not band["people"],
        )
        for band in bands
    ]
    is_known = any(band.get("lost_amount") is not None for band in bands)
    noted = _("What may be lost in a year") if is_known else _("A year at their own pace")
    return bars(rows, label=_("People by how late they are against their own rhythm"), noted=noted)


def _costs(band: Mapping[str, Any]) -> str:
    stake, lost = band.get("at_stake_amount"), band.get("lost_amount")
    if not band["people"]:
        return ""
    if not band.get("counted", band["people"]):
        return _("Most likely gone for good.")
    if not _is_money(stake):
        return ""
    if lost is None:
        return _("%(stake)s a year at their own pace.") % {"stake": figures.money(stake)}
    return _("%(lost)s of %(stake)s a year may be lost.") % {"lost": figures.money(lost), "stake": figures.money(stake)}


def _name(band: Mapping[str, Any]) -> str:
    first, before = float(band["times_from"]), band.get("times_before")
    if before is None:
        return _("Silent for %(first)s times their usual gap and more") % {"first": _times(first)}
    return _("Silent for %(first)s to %(before)s times their usual gap") % {
        "first": _times(first),
        "before": _times(float(before)),
    }


def _times(number: float) -> str:
    return figures.count(number) if number == int(number) else figures.once(number)


def _still_late(person_ids: list[int]) -> dict[int, Person]:
    late = Standing.objects.slipped(clock.today()).filter(person_id__in=person_ids).values_list("person_id", flat=True)
    return Person.objects.here().in_bulk(list(late))


def _band(row: Mapping[str, Any], people: Mapping[int, Person], names: Mapping[int, str]) -> Band:
    here = [one for one in row.get("named", ()) if one["person_id"] in people]
    named = [_late(one, people[one["person_id"]], names[one["person_id"]]) for one in here[:NAMED]]
    left = row["people"] - len(named)
    beside = ngettext("and %(n)s more", "and %(n)s more", left) % {"n": figures.count(left)} if left > 0 else ""
    return Band(_name(row), beside, named)


def _is_money(amount: str | None) -> bool:
    return bool(float(amount or 0))


def _late(one: Mapping[str, Any], person: Person, name: str) -> Late:
    at_stake = one["at_stake_amount"] if one.get("lost_amount") is None else one["lost_amount"]
    return Late(
        person=person,
        name=name,
        at_stake=figures.money(at_stake) if _is_money(one["at_stake_amount"]) else "",
        usual=every(one["usual_gap_days"]),
        silent=days(round(one["silent_days"])),
    )
