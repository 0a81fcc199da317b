"""The panels of this room that a person's page posts back to: things and events, and what is between us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from regulars.kit import clock
from regulars.kit.panels import Panel
from regulars.people.models import Kind, Person
from regulars.rapport import queries
from regulars.rapport.forms.keeping import BelongingForm, LifeEventForm, OwedForm, RhythmForm, SpokeForm, often_words
from regulars.rapport.queries.ties import months_for
from regulars.staff.permissions import may


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """What they own, what happened, what is between us. Eleven queries at most, whatever is known."""
    return [draw(request, person) for draw in PANELS.values()]


def things(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """What they own and what happened to them. Two queries. Who may only look reads no illness and no death."""
    may_record = may(request.user, "rapport.record")
    found, things = queries.events_of(person), queries.things_of(person)
    events = found if may_record else [event for event in found if not event.is_private]
    context = _base(request, person) | {
        "things": things,
        "events": events,
        "thing_form": BelongingForm(auto_id="thing-%s"),
        "event_form": LifeEventForm(auto_id="event-%s"),
    }
    return Panel(45, "main", "ties/_things.html", context | more, is_empty=not things and not events)


def between(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """What we owe each other, what was asked and kept, when we speak again. Nine queries at most."""
    tie, kinds = queries.tie_of(person), [row.kind for row in person.kinds.all()]
    is_customer = set(kinds) <= {Kind.CUSTOMER, Kind.LEAD}
    usual = 0 if is_customer else months_for(None, kinds, queries.rhythms())
    months = months_for(tie, kinds, dict.fromkeys(kinds, usual))
    contact = None if is_customer and not months else queries.contacts_of([person.pk])[person.pk]
    found = queries.between(person)
    initial = {"every_months": "" if tie is None or tie.every_months is None else str(tie.every_months)}
    context = _base(request, person) | {
        "between": found,
        "contact": contact,
        "often": often_words(months) if months else "",
        "next_on": contact.next_on(months, clock.local(person.added_at).date()) if contact else None,
        "owed_form": OwedForm(auto_id="owed-%s"),
        "rhythm_form": RhythmForm(auto_id="rhythm-%s", usual=usual, initial=initial),
        "spoke_form": SpokeForm(auto_id="spoke-%s"),
    }
    return Panel(25, "side", "ties/_between.html", context | more, is_empty=found.is_empty and not contact)


PANELS: dict[str, Callable[..., Panel]] = {"things": things, "between": between}


def _base(request: HttpRequest, person: Person) -> dict[str, Any]:
    return {"person": person, "may_record": may(request.user, "rapport.record"), "today": clock.today()}
