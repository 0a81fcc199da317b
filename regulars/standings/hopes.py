"""Why somebody who has not bought is worth a call, in words: their wish, how often they came near, who sent them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.insight.potential import ANSWER_WITHIN
from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.charts import percent
from regulars.kit.money import roughly
from regulars.kit.templatetags.kit import day_words
from regulars.people.models import Note, Person
from regulars.rapport.models import Direction, Encounter, EncounterKind, Enquiry, State
from regulars.standings.models import Finding, Standing
from regulars.standings.pages import figures
from regulars.standings.words import ago

WORDS_SHOWN = 80


@dataclass
class Touched:
    """What passed between us and somebody before they bought: the days, the last wish, and what it might be worth."""

    days: set[date] = field(default_factory=set)
    wants: str = ""
    asked_on: date | None = None
    state: str = ""
    might_spend: Decimal | None = None


def touched(people: Collection[Person]) -> dict[int, Touched]:
    """Look up the contacts of these people. Three queries, whatever their number."""
    found: dict[int, Touched] = defaultdict(Touched)
    ids = [person.pk for person in people]
    for person in people:
        found[person.pk].days.add(clock.local(person.added_at).date())
    asked = Enquiry.objects.filter(person_id__in=ids).order_by("asked_at", "pk")
    for pk, on, wants, worth, state in asked.values_list("person_id", "asked_on", "wants", "worth_amount", "state"):
        one = found[pk]
        one.days.add(on)
        one.wants, one.asked_on, one.state = wants, on, state
        if worth is not None:
            one.might_spend = max(worth, one.might_spend or Decimal(0))
    spoken = Encounter.objects.filter(person_id__in=ids, direction=Direction.IN)
    spoken = spoken.exclude(kind=EncounterKind.COMPLAINT)
    for pk, at in spoken.values_list("person_id", "happened_at"):
        found[pk or 0].days.add(clock.local(at).date())
    for pk, at in Note.objects.filter(person_id__in=ids).order_by().values_list("person_id", "at"):
        found[pk].days.add(clock.local(at).date())
    return found


def why(person: Person, one: Touched, last_on: date, today: date, sent_by: str) -> str:
    """Say why they are worth a call: what they asked for and when, what waits, how often, who sent them."""
    said = []
    if one.wants and one.asked_on:
        facts = {"wants": Truncator(one.wants).chars(WORDS_SHOWN), "ago": ago((today - one.asked_on).days)}
        said.append(_("Asked %(ago)s for: %(wants)s.") % facts)
    elif person.needs:
        said.append(_("Looks for: %(needs)s.") % {"needs": Truncator(person.needs).chars(WORDS_SHOWN)})
    if one.state == State.OPEN:
        said.append(_("Still waits for an answer."))
    if one.asked_on is None and one.days == {last_on}:
        said.append(_("In your book since %(day)s.") % {"day": day_words(last_on)})
    elif one.asked_on is None or last_on > one.asked_on:
        said.append(_("Last in touch %(ago)s.") % {"ago": ago((today - last_on).days)})
    if len(one.days) > 1:
        said.append(in_touch(len(one.days)))
    if sent_by:
        said.append(sent_by)
    return " ".join(said)


def in_touch(days: int) -> str:
    return ngettext("In touch on %(n)d day.", "In touch on %(n)d days.", days) % {"n": days}


def chances(found: Finding | None, standing: Standing, one: Touched) -> list[str]:
    """Say how many people like them bought, and what may come of this one; or that there are too few to say."""
    row = next((row for row in (found.data["groups"] if found else ()) if row["group"] == standing.group), None)
    if row is None:
        return []
    return [of_people_like_them(row), *_money(row, one)]


def of_people_like_them(row: Mapping[str, Any]) -> str:
    """One sentence on what people did who stood in a group before."""
    share = row["p_buys"]
    if share is None and not row["n"]:
        return _("How many like them buy cannot be said yet: nobody stood there before.")
    if share is None:
        return ngettext(
            "Too few to say how many like them buy: %(n)d person stood there before.",
            "Too few to say how many like them buy: %(n)d people stood there before.",
            row["n"],
        ) % {"n": row["n"]}
    facts = {"n": figures.people(row["n"]), "share": figures.tenths(share["value"])}
    facts |= {"interval": figures.interval(share["low"], share["high"], percent)}
    return _("Of %(n)s who stood like that before, %(share)s bought within half a year (%(interval)s).") % facts


def _money(row: Mapping[str, Any], one: Touched) -> list[str]:
    share = row["p_buys"]
    if share is None:
        return []
    if one.might_spend:
        told = float(one.might_spend)
        mine = {"value": told * share["value"], "low": told * share["low"] * (1 - ANSWER_WITHIN),
                "high": told * share["high"] * (1 + ANSWER_WITHIN)}  # fmt: skip
        facts = {"told": roughly(one.might_spend, business().currency), "amount": figures.said(mine)}
        return [_("They spoke of about %(told)s; so on average %(amount)s comes of it.") % facts]
    if row["expected"] is None:
        return []
    return [_("On average people like that brought %(amount)s in that time, those who bought nothing counted in.")
            % {"amount": figures.said(row["expected"])}]  # fmt: skip
