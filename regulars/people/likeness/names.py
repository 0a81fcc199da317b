"""Two names: one person's, or two people's?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from regulars.people.likeness.facts import Name
from regulars.people.likeness.variants import are_variants, is_known

MOST_BITS = 14.0
# How often names are met outside the book: a name that is rare here may still be a common one.
EVERYWHERE = 500
GENDER_ENDS = ("a", "e", "o", "ne", "in", "ia")


@dataclass(frozen=True)
class Census:
    """How many people there are, and how many of them each word of a name stands for."""

    people: int
    counts: Mapping[str, int] = field(default_factory=dict)

    def bits(self, word: str) -> float:
        """What it says that two records share this word: the rarer, the more."""
        others = max(0.5, self.counts.get(word, 1) - 1.5)
        return min(MOST_BITS, math.log2((self.people + EVERYWHERE) / others))

    @property
    def people_bits(self) -> float:
        return math.log2(max(self.people, 100))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` says how the names compare, `bits` what it weighs; `are_two` that they are two people's names."""

    code: str
    bits: float
    are_two: bool = False
    is_same_family: bool = False


UNKNOWN = Verdict("", 0.0)


def compare(one: Name, other: Name, census: Census) -> Verdict:
    """Compare two names, also with given and family name swapped."""
    if not one.words or not other.words:
        return UNKNOWN
    if sorted(one.words) == sorted(other.words):
        bits = sum(sorted((census.bits(word) for word in one.words), reverse=True)[:2])
        is_swapped = one.words != other.words
        return Verdict("name_swapped" if is_swapped else "name", bits, is_same_family=True)
    if not (one.given and one.family and other.given and other.family):
        return _partly(one, other, census)
    straight = _both(one.given, one.family, other.given, other.family, one, other, census)
    if not straight.are_two and straight.code != "name_married":
        return straight
    swapped = _both(one.given, one.family, other.family, other.given, Name(), Name(), census)
    return straight if swapped.are_two or swapped.code == "name_married" else swapped


def is_slip(one: str, other: str) -> bool:
    """Is one word the other with a letter or two wrong, missing, extra or swapped?"""
    shorter = min(len(one), len(other))
    if shorter < 3:
        return False
    return bool(OSA.distance(one, other, score_cutoff=2) <= (2 if shorter >= 9 else 1))


def _both(given: str, family: str, its_given: str, its_family: str, one: Name, other: Name, census: Census) -> Verdict:
    givens, given_bits = _given(given, its_given, one, other, census)
    families, family_bits = _family(family, its_family, one, other, census)
    is_same_family = families != "other"
    if givens == "other":
        return Verdict("given_other", 0, are_two=True, is_same_family=is_same_family)
    if families == "other":
        if givens in ("same", "variant"):
            return Verdict("name_married", given_bits - 2)
        return Verdict("name_other", 0, are_two=True)
    code = "name_near"
    if givens == families == "same":
        code = "name" if one.words else "name_swapped"
    elif givens == "variant":
        code = "name_variant"
    elif givens == "initial":
        code = "name_initial"
    return Verdict(code, given_bits + family_bits, is_same_family=True)


def _given(one: str, other: str, whole: Name, its_whole: Name, census: Census) -> tuple[str, float]:
    """Compare given names. Two known names a letter apart (Jan and Jana) are two people, not a slip."""
    if one == other:
        return "same", census.bits(one)
    if are_variants(one, other):
        return "variant", min(census.bits(one), census.bits(other)) - 2
    if len(one) == 1 or len(other) == 1:
        return ("initial", 2.0) if one[0] == other[0] else ("other", 0)
    if one in its_whole.words[:-1] or other in whole.words[:-1]:
        return "variant", min(census.bits(one), census.bits(other)) - 2
    if is_slip(one, other) and not _are_two_names(one, other, census):
        return "near", min(census.bits(one), census.bits(other), 10.0) - 2
    return "other", 0


def _are_two_names(one: str, other: str, census: Census) -> bool:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if longer[:-1] == shorter[:-1] and longer[-1] in "aeo" and shorter[-1] in "aeo":
        return True
    if longer.startswith(shorter) and longer[len(shorter) :] in GENDER_ENDS:
        return True
    if (is_known(one) and is_known(other)) or (len(shorter) == 3 and is_known(shorter)):
        return True
    rarer, commoner = sorted((census.counts.get(one, 1), census.counts.get(other, 1)))
    return rarer >= 5 and rarer * 50 > commoner


def _family(one: str, other: str, whole: Name, its_whole: Name, census: Census) -> tuple[str, float]:
    if one == other:
        return "same", census.bits(one)
    if one in its_whole.words or other in whole.words:
        shared = one if one in its_whole.words else other
        return "part", census.bits(shared) - 2
    if len(one) > 3 and len(other) > 3 and (one in other or other in one):
        return "part", min(census.bits(one), census.bits(other)) - 4
    if is_slip(one, other):
        bits = min(census.bits(one), census.bits(other)) - (5 if one[0] == other[0] else 9)
        rarer = min(census.counts.get(one, 1), census.counts.get(other, 1))
        return "near", bits if rarer <= 3 or census.people < 2000 else max(2.0, bits - 4)
    return "other", 0


def _partly(one: Name, other: Name, census: Census) -> Verdict:
    """One of them is a single word: it may be part of the other's name."""
    shared = set(one.words) & set(other.words)
    if shared:
        return Verdict("name_part", max(census.bits(word) for word in shared) - 2, is_same_family=True)
    short, long = (one, other) if len(one.words) <= len(other.words) else (other, one)
    if any(are_variants(word, its) or is_slip(word, its) for word in short.words for its in long.words):
        return Verdict("name_part", 3.0)
    return Verdict("given_other", 0, are_two=True)
