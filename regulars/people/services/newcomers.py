"""What a caller says about people it wants recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.people.addresses import e164_among, normalised_email
from regulars.people.models.households import firm_word
from regulars.people.partial_dates import PartialDate
from regulars.people.words import all_words, sort_key


@dataclass(frozen=True)
class NewAddress:
    lines: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""
    label: str = ""


@dataclass(frozen=True)
class NewConsent:
    """What somebody said about one channel and purpose; `at` only when the day is really known."""

    channel: str
    purpose: str
    is_given: bool
    basis: str = "consent"
    wording: str = ""
    at: datetime | None = None
    expires_on: date | None = None


class NewOccasion(NamedTuple):
    """A day beside the birthday: an anniversary, a name day, a day with a label."""

    kind: str
    label: str
    day: PartialDate


@dataclass(frozen=True)
class NewPerson:
    """One person as a file, a form or a conversation names them. A name given whole is never split.

    `labels` says of an e-mail address or a number, as it is typed here, what it is for: mobile, work, fax.
    `reach_by` is how they like to be reached (`ReachBy`).
    """

    full_name: str = ""
    given_name: str = ""
    family_name: str = ""
    salutation: str = ""
    language: str = ""
    zone: str = ""
    kinds: tuple[str, ...] = ("customer",)
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[NewAddress, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    birthday: PartialDate | None = None
    note: str = ""
    met: str = ""
    referred_by_text: str = ""
    consents: tuple[NewConsent, ...] = ()
    is_bucket: bool = False
    occasions: tuple[NewOccasion, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    likes: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    organisation: str = ""
    reach_by: str = ""


@dataclass(frozen=True)
class RecordedPeople:
    """The person of every row, in the order they were given, and what became of them.

    `updated` counts people known before of whom something new was learned; they are part of `matched`. `learned` says
    what, so that it can be taken back (`unlearn`).
    """

    ids: list[int] = field(default_factory=list)
    new: int = 0
    matched: int = 0
    updated: int = 0
    new_ids: list[int] = field(default_factory=list)
    learned: list[dict[str, Any]] = field(default_factory=list)


Place = tuple[str, str, str, str, str]
T = TypeVar("T")
NOTHING: dict[str, str] = {}
NO_PHONES: dict[tuple[str, str], str] = {}
TEXTS = (
    "full_name",
    "given_name",
    "family_name",
    "salutation",
    "language",
    "zone",
    "met",
    "referred_by_text",
    "reach_by",
)
LENGTHS = {
    "full_name": 200, "given_name": 100, "family_name": 100, "salutation": 100, "language": 16, "zone": 64, "met": 300,
    "referred_by_text": 200, "reach_by": 6,
}  # fmt: skip


@dataclass(slots=True)
class Draft:
    """One person of a batch: everything said about them, made comparable. Several rows may add to one draft.

    Its collections are never changed in place, so that a batch of thousands shares the empty ones. `words` are those
    it is found by, where they were looked for beforehand and nothing was added since.
    """

    texts: dict[str, str]
    name_key: str
    emails: dict[str, str]
    phones: dict[tuple[str, str], str]
    external_ids: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]
    tags: tuple[str, ...]
    kinds: tuple[str, ...]
    notes: tuple[str, ...]
    birthday: PartialDate | None
    consents: tuple[NewConsent, ...]
    is_bucket: bool
    occasions: tuple[NewOccasion, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    tastes: tuple[tuple[str, str], ...] = ()
    person_id: int = 0
    has_email: bool = False
    has_phone: bool = False
    has_place: bool = False
    filled: tuple[str, ...] = ()
    organisation: str = ""
    joined: int | None = None
    words: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[Draft], tuple[Any, ...]]:
        """Cross to another process as the plain values it is made of, in half the time."""
        return Draft, tuple(getattr(self, name) for name in FIELDS_OF_A_DRAFT)

    def found_by(self) -> tuple[str, ...]:
        """Return the words of search that this person is found by."""
        if not self.words:
            texts = (self.texts.get(name, "") for name in TEXTS[:3])
            phones = [e164 or as_typed for e164, as_typed in self.phones]
            self.words = tuple(all_words(texts, self.emails, phones, self.tags))
        return self.words

    def keys(self) -> list[tuple[str, str, str]]:
        """Return what this person is known again by, the strongest first."""
        found = [("id", source, number) for source, number in self.external_ids]
        found += [("email", address, "") for address in self.emails if "@" in address]
        if self.phones:
            found += [("phone", number, self.name_key) for number, _ in self.phones if number]
        return found

    @property
    def has_news(self) -> bool:
        """Is there anything left to write beside the texts and the consent?"""
        lists = (self.emails, self.phones, self.external_ids, self.places, self.tags, self.kinds, self.notes)
        return any(lists) or self.birthday is not None or bool(self.occasions) or bool(self.tastes)

    @property
    def has_learned(self) -> bool:
        """Was anything written that can be taken back again?"""
        return bool(self.filled or self.joined) or self.has_news

    def as_learned(self) -> dict[str, Any]:
        """Return what is news about somebody known before, as JSON."""
        return {
            "person": self.person_id,
            "filled": list(self.filled),
            "emails": list(self.emails),
            "phones": [list(pair) for pair in self.phones],
            "ids": [list(pair) for pair in self.external_ids],
            "places": [list(place) for place in self.places],
            "tags": list(self.tags),
            "kinds": list(self.kinds),
            "notes": list(self.notes),
            "birthday": self.birthday is not None,
            "occasions": [[kind, label] for kind, label, _day in self.occasions],
            "tastes": [list(taste) for taste in self.tastes],
            "joined": self.joined,
        }

    def add(self, other: Draft) -> None:
        """Take in what another row says about the same person: blanks are filled, nothing is overwritten."""
        self.texts, self.words = {**other.texts, **self.texts}, ()
        self.emails = {**self.emails, **{key: text for key, text in other.emails.items() if key not in self.emails}}
        self.phones = {**self.phones, **{key: text for key, text in other.phones.items() if key not in self.phones}}
        self.external_ids = _both(self.external_ids, other.external_ids)
        self.places = _both(self.places, other.places)
        self.tags = _both(self.tags, other.tags)
        self.kinds = _both(self.kinds, other.kinds)
        self.notes = _both(self.notes, other.notes)
        self.works_for(other.organisation)
        self.consents = _both(self.consents, other.consents)
        self.occasions = _both(self.occasions, other.occasions)
        self.tastes = _both(self.tastes, other.tastes)
        self.labels = {**other.labels, **self.labels} if other.labels else self.labels
        self.birthday = self.birthday or other.birthday
        self.name_key = self.name_key or other.name_key

    def works_for(self, organisation: str) -> None:
        """Take in a firm; who has another one already keeps it, and this one is noted."""
        if self.organisation and organisation and firm_word(organisation) != firm_word(self.organisation):
            self.notes = _both(self.notes, (of_company(organisation),))
        self.organisation = self.organisation or organisation


FIELDS_OF_A_DRAFT = tuple(one.name for one in fields(Draft))


def of_company(name: str) -> str:
    return _("Company: %(name)s") % {"name": name}


def drafts_of(people: Sequence[NewPerson]) -> list[Draft]:
    """Return one draft a row; a number is read for the countries of its own addresses, then for the business's."""
    region = business().country
    return [_draft(person, region) for person in people]


def prepared(person: NewPerson, region: str) -> Draft:
    """Return the draft of one row with everything about it that needs no look into the book, so that another process
    may do it: numbers are read for its own addresses, then for `region`, the country of the business."""
    draft = _draft(person, region)
    draft.found_by()
    return draft


def _both(mine: tuple[T, ...], theirs: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*mine, *theirs))) if theirs else mine


def _draft(person: NewPerson, region: str) -> Draft:
    texts = _texts(person)
    notes = [note] if (note := plain(person.note).strip()) else []
    # What is longer than its place is shortened there, and kept whole.
    notes += [whole for name in TEXTS if len(whole := plain(getattr(person, name)).strip()) > LENGTHS[name]]
    return Draft(
        texts,
        sort_key(texts.get("full_name", "")),
        _emails(person.emails) if person.emails else NOTHING,
        _phones(person.phones, _countries(person, region)) if person.phones else NO_PHONES,
        tuple((source[:60], number.strip()[:200]) for source, number in person.external_ids if number.strip()),
        tuple(place for given in person.addresses if any(place := place_of(given))),
        tuple(tag.strip() for tag in person.tags if tag.strip()),
        person.kinds,
        tuple(notes),
        person.birthday,
        person.consents,
        person.is_bucket,
        tuple(NewOccasion(kind, label.strip()[:120], day) for kind, label, day in person.occasions),
        _labels(person),
        _tastes(person) if person.likes or person.dislikes else (),
        organisation=plain(person.organisation).strip()[:200] if person.organisation else "",
    )


def _labels(person: NewPerson) -> Mapping[str, str]:
    places = {name_of_place(place_of(given)): given.label.strip() for given in person.addresses if given.label.strip()}
    return {**person.labels, **places} if places else person.labels


def name_of_place(place: Place) -> str:
    """The text under which `labels` says what a postal address is for."""
    return "\n".join(place)


def _tastes(person: NewPerson) -> tuple[tuple[str, str], ...]:
    said = (("like", text) for text in person.likes), (("dislike", text) for text in person.dislikes)
    clean = ((taste, text.strip()[:200]) for pairs in said for taste, text in pairs)
    return tuple(dict.fromkeys(pair for pair in clean if pair[1]))


def _texts(person: NewPerson) -> dict[str, str]:
    texts = {
        name: text[: LENGTHS[name]]
        for name in TEXTS
        if (given := getattr(person, name)) and (text := plain(given).strip())
    }
    if "full_name" not in texts and ("given_name" in texts or "family_name" in texts):
        texts["full_name"] = f"{texts.get('given_name', '')} {texts.get('family_name', '')}".strip()[:200]
    return texts


def plain(text: str) -> str:
    """Text as a database can keep it: PostgreSQL knows no character number zero."""
    return text.replace("\0", "") if "\0" in text else text


def _emails(addresses: tuple[str, ...]) -> dict[str, str]:
    """An address nobody can read is kept as typed, but without an @, so that it is no key and is never written to."""
    emails: dict[str, str] = {}
    for address in addresses:
        if clean := address.strip()[:320]:
            emails.setdefault(normalised_email(clean) or clean.replace("@", " "), clean)
    return emails


def _countries(person: NewPerson, region: str) -> tuple[str, ...]:
    """The countries whose numbers these may be, the likeliest first."""
    if not person.addresses:
        return (region,)
    own = (given.country.strip().upper() for given in person.addresses)
    return tuple(dict.fromkeys((*(code for code in own if len(code) == 2), region)))


def _phones(numbers: tuple[str, ...], regions: tuple[str, ...]) -> dict[tuple[str, str], str]:
    phones: dict[tuple[str, str], str] = {}
    for number in numbers:
        if clean := number.strip()[:60]:
            known = e164_among(clean, regions)
            phones.setdefault((known, "" if known else clean), clean)
    return phones


def place_of(given: NewAddress) -> Place:
    country = given.country.strip().upper()
    return (
        given.lines.strip(),
        given.city.strip()[:120],
        given.postcode.strip()[:20],
        given.region.strip()[:120],
        country if len(country) == 2 else "",
    )
