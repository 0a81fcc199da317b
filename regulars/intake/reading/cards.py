"""Contact cards as a sheet: one row a card. What fits no column (several addresses, what a number is for, other days)
stands as JSON in a column of its own. Pictures are left out and counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from regulars.intake.reading import card_reach, card_words
from regulars.intake.reading.card_days import day_of
from regulars.intake.reading.card_lines import Card, cards, decoded
from regulars.intake.reading.card_trees import from_json, from_xml
from regulars.intake.reading.sheets import Fault, Row

HEADER = (
    "UID", "FN", "N given", "N family", "N prefix", "EMAIL", "TEL", "BDAY", "LANG", "CATEGORIES", "NOTE", "DEATHDATE",
    "beyond the columns",
)  # fmt: skip
BEGIN = re.compile(rb"^(?:[\w-]+\.)?begin\s*:\s*vcard", re.IGNORECASE | re.MULTILINE)
MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32"})
SHORT_UID = 12  # a shorter one is no name that the whole world knows
LIST = " ::: "
FIRMS = frozenset({"org", "organization", "organisation"})


@dataclass
class CardSheet:
    """All cards of a file: their rows, those that are no people with the reason, and how many pictures there were."""

    rows: list[Row] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    pictures: int = 0


def looks_like_cards(head: bytes) -> bool:
    """Say whether a file that begins so holds cards in any of their three forms."""
    bare = head.replace(b"\0", b"").lstrip(MARKS)
    if BEGIN.match(bare) or re.match(rb"\[\s*(?:\[\s*)?\"vcard\"", bare):
        return True
    if bare.startswith(b"<"):
        return b"vcard" in bare.lower()
    return BEGIN.search(bare) is not None


def read(path: Path, encoding: str) -> CardSheet:
    """Read every card of a file; nothing in it can make this fail."""
    sheet = CardSheet()
    found = list(_cards(path, encoding))
    groups = _groups(found)
    for number, card in enumerate(found, start=1):
        sheet.pictures += sum(1 for one in card.properties if one.name in {"PHOTO", "LOGO"})
        if _kind(card) == "group":
            sheet.faults[number] = Fault(_said_of_group(card), [card.first("FN", "N")])
            continue
        sheet.rows.append((number, _row(card, groups)))
    return sheet


def _cards(path: Path, encoding: str) -> Iterator[Card]:
    with path.open("rb") as file:
        head = file.read(4096).lstrip(MARKS + b"\0")
    if head.startswith((b"[", b"<")):
        text = decoded(path.read_bytes()) if encoding not in WIDE else path.read_text(encoding, errors="replace")
        text = text.lstrip("\ufeff")
        yield from from_json(text) or from_xml(text) or ()
        return
    letters, errors = (encoding, "replace") if encoding in WIDE else ("utf-8-sig", "surrogateescape")
    with path.open(encoding=letters, errors=errors) as lines:
        yield from cards(line.replace("\0", "") for line in lines)


def _groups(found: Sequence[Card]) -> dict[str, list[str]]:
    """The names of the groups that a card belongs to, by the card's UID or e-mail address."""
    groups: dict[str, list[str]] = {}
    for card in found:
        if _kind(card) == "group" and (name := card.first("FN", "N")):
            for member in card.all("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"):
                groups.setdefault(_bare_uid(member.text).removeprefix("mailto:").lower(), []).append(name)
    return groups


def _kind(card: Card) -> str:
    said = card.first("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-KIND").lower()
    if said:
        return said
    return "org" if card.first("X-ABSHOWAS").upper() == "COMPANY" else ""


def _said_of_group(card: Card) -> str:
    name = card.first("FN", "N")
    if not name:
        return _("This card is a group, not a person.")
    return _(
        "This card is the group “%(name)s”, not a person. Those of this file who belong to it got its name as a tag."
    ) % {"name": name}


def _row(card: Card, groups: dict[str, list[str]]) -> list[str]:
    family, given, middle, prefix, suffix = _parts_of_name(card)
    whole = _line(card.first("FN", "NAME")) or " ".join(filter(None, (given, middle, family, suffix)))
    if given == whole and " " in whole and not family:
        given = ""  # a name that was given whole, put where a card must have one
    firm = _line(card_words.firm(card))
    is_firm = _kind(card) in FIRMS or bool(firm and not given + family and whole in {"", firm})
    whole = whole or (firm if is_firm else card.first("NICKNAME"))
    emails, labels, unread = card_reach.emails(card)
    phones, more_labels, more_unread = card_reach.phones(card)
    born, born_unread = card_words.birthday(card)
    notes = [*card_words.notes(card), *born_unread, *unread, *more_unread]
    beyond = {
        "places": card_reach.places(card),
        "labels": labels | more_labels,
        "days": card_words.other_days(card),
        "kind": "other" if is_firm else "",
        "firm": "" if is_firm else firm,
        "zone": next((one.text for one in card.all("TZ") if one.text in available_timezones()), ""),
    }
    language = min(card.all("LANG", "X-LANGUAGE"), key=lambda one: one.preference, default=None)
    return [
        *(_uid(card, whole), whole, given, family, prefix, LIST.join(emails), LIST.join(phones), str(born or "")),
        language.text if language else "",
        _as_json(list(dict.fromkeys([*card_words.tags(card), *_groups_of(card, emails, groups)]))),
        "\n".join(dict.fromkeys(notes)),
        str(day_of(card.first("DEATHDATE")) or ""),
        _as_json({key: value for key, value in beyond.items() if value}),
    ]


def _as_json(value: Sequence[str] | dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _parts_of_name(card: Card) -> list[str]:
    """Family, given and further names, what stands before and behind."""
    said = next((one.parts for one in card.all("N") if one.text), [])
    return [_line(part) for part in [*said, *([""] * 5)][:5]]


def _groups_of(card: Card, emails: Sequence[str], groups: dict[str, list[str]]) -> list[str]:
    keys = [key for key in (_bare_uid(card.first("UID")).lower(), *emails) if key]
    return [name for key in keys for name in groups.get(key, ())]


def _bare_uid(text: str) -> str:
    return re.sub(r"^urn:uuid:", "", text.strip(), flags=re.IGNORECASE)


def _uid(card: Card, whole: str) -> str:
    """What another program knows the card by; a short one only together with the name."""
    uid = _bare_uid(card.first("UID"))
    return uid if not uid or len(uid) >= SHORT_UID else f"{uid} {whole}".strip()
