"""People, wordings and touches for tests, made through the services that the house itself uses."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from regulars.kit import services as kit
from regulars.kit.business import Business
from regulars.outreach import services
from regulars.outreach.models import SendingAccount, State, Touch
from regulars.people import services as people
from regulars.people.models import Person
from regulars.staff.models import User
from regulars.staff.services import add_staff

_numbers = itertools.count(1)


def a_shop(**changes: Any) -> Business:
    """Maya's boutique in Berlin; it writes at any hour and as often as it likes unless a test says otherwise."""
    kit.set_up_business(name="Maya's Boutique", owner_name="Maya", zone="Europe/Berlin", currency="EUR")
    usual = {"quiet_from": "00:00", "quiet_until": "00:00", "touches_per_week": 50, "asks_per_month": 50}
    return kit.change_business(**{**usual, "send_delay_minutes": 0, **changes})


def a_person(name: str = "Ann Archer", email: str = "", **fields: Any) -> Person:
    given, _space, family = name.partition(" ")
    emails = fields.pop("emails", (email or f"person{next(_numbers)}@example.org",))
    fields.setdefault("given_name", given)
    fields.setdefault("family_name", family)
    new = people.NewPerson(full_name=name, **{"emails": emails, **fields})
    return Person.objects.get(pk=people.record_people([new], source="test").ids[0])


def many_people(n: int, email: str = "crowd{n}@example.org") -> list[int]:
    start = next(_numbers) * 1_000_000
    new = [people.NewPerson(full_name=f"Guest {i}", emails=(email.format(n=start + i),)) for i in range(n)]
    return people.record_people(new, source="test").ids


def the_owner() -> User:
    return add_staff(email=f"owner{next(_numbers)}@example.org", display_name="Maya", role="owner")


def a_new_touch(person: Person | int, **fields: Any) -> services.NewTouch:
    person_id = person if isinstance(person, int) else person.pk
    usual = {
        "programme": "thank-you",
        "occurrence": f"order-{next(_numbers)}",
        "subject": "Thank you",
        "body": "Dear Ann,\n\nthank you.",
    }
    return services.NewTouch(person_id=person_id, **{**usual, **fields})


def a_touch(person: Person | int, **fields: Any) -> Touch:
    return Touch.objects.get(pk=services.plan_touches([a_new_touch(person, **fields)]).ids[0])


BERLIN = people.NewAddress(lines="Linienstr. 12", city="Berlin", postcode="10178", country="DE")


def a_card(person: Person, place: people.NewAddress | None = BERLIN, **fields: Any) -> Touch:
    """A card that waits for the printer, to somebody who lives in Berlin unless a test says otherwise."""
    if place is not None:
        people.change_person(person, changes={"places": [place]}, by=None)
    first = person.given_name or person.full_name
    usual = {"channel": "card", "body": f"Dear {first},\n\nthank you for coming.\n\nUntil soon\nMaya"}
    return a_touch(person, **{**usual, **fields})


def approved(touches: Sequence[Touch], by: User | None = None) -> services.Approved:
    return services.approve([touch.pk for touch in touches], by, {touch.pk: touch.draft_hash for touch in touches})


def an_approved_touch(person: Person | int, by: User | None = None, **fields: Any) -> Touch:
    touch = a_touch(person, **fields)
    result = approved([touch], by)
    assert result.approved == [touch.pk], result
    touch.refresh_from_db()
    return touch


def a_mailbox(port: int, **fields: Any) -> SendingAccount:
    """Connected for real: the server on this port is asked."""
    usual = {
        "from_address": "maya@boutique.example",
        "host": "127.0.0.1",
        "security": "none",
        "per_second": 0,
        "connections": 4,
    }
    return services.connect_account(services.NewAccount(port=port, **{**usual, **fields}), None, patience=5)


def states(touches: Sequence[Touch]) -> list[str]:
    found = dict(Touch.objects.filter(pk__in=[touch.pk for touch in touches]).values_list("pk", "state"))
    return [found[touch.pk] for touch in touches]


SENT = State.SENT
