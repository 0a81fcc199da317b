"""What speaks for two records being one person, and what against, weighed in bits: one bit doubles the odds.

Two records taken at random are one person about once in twice as many pairs as there are people; that is where the
scale begins (`prior`). Each agreement adds what it would be worth as a coincidence (a rare name more than a common one,
a telephone number about as much as there are people), each disagreement takes away. Names that are two people's end it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from regulars.people.likeness.facts import Box, Facts, Place, digits_of
from regulars.people.likeness.names import Census, Verdict, compare

SHOWN_FROM_BITS = 3.0
FORMER = 2.0
FAMILY_NAME = 12.0
AGAINST = frozenset({"other_day", "other_generation"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """`bits` above nothing; `evidence` in codes; `is_certain`: nothing speaks against it and the proof is plain.

    `is_roof`: two people who seem to live together.
    """

    bits: float
    evidence: tuple[str, ...]
    is_certain: bool = False
    is_roof: bool = False

    @property
    def is_shown(self) -> bool:
        return self.bits >= SHOWN_FROM_BITS


def weigh(one: Facts, other: Facts, census: Census) -> Likeness:
    """Weigh two records against each other."""
    names = compare(one.name, other.name, census)
    box, phone, place = _boxes(one, other, census), _phones(one, other, census), _places(one, other, census)
    day, number = _days(one, other), _numbers(one, other)
    if names.are_two:
        return _two_people(one, other, names, place[0], phone[0])
    generation = _generations(one, other)
    found = [(names.code, names.bits), box, phone, place, day, number, generation]
    codes = tuple(code for code, _ in found if code)
    bits = sum(weight for _, weight in found) - census.people_bits - FORMER
    if "other_day" in codes and "box" not in codes:
        # Whoever bears the name of somebody at home, or in the family, was born on a day of their own.
        bits -= FAMILY_NAME
    return Likeness(bits, codes, is_certain=bits >= SHOWN_FROM_BITS and _is_plain(names, set(codes), one, other))


def _is_plain(names: Verdict, codes: set[str], one: Facts, other: Facts) -> bool:
    """The same mailbox and a name that fits; or the same number, name and birthday or address; and nothing against."""
    if codes & AGAINST or "day_near" in codes:
        return False
    if "box" in codes:
        return names.code in {"name", "name_swapped", "name_near", "name_variant", "name_initial", "name_part"}
    is_same_name = names.code in {"name", "name_swapped"} and len(one.name.words) > 1
    return is_same_name and "phone" in codes and bool(codes & {"day", "place"})


def _two_people(one: Facts, other: Facts, names: Verdict, place: str, phone: str) -> Likeness:
    """Different first names are different people, whatever they share; under one address they may be a household."""
    is_home = place in {"place", "street_near"}
    is_roof = is_home and (names.is_same_family or phone == "phone")
    codes = [
        code for code, holds in (("family", names.is_same_family), (phone, bool(phone)), (place, is_home)) if holds
    ]
    return Likeness(float("-inf"), tuple(code for code in codes if code), is_roof=is_roof)


def _generations(one: Facts, other: Facts) -> tuple[str, float]:
    """Father and son bear one name."""
    mine, its = one.name.generation, other.name.generation
    if mine == its:
        return "", 0
    return ("other_generation", -20.0) if mine and its else ("other_generation", -10.0)


def _boxes(one: Facts, other: Facts, census: Census) -> tuple[str, float]:
    mine, its = _own(one.boxes), _own(other.boxes)
    if not mine or not its:
        return "", 0.0
    if {box.same for box in mine} & {box.same for box in its}:
        return "box", census.people_bits + 4
    weighed = [_box(a, b, one, other, census) for a, b in product(mine, its)]
    return max(weighed, key=lambda found: found[1], default=("", 0.0))


def _own(boxes: tuple[Box, ...]) -> list[Box]:
    return [box for box in boxes if not box.is_generic]


def _box(mine: Box, its: Box, one: Facts, other: Facts, census: Census) -> tuple[str, float]:
    if mine.local == its.local:
        is_slip = OSA.distance(mine.house, its.house, score_cutoff=2) <= 2
        bits = _of_its_own(mine.local, one, other)
        return ("box_near", bits + 8) if is_slip else ("local", bits)
    if mine.house == its.house and _is_slip(mine.local, its.local):
        return "box_near", _of_its_own(mine.local, one, other) + 5
    return "", -2.0


def _is_slip(mine: str, its: str) -> bool:
    """A letter or two wrong; another number behind the same name is another mailbox, unless two digits are swapped."""
    if min(len(mine), len(its)) < 5 or OSA.distance(mine, its, score_cutoff=2) > (2 if len(mine) > 9 else 1):
        return False
    return sorted(digits_of(mine)) == sorted(digits_of(its))


def _of_its_own(local: str, one: Facts, other: Facts) -> float:
    """What a mailbox says beyond the name it is made of: its digits, or letters that are nobody's name."""
    digits = digits_of(local)
    letters = "".join(letter for letter in local if letter.isalpha())
    for word in sorted({*one.name.words, *other.name.words}, key=len, reverse=True):
        if len(word) > 1:
            letters = letters.replace(word, "")
    return min(16.0, 2.0 + 2.5 * len(digits) + 2.0 * max(0, len(letters) - 1))


def _phones(one: Facts, other: Facts, census: Census) -> tuple[str, float]:
    if not one.phones or not other.phones:
        return "", 0.0
    if set(one.phones) & set(other.phones):
        return "phone", census.people_bits + 3
    if any(len(a) == len(b) and OSA.distance(a, b, score_cutoff=1) <= 1 for a, b in product(one.phones, other.phones)):
        return "phone_near", 7.0
    return "", -2.0


def _places(one: Facts, other: Facts, census: Census) -> tuple[str, float]:
    weighed = [_place(a, b, census) for a, b in product(one.places, other.places)]
    return max(weighed, key=lambda found: found[1], default=("", 0.0))


def _place(mine: Place, its: Place, census: Census) -> tuple[str, float]:
    is_town = bool(mine.postcode) and mine.postcode == its.postcode
    is_town = is_town or bool(mine.city and mine.city == its.city and not (mine.postcode and its.postcode))
    if mine.is_whole and its.is_whole and mine.numbers & its.numbers:
        is_same_city = bool(mine.city) and mine.city == its.city
        if mine.street == its.street and (is_town or is_same_city):
            return "place", min(16.0, census.people_bits) - 1
        if (is_town or is_same_city) and ratio(mine.street, its.street) >= 75:
            return "street_near", min(16.0, census.people_bits) - 3
    if is_town:
        if mine.street and mine.street == its.street:
            return "street", 4.0
        return ("town", 2.5) if mine.postcode and mine.postcode == its.postcode else ("town", 1.0)
    return "", -2.0 if mine.is_whole and its.is_whole else 0.0


def _days(one: Facts, other: Facts) -> tuple[str, float]:
    if one.day is None or other.day is None:
        return "", 0.0
    (month, day, year), (its_month, its_day, its_year) = one.day, other.day
    is_same_day = (month, day) == (its_month, its_day)
    if year is None or its_year is None:
        return ("day", 7.0) if is_same_day else _other_day(month, day, its_month, its_day, 0.0)
    if year == its_year:
        return ("day", 15.0) if is_same_day else _other_day(month, day, its_month, its_day, 4.0)
    if is_same_day and OSA.distance(str(year), str(its_year)) == 1 and abs(year - its_year) < 15:
        return "day_near", 2.0
    return "other_day", -14.0


def _other_day(month: int, day: int, its_month: int, its_day: int, bonus: float) -> tuple[str, float]:
    """Day and month written the other way round are a slip; so is one of them wrong, now and then."""
    if (month, day) == (its_day, its_month):
        return "day_near", bonus + 4
    if month == its_month or day == its_day:
        return "other_day", bonus - 7
    return "other_day", bonus - 10


def _numbers(one: Facts, other: Facts) -> tuple[str, float]:
    return ("id", 18.0) if set(one.external_ids) & set(other.external_ids) else ("", 0.0)
