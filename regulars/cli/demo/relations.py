"""What is between the boutique and people beside their purchases: who asked, what they own, whom it lives by."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.services import NewPerson
from regulars.purchases import services as purchases
from regulars.rapport import services as rapport
from regulars.rapport.services import Caller, NewEncounter, NewEnquiry, NewEvent
from regulars.staff.models import User

OTHERS = (
    NewPerson(
        full_name="Otto Brandt", phones=("020 912 0101",), kinds=("landlord",), note="Likes to be rung, not mailed."
    ),
    NewPerson(
        full_name="Aran Weavers",
        emails=("orders@aran-weavers.example",),
        kinds=("supplier",),
        note="Cardigans; six weeks.",
    ),
    NewPerson(
        full_name="Siobhán Flaherty", phones=("020 912 0102",), kinds=("neighbour",), met="The bookshop next door."
    ),
)


def add(ids: dict[str, int], on: date, owner: User) -> None:
    """Enquiries, the log, things owned, news, promises on both sides, a party and an account still open."""
    cast = {key: Person.objects.get(pk=ids[key]) for key in ("ann", "bo", "cy", "eva", "ruth", "17", "21", "34", "55")}
    _live_by(on)
    _asked(on, owner, cast["ann"])
    _known(cast, on, owner)
    _sold(cast, on, owner)


def _live_by(on: date) -> None:
    landlord, supplier, neighbour = people.record_people(list(OTHERS), source="by hand").ids
    rapport.set_rhythm(Person.objects.get(pk=landlord), 3)
    rapport.set_rhythm(Person.objects.get(pk=supplier), 2)
    rapport.note_contact([landlord], "out", on - timedelta(days=130))
    rapport.note_contact([supplier, neighbour], "in", on - timedelta(days=20))


def _asked(on: date, owner: User, ann: Person) -> None:
    at = clock.start_of(on - timedelta(days=1)).replace(hour=14)
    rapport.take_enquiry(
        NewEnquiry(
            Caller(name="Nuala Burke", reach="nuala.burke@example.com"),
            "walk_in",
            "A dress for her sister's wedding, dark blue",
            expects="to try three on in peace, after six",
            wanted_by=on + timedelta(days=40),
            worth_amount=Decimal(300),
            asked_at=at,
            sender_id=ann.pk,
        ),
        owner,
    )
    rapport.log_encounter(
        NewEncounter(
            "comment",
            "Lovely scarves, and nobody pushes you to buy.",
            Caller(name="A visitor", reach=""),
            place="a review page",
            link="https://reviews.example/linden-lane",
            happened_at=at,
        ),
        owner,
    )


def _known(cast: dict[str, Person], on: date, owner: User) -> None:
    boots = {
        "what": "Walking boots",
        "details": "brown, size 39",
        "bought_on": on - timedelta(days=353),
        "is_from_us": True,
        "service_months": 12,
    }
    rapport.add_belonging(cast["bo"], boots, key="demo boots", by=owner)
    rapport.record_event(cast["eva"], NewEvent("new_job", on - timedelta(days=3)), key="demo job", by=owner)
    rapport.owe(cast["17"], "we", "the colour card of the new wool", on, key="demo card", by=owner)
    people.make_household([cast["34"].pk, cast["55"].pk], by=owner)


def _sold(cast: dict[str, Person], on: date, owner: User) -> None:
    day = on - timedelta(days=9)
    party = purchases.plan_party(cast["ann"], day, "at her kitchen table", key="demo party", by=owner)
    for number, guest in enumerate((cast["17"], cast["21"])):
        purchases.note_party_sale(
            party, guest.pk, Decimal(38 + 20 * number), "Wool socks", owner, key=f"demo party {number}"
        )
    purchases.welcome(party, cast["eva"])
    order = purchases.sell(cast["34"].pk, Decimal("128.00"), "Corduroy trousers", owner, day, key="demo account")
    purchases.put_on_account(order, on, owner)
    gift = purchases.sell(
        cast["21"].pk, Decimal("46.00"), "Pearl earrings", owner, day, key="demo gift", channel="phone"
    )
    purchases.note_gift(gift, "", "birthday", receiver_id=cast["eva"].pk)
