"""Typing in a slip that somebody filled in and signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.people import slips
from regulars.people.models import Person
from regulars.people.queries.persons import sender_named
from regulars.people.services.changing import change_person
from regulars.people.services.newcomers import NewConsent, NewPerson
from regulars.people.services.reaching import readable_email, readable_phone
from regulars.people.services.recording import record_people
from regulars.people.services.stating import moment_on
from regulars.staff.models import User
from regulars.staff.services import note_audit

SOURCE = "paper slip"


@dataclass(frozen=True)
class Slip:
    """What stands on one slip; `ticked` are the names of its boxes."""

    person: NewPerson
    ticked: Collection[str]
    signed_on: date | None


@transaction.atomic
def enter_slip(slip: Slip, *, key: str, by: User | None) -> Person:
    """Write down whoever filled in a slip, with each ticked box as evidence; an empty box says nothing.

    Refused without a name, and a tick without the day it was signed. Safe to repeat: the same `key` is the same slip.
    """
    if not slip.person.full_name.strip():
        raise Refusal(_("Please write a name."), field="full_name")
    if slip.ticked and slip.signed_on is None:
        raise Refusal(_("Which day was it signed? A tick counts from that day."), field="signed_on")
    if slip.signed_on is not None and slip.signed_on > clock.today():
        raise Refusal(_("That day is still to come."), field="signed_on")
    for address in slip.person.emails:
        readable_email(address)
    for number in slip.person.phones:
        readable_phone(number)
    person = Person.objects.get(pk=record_people([_signed(slip, key)], source=SOURCE, by=by).ids[0])
    sender = sender_named(slip.person.referred_by_text, person)
    if sender is not None and person.referred_by_id is None:
        person = change_person(person, changes={"referred_by_id": sender.pk}, by=by)
    note_audit(by, "slip", room="people", kind="person", object_id=person.pk, person_id=person.pk)
    return person


def _signed(slip: Slip, key: str) -> NewPerson:
    """The person with the boxes they ticked, in the words that were printed: those of the business's language."""
    house = business()
    at = moment_on(slip.signed_on) if slip.signed_on else None
    with override(house.language):
        consents = tuple(
            NewConsent(
                box.channel, box.purpose, True, wording=slips.evidence_words(box, house.name, house.language), at=at
            )
            for box in slips.boxes(house.name)
            if box.name in slip.ticked
        )
    said = {name: getattr(slip.person, name) for name in NewPerson.__dataclass_fields__}
    return NewPerson(**{**said, "consents": consents, "external_ids": ((SOURCE, key),)})
