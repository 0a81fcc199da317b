"""A staged person as people wants to hear of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from regulars.intake.services.beyond import with_more
from regulars.intake.values import dates, reach
from regulars.intake.values.countries import code_of
from regulars.intake.values.dates import Order
from regulars.people.partial_dates import DateError, PartialDate, is_no_date, parse
from regulars.people.services import Draft, NewAddress, NewConsent, NewOccasion, NewPerson, prepared

AS_WRITTEN = "name and address"
COLUMNS = tuple(
    "pos person_key number names salutation language company addresses more_addresses second_addresses"
    " phones second_phones unreadable places tags notes is_supplier birthday is_bad has_left when_left is_given"
    " when_given is_declined recency is_text_given deceased_on beyond places_b anniversary fingerprint".split()
)
WITHOUT_PRINTS = (*COLUMNS[:-1], "NULL")  # where nobody makes `print_of`
QUOTES = " \t\"'“”„«»"
TAG_SPLIT = re.compile(r"\s*(?:[,;\n]|:::)\s*")
TITLES = {"1": "Mr", "2": "Ms", "0": "", "9": ""}


NOBODYS: Mapping[str, str | None] = {}
CUSTOMER, SUPPLIER = ("customer",), ("supplier",)


@dataclass(frozen=True)
class Manner:
    """What holds for everybody in a file."""

    source: str
    file_name: str
    date_order: Order
    statement: str = ""
    country: str = ""
    has_prints: bool = False
    kin: str = ""  # another source that knows people by the same numbers

    @cached_property
    def yes(self) -> str:
        return _("A column of the file %(file)s says yes.") % {"file": self.file_name}

    @cached_property
    def no(self) -> str:
        return _("The file %(file)s says that they left.") % {"file": self.file_name}


class Told(NamedTuple):
    """A person, and what the file says of them beyond who they are."""

    person: NewPerson
    has_bad_address: bool
    declined_at: datetime | None
    deceased_on: date | None
    fingerprint: int | None


class Prepared(NamedTuple):
    """The same, made comparable: everything that can be done before the book is looked into."""

    draft: Draft
    bad_addresses: tuple[str, ...]
    declined_at: datetime | None
    deceased_on: date | None
    fingerprint: int | None


def ready(one: Told, manner: Manner) -> Prepared:
    bad = one.person.emails if one.has_bad_address else ()
    return Prepared(prepared(one.person, manner.country), bad, one.declined_at, one.deceased_on, one.fingerprint)


def told(row: Sequence[Any], manner: Manner) -> Told:
    """Turn one row of table `person` (columns as in COLUMNS) into a person; empty cells cost next to nothing."""
    (_pos, key, number, names, salutation, language, company, addresses, more, second, phones, more_phones,
     unreadable, places, tags, notes, is_supplier, birthday, is_bad, has_left, when_left, is_given, when_given,
     is_declined, recency, is_text_given, deceased_on, beyond,
     places_b, anniversary, fingerprint) = row  # fmt: skip
    emails = _emails(addresses, more, second)
    born, unread = _birthday(birthday, manner.date_order) if birthday else (None, "")
    written = _notes(notes, unread, unreadable) if notes or unread or unreadable else ""
    full, given, family = _names(names or NOBODYS)
    if company and not (full or given or family):
        full, company = company, ""  # a firm that nobody is named of is an entry of its own
    person = NewPerson(
        *(full, given, family, TITLES.get(salutation, salutation) if salutation else "", language or "", ""),
        SUPPLIER if is_supplier else CUSTOMER,
        emails,
        _phones(phones, more_phones) if phones or more_phones else (),
        tuple(dict.fromkeys(map(_place, places))) if places else (),
        _numbers(number, key, manner),
        tuple(_tags(tags)) if tags else (),
        born,
        written,
        consents=_consents(
            manner,
            emails,
            has_left,
            when_left,
            is_given and not is_bad,
            when_given,
            is_bad or is_declined,
            is_text_given,
        ),
        organisation=company or "",
    )
    if beyond:
        person = with_more(person, beyond)
    if places_b or anniversary:
        person = _with_second_place(person, places_b or (), anniversary or "", manner)
    declined = datetime.fromtimestamp(max(recency, 0), tz=UTC) if is_declined and not is_given else None
    return Told(person, bool(is_bad), declined, deceased_on, fingerprint)


def _with_second_place(
    person: NewPerson, places: Sequence[Mapping[str, str | None]], anniversary: str, manner: Manner
) -> NewPerson:
    """Add another address and the anniversary; one that nobody can read becomes a note."""
    found = (*person.addresses, *map(_place, places))
    day, unread = _birthday({"d": anniversary}, manner.date_order) if anniversary else (None, "")
    days = (NewOccasion("anniversary", "", day),) if day else ()
    note = _("Anniversary as written: %(text)s") % {"text": unread} if unread else ""
    return replace(
        person,
        addresses=tuple(dict.fromkeys(found)),
        occasions=(*person.occasions, *days),
        note="\n".join(part for part in (person.note, note) if part),
    )


def _names(names: Mapping[str, str | None]) -> tuple[str, str, str]:
    full, given, middle, family = (names.get(key) or "" for key in "fgml")
    if not full and middle:
        full = " ".join(part for part in (given, middle, family) if part)
    return full, given, family


def _emails(
    addresses: Sequence[str] | None, more: Sequence[str] | None, second: Sequence[str] | None
) -> tuple[str, ...]:
    found = [address.lower() for address in addresses or ()]
    if more or second:
        found += [address.lower() for address in more or ()]
        found += [address.lower() for text in second or () for address in reach.emails(text) or ()]
    return tuple(dict.fromkeys(found))


def _phones(phones: Sequence[str] | None, more: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(number for text in (*(phones or ()), *(more or ())) for number in reach.phones(text)))


def _notes(notes: Sequence[str] | None, birthday: str, unreadable: Sequence[str] | None) -> str:
    """What was written, and what could be read as nothing else, so that it is not lost."""
    found = list(notes or ())
    if birthday:
        found.append(_("Birthday as written: %(text)s") % {"text": birthday})
    found += [_("E-mail as written: %(text)s") % {"text": text} for text in unreadable or ()]
    return "\n".join(dict.fromkeys(found))


def _place(place: Mapping[str, str | None]) -> NewAddress:
    """Lines stay as they were written; a country nobody knows the letters of stays as a line."""
    country = place.get("country") or ""
    code = code_of(country) if country else ""
    lines = [place.get("street"), place.get("street_2"), country if not code else ""]
    return NewAddress(
        lines="\n".join(line for line in lines if line),
        city=place.get("city") or "",
        postcode=place.get("postcode") or "",
        region=place.get("region") or "",
        country=code,
    )


def _numbers(number: str | None, key: str, manner: Manner) -> tuple[tuple[str, str], ...]:
    """The number another system knows them by; who has neither number nor e-mail is known again by name and address."""
    if number:
        own = (manner.source, number)
        return (own, (manner.kin, number)) if manner.kin else (own,)
    return ((AS_WRITTEN, key[1:][:200]),) if key[0] in "pn" else ()


def _birthday(said: Mapping[str, str | None], order: Order) -> tuple[PartialDate | None, str]:
    """The birthday, and what could not be read as one."""
    text = said["d"] or ""
    if is_no_date(text) and not said["m"]:
        return None, ""
    try:
        if text:
            return parse(text, "mdy" if order == "mdy" else "dmy"), ""
        if said["m"] and said["t"]:
            return parse(f"{int(said['y'] or 0):04}-{int(said['m']):02}-{int(said['t']):02}"), ""
    except (DateError, ValueError):
        if counted := dates.parse(text, order) if text else None:
            return PartialDate(counted.on.month, counted.on.day, counted.on.year), ""
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


def _consents(
    manner: Manner,
    emails: tuple[str, ...],
    has_left: bool,
    when_left: datetime | None,
    is_given: bool,
    when_given: datetime | None,
    is_out: bool,
    is_text_given: bool,
) -> tuple[NewConsent, ...]:
    """Only what a column says, or what the owner states of the whole file; who left has left whatever else is said."""
    said: tuple[NewConsent, ...] = ()
    if has_left:
        said = (NewConsent("email", "marketing", False, "objection", manner.no, _aware(when_left)),)
    elif is_given and emails:
        said = (NewConsent("email", "marketing", True, "consent", manner.yes, _aware(when_given)),)
    elif manner.statement and emails and not is_out:
        said = (NewConsent("email", "marketing", True, "consent", manner.statement),)
    return (*said, NewConsent("text", "marketing", True, "consent", manner.yes)) if is_text_given else said


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
