"""What the page of one person shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.people.models import (
    Channel,
    ConsentNow,
    Email,
    Kind,
    Person,
    Phone,
    PostalAddress,
    Purpose,
    Silence,
)

SALE = "order"  # as the room of purchases names it on the timeline


@dataclass(frozen=True)
class Known:
    """How somebody is reached and what is known of them."""

    emails: list[Email]
    phones: list[Phone]
    addresses: list[PostalAddress]
    tags: list[str]
    other_kinds: list[str]
    likes: list[str]
    dislikes: list[str]
    sender: Person | None


@dataclass(frozen=True)
class Entry:
    """One line of what happened, in the words kit's timeline draws."""

    at: datetime
    on: date
    text: str
    by: str = ""
    url: str = ""
    note_id: int = 0


@dataclass(frozen=True)
class Allowed:
    """One way to reach somebody: what may go there, in words, and why."""

    channel: str
    label: str
    words: str
    tone: str


def known_about(person: Person) -> Known:
    """Return how somebody is reached and what is known. Seven queries, kept with the person for one page."""
    kept: Known | None = getattr(person, "_known", None)
    if kept is not None:
        return kept
    tastes = list(person.preferences.order_by("pk"))
    known = Known(
        list(person.emails.order_by("-is_primary", "pk")),
        list(person.phones.order_by("-is_primary", "pk")),
        list(person.addresses.order_by("-is_primary", "pk")),
        list(person.tags.order_by("tag__word").values_list("tag__name", flat=True)),
        [row.get_kind_display() for row in person.kinds.all() if row.kind != Kind.CUSTOMER],
        [row.text for row in tastes if row.taste == "like"],
        [row.text for row in tastes if row.taste == "dislike"],
        Person.objects.here().filter(pk=person.referred_by_id).first() if person.referred_by_id else None,
    )
    person._known = known  # type: ignore[attr-defined]  # for the other panels of the same page
    return known


def happened(person: Person, *, before: datetime | None = None, limit: int = 20) -> list[Entry]:
    """Return what rooms wrote on the timeline and the notes, newest first. Two queries.

    Without what was bought: that stands in a list of its own on the same page, and once is enough.
    """
    lines, notes = person.timeline.exclude(kind=SALE).order_by("-at", "-pk"), person.notes.select_related("by")
    if before is not None:
        lines, notes = lines.filter(at__lt=before), notes.filter(at__lt=before)
    entries = [Entry(row.at, clock.local(row.at).date(), row.text) for row in lines[:limit]]
    entries += [
        Entry(row.at, clock.local(row.at).date(), row.text, by=str(row.by or ""), note_id=row.pk)
        for row in notes[:limit]
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def open_silences(person: Person) -> list[Silence]:
    """Return what stops the asking today, the latest first. One query."""
    today = clock.today()
    rows = person.silences.filter(Q(until=None) | Q(until__gte=today), lifted_at=None)
    return list(rows.order_by("-set_at"))


def allowed(person: Person) -> list[Allowed]:
    """Say for each way what may go there. One query beside what is known."""
    known, today = known_about(person), clock.today()
    rows = ConsentNow.objects.filter(person=person)
    state = {
        (row.channel, row.purpose): row.is_given and (row.expires_on is None or row.expires_on >= today) for row in rows
    }
    has = {
        Channel.EMAIL: any("@" in row.normalised for row in known.emails),
        Channel.POST: bool(known.addresses),
        Channel.CALL: bool(known.phones),
        Channel.TEXT: bool(known.phones),
    }
    bad = {Channel.EMAIL: bool(known.emails) and all(row.is_bad for row in known.emails)}
    return [_allowed(channel, state, has[channel], bad.get(channel, False)) for channel in has]


def said_no(person: Person) -> set[str]:
    """Return the ways on which not even thanks may go. One query."""
    rows = ConsentNow.objects.filter(person=person, purpose=Purpose.CARE, is_given=False)
    return set(rows.values_list("channel", flat=True))


def _allowed(channel: Channel, state: dict[tuple[str, str], bool], has_address: bool, is_bad: bool) -> Allowed:
    """Consent is never made up: without a yes there is no news, and without a no there are thanks."""
    news, care = state.get((channel, Purpose.MARKETING)), state.get((channel, Purpose.CARE))
    if not has_address:
        words, tone = (_("no number") if channel in (Channel.CALL, Channel.TEXT) else _("no address")), "plain"
    elif is_bad:
        words, tone = _("does not arrive"), "alarm"
    elif care is False:
        words, tone = _("no"), "warm"
    elif news:
        words, tone = _("yes, news too"), "good"
    elif news is False:
        words, tone = _("thanks only"), "warm"
    else:
        words, tone = _("thanks only"), "plain"
    return Allowed(channel.value, str(channel.label), words, tone)
