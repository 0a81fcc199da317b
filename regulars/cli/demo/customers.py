"""Some four hundred invented customers and the days they came, from one seed; no database here."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from regulars.cli.demo import names

HOW_MANY = 400
DAYS = 730


@dataclass(frozen=True)
class Habit:
    """How a kind of customer comes: usual gap in days, its spread, chance of staying after a visit, share of people."""

    name: str
    gap_days: float
    spread: float
    stays: float
    share: float


HABITS = [
    Habit("every week or two", 11, 0.35, 0.985, 0.06),
    Habit("every month", 31, 0.40, 0.95, 0.16),
    Habit("every season", 84, 0.45, 0.88, 0.26),
    Habit("for presents", 170, 0.50, 0.80, 0.18),
    Habit("now and then", 55, 0.80, 0.80, 0.16),
    Habit("once", 400, 0.30, 0.12, 0.18),
]


@dataclass(frozen=True)
class Customer:
    """One invented person; everything the rooms need to know, in plain values."""

    number: int
    given_name: str
    family_name: str
    visits: tuple[date, ...]
    email: str
    phone: str
    address: tuple[str, str, str] | None
    birthday: tuple[int, int, int | None] | None
    agrees: frozenset[str]
    likes: str = ""
    dislikes: str = ""
    needs: str = ""
    met: str = ""
    note: str = ""
    tags: tuple[str, ...] = field(default_factory=tuple)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def ascii_letters(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.translate(str.maketrans("łŁøßæ", "lLosa")))
    return "".join(letter for letter in folded.lower() if letter.isascii() and letter.isalpha())


def visits(dice: random.Random, habit: Habit, on: date) -> tuple[date, ...]:
    """Days on which somebody of this habit came; shops are shut on Sundays."""
    day = on - timedelta(days=dice.randint(5, DAYS))
    days = []
    while day <= on - timedelta(days=1):
        days.append(day if day.weekday() != 6 else day - timedelta(days=1))
        if dice.random() > habit.stays:
            break
        day += timedelta(days=max(2, round(dice.lognormvariate(0, habit.spread) * habit.gap_days)))
    return tuple(sorted(set(days)))


def birthday(dice: random.Random) -> tuple[int, int, int | None] | None:
    if dice.random() > 0.55:
        return None
    day = date(1972, 1, 1) + timedelta(days=dice.randrange(366))
    return day.month, day.day, dice.randint(1944, 2003) if dice.random() < 0.5 else None


def sometimes(dice: random.Random, chance: float, words: list[str]) -> str:
    return dice.choice(words) if dice.random() < chance else ""


def address(dice: random.Random) -> tuple[str, str, str]:
    town = dice.choice(names.TOWNS)
    street = dice.choice(names.STREETS).replace("_", " ")
    return (
        f"{dice.randint(1, 98)} {street}",
        town,
        f"{names.EIRCODE[town]} {dice.choice('ACDEFHKNPRTVWXY')}{dice.randint(100, 999)}",
    )


def customer(dice: random.Random, number: int, on: date) -> Customer:
    habit = dice.choices(HABITS, [habit.share for habit in HABITS])[0]
    given, family = dice.choice(names.GIVEN), dice.choice(names.FAMILY).replace("_", " ")
    agrees = {
        word
        for word, chance in [("email", 0.62), ("post", 0.5), ("call", 0.3), ("text", 0.2)]
        if dice.random() < chance
    }
    return Customer(
        number=number,
        given_name=given,
        family_name=family,
        visits=visits(dice, habit, on),
        email=f"{ascii_letters(given)}.{ascii_letters(family)}{number}@example.com" if dice.random() < 0.82 else "",
        phone=f"020 911 {number:04d}" if dice.random() < 0.7 else "",
        address=address(dice) if dice.random() < 0.6 else None,
        birthday=birthday(dice),
        agrees=frozenset(agrees),
        likes=sometimes(dice, 0.25, names.LIKES),
        dislikes=sometimes(dice, 0.08, names.DISLIKES),
        needs=sometimes(dice, 0.06, names.NEEDS),
        met=sometimes(dice, 0.3, names.MET),
        note=sometimes(dice, 0.12, names.NOTES),
        tags=(habit.name,) if habit.name == "for presents" and dice.random() < 0.6 else (),
    )


def everybody(seed: int, on: date, how_many: int = HOW_MANY) -> Iterator[Customer]:
    dice = random.Random(seed)
    for number in range(1, how_many + 1):
        yield customer(dice, number, on)
