"""A staged person as people wants to hear of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.intake.values import reach
from regulars.intake.values.countries import code_of
from regulars.intake.values.dates import Order
from regulars.people.partial_dates import DateError, PartialDate, parse
from regulars.people.services import NewAddress, NewConsent, NewPerson

AS_WRITTEN = "name and address"
COLUMNS = ("pos", "person_key", "number", "names", "salutation", "language", "company", "addresses", "more_addresses", "second_addresses",
           "phones", "second_phones", "unreadable", "places", "tags", "notes", "is_supplier", "birthday", "is_bad", "has_left", "when_left",
           "is_given", "when_given", "is_declined", "recency", "is_text_given", "deceased_on")  # fmt: skip
QUOTES = " \t\"'“”„«»"
TAG_SPLIT = re.compile(r"\s*(?:[,;\n]|:::)\s*")
TITLES = {"1": "Mr", "2": "Ms", "0": "", "9": ""}


@dataclass(frozen=True)
class Manner:
    """What holds for everybody in a file."""

    source: str
    file_name: str
    date_order: Order
    statement: str = ""


@dataclass(frozen=True)
class Told:
    """A person, and what the file says of them beyond who they are."""

    person: NewPerson
    has_bad_address: bool
    declined_at: datetime | None
    deceased_on: Any


def told(row: Sequence[Any], manner: Manner) -> Told:
    """Turn one row of table `person` (columns as in COLUMNS) into a person."""
    said = dict(zip(COLUMNS, row, strict=True))
    places = [_place(place) for place in said["places"] or ()]
    notes = [note for note in said["notes"] or () if note]
    if said["company"] and not places:
        notes.append(_("Company: %(name)s") % {"name": said["company"]})
    birthday, unread = _birthday(said["birthday"], manner.date_order)
    if unread:
        notes.append(_("Birthday as written: %(text)s") % {"text": unread})
    emails = _emails(said)
    notes += [_("E-mail as written: %(text)s") % {"text": text} for text in said["unreadable"] or () if text]
    person = NewPerson(
        **_names(said["names"] or {}),
        salutation=TITLES.get(said["salutation"] or "", said["salutation"] or ""),
        language=(said["language"] or "")[:16],
        kinds=("supplier",) if said["is_supplier"] else ("customer",),
        emails=tuple(emails),
        phones=tuple(
            dict.fromkeys(
                number for text in _filled(said["phones"], said["second_phones"]) for number in reach.phones(text)
            )
        ),
        addresses=tuple(dict.fromkeys(places)),
        external_ids=_numbers(said, manner),
        tags=tuple(_tags(said["tags"] or ())),
        birthday=birthday,
        note="\n".join(dict.fromkeys(notes)),
        consents=tuple(_consents(said, manner, has_email=bool(emails))),
    )
    declined = (
        datetime.fromtimestamp(max(said["recency"], 0), tz=UTC)
        if said["is_declined"] and not said["is_given"]
        else None
    )
    return Told(person, bool(said["is_bad"]), declined, said["deceased_on"])


def _names(names: Mapping[str, str | None]) -> dict[str, str]:
    full, given, middle, family = (names.get(key) or "" for key in ("f", "g", "m", "l"))
    if not full and middle:
        full = " ".join(part for part in (given, middle, family) if part)
    return {"full_name": full, "given_name": given, "family_name": family}


def _emails(said: Mapping[str, Any]) -> list[str]:
    found = [address for address in said["addresses"] or () if address]
    found += [address for address in said["more_addresses"] or () if address]
    found += [address for text in said["second_addresses"] or () if text for address in reach.emails(text) or ()]
    return list({address.lower(): address.lower() for address in found}.values())


def _place(place: Mapping[str, str | None]) -> NewAddress:
    """Lines stay as they were written; a country nobody knows the letters of stays as a line."""
    country = place.get("country") or ""
    code = code_of(country) if country else ""
    lines = [place.get("company"), place.get("street"), place.get("street_2"), country if not code else ""]
    return NewAddress(
        lines="\n".join(line for line in lines if line),
        city=place.get("city") or "",
        postcode=place.get("postcode") or "",
        region=place.get("region") or "",
        country=code,
    )


def _numbers(said: Mapping[str, Any], manner: Manner) -> tuple[tuple[str, str], ...]:
    """The number another system knows them by; who has neither number nor e-mail is known again by name and address."""
    if said["number"]:
        return ((manner.source, said["number"]),)
    key: str = said["person_key"]
    return ((AS_WRITTEN, key[1:][:200]),) if key[0] in "pn" else ()


def _birthday(said: Mapping[str, str | None] | None, order: Order) -> tuple[PartialDate | None, str]:
    """The birthday, and what could not be read as one."""
    if not said:
        return None, ""
    text = said["d"] or ""
    try:
        if text:
            return parse(text, "mdy" if order == "mdy" else "dmy"), ""
        if said["m"] and said["t"]:
            return parse(f"{int(said['y'] or 0):04}-{int(said['m']):02}-{int(said['t']):02}"), ""
    except (DateError, ValueError):
        return None, text or "-".join(part for part in (said["y"], said["m"], said["t"]) if part)
    return None, ""


def _tags(texts: Iterable[str | None]) -> list[str]:
    found: dict[str, str] = {}
    for text in texts:
        for tag in _parts(text or ""):
            clean = tag.strip(QUOTES)
            if clean and clean not in {"* myContacts", "* starred"}:
                found.setdefault(clean.casefold(), clean[:60])
    return list(found.values())


def _parts(text: str) -> list[str]:
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except json.JSONDecodeError:
            return TAG_SPLIT.split(text)
        return [str(part) for part in listed] if isinstance(listed, list) else [text]
    return TAG_SPLIT.split(text)


def _consents(said: Mapping[str, Any], manner: Manner, *, has_email: bool) -> list[NewConsent]:
    """Only what a column says, or what the owner states of the whole file; who left has left whatever else is said."""
    found = []
    if said["has_left"]:
        left = _("The file %(file)s says that they left.") % {"file": manner.file_name}
        found.append(NewConsent("email", "marketing", False, "objection", left, _aware(said["when_left"])))
    elif said["is_given"] and not said["is_bad"] and has_email:
        given = _("A column of the file %(file)s says yes.") % {"file": manner.file_name}
        found.append(NewConsent("email", "marketing", True, "consent", given, _aware(said["when_given"])))
    elif manner.statement and has_email and not said["is_declined"] and not said["is_bad"]:
        found.append(NewConsent("email", "marketing", True, "consent", manner.statement))
    if said["is_text_given"]:
        given = _("A column of the file %(file)s says yes.") % {"file": manner.file_name}
        found.append(NewConsent("text", "marketing", True, "consent", given))
    return found


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _filled(*lists: Sequence[str | None] | None) -> list[str]:
    return [text for found in lists for text in found or () if text]
