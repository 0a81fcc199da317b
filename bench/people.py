"""Search and list of people with a million in the book: how long a page's reads take, beside one primary-key lookup.

    python bench/people.py                 (in an installation that bench/million.py filled)
    python bench/people.py --people 20000  (fills it first, if the book is empty)

Prints one JSON object: median and p95 in milliseconds for each read, the floor measured between them, and the ratio.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import million

ROUNDS = 25


def timed(read: Callable[[], Any]) -> float:
    started = time.perf_counter()
    read()
    return (time.perf_counter() - started) * 1000


def p95(samples: list[float]) -> float:
    return sorted(samples)[max(0, round(len(samples) * 0.95) - 1)]


def searches(chance: random.Random) -> dict[str, Callable[[], str]]:
    """What somebody types, another one each time: beginnings, names, a typing error, a number, an address."""
    from regulars.people.models import Email, Person, Phone

    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]

    def name() -> str:
        return Person.objects.get(pk=chance.randint(1, last)).full_name

    def swapped() -> str:
        family = name().split()[-1]
        return family[:2] + family[3] + family[2] + family[4:]

    def phone() -> str:
        return Phone.objects.filter(person_id__gte=chance.randint(1, last - 5)).order_by("person_id")[0].e164

    return {
        "search two letters": lambda: name()[:2],
        "search first name": lambda: name().split()[0],
        "search whole name": name,
        "search two beginnings": lambda: " ".join(word[:3] for word in name().split()),
        "search typing error": swapped,
        "search phone tail": lambda: phone()[-6:],
        "search e-mail": lambda: Email.objects.get(person_id=chance.randint(1, last)).address,
        "search nobody": lambda: f"zz{chance.randint(1000, 9999)}",
    }


def lists() -> dict[str, Callable[[], Any]]:
    from regulars.people.queries import Filter, people_list
    from regulars.people.queries.lists import NEWEST

    filters = {
        "everybody": (),
        "a tag (1 in 600)": (Filter("tag", "is", "tag 7"),),
        "suppliers (1 in 50,000)": (Filter("kind", "is", "supplier"),),
        "said yes to e-mail (1 in 3)": (Filter("consent", "is", "email"),),
        "a day in May (1 in 24)": (Filter("occasion_month", "is", "5"),),
        "has a phone (1 in 3)": (Filter("has_phone", "is", "yes"),),
        "yes to e-mail and a day in May": (Filter("consent", "is", "email"), Filter("occasion_month", "is", "5")),
    }
    found: dict[str, Callable[[], Any]] = {}
    for words, chosen in filters.items():
        found[f"list {words}, by name"] = lambda chosen=chosen: people_list(chosen, limit=20)
        found[f"list {words}, newest"] = lambda chosen=chosen: people_list(chosen, limit=20, sort=NEWEST)
    middle = people_list(limit=20, after="500000~m")
    found["list everybody, on from the middle"] = lambda: people_list(limit=20, after=middle.after)
    return found


def measure() -> dict[str, Any]:
    from regulars.people.models import Person
    from regulars.people.queries import consent_state, occasions_between, search

    chance = random.Random(3)
    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    reads: dict[str, Callable[[], Any]] = {
        words: (lambda make=make: (text := make(), timed(lambda: search(text)))[1])
        for words, make in searches(chance).items()
    }
    reads |= {words: (lambda read=read: timed(read)) for words, read in lists().items()}
    samples: dict[str, list[float]] = {words: [] for words in reads}
    floor: list[float] = []
    for _round in range(ROUNDS):
        for words, read in reads.items():
            floor.append(timed(lambda: Person.objects.get(pk=chance.randint(1, last))))
            samples[words].append(read())
    whole = {
        "consent of 200,000": timed(lambda: consent_state(range(1, 200_001), "email", "marketing")),
        "occasions of two weeks": timed(lambda: occasions_between(date(2026, 12, 25), date(2027, 1, 7))),
    }
    base = p95(floor)
    pages = {
        words: {
            "median_ms": round(statistics.median(s), 1),
            "p95_ms": round(p95(s), 1),
            "times_floor": round(p95(s) / base, 1),
        }
        for words, s in samples.items()
    }
    every = [value for values in samples.values() for value in values]
    return {
        "people": last,
        "rounds": ROUNDS,
        "floor_p95_ms": round(base, 2),
        "all_p95_ms": round(p95(every), 1),
        "reads": pages,
        "once_ms": {words: round(value) for words, value in whole.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000, help="how many to write if the book is empty")
    wanted = parser.parse_args()
    million.set_up()
    from django.core.management import call_command

    from regulars.kit import database
    from regulars.people.models import Person

    call_command("migrate", verbosity=0)
    if not Person.objects.exists():
        million.load_people(wanted.people)
    kind = "postgresql" if database.is_postgres() else "sqlite"
    print(json.dumps({"bench": "people", "database": kind, **measure()}, indent=1))


if __name__ == "__main__":
    main()
