"""What else a card says: the note, the firm, other days, who is related, tags."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from regulars.intake.reading.card_days import day_of
from regulars.intake.reading.card_lines import Card, Property, split, unescaped
from regulars.intake.reading.card_reach import label
from regulars.people.partial_dates import PartialDate

CHAT = re.compile(r"X-(SKYPE|AIM|ICQ|MSN|YAHOO|JABBER|GTALK|GOOGLE-TALK|QQ|TWITTER|SKYPE-USERNAME|MS-IMADDRESS)")
RELATED = re.compile(r"X-(?:EVOLUTION-|MS-|KADDRESSBOOK-X-)?(SPOUSE|MANAGER|ASSISTANT|CHILD)S?(?:NAME)?")
DAYS = ("ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-MS-ANNIVERSARY", "X-KADDRESSBOOK-X-ANNIVERSARY")
SYSTEM_GROUPS = frozenset({"* mycontacts", "mycontacts", "* starred", "starred"})


def firm(card: Card) -> str:
    """The name of the organisation, without its departments."""
    return next((one.parts[0] for one in card.all("ORG") if one.parts[0]), "")


def tags(card: Card) -> list[str]:
    """A program that puts a backslash before every comma still means several."""
    parts = [unescaped(part) for one in card.all("CATEGORIES") for part in split(one.value, ",")]
    found = [tag.strip() for part in parts for tag in part.split(",")]
    return [tag for tag in found if tag and tag.lower() not in SYSTEM_GROUPS]


def birthday(card: Card) -> tuple[PartialDate | None, list[str]]:
    """The birthday, and what was written where nobody can read it as a day of a year."""
    written = [one for one in card.all("BDAY") if one.text]
    for one in written:
        if day := day_of(one.text, without_year=(one.params.get("X-APPLE-OMIT-YEAR") or [""])[0]):
            return day, []
    return None, [_("Birthday as written: %(text)s") % {"text": one.text} for one in written[:1]]


def other_days(card: Card) -> list[list[str]]:
    """Other days of theirs, each once: kind, label, day."""
    found: dict[tuple[str, str], str] = {}
    for one in card.all(*DAYS, "X-ABDATE"):
        word = label(card, one, ()) if one.name == "X-ABDATE" else "anniversary"
        day = str(day_of(one.text) or "")
        if not day or day in found.values():
            continue
        kind, word = ("anniversary", "") if word.lower() == "anniversary" else ("other", word)
        while (kind, word) in found:
            word = f"{word or _('anniversary')} ·"
        found[kind, word] = day
    return [[kind, word, day] for (kind, word), day in found.items()]


def notes(card: Card) -> list[str]:
    """The note, and what has no place of its own."""
    found = [one.text for one in card.all("NOTE") if one.text]
    for one in card.all("ORG"):
        parts = [part for part in one.parts if part]
        if parts and parts != [firm(card)]:  # which has its own place
            found.append(_("Company: %(name)s") % {"name": ", ".join(parts)})
    found += [_("Position: %(text)s") % {"text": one.text} for one in card.all("TITLE", "ROLE") if one.text]
    found += [_("Nickname: %(text)s") % {"text": one.text} for one in card.all("NICKNAME") if one.text]
    found += [_("Website: %(text)s") % {"text": one.text} for one in card.all("URL") if one.text]
    found += [
        _("Time zone as written: %(text)s") % {"text": one.text}
        for one in card.all("TZ")
        if one.text and one.text not in available_timezones()
    ]
    return [*found, *(line for one in card.properties if one.text and (line := _said(card, one)))]


def _said(card: Card, one: Property) -> str:
    """Who is related to them, and where they chat."""
    if one.name in {"RELATED", "X-ABRELATEDNAMES"}:
        word = label(card, one, ()) or next((kind for kind in one.types if kind != "pref"), "") or _("related")
        return f"{word.capitalize()}: {one.text}"
    if kind := RELATED.fullmatch(one.name):
        return f"{kind[1].capitalize()}: {one.text}"
    if one.name == "IMPP":
        service = (one.params.get("X-SERVICE-TYPE") or [one.text.partition(":")[0]])[0]
        return f"{service}: {one.text.partition(':')[2] or one.text}"
    return f"{kind[1].capitalize()}: {one.text}" if (kind := CHAT.fullmatch(one.name)) else ""
