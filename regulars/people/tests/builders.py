"""People for tests, made through this room's own services."""

from __future__ import annotations

from itertools import count
from typing import Any

from regulars.people.models import Person
from regulars.people.services import NewPerson, record_people

_numbers = count(1)


def a_person(full_name: str = "Ann Baker", *, email: str | None = "", phone: str = "", **more: Any) -> Person:
    """Somebody in the book; an address of their own unless `email` is given, none with None."""
    if email == "":
        email = f"somebody.{next(_numbers)}@example.org"
    new = NewPerson(full_name=full_name, emails=(email,) if email else (), phones=(phone,) if phone else (), **more)
    return Person.objects.get(pk=record_people([new], source="test").ids[0])
