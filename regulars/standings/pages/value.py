"""What they bring: the next twelve months from the people there are, and how it is spread among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.charts import Column, columns, percent
from regulars.standings.models import Finding
from regulars.standings.pages import figures
from regulars.standings.pages.retention import Part
from regulars.standings.queries import findings

PAST_MONTHS, PAST_ON_PHONE = 12, 6


@dataclass(frozen=True)
class ValuePage:
    as_of: date | None
    lead: str
    ahead: Part
    spread: Part
    notes: list[str]

    @property
    def nothing(self) -> str:
        """Why there is nothing to show at all."""
        return "" if self.ahead.chart or self.spread.chart else self.ahead.sentence


def value_page() -> ValuePage:
    """Read what was found of the months ahead and of what people are worth. One query."""
    found = findings("forecast", "value")
    some = next(iter(found.values()), None)
    return ValuePage(
        as_of=some.as_of if some else None,
        lead=_lead(found.get("forecast")),
        ahead=_ahead(found.get("forecast")),
        spread=_spread(found.get("value")),
        notes=_notes(found.get("value"), found.get("forecast")),
    )


def _lead(found: Finding | None) -> str:
    if found is None or figures.why(found):
        return ""
    words = _(
        "The people you already have will come about %(purchases)s times in the next twelve months and bring "
        "%(amount)s. "
        "Newcomers are not in it."
    ) % {
        "purchases": figures.said(found.data["purchases"], figures.count),
        "amount": figures.said(found.data["amount"]),
    }
    rate = _margin(found)
    if rate is None:
        return words
    left = {name: float(part) * rate for name, part in found.data["amount"].items()}
    earned = _("Of that about %(earned)s is left to you.") % {"earned": figures.said(left)}
    return f"{words} {earned}"


def _margin(found: Finding) -> float | None:
    """What is left of each unit paid, where the owner said it and it is not all of it."""
    rate = found.data.get("margin_rate")
    return None if rate is None or rate >= 1 else float(rate)


def _ahead(found: Finding | None) -> Part:
    if reason := figures.why(found):
        return Part(None, reason)
    assert found is not None
    past = [_past(row, found.as_of, _margin(found)) for row in found.data.get("past", ())[-PAST_MONTHS:]]
    rate = _margin(found)
    coming = [_coming(row, rate) for row in found.data["months"]]
    drawn = columns(
        [*past, *coming],
        label=_("What came in month by month, and what the people of today will bring in the next twelve months"),
        headers=(_("Month"), _("Amount"), _("Between") if rate is None else _("Between; left to you")),
        shown=figures.axis_money,
        last_on_phone=len(coming) + PAST_ON_PHONE,
    )
    words = _(
        "Full columns are what came in, from everybody; hollow ones are what the people you have now will "
        "probably bring. "
        "The true amount lies within the thin line 19 times in 20. From %(people)s; amounts in %(currency)s."
    ) % {"people": figures.people(found.n), "currency": business().currency}
    if rate is not None:
        paid = _("Columns are what is paid; the table says beside it what is left to you, %(rate)s of it.")
        words = f"{words} {paid % {'rate': percent(rate)}}"
    return Part(drawn, words, found.n)


def _left(amount: str, rate: float | None) -> str:
    return "" if rate is None else _("%(earned)s left to you") % {"earned": figures.money(float(amount) * rate)}


def _past(row: Mapping[str, Any], as_of: date, rate: float | None) -> Column:
    name = figures.month(row["month"])
    if row["month"] == as_of.replace(day=1).isoformat():
        name = _("%(month)s so far") % {"month": name}
    return Column(
        figures.short_month(row["month"]),
        float(row["amount"]),
        figures.money(row["amount"]),
        said=_left(row["amount"], rate),
        name=name,
    )


def _coming(row: Mapping[str, Any], rate: float | None) -> Column:
    low, high = row.get("amount_low"), row.get("amount_high")
    return Column(
        figures.short_month(row["month"]),
        float(row["amount"]),
        figures.money(row["amount"]),
        None if low is None else float(low),
        None if high is None else float(high),
        said="; ".join(filter(None, (figures.interval(low, high), _left(row["amount"], rate)))),
        name=figures.stretch(row["month"], row.get("until")),
        is_ahead=True,
    )


def _spread(found: Finding | None) -> Part:
    if reason := figures.why(found):
        return Part(None, reason)
    assert found is not None
    rows = [_of_bucket(row) for row in found.data["buckets"]]
    drawn = columns(
        rows,
        label=_("How many people are worth how much in the next twelve months"),
        headers=(_("A person is worth"), _("How many"), _("What that makes")),
    )
    words = _("Most are worth little and a few are worth much: that is so in every shop.")
    top = found.data.get("top_share", {}).get("10")
    if top is not None:
        words = _("The tenth of people who are worth most hold %(share)s of it all; %(people)s in all.") % {
            "share": percent(top),
            "people": figures.people(found.data.get("people") or found.n),
        }
    amounts = _("Amounts in %(currency)s.") % {"currency": business().currency}
    return Part(drawn, f"{words} {amounts}", found.n)


def _of_bucket(row: Mapping[str, Any]) -> Column:
    short, full = _bucket(row)
    together = _("%(amount)s together") % {"amount": figures.money(row["value_amount"])}
    return Column(short, row["people"], figures.people(row["people"]), said=together, name=full)


def _bucket(row: Mapping[str, Any]) -> tuple[str, str]:
    """A stretch of amounts, short for under its column and in full for the table."""
    first, before = figures.axis_money(float(row["from_amount"])), row.get("before_amount")
    if before is None:
        return f"{first}+", _("%(first)s and more") % {"first": first}
    words = f"{first}\u2013{figures.axis_money(float(before))}"
    return words, words


def _notes(value: Finding | None, ahead: Finding | None) -> list[str]:
    """What the figures leave in and leave out."""
    notes = []
    if value is not None and not value.data.get("reason"):
        total, rate = figures.said(value.data.get("total")), value.data.get("margin_rate")
        if total and rate is not None and rate < 1:
            words = _("After costs, with %(rate)s of what is paid left to you, that is worth %(total)s today.")
            notes.append(words % {"rate": percent(rate), "total": total})
        elif total:
            words = _("Worth of everybody together, with later months counting a little less: %(total)s.")
            notes.append(words % {"total": total})
        if total and rate is None:
            notes.append(_("All amounts are what is paid, before your costs."))
    if ahead is not None and not ahead.data.get("reason"):
        notes.append(
            _("The seasons of your shop are in it.")
            if ahead.data.get("is_seasonal")
            else _(
                "The seasons are not in it yet: that takes two years of sales. Expect more before Christmas, if you do."
            )
        )
    return notes
