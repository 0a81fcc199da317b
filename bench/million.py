"""Fill an empty installation with a million believable people, for the measurements of every room.

    python bench/million.py --people 1000000 --orders 2000000    (REGULARS_DATA_DIR or _DATABASE_URL say where)

People go into the tables directly, in the shape the services give them; ids run from 1. Orders, over the four years up
to today, come through the room's own service; the first person is a regular with 5,000 of them. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GIVEN = (
    "Anna Bernd Carla Dennis Elke Franz Greta Hugo Inga Jonas Klara Lukas Maria Nils Olga Paul Rita Simon Tanja Uwe "
    "Vera Wim Xenia Yusuf Zita Aileen Brigitte Cosmin Dorota Emeka Fatima Giulia Hans Ines José Katarzyna Łukasz "
    "Maëlle Noémie Øyvind Priya Quentin René Søren Thérèse Ulrike Vincent Wanda Ximena Yara Zofia Ruth Joan Piotr Lena "
    "Milan Ivo Nora Otto Pia"
).split()
BEGINNINGS = [consonant + vowel for consonant in "BDFGHJKLMNPRSTVWZ" for vowel in "aeo"]
MIDDLES = (
    "ber der gel hof ken lan mer nau pel rin sch tel vin wal zin cor dal fen gar hil lor man ner ros sen ton ver wen"
).split()
ENDS = "mann stein berg feld er ski sen son ini etti ard eau ova ic ez os u i".split()
HOUSES = ("gmail.com", "gmx.de", "outlook.com", "yahoo.com", "web.de")
CHUNK = 20_000
DAYS = 1400
LETTERS = 200_000


def set_up() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    import django

    django.setup()


def names(count: int, seed: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(seed)
    families = [a + b + c for a in BEGINNINGS for b in MIDDLES for c in ENDS]
    for _ in range(count):
        yield chance.choice(GIVEN), families[min(int(chance.expovariate(1 / 4000)), len(families) - 1)]


def load_people(count: int, seed: int = 7, *, searchable: bool = True) -> float:
    """Write people with e-mail, words and kind, some with phone, birthday, tag or consent. Returns seconds.

    The words are what the search finds them by; where nobody searches they only cost time.
    """
    from django.db import transaction

    started = time.perf_counter()
    source = names(count, seed)
    for first in range(1, count + 1, CHUNK):
        with transaction.atomic():
            _write(first, min(CHUNK, count + 1 - first), source, seed, searchable=searchable)
    _finish()
    return time.perf_counter() - started


def _write(first: int, count: int, source: Iterator[tuple[str, str]], seed: int, *, searchable: bool) -> None:
    from regulars.kit.changes import next_change_number
    from regulars.people import bulk, models
    from regulars.people.services.newcomers import TEXTS
    from regulars.people.services.recording import PERSON_COLUMNS, UNKNOWN
    from regulars.people.words import all_words, fold, sort_key

    chance, begin = random.Random(seed * 1_000_003 + first), datetime(2022, 1, 1, tzinfo=UTC)
    tags = _tags()
    rows: dict[str, list[Any]] = {
        name: [] for name in ("person", "email", "phone", "word", "kind", "tag", "day", "now", "id")
    }
    number = next_change_number()
    for pk in range(first, first + count):
        given, family = next(source)
        name = f"{given} {family}"
        address = (
            f"{fold(given)}.{fold(family)}{pk % 997}@{chance.choice(HOUSES)}"
            if pk % 7
            else f"{fold(family)}{pk}@{fold(family)}.example"
        )
        address = address.replace("@", f".{pk}@")
        added = begin + timedelta(minutes=pk * 2)
        own = (pk, name, *[""] * (len(TEXTS) - 1), sort_key(name), False, "shopify", added, None, number, None)
        rows["person"].append((*own, *UNKNOWN))
        rows["email"].append((pk, address, address, True, True, False))
        rows["id"].append((pk, "shopify", str(5_000_000_000 + pk)))
        phones = []
        if pk % 3 == 0:
            phones = [f"+49171{pk:07d}"]
            rows["phone"].append((pk, phones[0], phones[0], sort_key(name), True, True, False))
        if searchable:
            rows["word"] += [(pk, word) for word in all_words((name,), (address,), phones)]
        rows["kind"].append((pk, "supplier" if pk % 50_000 == 0 else "customer"))
        if pk % 20 == 0:
            rows["tag"].append((pk, chance.choice(tags)))
        if pk % 2:
            rows["day"].append((pk, "birthday", "", chance.randint(1, 12), chance.randint(1, 28), None, True))
        if pk % 3 == 1:
            rows["now"].append((pk, "email", "marketing", True, "consent", added, added, None))
    bulk.insert(models.Person, PERSON_COLUMNS, rows["person"])
    bulk.insert(models.Email, ("person", "address", "normalised", "is_key", "is_primary", "is_bad"), rows["email"])
    bulk.insert(
        models.Phone, ("person", "as_typed", "e164", "name_key", "is_key", "is_primary", "is_bad"), rows["phone"]
    )
    bulk.insert(models.ExternalId, ("person", "source", "external_id"), rows["id"])
    bulk.insert(models.SearchWord, ("person", "word"), rows["word"])
    bulk.insert(models.PersonKind, ("person", "kind"), rows["kind"])
    bulk.insert(models.PersonTag, ("person", "tag"), rows["tag"])
    bulk.insert(models.Occasion, ("person", "kind", "label", "month", "day", "year", "is_celebrated"), rows["day"])
    columns = ("person", "channel", "purpose", "is_given", "basis", "counts_from", "said_at", "expires_on")
    bulk.insert(models.ConsentNow, columns, rows["now"])


def _tags() -> list[int]:
    from regulars.people.services.satellites import tags_named

    return sorted(tags_named([f"tag {number}" for number in range(30)]).values())


def load_orders(count: int, people: int, seed: int = 7) -> float:
    """Record orders of one line over the four years up to today, oldest first, and the regular's. Returns seconds."""
    from regulars.kit import clock
    from regulars.purchases.services import record_orders

    chance, last, started = random.Random(seed), clock.today(), time.perf_counter()
    for first in range(0, count, CHUNK):
        orders = []
        for number in range(first, min(first + CHUNK, count)):
            day = last - timedelta(days=DAYS - 1 - number * DAYS // count)
            # A third of the people bring most of the orders, as in any shop.
            pk = chance.randint(1, people if chance.random() < 0.3 else max(1, people // 3))
            orders.append(_order(number, pk, day, Decimal(chance.randint(500, 25_000)) / 100))
        record_orders(orders)
    load_the_regular(1, last)
    load_letters(min(people, LETTERS))
    load_asks(people)
    _finish()
    return time.perf_counter() - started


def load_the_regular(pk: int, last: date, count: int = 5000) -> None:
    """Give one person a long history: orders, a timeline and notes, the most that a page of a person can meet."""
    from regulars.people.models import Note, Person
    from regulars.people.services.timeline import NewEntry, write_timeline
    from regulars.purchases.services import record_orders

    days = [last - timedelta(days=number % DAYS) for number in range(count)]
    record_orders([_order(9_000_000 + number, pk, day, Decimal(5)) for number, day in enumerate(days)])
    at = datetime(2022, 1, 1, tzinfo=UTC)
    moments = [at + timedelta(hours=number) for number in range(count)]
    write_timeline([NewEntry(pk, moment, "call", "bench", n, f"Called, {n}") for n, moment in enumerate(moments)])
    # Others have a line or two, so that what the database gathers about the table is not true of one person alone.
    write_timeline(
        [NewEntry(number, at, "call", "bench", 1, "Called") for number in range(pk + 1, pk + 1 + count // 5)]
    )
    person = Person.objects.get(pk=pk)
    Note.objects.bulk_create(Note(person=person, at=moment, text="Said hello.") for moment in moments[: count // 5])


def load_letters(count: int) -> None:
    """Put letters that went into the ledger, one a person, and some that wait, are held or went astray."""
    from regulars.kit import clock
    from regulars.outreach.models import Touch

    now = clock.now()
    for first in range(0, count, CHUNK):
        Touch.objects.bulk_create(
            [_letter(Touch, number, now) for number in range(first, min(first + CHUNK, count))], batch_size=500
        )


def load_asks(people: int) -> None:
    """Let one person in a hundred have asked for offers in a form and not confirmed it yet."""
    from regulars.kit import clock
    from regulars.rapport.models import AskedYes, ConsentWording

    now = clock.now()
    wording = ConsentWording.objects.create(words="Yes, send me offers by e-mail.", since=now)
    AskedYes.objects.bulk_create(
        (
            AskedYes(
                person_id=pk, address=f"ask{pk}@gmx.de", address_hash=f"{pk:064}", wording=wording, nonce=f"{pk:064}",
                source="enquiry form", lookup=f"{pk:064}", asked_at=now, until=now + timedelta(days=30),
            )
            for pk in range(100, people + 1, 100)
        ),
        batch_size=2000,
    )  # fmt: skip


def _letter(touch: Any, number: int, now: datetime) -> Any:
    """One letter in forty is in one of the less usual states."""
    states = ("approved", "held", "failed", "cancelled", "unknown")
    state = "sent" if number % 40 else states[number // 40 % len(states)]
    at, later = now - timedelta(minutes=number), now + timedelta(days=30)
    return touch(
        person_id=number + 1, programme="thank-you", occurrence=f"bench {number}", channel="email", purpose="care",
        state=state, subject="Thank you", body="Thank you for coming.", draft_hash="0" * 16, created_at=at,
        changed_at=at, due_at=later, held_until=later if state == "held" else None,
        sent_at=at if state == "sent" else None, approved_at=at,
    )  # fmt: skip


def _order(number: int, pk: int, day: date, amount: Decimal) -> Any:
    from regulars.purchases.services import NewLine, NewOrder

    line = NewLine(name=f"Item {number % 900}", sku=str(number % 900), quantity=Decimal(1), amount=amount)
    return NewOrder("shopify", f"#{100_000 + number}", pk, day, amount, lines=(line,))


def _finish() -> None:
    """Let the planner know the tables, and the next id follow the last."""
    from regulars.kit import database
    from regulars.people.models import Person

    with database.connection().cursor() as cursor:
        if database.is_postgres():
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('people_person', 'id'), (SELECT max(id) FROM people_person))"
            )
        cursor.execute("ANALYZE")
        assert Person.objects.exists()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=0, help="and this many orders for them")
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    seconds = load_people(wanted.people, wanted.seed)
    told = {"people": wanted.people, "seconds": round(seconds, 1), "per_second": round(wanted.people / seconds)}
    if wanted.orders:
        seconds = load_orders(wanted.orders, wanted.people, wanted.seed)
        told |= {"orders": wanted.orders, "orders_seconds": round(seconds, 1)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
