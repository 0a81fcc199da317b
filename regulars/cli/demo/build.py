"""Fill an empty folder with the demo boutique, through the same services the pages use."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from datetime import date, timedelta

from regulars.cli.cast import CAST
from regulars.cli.demo import paper, relations, shop
from regulars.cli.demo import people as newcomers
from regulars.cli.demo.customers import everybody
from regulars.kit import clock
from regulars.kit.services import set_up_business
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.staff import services as staff
from regulars.staff.models import User
from regulars.standings import services as standings

SEED = 20
OWNER = "maya@linden-lane.example"


def build(say: Callable[[str], None]) -> None:
    """Set up the boutique, its people, two years of orders and their grades; does nothing where a business exists."""
    set_up_business(
        name="Linden Lane",
        owner_name="Maya Linden",
        zone=shop.ZONE,
        currency="EUR",
        country="IE",
        language="en",
        postal_address="Linden Lane\n14 Shop Street\nGalway\nH91 E9F6",
    )
    owner = staff.create_owner(email=OWNER, password=secrets.token_urlsafe(32), display_name="Maya Linden")
    on = clock.today()
    ids = add_people(on)
    say(f"{len(ids):,} people of a boutique in Galway, invented")
    count = add_orders(ids, on)
    say(f"{count:,} purchases in two years")
    add_what_is_known(ids, on, owner)
    relations.add(ids, on, owner)
    say("somebody who asks, a landlord, a party, promises on both sides")
    paper.add(ids, on, owner, say)
    grade(on)
    say("everybody graded, month by month")


def add_people(on: date) -> dict[str, int]:
    """The cast by key, the others by number."""
    customers = list(everybody(SEED, on))
    recorded = people.record_people([*newcomers.the_cast(on), *map(newcomers.from_customer, customers)], source="till")
    keys = [*(role.key for role in CAST), *(str(customer.number) for customer in customers)]
    return dict(zip(keys, recorded.ids, strict=True))


def add_orders(ids: dict[str, int], on: date) -> int:
    visits = [(ids[role.key], day) for role in CAST for day in role.bought_on(on)]
    visits += [(ids[str(customer.number)], day) for customer in everybody(SEED, on) for day in customer.visits]
    baskets = list(shop.orders(random.Random(SEED), visits, on))
    for start in range(0, len(baskets), 2000):
        purchases.record_orders(baskets[start : start + 2000])
    return len(baskets)


def add_what_is_known(ids: dict[str, int], on: date, owner: User) -> None:
    """Tastes, promises, an unhappy one, and who sent whom."""
    for role in CAST:
        person = Person.objects.get(pk=ids[role.key])
        if role.likes:
            people.set_preferences(person, [role.likes], [])
        if role.sent_by:
            people.change_person(
                person, changes={"referred_by_id": ids[role.sent_by]}, expected_version=person.version, by=owner
            )
    for customer in everybody(SEED, on):
        person = Person.objects.get(pk=ids[str(customer.number)])
        if customer.likes or customer.dislikes:
            people.set_preferences(person, filter(None, [customer.likes]), filter(None, [customer.dislikes]))
    ruth = Person.objects.get(pk=ids["ruth"])
    people.silence(ruth, "complaint", "The clasp opened twice on the first evening.", set_by_room="people", until=None)
    people.remind(ruth, "Ring her about the clasp and make it good", on, kind="promise", by=owner)
    people.remind(Person.objects.get(pk=ids["bo"]), "Ask how the wedding was", on, by=owner)
    people.remind(
        Person.objects.get(pk=ids["17"]), "Ring ready for collection", on + timedelta(days=2), kind="promise", by=owner
    )


def grade(on: date) -> None:
    """The months gone by, so that there is something to look back on, and today."""
    day = on.replace(day=1)
    ends = []
    for _ in range(6):
        ends.append(day - timedelta(days=1))
        day = (day - timedelta(days=1)).replace(day=1)
    for end in sorted(ends):
        standings.grade_everyone(end)
    standings.grade_everyone(on)
