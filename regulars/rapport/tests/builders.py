"""Enquiries, entries of the log, things, events and what is owed, for tests, made through this room's own services."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from regulars.kit import services as kit
from regulars.people.models import Person
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import Belonging, Encounter, Enquiry, LifeEvent, Owed
from regulars.rapport.services import Caller, NewEncounter, NewEnquiry
from regulars.staff.models import User
from regulars.staff.services import add_staff

_numbers = count(1)
ON = date(2026, 3, 4)  # where the frozen clock of the house stands


def a_shop() -> None:
    kit.set_up_business(name="Linden Lane", owner_name="Maya", zone="Europe/Dublin", currency="EUR", country="IE")


def an_owner(email: str = "maya@example.com") -> User:
    return add_staff(email=email, display_name="Maya Linden", role="owner")


def a_call(name: str = "Ruth Moore", reach: str = "087 123 4567", wants: str = "a ring", **more: Any) -> NewEnquiry:
    return NewEnquiry(Caller(name=name, reach=reach), more.pop("came_by", "phone"), wants, **more)


def an_enquiry(person: Person | None = None, wants: str = "a ring", **more: Any) -> Enquiry:
    person = person or a_person("Ruth Moore")
    new = NewEnquiry(Caller(person.pk), more.pop("came_by", "phone"), wants, **more)
    return services.take_enquiry(new, None)


def an_entry(person: Person | None = None, kind: str = "call", words: str = "asked for blue", **more: Any) -> Encounter:
    person = person or a_person("Ruth Moore")
    key = more.pop("client_key", uuid4())
    return services.log_encounter(NewEncounter(kind, words, Caller(person.pk), client_key=key, **more), None)


def a_thing(person: Person, what: str = "Boiler", *, key: str = "", **said: Any) -> Belonging:
    return services.add_belonging(person, {"what": what, **said}, key=key or f"thing {next(_numbers)}")


def an_event(person: Person, kind: str, on: date | None = None, *, key: str = "", **more: Any) -> LifeEvent:
    return services.record_event(person, services.NewEvent(kind, on, **more), key=key or f"event {next(_numbers)}")


def owed(person: Person, side: str, what: str = "A callback", due_on: date | None = None, **more: Any) -> Owed:
    return services.owe(person, side, what, due_on, key=f"owed {next(_numbers)}", **more)
