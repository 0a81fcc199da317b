"""Likely duplicates in a million people: how many planted ones are found, how many pairs are wrong, how long it takes.

    python bench/twins.py --people 1000000       (fills the empty installation that REGULARS_DATA_DIR names)

Three in a hundred are written a second time, as shops really do: misspelt, swapped, married, without accents, by a
nickname, from another mailbox, with an old address, formatted otherwise. Traps stand beside them: households, father
and son, twins, namesakes in one town. The search runs in a child process while pages are fetched here. The floor is the
same columns read once and as many bare comparisons of two names, measured in the child afterwards. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import million

STREETS = (
    "High Street|Mill Lane|Church Road|Station Road|Victoria Avenue|Park Street|Queens Road|Green Lane|Lindenstraße|"
    "Hauptstraße|Bahnhofstraße|Gartenweg|Schulstraße|Am Markt|Rosenweg|Goethestraße|Beethovenplatz|Ringstraße"
).split("|")
BEFORE_TOWN = ("Neu", "Alt", "Ober", "Unter", "Bad ", "Sankt ")
AFTER_TOWN = "burg stadt heim furt bruck hausen kirchen feld bach münster au berg".split()
TOWNS = [
    (f"{10000 + number * 37}", name)
    for number, name in enumerate(before + after for before in BEFORE_TOWN for after in AFTER_TOWN)
]
NICKNAMES = dict(
    pair.split("=")
    for pair in (
        "Anna=Annie Bernd=Bernhard Franz=Francis Hans=Johann Joan=Jo Katarzyna=Kasia Klara=Clara Lena=Helene "
        "Lukas=Luke Maria=Mary Paul=Pablo Piotr=Peter Simon=Szymon Vera=Veronica Zofia=Sophie Rita=Margarita "
        "Thérèse=Theresa Nils=Nikolaus Tanja=Tanya"
    ).split()
)
Row = dict[str, Any]
ALONE_SECONDS = 30


def numbers(count: int) -> dict[str, int]:
    return {
        "duplicates": count * 3 // 100,
        "couples": count // 50,
        "fathers": count // 400,
        "twins": count // 400,
        "namesakes": count // 100,
    }


def an_address(chance: random.Random) -> tuple[str, str, str]:
    postcode, town = chance.choice(TOWNS)
    district = f"{int(postcode) + chance.randint(0, 30)}"
    return f"{chance.choice(STREETS)} {chance.randint(1, 180)}", town, district


def add_addresses(people: int, seed: int) -> dict[int, tuple[str, str, str]]:
    """Give four in ten of the people an address, and three in ten of their birthdays a year."""
    from django.db import transaction

    from regulars.people import bulk
    from regulars.people.models import Occasion, PostalAddress

    chance, given = random.Random(seed), {}
    for start in range(1, people + 1, million.CHUNK):
        rows = []
        for pk in range(start, min(start + million.CHUNK, people + 1)):
            if chance.random() < 0.4:
                given[pk] = an_address(chance)
                rows.append((pk, given[pk][0], given[pk][1], given[pk][2], "", "", True, False))
        columns = ("person", "lines", "city", "postcode", "region", "country", "is_primary", "is_bad")
        with transaction.atomic():
            bulk.insert(PostalAddress, columns, rows)
            days = Occasion.objects.filter(person_id__gte=start, person_id__lt=start + million.CHUNK)
            with_year = [pk for pk in days.values_list("pk", flat=True) if chance.random() < 0.3]
            bulk.update(Occasion, ("year",), [(chance.randint(1940, 2005), pk) for pk in with_year])
    return given


def read(pks: list[int]) -> dict[int, Row]:
    """What the book holds about these people, as a file would."""
    from regulars.people.bulk import among
    from regulars.people.models import Email, Occasion, Person, Phone, PostalAddress

    people = {pk: {"name": name, "email": "", "phone": "", "place": None, "day": None}
              for pk, name in Person.objects.filter(pk__in=among(pks)).values_list("pk", "full_name")}  # fmt: skip
    for pk, address in Email.objects.filter(person_id__in=among(pks)).values_list("person_id", "address"):
        people[pk]["email"] = address
    for pk, number in Phone.objects.filter(person_id__in=among(pks)).values_list("person_id", "e164"):
        people[pk]["phone"] = number
    places = PostalAddress.objects.filter(person_id__in=among(pks))
    for pk, *place in places.values_list("person_id", "lines", "city", "postcode"):
        people[pk]["place"] = tuple(place)
    for pk, *day in Occasion.objects.filter(person_id__in=among(pks)).values_list("person_id", "month", "day", "year"):
        people[pk]["day"] = tuple(day)
    return people


class Forger:
    """Writes somebody a second time. Each way leaves at least one thing by which a careful person would know them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.ways: dict[str, Callable[[Row], Row]] = {
            "typo": self.typo, "swapped": self.swapped, "married": self.married, "accents": self.accents,
            "nickname": self.nickname, "other mailbox": self.other_mailbox, "old address": self.old_address,
            "formatting": self.formatting, "mistyped mailbox": self.mistyped_mailbox, "initial": self.initial,
        }  # fmt: skip

    def copies(self, people: dict[int, Row]) -> Iterator[tuple[int, str, Row]]:
        names = sorted(self.ways)
        for pk, row in people.items():
            way = self.chance.choice(names)
            yield pk, way, self.ways[way](dict(row))

    def keep_one(self, row: Row) -> Row:
        """Leave out some of what the first record has, but the number, the mailbox, or address and birthday stay."""
        strong = [name for name in ("email", "phone") if row[name]]
        if row["place"] and row["day"]:
            strong.append("place")
        kept = self.chance.choice(strong)
        if kept != "email":
            row["email"] = self.other_box(row) if self.chance.random() < 0.7 else ""
        if kept != "phone":
            row["phone"] = self.other_number() if self.chance.random() < 0.3 else ""
        if kept != "place":
            row["place"] = row["place"] if self.chance.random() < 0.4 else None
            row["day"] = row["day"] if self.chance.random() < 0.4 else None
        return row

    def other_box(self, row: Row) -> str:
        return f"{self.chance.choice(['sunny', 'blue', 'happy', 'cat'])}{self.chance.randint(1, 10**7)}@gmx.de"

    def other_number(self) -> str:
        return f"+49160{self.chance.randint(1, 10**7 - 1):07d}"

    def typo(self, row: Row) -> Row:
        words = row["name"].split()
        place = self.chance.randrange(len(words))
        words[place] = misspelt(words[place], self.chance)
        return self.keep_one(row | {"name": " ".join(words)})

    def swapped(self, row: Row) -> Row:
        return self.keep_one(row | {"name": " ".join(reversed(row["name"].split()))})

    def married(self, row: Row) -> Row:
        given = row["name"].split()[0]
        other = f"{self.chance.choice(million.BEGINNINGS)}{self.chance.choice(million.MIDDLES)}er"
        return self.keep_one(row | {"name": f"{given} {other}"})

    def accents(self, row: Row) -> Row:
        from regulars.people.words import fold

        return self.keep_one(row | {"name": fold(row["name"]).upper()})

    def nickname(self, row: Row) -> Row:
        given, *rest = row["name"].split()
        return self.keep_one(row | {"name": " ".join([NICKNAMES.get(given, given), *rest])})

    def other_mailbox(self, row: Row) -> Row:
        if row["phone"]:
            return row | {"email": self.other_box(row), "place": None}
        return self.keep_one(row)

    def old_address(self, row: Row) -> Row:
        kept = self.keep_one(row | {"day": None})
        return kept | {"place": an_address(self.chance)}

    def formatting(self, row: Row) -> Row:
        given, *rest = row["name"].split()
        phone = row["phone"].replace("+49", "0") if row["phone"] else ""
        phone = f"{phone[:4]} / {phone[4:7]} {phone[7:]}" if phone else ""
        return self.keep_one(row | {"name": f"{' '.join(rest)}, {given}", "phone": phone})

    def mistyped_mailbox(self, row: Row) -> Row:
        local, house = row["email"].split("@")
        wrong = f"{misspelt(local, self.chance)}@{house}" if self.chance.random() < 0.5 else f"{local}@{house[:-1]}"
        return row | {"email": wrong, "phone": "", "place": None, "day": row["day"]}

    def initial(self, row: Row) -> Row:
        given, *rest = row["name"].split()
        return self.keep_one(row | {"name": f"{given[0]}. {' '.join(rest)}"})


def misspelt(word: str, chance: random.Random) -> str:
    letters = [place for place, letter in enumerate(word) if letter.isalpha()]
    if len(letters) < 4:
        return word
    at, kind = chance.choice(letters[1:-1]), chance.random()
    if kind < 0.25:
        return word[:at] + word[at + 1 :]
    if kind < 0.5:
        return word[:at] + word[at] + word[at:]
    if kind < 0.75:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return word[:at] + chance.choice("aeinrst") + word[at + 1 :]


def as_new(row: Row) -> Any:
    from regulars.people.partial_dates import PartialDate
    from regulars.people.services import NewAddress, NewPerson

    place = (NewAddress(lines=row["place"][0], city=row["place"][1], postcode=row["place"][2]),) if row["place"] else ()
    return NewPerson(
        full_name=row["name"],
        emails=(row["email"],) if row["email"] else (),
        phones=(row["phone"],) if row["phone"] else (),
        addresses=place,
        birthday=PartialDate(*row["day"]) if row["day"] else None,
    )


def record(rows: list[Row]) -> list[int]:
    from regulars.people.services import record_people

    ids = []
    for start in range(0, len(rows), 5000):
        made = record_people([as_new(row) for row in rows[start : start + 5000]], source="again", are_new=True)
        ids += made.ids
    return ids


def traps(count: dict[str, int], firsts: dict[int, Row], seed: int) -> list[Row]:
    """People who share much with somebody and are somebody else."""
    chance = random.Random(seed)
    rows: list[Row] = []
    people = iter(firsts.values())
    for kind, most in (("couple", count["couples"]), ("father", count["fathers"]), ("twin", count["twins"])):
        for _ in range(most):
            rows.append(trap(kind, next(people), chance))
    for _ in range(count["namesakes"]):
        first = next(people)
        place = (f"{chance.choice(STREETS)} {chance.randint(1, 180)}", *first["place"][1:]) if first["place"] else None
        rows.append(
            first | {"email": f"x{chance.randint(1, 10**9)}@web.de", "phone": "", "place": place, "day": a_day(chance)}
        )
    return rows


def trap(kind: str, first: Row, chance: random.Random) -> Row:
    from regulars.people.likeness.variants import are_variants
    from regulars.people.words import fold

    given, *rest = first["name"].split()
    others = [name for name in million.GIVEN if name[0] != given[0] and not are_variants(fold(name), fold(given))]
    box = f"h{chance.randint(1, 10**9)}@web.de"
    if kind == "couple":
        name = f"{chance.choice(others)} {' '.join(rest)}"
        email = first["email"] if chance.random() < 0.3 else box
        return first | {"name": name, "email": email, "day": a_day(chance)}
    if kind == "father":
        if chance.random() < 0.5:
            return first | {"name": f"{first['name']} Jr.", "email": box, "phone": "", "day": None}
        day = (first["day"] or (1, 1, None))[:2]
        return first | {"email": box, "phone": "", "day": (day[0] % 12 + 1, day[1], None)}
    return first | {"name": f"{chance.choice(others)} {' '.join(rest)}", "email": box}


def a_day(chance: random.Random) -> tuple[int, int, None]:
    return chance.randint(1, 12), chance.randint(1, 28), None


def plant(people: int, seed: int) -> dict[str, Any]:
    """Fill the book and return which pairs are true, and how each was written again."""
    count = numbers(people)
    base = people - sum(count.values())
    million.load_people(base, seed)
    add_addresses(base, seed)
    chance = random.Random(seed + 1)
    chosen = chance.sample(range(1, base + 1), sum(count.values()))
    originals, rest = chosen[: count["duplicates"]], chosen[count["duplicates"] :]
    copies = list(Forger(seed).copies(read(originals)))
    ids = record([row for _pk, _way, row in copies])
    firsts = read(rest)
    with_place = {pk: row for pk, row in firsts.items() if row["place"]}
    without = {pk: row for pk, row in firsts.items() if not row["place"]}
    record(traps(count, with_place | without, seed))
    million._finish()
    truth = {f"{pk}-{copy}": way for (pk, way, _row), copy in zip(copies, ids, strict=True)}
    return {"count": count, "base": base, "truth": truth}


def search() -> None:
    """In the child: search, then measure the floor; prints what it took."""
    from regulars.people.services import pairing

    began, cpu = time.perf_counter(), time.process_time()
    looked = pairing.look_thoroughly(everybody=True)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    floor = floor_seconds(looked.compared)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "people": looked.people, "compared": looked.compared,
        "seconds": round(seconds, 1), "cpu_seconds": round(cpu_seconds, 1),
        "memory_mb": round(usage.ru_maxrss / 1024), "floor_cpu_seconds": round(floor, 2),
        "times_floor": round(cpu_seconds / max(floor, 0.01), 1),
    }))  # fmt: skip


def floor_seconds(compared: int) -> float:
    """The least that any search must do: read the same columns once, and compare as many pairs of bare names."""
    from rapidfuzz.distance import OSA

    from regulars.kit import database

    began = time.process_time()
    with database.connection().cursor() as cursor:
        for columns, table in (
            ("id, full_name, given_name, family_name, household_id, change_number", "people_person"),
            ("person_id, normalised", "people_email"),
            ("person_id, e164, as_typed", "people_phone"),
            ("person_id, lines, city, postcode", "people_postaladdress"),
            ("person_id, month, day, year", "people_occasion"),
            ("person_id, external_id", "people_externalid"),
        ):
            cursor.execute(f"SELECT {columns} FROM {table}")
            names = [row[1] for row in cursor.fetchmany(20_000)]
            if table == "people_person":
                compared_names = names
            while cursor.fetchmany(20_000):
                pass
    for number in range(compared):
        OSA.distance(compared_names[number % len(compared_names)], compared_names[number * 7 % len(compared_names)])
    return time.process_time() - began


class Pages:
    """Fetches the pages that are open all day, and keeps how long each took."""

    def __init__(self) -> None:
        from django.test import Client

        from regulars.people.models import Person
        from regulars.staff.tests.builders import an_owner

        self.client, self.chance = Client(), random.Random(5)
        self.client.force_login(an_owner())
        self.last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
        self.fetch()

    def fetch(self) -> list[float]:
        samples = []
        for page in ("/people/", f"/people/{self.chance.randint(1, self.last)}/", "/people/?q=anna", "/today/"):
            began = time.perf_counter()
            self.client.get(page)
            samples.append((time.perf_counter() - began) * 1000)
        return samples

    def while_(self, goes_on: Callable[[], bool]) -> dict[str, Any]:
        samples: list[float] = []
        while goes_on():
            samples += self.fetch()
            time.sleep(0.3)
        ordered = sorted(samples)
        return {
            "pages": len(ordered),
            "median_ms": round(ordered[len(ordered) // 2]) if ordered else None,
            "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1]) if len(ordered) > 20 else None,
        }


def judge(truth: dict[str, str]) -> dict[str, Any]:
    from regulars.people.models import Pair

    shown = {
        f"{low}-{high}": code
        for low, high, code in Pair.objects.filter(about="person", state="open").values_list(
            "low_id", "high_id", "evidence"
        )
    }
    wrong = [pair for pair in shown if pair not in truth]
    missed = Counter(way for pair, way in truth.items() if pair not in shown)
    by_way = Counter(truth.values())
    names = {}
    for pair in wrong[:12] + [pair for pair in truth if pair not in shown][:25]:
        names[pair] = (
            truth.get(pair, "WRONG"),
            shown.get(pair),
            *read([int(n) for n in pair.split("-")]).values(),
        )
    return {
        "planted": len(truth), "found": len(truth) - missed.total(), "shown": len(shown), "wrong": len(wrong),
        "found_rate": round(1 - missed.total() / max(1, len(truth)), 4),
        "wrong_rate": round(len(wrong) / max(1, len(shown)), 4),
        "found_by_way": {way: round(1 - missed[way] / n, 3) for way, n in sorted(by_way.items())},
        "certain": Pair.objects.filter(about="person", state="open", is_certain=True).count(),
        "households": Pair.objects.filter(about="household", state="open").count(),
        "examples": names,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--examples", action="store_true", help="show some that were missed or wrong")
    parser.add_argument("--search", action="store_true", help="only search, in a book that is filled")
    wanted = parser.parse_args()
    million.set_up()
    if wanted.search:
        search()
        return
    from django.core.management import call_command

    from regulars.kit import database
    from regulars.people.models import Person

    call_command("migrate", verbosity=0)
    if Person.objects.exists():
        sys.exit("The book is not empty: name an empty folder in REGULARS_DATA_DIR.")
    planted = plant(wanted.people, wanted.seed)
    pages = Pages()
    until = time.perf_counter() + ALONE_SECONDS
    alone = pages.while_(lambda: time.perf_counter() < until)
    child = subprocess.Popen([sys.executable, str(Path(__file__)), "--search"], stdout=subprocess.PIPE, text=True)
    meanwhile = pages.while_(lambda: child.poll() is None)
    told = json.loads(child.communicate()[0].strip().splitlines()[-1])
    verdict = judge(planted["truth"])
    examples = verdict.pop("examples")
    kind = "postgresql" if database.is_postgres() else "sqlite"
    told |= {
        "bench": "twins",
        "database": kind,
        **verdict,
        "traps": planted["count"],
        "pages_alone": alone,
        "pages_meanwhile": meanwhile,
    }
    print(json.dumps(told, indent=1))
    if wanted.examples:
        for pair, example in examples.items():
            print(pair, example, file=sys.stderr)


if __name__ == "__main__":
    main()
