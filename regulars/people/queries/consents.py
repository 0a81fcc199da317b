"""What people allow, and who is left alone, for any number of people at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.people.bulk import among, rows_of
from regulars.people.models import Basis, ConsentNow, Person, Silence

# What each kind of silence stops. Messages about what somebody bought always pass.
ASKING = frozenset({"marketing", "feedback", "publication"})
ALL_BUT_SERVICE = ASKING | {"care", "greeting"}
STOPS = {
    Silence.Kind.COMPLAINT: ASKING,
    Silence.Kind.NOT_NOW: ASKING,
    Silence.Kind.BEREAVEMENT: ASKING | {"greeting"},
    Silence.Kind.ENDED: ALL_BUT_SERVICE,
}


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What counts for one person, channel and purpose today. Neither given nor objected: nobody asked."""

    is_given: bool
    is_objected: bool
    basis: str
    at: datetime | None


NOT_ASKED = ConsentState(False, False, "", None)


def consent_state(person_ids: Collection[int], channel: str, purpose: str) -> dict[int, ConsentState]:
    """Return the state of every id given. One query, whatever their number; a "yes" past its expiry is not given."""
    return consent_states(person_ids, [(channel, purpose)])[channel, purpose]


def consent_states(
    person_ids: Collection[int], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], dict[int, ConsentState]]:
    """The same for several pairs of channel and purpose. One query for all of them."""
    today = clock.today()
    states = {pair: dict.fromkeys(person_ids, NOT_ASKED) for pair in wanted}
    channels, purposes = {channel for channel, _purpose in wanted}, {purpose for _channel, purpose in wanted}
    rows = ConsentNow.objects.filter(channel__in=channels, purpose__in=purposes, person_id__in=among(set(person_ids)))
    columns = ("channel", "purpose", "person_id", "is_given", "basis", "said_at", "expires_on")
    told = rows_of(rows.values_list(*columns), len(person_ids))
    for channel, purpose, person_id, is_given, basis, said_at, expires_on in told:
        if (channel, purpose) not in states:
            continue
        is_over = is_given and expires_on is not None and expires_on < today
        is_objected = not is_given and basis == Basis.OBJECTION
        states[channel, purpose][person_id] = ConsentState(is_given and not is_over, is_objected, basis, said_at)
    return states


def silenced(person_ids: Collection[int], on: date, purpose: str) -> dict[int, str]:
    """Return who is left alone on that day for that purpose, and why. Two queries, whatever the number of ids."""
    found: dict[int, str] = {}
    if purpose in ALL_BUT_SERVICE:
        quiet = Person.objects.filter(pk__in=among(person_ids), quiet_until__gte=on)
        for pk, until in quiet.values_list("pk", "quiet_until"):
            found[pk] = _("wants quiet until %(day)s") % {"day": date_format(until)} if until else ""
    return {**found, **silenced_for(person_ids, on, [purpose])[purpose]}


def silenced_for(person_ids: Collection[int], on: date, purposes: Collection[str]) -> dict[str, dict[int, str]]:
    """Who is left alone for each purpose, but for days of quiet, which stand with the person. One query for all."""
    found: dict[str, dict[int, str]] = {purpose: {} for purpose in purposes}
    kinds = [kind for kind, stopped in STOPS.items() if stopped & found.keys()]
    if not kinds:
        return found
    rows = Silence.objects.filter(person_id__in=among(person_ids), lifted_at=None, kind__in=kinds)
    for row in rows.filter(Q(until=None) | Q(until__gte=on)).order_by("set_at"):
        for purpose in STOPS[Silence.Kind(row.kind)] & found.keys():
            found[purpose][row.person_id] = row.why or row.get_kind_display()
    return found
