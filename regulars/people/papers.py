"""All that is held on one person, as a file for a program and as a page for a reader."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.business import business
from regulars.people.models import Person

ROOMS = {
    "people": gettext_lazy("Who you are to us"),
    "rapport": gettext_lazy("What was said between us"),
    "purchases": gettext_lazy("What you bought"),
    "intake": gettext_lazy("Rows of files that were not taken in"),
    "standings": gettext_lazy("How we see your custom"),
    "outreach": gettext_lazy("What we sent, or meant to send"),
    "today": gettext_lazy("What we decided on the day's page"),
}
LABELS = {
    "full_name": gettext_lazy("Name"),
    "given_name": gettext_lazy("First name"),
    "family_name": gettext_lazy("Last name"),
    "salutation": gettext_lazy("How a letter begins"),
    "language": gettext_lazy("Language"),
    "zone": gettext_lazy("Time zone"),
    "needs": gettext_lazy("What you need"),
    "expectations": gettext_lazy("What you expect of us"),
    "say": gettext_lazy("What to say when you come in"),
    "best_time": gettext_lazy("Best time to ring"),
    "reach_by": gettext_lazy("How you like to be reached"),
    "met": gettext_lazy("How we met"),
    "referred_by_text": gettext_lazy("Who sent you"),
    "added_at": gettext_lazy("In the book since"),
    "source": gettext_lazy("Where it came from"),
    "quiet_until": gettext_lazy("Left alone until"),
    "emails": gettext_lazy("E-mail addresses"),
    "phones": gettext_lazy("Phone numbers"),
    "addresses": gettext_lazy("Postal addresses"),
    "external_ids": gettext_lazy("Numbers in other systems"),
    "external_id": gettext_lazy("Number"),
    "kinds": gettext_lazy("What you are to us"),
    "tags": gettext_lazy("Tags"),
    "notes": gettext_lazy("Notes"),
    "preferences": gettext_lazy("Likes and dislikes"),
    "taste": gettext_lazy("Likes or not"),
    "text": gettext_lazy("In words"),
    "occasions": gettext_lazy("Days that matter"),
    "label": gettext_lazy("In words"),
    "month": gettext_lazy("Month"),
    "day": gettext_lazy("Day"),
    "year": gettext_lazy("Year"),
    "consents": gettext_lazy("What you allowed or forbade"),
    "channel": gettext_lazy("By"),
    "purpose": gettext_lazy("For"),
    "is_given": gettext_lazy("Allowed"),
    "basis": gettext_lazy("Because"),
    "wording": gettext_lazy("The words"),
    "said_at": gettext_lazy("Said on"),
    "recorded_at": gettext_lazy("Written down on"),
    "expires_on": gettext_lazy("Until"),
    "silences": gettext_lazy("When we keep quiet"),
    "why": gettext_lazy("Why"),
    "set_at": gettext_lazy("Since"),
    "until": gettext_lazy("Until"),
    "lifted_at": gettext_lazy("Ended on"),
    "reminders": gettext_lazy("Promises and reminders"),
    "what": gettext_lazy("What"),
    "due_on": gettext_lazy("By"),
    "done_at": gettext_lazy("Done on"),
    "timeline": gettext_lazy("What happened"),
    "at": gettext_lazy("When"),
    "room": gettext_lazy("Where it is from"),
    "kind": gettext_lazy("Kind"),
    "orders": gettext_lazy("Purchases"),
    "bought_on": gettext_lazy("Day"),
    "reference": gettext_lazy("Number"),
    "paid_amount": gettext_lazy("Paid"),
    "tax_amount": gettext_lazy("Of it tax"),
    "shipping_amount": gettext_lazy("Of it shipping"),
    "discount_amount": gettext_lazy("Discount"),
    "is_cancelled": gettext_lazy("Cancelled"),
    "note": gettext_lazy("Note"),
    "lines": gettext_lazy("What"),
    "name": gettext_lazy("Name"),
    "quantity": gettext_lazy("How many"),
    "amount": gettext_lazy("Amount"),
    "refunds": gettext_lazy("Money back"),
    "refunded_on": gettext_lazy("Day"),
    "touches": gettext_lazy("Letters, cards and calls"),
    "programme": gettext_lazy("Occasion"),
    "occurrence": gettext_lazy("Which one"),
    "state": gettext_lazy("How it stands"),
    "subject": gettext_lazy("Subject"),
    "body": gettext_lazy("The words"),
    "sent_at": gettext_lazy("Sent on"),
    "to_address": gettext_lazy("To"),
    "outcome": gettext_lazy("What came of it"),
    "refused_rows": gettext_lazy("Rows"),
    "told_by": gettext_lazy("Where it came from"),
    "row": gettext_lazy("Row"),
    "reason": gettext_lazy("Reason"),
    "cells": gettext_lazy("What it said"),
    "standing": gettext_lazy("Where you stand"),
    "months": gettext_lazy("Month by month"),
    "remembered": gettext_lazy("From memory"),
    "decisions": gettext_lazy("Decisions"),
    "choice": gettext_lazy("Decided"),
    "household": gettext_lazy("Household"),
    "organisation": gettext_lazy("Firm or club"),
    "r": gettext_lazy("How lately, 1 to 5"),
    "f": gettext_lazy("How often, 1 to 5"),
    "m": gettext_lazy("How much, 1 to 5"),
    "group": gettext_lazy("Group"),
    "first_on": gettext_lazy("First visit"),
    "last_on": gettext_lazy("Last visit"),
    "buying_days": gettext_lazy("Visits"),
    "net_amount": gettext_lazy("Spent, less refunds"),
    "slips_on": gettext_lazy("Missed from"),
    "usual_gap_days": gettext_lazy("Usual days between visits"),
    "as_of": gettext_lazy("Reckoned on"),
}


@dataclass
class Part:
    """A heading with facts, a table, or parts of its own below it."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    @property
    def is_told(self) -> bool:
        return bool(self.facts or self.rows or self.items)


def as_json(held: Mapping[str, Any]) -> str:
    return json.dumps(held, indent=2, ensure_ascii=False, default=str) + "\n"


def as_page(person: Person, held: Mapping[str, Any]) -> str:
    """Draw one page that needs nothing else: to hand over, to print, to keep."""
    rooms = [(str(ROOMS.get(name, name)), _parts(said)) for name, said in held.items()]
    context = {
        "person": person,
        "business": business(),
        "today": clock.today(),
        "rooms": [(title, parts) for title, parts in rooms if parts],
    }
    return render_to_string("people/paper.html", context)


def _parts(said: Mapping[str, Any]) -> list[Part]:
    """The single facts first, then a part for each list."""
    facts = Part("")
    parts = [facts]
    for name, value in said.items():
        if isinstance(value, Mapping):
            parts.append(
                Part(
                    label_of(name), facts=[(label_of(key), _words(part)) for key, part in value.items() if _words(part)]
                )
            )
        elif isinstance(value, list | tuple):
            parts.append(_list(label_of(name), value))
        elif _words(value):
            facts.facts.append((label_of(name), _words(value)))
    return [part for part in parts if part.is_told]


def _list(title: str, values: Sequence[Any]) -> Part:
    if not values or not isinstance(values[0], Mapping):
        return Part(title, items=[words for value in values if (words := _words(value))])
    names = [name for name in values[0] if any(_words(row.get(name)) for row in values)]
    return Part(
        title,
        columns=[label_of(name) for name in names],
        rows=[[_words(row.get(name)) for name in names] for row in values],
    )


# The same for the owner, who reads about somebody else.
ABOUT_THEM = {
    "needs": gettext_lazy("What they need"),
    "expectations": gettext_lazy("What they expect of us"),
    "kinds": gettext_lazy("What they are to us"),
    "consents": gettext_lazy("What they allowed or forbade"),
    "silences": gettext_lazy("When we kept quiet"),
    "enquiries": gettext_lazy("Enquiries"),
    "log": gettext_lazy("What was logged"),
    "months": gettext_lazy("How they stood, month by month"),
    "touches": gettext_lazy("The words of letters, cards and calls"),
    "orders": gettext_lazy("Their name on purchases"),
    "refused_rows": gettext_lazy("Rows of files that were not taken in"),
    "decisions": gettext_lazy("Words of your decisions"),
}


def label_about_them(name: str) -> str:
    return str(ABOUT_THEM[name]) if name in ABOUT_THEM else label_of(name)


def label_of(name: str) -> str:
    return str(LABELS.get(name, name.replace("_", " ").capitalize()))


def _words(value: Any) -> str:
    """Any value as a reader would write it; lists in one cell, a line each."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(words for part in value.values() if (words := _words(part)))
    if isinstance(value, list | tuple):
        return "\n".join(words for part in value if (words := _words(part)))
    return _day(value) if isinstance(value, str) and value[:2].isdigit() and value[4:5] == "-" else str(value)


def _day(text: str) -> str:
    """A day or a moment of the business; anything else as it stands."""
    try:
        found: date | datetime | None = parse_datetime(text) if len(text) > 10 else parse_date(text)
    except ValueError:
        return text
    if isinstance(found, datetime) and found.tzinfo:
        return date_format(clock.local(found), "SHORT_DATETIME_FORMAT")
    return date_format(found, "DATE_FORMAT") if found else text
