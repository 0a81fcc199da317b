"""A house with a little of everything, made through the rooms' own services, and every page its owner can open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from regulars.intake.models import Mapping
from regulars.intake.services.starting import start_run
from regulars.kit import clock
from regulars.outreach import services as outreach
from regulars.outreach.channels.email.wayout import tokens_of
from regulars.outreach.tests.builders import a_touch, approved
from regulars.people import services as people
from regulars.people.models import Pair, Person
from regulars.people.partial_dates import PartialDate
from regulars.people.services.pairing import look_thoroughly
from regulars.people.tests.builders import a_person
from regulars.purchases import services as purchases
from regulars.purchases.tests.builders import an_order
from regulars.rapport import services as rapport
from regulars.rapport.tests.builders import a_thing, an_enquiry, an_entry, an_event, owed
from regulars.staff import phones
from regulars.staff import services as staff
from regulars.staff.links import password_link
from regulars.staff.models import User
from regulars.standings.services import grade_everyone
from regulars.standings.tests.findings import some_findings
from regulars.web.tests.builders import an_open_house

LONG_NAME = "Παναγιώτα-Αλεξάνδρα Παπαδημητρακοπούλου-Χατζηαναστασίου Αικατερίνη"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
FILE = "Order,Date,Customer e-mail,Name,Total\nA1,03/04/2025,ann@example.org,Ann Abel,20.00\nA2,04/04/2025,b@example.org,Bo,no\n"


@dataclass
class House:
    """The owner, and what the addresses of the house are filled in with."""

    owner: User
    words: dict[str, Any] = field(default_factory=dict)


def a_full_house() -> House:
    """Sixty lines of a shop's life: nobody has everything, somebody has nearly everything."""
    house = House(an_open_house())
    ann = _the_one_with_everything(house)
    _others(house, ann)
    _sales(house, ann)
    _files(house)
    _letters(house, ann)
    grade_everyone(clock.today())
    some_findings(clock.today(), late=[ann.pk])
    return house


def _the_one_with_everything(house: House) -> Person:
    on, owner = clock.today(), house.owner
    ann = a_person("Ann Kavanagh", email="ann@example.org", phone="+41 44 555 01 01", birthday=PartialDate(3, 6))
    people.set_preferences(ann, ["green", LONG_WORD], ["gold"], owner)
    people.add_tag([ann.pk], "inner circle")
    note = people.add_note(ann, "Her daughter marries in October.", owner)
    reminder = people.remind(ann, "Ask how the wedding was", on, by=owner)
    people.remind(ann, f"Ring her about the {LONG_WORD}", on, kind="promise", by=owner)
    silence = people.silence(ann, "bereavement", "Her mother", set_by_room="people", until=None)
    thing = a_thing(ann, "Boiler", maker=LONG_WORD, service_months=12, serviced_on=on - timedelta(days=360))
    event = an_event(ann, "moved", on - timedelta(days=3), note="To the other side of the river")
    for side in ("we", "they", "asked"):
        due = owed(ann, side, f"Something {side}", on)
    enquiry = an_enquiry(ann, f"a ring, {LONG_WORD}")
    entry = an_entry(ann, "complaint", "The clasp opened twice")
    rapport.note_contact([ann.pk], "both", on)
    house.words |= {"person_id": ann.pk, "note": note.pk, "reminder": reminder.pk, "silence": silence.pk}
    house.words |= {"thing": thing.pk, "event": event.pk, "owed": due.pk, "enquiry": enquiry.pk, "entry": entry.pk}
    return ann


def _others(house: House, ann: Person) -> None:
    phone = "+41 44 555 02 02"
    long, bo = a_person(LONG_NAME, phone="+41 44 555 03 03"), a_person("Bo Lindqvist")
    house.words["household"] = people.make_household([ann.pk, long.pk], name=LONG_NAME).pk
    house.words["organisation"] = people.make_organisation(LONG_WORD, [ann.pk, bo.pk]).pk
    joan, again = a_person("Joan Delacroix", phone=phone), a_person("Joan Delacriox", phone=phone)
    look_thoroughly(everybody=True)
    house.words["pair_id"] = Pair.objects.get(low=joan, high=again).pk
    kept, other = a_person("Cy Doherty"), a_person("Cy Docherty")
    house.words["merge_id"] = people.merge(kept, other, house.owner).pk
    landlord = a_person("Otto Hauser", kinds=("landlord",))
    owed(landlord, "they", "An answer about the roof", clock.today())
    an_enquiry(a_person("Zofia " + LONG_WORD[:44]), "something for her sister")
    staff.add_staff(email="bo@example.org", display_name=LONG_NAME[:60], role="staff", by=house.owner)


def _sales(house: House, ann: Person) -> None:
    on = clock.today()
    orders = [an_order(ann, on=on - timedelta(days=days)) for days in (7, 40, 75, 110)]
    an_order(None, on=on, source="counter")
    purchases.put_on_account(orders[1], on + timedelta(days=14))
    merchant = purchases.merchant_named(LONG_WORD)
    purchases.note_commission(orders[2], merchant, Decimal(840))
    party = purchases.plan_party(ann, on, "at her place", key="party")
    guest = purchases.welcome(party, a_person("Guest " + LONG_WORD[:50]))
    house.words |= {"order_id": orders[0].pk, "merchant_id": merchant.pk, "party_id": party.pk, "guest_id": guest.pk}


def _files(house: House) -> None:
    run = start_run(ContentFile(FILE.encode()), f"{LONG_WORD}.csv", house.owner)
    Mapping.objects.create(header_key="x", format="any-table", file_name="till.csv", agreed_at=clock.now())
    house.words["run_id"] = run.pk


def _letters(house: House, ann: Person) -> None:
    touch = a_touch(ann, body=f"Dear Ann,\n\nthank you. {LONG_WORD}")
    approved([a_touch(Person.objects.get(full_name="Bo Lindqvist"))], house.owner)
    outreach.save_wording("ours", subject="Hello", body="Dear friend", name=LONG_WORD, by=None)
    house.words |= {"touch_id": touch.pk, "key": "ours", "leaving": tokens_of([ann.pk])[ann.pk]}
    house.words["ask"] = rapport.switch_on(house.owner).token


OWN = {
    "people:household": "household",
    "people:organisation": "organisation",
    "people:note-remove": "note",
    "people:silence-end": "silence",
    "ties:thing": "thing",
    "ties:event-answer": "event",
    "ties:owed-settle": "owed",
    "enquiries:log-answer": "entry",
    "enquiries:log-resolve": "entry",
}
TOKENS = {"enquiries:ask": "ask", "outreach:leave": "leaving", "outreach:preferences": "leaving"}


def addresses(house: House) -> Iterator[tuple[str, str]]:
    """Every route of the house that this house can fill in, with its name."""
    yield from _walk(house, get_resolver(), "/", "")


def _walk(house: House, resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        name = f"{space}{pattern.name}" if isinstance(pattern, URLPattern) else ""
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(house, pattern, address, f"{pattern.namespace}:" if pattern.namespace else space)
        elif (filled := _filled(house, name, address)) is not None:
            yield name, filled


def _filled(house: House, name: str, address: str) -> str | None:
    words = {"int:pk": house.words.get(OWN.get(name, "enquiry" if name.startswith("enquiries:") else ""), "")}
    words |= {"str:token": house.words.get(TOKENS.get(name, ""), ""), "slug:kind": "thank-you"}
    for key, value in [*house.words.items(), *words.items()]:
        for written in (f"<{key}>", f"<int:{key}>", f"<slug:{key}>"):
            address = address.replace(written, str(value) if value != "" else written)
    return None if "<" in address else address


def pages(house: House) -> dict[str, Any]:
    """What the owner gets at each address that answers a look with a whole page."""
    browser, found = Client(raise_request_exception=True), {}
    browser.force_login(house.owner)
    new = staff.add_staff(email="new@example.org", display_name="New", role="staff", by=house.owner)
    pair, code = Pair.objects.get(pk=house.words["pair_id"]), phones.make_code(new)
    more = {
        "staff:choose-password": password_link(new),
        "web:phone-in": reverse("web:phone-in", args=[code]),
        "people:joining, both": f"/people/{pair.low_id}/joining/?with={pair.high_id}",
        "people:detail, somebody new": f"/people/{pair.low_id}/",
        "people:detail, a long name": f"/people/{Person.objects.get(full_name=LONG_NAME).pk}/",
        "people:list, looked for": "/people/?q=nobody-at-all",
        "enquiries:ask, thanked": reverse("enquiries:ask", args=[house.words["ask"]]) + "?thanks=1",
    }
    for name, address in [*addresses(house), *more.items()]:
        reply = browser.get(address)
        if reply.status_code == 200 and not reply.streaming and b"<html" in reply.content:
            found[name] = reply
    return found
