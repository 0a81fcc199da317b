"""A box that somebody ticked, on the page or on paper: evidence with the version of the words beside it.

What the owner writes down from paper counts at once. What comes by a form that anybody can fill in is only asked for,
until the mailbox or telephone confirms it, or they tell the owner (`asked_yes`); the owner may switch that off.
"""

from __future__ import annotations

from regulars.kit import clock
from regulars.kit.business import business
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.queries import consent_state
from regulars.rapport.models import ConsentWording
from regulars.rapport.services.asked_yes import ask_for_yes, is_a_no
from regulars.staff.models import User


def take_tick(person: Person, reach: str, wording_id: int | None, source: str) -> None:
    """Take a yes from a form that anybody can fill in: nobody has proved yet whose address they typed."""
    wording = ConsentWording.objects.filter(pk=wording_id).first() if wording_id else None
    if wording is None:
        return
    if business().confirms_yes:
        ask_for_yes(person, reach, wording, source)
    else:
        keep_tick(person, reach, wording_id, source)


def keep_tick(person: Person, reach: str, wording_id: int | None, source: str, by: User | None = None) -> None:
    """Write the yes down for the way they gave. Where they said no before, it stays a no."""
    wording = ConsentWording.objects.filter(pk=wording_id).first() if wording_id else None
    if wording is None:
        return
    channel = "email" if "@" in reach else "text"
    state = consent_state([person.pk], channel, "marketing")[person.pk]
    if is_a_no(state):
        return
    people.record_consent(
        [person.pk],
        channel,
        "marketing",
        source=f"{source}, wording {wording.pk}",
        wording=wording.words,
        by=by,
        at=clock.now(),
    )
