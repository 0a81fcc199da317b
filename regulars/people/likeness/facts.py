"""One record of a person, made comparable: names folded and sorted out, numbers by their last digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from regulars.people.words import fold

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam dame herr frau frl dipl ing mag med phil jur mba phd md sra srta "
    "dona mme mlle monsieur madame signor signora hr fr dhr mevr familie family fam rev".split()
)
GENERATIONS = {"jr": "jr", "junior": "jr", "jun": "jr", "sr": "sr", "senior": "sr", "sen": "sr"} | {
    number: number for number in ("ii", "iii", "iv")
}
BETWEEN = frozenset(
    "von van de der den del della di da du la le el al bin ibn zu zum zur ter ten dos das and und y e".split()
)
GENERIC_BOXES = frozenset(
    "info office kontakt contact hello hallo mail post admin sales verkauf service support team shop praxis kanzlei "
    "bestellung orders order rechnung invoice billing buchhaltung accounts reception empfang noreply newsletter "
    "webmaster postmaster enquiries anfrage studio salon marketing".split()
)
UNDOTTED = frozenset({"gmail.com", "googlemail.com"})
STREET_ENDS = tuple(
    pair.split("=")
    for pair in (
        "strasse=str street=st avenue=ave road=rd drive=dr lane=ln platz=pl place=pl boulevard=blvd square=sq court=ct"
    ).split()
)
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['’ʼ`´.]")
_DIGITS = re.compile(r"\d+")
TAIL = 8

Day = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared. `given` and `family` are "" where nobody can tell."""

    words: tuple[str, ...] = ()
    given: str = ""
    family: str = ""
    generation: str = ""

    @property
    def sorted_words(self) -> str:
        return " ".join(sorted(self.words))


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox: the part before the @ without dots and +tags, the house, and the address that is truly compared."""

    local: str
    house: str
    same: str
    is_generic: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An address: the letters of the street, its numbers, and where it lies."""

    street: str
    numbers: frozenset[str]
    postcode: str
    city: str

    @property
    def is_whole(self) -> bool:
        return bool(self.street and self.numbers and (self.postcode or self.city))


@dataclass(slots=True)
class Facts:
    """Everything two records are compared by."""

    person_id: int
    name: Name = Name()
    boxes: tuple[Box, ...] = ()
    phones: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    day: Day | None = None
    external_ids: tuple[str, ...] = ()
    household_id: int | None = None
    change_number: int = 0


@dataclass
class Raw:
    """What stands in the book about one person, as it was read."""

    full_name: str = ""
    given_name: str = ""
    family_name: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    places: list[tuple[str, str, str]] = field(default_factory=list)
    day: Day | None = None
    external_ids: list[str] = field(default_factory=list)
    household_id: int | None = None
    change_number: int = 0


def facts_of(person_id: int, raw: Raw) -> Facts:
    """Make one record comparable."""
    return Facts(
        person_id,
        name_of(raw.full_name, raw.given_name, raw.family_name),
        tuple(dict.fromkeys(box for text in raw.emails if (box := box_of(text)))),
        tuple(dict.fromkeys(tail for text in raw.phones if (tail := phone_tail(text)))),
        tuple(dict.fromkeys(place_of(*place) for place in raw.places if any(place))),
        raw.day,
        tuple(number for number in raw.external_ids if len(number) >= TAIL),
        raw.household_id,
        raw.change_number,
    )


def words_of(text: str) -> list[str]:
    """Return the words of a name; ü, ue and u are one, and so are O'Brien and OBrien."""
    return [_plain(word) for word in _WORD.findall(_APOSTROPHES.sub("", fold(text)))] if text else []


def name_of(full_name: str, given_name: str = "", family_name: str = "") -> Name:
    """Sort a name out. Columns of their own count; a name given whole is read, never split in the book."""
    text = full_name
    if not given_name and not family_name and "," in text:
        before, _, after = text.partition(",")
        if 1 <= len(before.split()) <= 2 and 1 <= len(after.split()) <= 2 and not _generation_of(words_of(after)):
            text = f"{after} {before}"
    every = words_of(text) or words_of(f"{given_name} {family_name}")
    generation = _generation_of(every)
    words = [word for word in every if word not in TITLES and word not in GENERATIONS] or every
    given, family = _given_of(given_name), _family_of(family_name)
    if not given and not family and len(words) > 1:
        given, family = words[0], words[-1]
    elif family and not given:
        given = next((word for word in words if word != family and word not in BETWEEN), "")
    elif given and not family and len(words) > 1 and words[-1] != given:
        family = words[-1]
    return Name(tuple(words), given, family, generation)


def box_of(address: str) -> Box | None:
    """Return the mailbox behind an address; `same` is without +tags, and without dots where the house ignores them."""
    local, at, house = fold(address.strip()).rpartition("@")
    if not at or not local:
        return None
    local = local.partition("+")[0] or local
    undotted = local.replace(".", "")
    if house in UNDOTTED:
        local, house = undotted, "gmail.com"
    return Box(undotted, house, f"{local}@{house}", undotted in GENERIC_BOXES)


def phone_tail(number: str) -> str:
    """Return the last digits of a number: the same with and without its country and area."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return digits[-TAIL:] if len(digits) >= 6 else ""


@lru_cache(maxsize=4096)
def place_of(lines: str, city: str, postcode: str) -> Place:
    """Make an address comparable: street, numbers, postcode, city."""
    words = _WORD.findall(fold(lines.replace("\n", " ")))
    numbers = frozenset(word for word in words if word[0].isdigit())
    street = "".join(_shortened(word) for word in words if not word[0].isdigit())
    return Place(street, numbers, "".join(_WORD.findall(fold(postcode))), _plain("".join(_WORD.findall(fold(city)))))


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """Return the consonants of a word as they sound, in the order of the alphabet: the same after most slips."""
    heard = word.replace("ph", "f").replace("th", "t").translate(_SOUNDS)
    return "".join(sorted(set(heard.replace("*", ""))))[:6] or word[:1]


_SOUNDS = str.maketrans({
    **dict.fromkeys("aeiouyjhw", "*"), "c": "k", "q": "k", "g": "k", "x": "k", "z": "s", "v": "f", "d": "t", "b": "p",
})  # fmt: skip


def _plain(word: str) -> str:
    """Müller, Mueller and Muller are one word."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _shortened(word: str) -> str:
    for long, short in STREET_ENDS:
        if word.endswith(long):
            return word[: -len(long)] + short
    return word


def _generation_of(words: Sequence[str]) -> str:
    """Sr. and Jr. stand last."""
    return GENERATIONS.get(words[-1], "") if len(words) > 1 else ""


def _bare(text: str) -> list[str]:
    words = words_of(text)
    return [word for word in words if word not in TITLES and word not in GENERATIONS] or words


def _given_of(text: str) -> str:
    return next(iter(_bare(text)), "")


def _family_of(text: str) -> str:
    """The family name that counts: without the particles before it."""
    return next((word for word in reversed(_bare(text)) if word not in BETWEEN), "")


def digits_of(text: str) -> str:
    return "".join(_DIGITS.findall(text))
