"""The cast and the invented customers, as the people room takes them in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from regulars.cli.cast import CAST, Role
from regulars.cli.demo.customers import Customer
from regulars.kit import clock
from regulars.people.partial_dates import PartialDate
from regulars.people.services import NewAddress, NewConsent, NewPerson

CHANNELS = ("email", "post", "call", "text")
SAID = "Card on the counter: yes, you may write to me."


def consent(channel: str, is_given: bool, on: date) -> NewConsent:
    at: datetime = clock.start_of(on)
    basis = "consent" if is_given else "objection"
    return NewConsent(channel, "marketing", is_given, basis=basis, wording=SAID if is_given else "", at=at)


def from_role(role: Role, on: date) -> NewPerson:
    days = role.bought_on(on)
    birthday = on + timedelta(days=role.birthday_in_days) if role.birthday_in_days is not None else None
    no = [
        NewConsent(channel, purpose, False, basis="objection", at=clock.start_of(days[0]))
        for channel in CHANNELS
        for purpose in ("care", "marketing")
    ]
    return NewPerson(
        full_name=role.full_name,
        given_name=role.given_name,
        family_name=role.family_name,
        emails=(role.email,),
        phones=(role.phone,),
        addresses=(NewAddress("12 Quay Street", "Galway", "H91 A1E2", country="IE"),) if role.key == "ann" else (),
        external_ids=(("till", role.key),),
        tags=role.tags,
        birthday=PartialDate(birthday.month, birthday.day, role.birth_year) if birthday else None,
        note=role.note,
        consents=tuple(no) if role.is_told_no else (consent("email", True, days[0]),),
    )


def from_customer(customer: Customer) -> NewPerson:
    first = customer.visits[0]
    address = customer.address
    return NewPerson(
        full_name=customer.full_name,
        given_name=customer.given_name,
        family_name=customer.family_name,
        emails=(customer.email,) if customer.email else (),
        phones=(customer.phone,) if customer.phone else (),
        addresses=(NewAddress(address[0], address[1], address[2], country="IE"),) if address else (),
        external_ids=(("till", str(customer.number)),),
        tags=customer.tags,
        birthday=PartialDate(*customer.birthday) if customer.birthday else None,
        note=customer.note,
        met=customer.met,
        consents=tuple(consent(channel, True, first) for channel in sorted(customer.agrees)),
    )


def the_cast(on: date) -> list[NewPerson]:
    return [from_role(role, on) for role in CAST]
