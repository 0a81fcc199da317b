"""Enquiries and entries of the log for tests, made through this room's own services."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from regulars.kit import services as kit
from regulars.people.models import Person
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import Encounter, Enquiry
from regulars.rapport.services import Caller, NewEncounter, NewEnquiry
from regulars.staff.models import User
from regulars.staff.services import add_staff


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
