"""A box that somebody ticked, on the page or on paper: evidence with the version of the words beside it."""

from __future__ import annotations

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.queries import consent_state
from regulars.rapport.models import ConsentWording
from regulars.staff.models import User


def keep_tick(person: Person, reach: str, wording_id: int | None, source: str, by: User | None = None) -> None:
    """Write the yes down for the way they gave. Where they said no before, it stays a no."""
    wording = ConsentWording.objects.filter(pk=wording_id).first() if wording_id else None
    if wording is None:
        return
    channel = "email" if "@" in reach else "text"
    state = consent_state([person.pk], channel, "marketing")[person.pk]
    if state.is_objected or (state.at is not None and not state.is_given):
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
