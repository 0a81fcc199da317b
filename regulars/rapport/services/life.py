"""Writing down what happens in somebody's life, and what we did about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person, Silence
from regulars.people.services import NewEntry, write_timeline
from regulars.people.services.changing import touch
from regulars.rapport.models import LifeEvent
from regulars.rapport.months import end_of_month, months_after
from regulars.staff.models import User

AHEAD_DAYS = 7
STILL_FRESH_DAYS = 90
MOURNING_MONTHS = 3


@dataclass(frozen=True)
class NewEvent:
    """What was heard; `on` is the day, or any day of the month when only the month is known."""

    kind: str
    on: date | None = None
    is_whole_month: bool = False
    label: str = ""
    note: str = ""


@transaction.atomic
def record_event(person: Person, new: NewEvent, *, key: str, by: User | None = None) -> LifeEvent:
    """Write down an event; the same key again is the same event.

    Fresh news puts one line on the day. A bereavement stops promotion for three months; a move marks the address
    as old.
    """
    if new.kind not in LifeEvent.Kind.values:
        raise Refusal(_("Please choose what happened."), field="kind")
    if new.kind == LifeEvent.Kind.OTHER and not new.label.strip():
        raise Refusal(_("Please write in a few words what happened."), field="label")
    on = new.on.replace(day=1) if new.on and new.is_whole_month else new.on
    values: dict[str, Any] = {
        "person": person,
        "kind": new.kind,
        "label": new.label.strip()[:120],
        "note": new.note.strip()[:500],
        "on": on,
        "is_whole_month": bool(on and new.is_whole_month),
        "show_on": show_on(on, is_whole_month=new.is_whole_month, today=clock.today()),
        "noted_at": clock.now(),
        "noted_by": by,
    }
    event, is_new = LifeEvent.objects.get_or_create(key=key[:100], defaults=values)
    if is_new:
        _leave_traces(event, person, by)
        touch(person.pk, "life_events")
    return event


def show_on(on: date | None, *, is_whole_month: bool, today: date) -> date | None:
    """The day it comes onto the owner's page: a week ahead, today for fresh news, never for old."""
    if on is None:
        return today
    last = end_of_month(on) if is_whole_month else on
    if last < today - timedelta(days=STILL_FRESH_DAYS):
        return None
    return max(today, on - timedelta(days=AHEAD_DAYS))


@transaction.atomic
def answer_event(event: LifeEvent, words: str, by: User | None = None) -> bool:
    """Write down what we did about it, once; False if somebody has already."""
    said = words.strip()[:300] or _("done")
    rows = LifeEvent.objects.filter(pk=event.pk, answered_at=None)
    if not rows.update(answer=said, answered_at=clock.now(), answered_by=by):
        return False
    if not event.is_private:
        text = f"{event}: {said}"
        write_timeline([NewEntry(event.person_id, clock.now(), "life_event", "rapport", event.pk, text)])
    touch(event.person_id, "life_events")
    return True


@transaction.atomic
def remove_event(event: LifeEvent, by: User | None = None) -> None:
    """Take an event out of the book, and what noting it changed: its silence, the address marked as old."""
    if silence := Silence.objects.filter(pk=event.traces.get("silence", 0)).first():
        people.lift_silence(silence, by)
    people.mark_places_good(event.person, event.traces.get("places", []))
    people.remove_from_timeline("rapport", "life_event", [event.person_id], [event.pk])
    LifeEvent.objects.filter(pk=event.pk).delete()
    touch(event.person_id, "life_events")


@transaction.atomic
def keep_address(event: LifeEvent) -> None:
    """The address in the book is the new one already: it is good again."""
    people.mark_places_good(event.person, event.traces.get("places", []))
    LifeEvent.objects.filter(pk=event.pk).update(traces={**event.traces, "places": []})
    touch(event.person_id, "addresses")


def _leave_traces(event: LifeEvent, person: Person, by: User | None) -> None:
    """A silence and an old address, for news that is fresh; a move to come leaves the address alone until then."""
    if event.show_on is None:
        return
    today = clock.today()
    traces: dict[str, Any] = {}
    if event.kind == LifeEvent.Kind.BEREAVEMENT:
        until = months_after(max(event.on or today, today), MOURNING_MONTHS)
        traces["silence"] = people.silence(person, Silence.Kind.BEREAVEMENT, "", "rapport", until, by=by).pk
    if event.kind == LifeEvent.Kind.MOVED and (event.on is None or event.on <= today):
        traces["places"] = people.mark_places_old(person)
    if traces:
        event.traces = traces
        LifeEvent.objects.filter(pk=event.pk).update(traces=traces)
