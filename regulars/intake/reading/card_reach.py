"""How a card says somebody is reached: e-mail addresses, numbers and postal addresses, each with what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from regulars.intake.reading.card_lines import Card, Property, unescaped
from regulars.intake.values import reach

LABEL = re.compile(r"^_\$!<(.*)>!\$_$")
PHONE_KINDS = ("fax", "pager", "cell", "mobile", "iphone", "home", "work", "main", "car", "other")
MAIL_KINDS = ("home", "work", "school", "other")
SPOKEN = {"cell": "mobile", "iphone": "mobile"}
DIALLED = re.compile(r"^(?:tel|phone)\s*:\s*", re.IGNORECASE)
EXTENSION = re.compile(r";\s*ext\s*=\s*", re.IGNORECASE)
Found = tuple[list[str], dict[str, str], list[str]]


def label(card: Card, one: Property, kinds: Sequence[str]) -> str:
    """The owner's own word for it, else what the standard says it is for."""
    for other in card.all("X-ABLABEL", "X-AB-LABEL") if one.group else ():
        if other.group.lower() == one.group.lower() and other.text:
            known = LABEL.match(other.text)
            return known[1].lower() if known else other.text
    kind = next((kind for kind in kinds if kind in one.types), "")
    return SPOKEN.get(kind, kind)


def emails(card: Card) -> Found:
    """The addresses, the preferred first, what each is for, and what could not be read as one."""
    addresses: list[str] = []
    labels: dict[str, str] = {}
    notes: list[str] = []
    for one in _by_preference(card.all("EMAIL")):
        found = reach.emails(one.text) if one.text else []
        if found is None:
            notes.append(_("E-mail as written: %(text)s") % {"text": one.text})
        for address in map(str.lower, found or ()):
            if kind := label(card, one, MAIL_KINDS):
                labels.setdefault(address, kind)
            addresses.append(address)
    return list(dict.fromkeys(addresses)), labels, notes


def phones(card: Card) -> Found:
    """The numbers, those to ring first; what has no digits is no number and becomes a note."""
    found: list[tuple[bool, str]] = []
    labels: dict[str, str] = {}
    notes: list[str] = []
    for one in _by_preference(card.all("TEL", "X-MS-TEL")):
        text = EXTENSION.sub(" ext. ", DIALLED.sub("", one.text)).partition(";")[0]
        text = " ".join(text.split())[:60].strip()
        if sum(letter.isdigit() for letter in text) < 3:
            notes += [_("Phone as written: %(text)s") % {"text": text}] if text else []
            continue
        if kind := label(card, one, PHONE_KINDS):
            labels.setdefault(text, kind)
        found.append((bool({"fax", "pager"} & {kind, *one.types}), text))
    ordered = [text for _is_late, text in sorted(found, key=lambda pair: pair[0])]
    return list(dict.fromkeys(ordered)), labels, notes


def places(card: Card) -> list[list[str]]:
    """Postal addresses as they were written: lines, town, postcode, region, country, what it is for; home first."""
    found = [(_rank(one), _place(one), label(card, one, MAIL_KINDS)) for one in card.all("ADR")]
    if not any(any(place) for _order, place, _kind in found):
        labels = card.all("LABEL")
        found = [(_rank(one), [one.text, "", "", "", ""], label(card, one, MAIL_KINDS)) for one in labels]
    kept: dict[tuple[str, ...], str] = {}
    for _order, place, kind in sorted(found, key=lambda one: one[0]):
        if any(place):
            kept.setdefault(tuple(place), kind)
    return [[*place, kind] for place, kind in kept.items()]


def _rank(one: Property) -> tuple[int, bool]:
    return one.preference, "home" not in one.types


def _place(one: Property) -> list[str]:
    box, ext, street, city, region, postcode, country = [*one.parts, *([""] * 7)][:7]
    if (city and city in box) or (postcode and postcode in box):  # a label whose colon cut it off
        box = ""
    lines = [line.strip(" ,") for part in (box, ext, street) for line in part.split("\n")]
    rest = [" ".join(part.split()) for part in (city, postcode, region, country)]
    place = ["\n".join(line for line in lines if line), *rest]
    written = "\n".join(one.params.get("LABEL", ()))
    return [unescaped(written), "", "", "", ""] if written and sum(map(bool, place)) < 2 else place


def _by_preference(found: Iterable[Property]) -> list[Property]:
    return sorted(found, key=lambda one: one.preference)
