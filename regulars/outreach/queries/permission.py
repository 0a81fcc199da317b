"""May this person get this, on this channel, for this purpose, at this moment? Decided when planned, approved and sent.

A verdict that is not ok with an `until` means later (the touch is held); without one it means not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, Q
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.secrets import keyed_hash
from regulars.outreach.models import SETTLED, Channel, Purpose, State, Suppression, Touch
from regulars.outreach.queries.hours import free_again_at, morning_after, zone_of
from regulars.people.models import Email, Kind, Person, PersonKind, Phone, PostalAddress
from regulars.people.queries import ConsentState, consent_state, silenced
from regulars.purchases.models import PersonTotals

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
ASKING = frozenset({Purpose.FEEDBACK, Purpose.MARKETING})
# The consent sheet: which kind of evidence stands for a purpose, and which channel it was given for.
CONSENT_PURPOSE: dict[str, str] = {Purpose.GREETING: "care"}
CONSENT_CHANNEL: dict[str, str] = {Channel.LETTER: "post", Channel.CARD: "post", Channel.BY_HAND: ""}

POSTED = (Channel.CARD, Channel.LETTER)
ON_THEIR_WAY = (State.APPROVED, State.CLAIMED, State.SENDING, State.UNKNOWN)
# Greetings that are one person's own day: two who live together have two birthdays.
PERSONS_OWN = frozenset({"birthday", "name_day"})
SHARED_CARE = frozenset({"thank-you"})


@dataclass(frozen=True)
class Verdict:
    ok: bool
    why: str = ""
    until: datetime | None = None


YES = Verdict(True)


def may_receive(
    person_ids: Iterable[int],
    channel: str,
    purpose: str,
    at: datetime,
    *,
    besides: Iterable[int] = (),
    programme: str = "",
) -> dict[int, Verdict]:
    """Decide for many people at once. At most ten queries.

    `besides` are touches that do not count for the budgets; with `programme` a household gets one card of it.
    """
    known = _Known(sorted(set(person_ids)), channel, purpose, at, tuple(besides), programme)
    return {person_id: _decide(known, person_id) for person_id in known.ids}


def may_receive_by(
    channels: Mapping[str, Collection[int]], purpose: str, at: datetime
) -> dict[str, dict[int, Verdict]]:
    """The same for several channels, each with its people. What no channel changes is read once for all of them."""
    shared = _Shared(sorted({person_id for ids in channels.values() for person_id in ids}), purpose, at)
    found = {}
    for channel, ids in channels.items():
        known = _Known(sorted(set(ids)), channel, purpose, at, shared=shared)
        found[channel] = {person_id: _decide(known, person_id) for person_id in known.ids}
    return found


def address_hash(normalised: str) -> str:
    """The name under which an address is suppressed, also after its owner was erased."""
    return keyed_hash(normalised, "outreach.suppression")


@dataclass
class _Shared:
    """What the rules ask about these people whatever the channel."""

    ids: Sequence[int]
    purpose: str
    at: datetime
    besides: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        columns = ("is_bucket", "erased_at", "merged_into_id", "quiet_until", "zone", "household_id")
        self.persons = {person.pk: person for person in Person.objects.filter(pk__in=self.ids).only(*columns)}
        on = clock.local(self.at).date()
        self.silences: Mapping[int, str] = silenced(self.ids, on, CONSENT_PURPOSE.get(self.purpose, self.purpose))
        self.customers, self.never_buyers = self._parts_played()

    def _parts_played(self) -> tuple[set[int], set[int]]:
        """Who is a customer, and who is only a supplier, a neighbour or the like and never bought."""
        played: dict[int, set[str]] = {}
        for person_id, kind in PersonKind.objects.filter(person_id__in=self.ids).values_list("person_id", "kind"):
            played.setdefault(person_id, set()).add(kind)
        customers = {person_id for person_id, kinds in played.items() if Kind.CUSTOMER in kinds}
        if self.purpose != Purpose.MARKETING:
            return customers, set()
        others = {person_id for person_id, kinds in played.items() if not kinds & {Kind.CUSTOMER, Kind.LEAD}}
        bought = PersonTotals.objects.filter(person_id__in=others, orders__gt=0) if others else ()
        return customers, others - {totals.person_id for totals in bought}

    @cached_property
    def sent_lately(self) -> tuple[dict[int, tuple[int, datetime]], dict[int, tuple[int, datetime]]]:
        """Count what reached each person in the last week, and the asks of the last thirty days."""
        moving = Q(state__in=(State.CLAIMED, State.SENDING, State.UNKNOWN))
        rows = Touch.objects.filter(person_id__in=self.ids).exclude(pk__in=self.besides)
        lately = rows.filter(Q(state__in=SETTLED, sent_at__gt=self.at - WEEK) | moving)
        asks: dict[int, tuple[int, datetime]] = {}
        if self.purpose in ASKING:
            asked = rows.filter(Q(state__in=SETTLED, sent_at__gt=self.at - MONTH) | moving, purpose__in=ASKING)
            asks = _counted(asked, self.at)
        return _counted(lately, self.at), asks


@dataclass
class _Known:
    """Everything the rules ask about these people, read once for all of them."""

    ids: Sequence[int]
    channel: str
    purpose: str
    at: datetime
    besides: tuple[int, ...] = ()
    programme: str = ""
    shared: _Shared | None = None

    def __post_init__(self) -> None:
        self.business = business()
        self.on: date = clock.local(self.at).date()
        shared = self.shared or _Shared(self.ids, self.purpose, self.at, self.besides)
        self.persons, self.silences, self.customers = shared.persons, shared.silences, shared.customers
        self.never_buyers = shared.never_buyers
        self.reachable, self.unreachable_why = self._reach()
        self.suppressed = self._suppressed()
        self.consent = self._consent()
        is_counted = self.purpose != Purpose.SERVICE and self.channel != Channel.BY_HAND
        self.week, self.asks = shared.sent_lately if is_counted else ({}, {})
        self.cards = self._cards_under_roofs()

    def _reach(self) -> tuple[dict[int, str], dict[int, str]]:
        """Return the way to each person, and why there is none."""
        if self.channel == Channel.EMAIL:
            rows = (
                Email.objects.filter(person_id__in=self.ids)
                .exclude(normalised="")
                .order_by("person_id", "-is_primary", "id")
            )
            good = [(row.person_id, row.normalised) for row in rows if not row.is_bad and "@" in row.normalised]
            bad = {row.person_id: _("The e-mail address we have does not work any more.") for row in rows if row.is_bad}
            return _first(good), {**dict.fromkeys(self.ids, _("We have no e-mail address.")), **bad}
        if self.channel == Channel.CALL:
            numbers = Phone.objects.filter(person_id__in=self.ids, is_bad=False).order_by(
                "person_id", "-is_primary", "id"
            )
            return _first(numbers.values_list("person_id", "as_typed")), dict.fromkeys(
                self.ids, _("We have no telephone number.")
            )
        if self.channel == Channel.LETTER:
            places = PostalAddress.objects.filter(person_id__in=self.ids, is_bad=False).order_by(
                "person_id", "-is_primary", "id"
            )
            return _first(places.values_list("person_id", "city")), dict.fromkeys(
                self.ids, _("We have no postal address.")
            )
        return dict.fromkeys(self.ids, ""), {}

    def _suppressed(self) -> dict[int, str]:
        if self.channel != Channel.EMAIL or not self.reachable:
            return {}
        hashes = {address_hash(address): person_id for person_id, address in self.reachable.items()}
        rows = Suppression.objects.filter(channel=Channel.EMAIL, address_hash__in=hashes, undone_at=None)
        found: dict[int, str] = {}
        for row in rows:
            dead = row.reason in {Suppression.Reason.HARD_BOUNCE, Suppression.Reason.SOFT_BOUNCES}
            asking_only = row.scope == Suppression.Scope.MARKETING
            if dead or (self.purpose != Purpose.SERVICE and (not asking_only or self.purpose in ASKING)):
                label = Suppression.Reason(row.reason).label
                found[hashes[row.address_hash]] = _("Not written to: %(reason)s.") % {"reason": label}
        return found

    def _consent(self) -> Mapping[int, ConsentState]:
        channel = CONSENT_CHANNEL.get(self.channel, self.channel)
        purpose = CONSENT_PURPOSE.get(self.purpose, self.purpose)
        return consent_state(self.ids, channel, purpose) if channel else {}

    def _cards_under_roofs(self) -> dict[int, set[int]]:
        """Who in each household got, or is about to get, a card of this family of programmes."""
        roofs = {person.household_id for person in self.persons.values() if person.household_id}
        if not roofs or not is_one_a_household(self.channel, self.purpose, self.programme):
            return {}
        return cards_under_roofs(roofs, self.programme, self.at, besides=self.besides)


def cards_under_roofs(
    roofs: Collection[int], programme: str, at: datetime, *, besides: Collection[int] = ()
) -> dict[int, set[int]]:
    """Return who of each household got, or is about to get, a card of this family of programmes. One query."""
    family = family_of(programme)
    rows = Touch.objects.filter(
        Q(programme=family) | Q(programme__startswith=f"{family}:"),
        Q(state__in=SETTLED, sent_at__gt=at - MONTH) | Q(state__in=ON_THEIR_WAY),
        person__household_id__in=roofs,
        channel__in=POSTED,
    ).exclude(pk__in=besides)
    found: dict[int, set[int]] = {}
    for household_id, person_id in rows.values_list("person__household_id", "person_id"):
        if household_id is not None:
            found.setdefault(household_id, set()).add(person_id)
    return found


def is_one_a_household(channel: str, purpose: str, programme: str) -> bool:
    """Is this a greeting or a thank-you by post, meant for all under one roof? A birthday is one person's own."""
    family = family_of(programme)
    is_greeting = purpose == Purpose.GREETING and bool(family) and family not in PERSONS_OWN
    return channel in POSTED and (is_greeting or (purpose == Purpose.CARE and family in SHARED_CARE))


def family_of(programme: str) -> str:
    """The programme without its edition: "season:2026" and "season:2027" are one family."""
    return programme.partition(":")[0]


def _first(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    found: dict[int, str] = {}
    for person_id, way in rows:
        found.setdefault(person_id, way)
    return found


def _counted(rows: object, at: datetime) -> dict[int, tuple[int, datetime]]:
    grouped = rows.values("person_id").annotate(n=Count("pk"), oldest_at=Min("sent_at"))  # type: ignore[attr-defined]
    return {row["person_id"]: (row["n"], row["oldest_at"] or at) for row in grouped}


def under_the_same_roof() -> str:
    return _("Somebody under the same roof gets one already.")


Rule = Callable[[_Known, int], Verdict | None]


def _decide(known: _Known, person_id: int) -> Verdict:
    for rule in RULES:
        verdict = rule(known, person_id)
        if verdict is not None:
            return verdict
    return YES


def _is_here(known: _Known, person_id: int) -> Verdict | None:
    person = known.persons.get(person_id)
    if person is None or person.erased_at:
        return Verdict(False, _("This person was erased."))
    if person.merged_into_id:
        return Verdict(False, _("This entry was joined with another one."))
    return Verdict(False, _("This is a collection of unknown customers.")) if person.is_bucket else None


def _can_be_reached(known: _Known, person_id: int) -> Verdict | None:
    return None if person_id in known.reachable else Verdict(False, known.unreachable_why.get(person_id, ""))


def _is_not_suppressed(known: _Known, person_id: int) -> Verdict | None:
    why = known.suppressed.get(person_id)
    return Verdict(False, why) if why else None


def _allows_it(known: _Known, person_id: int) -> Verdict | None:
    if known.purpose == Purpose.SERVICE or known.channel == Channel.BY_HAND:
        return None
    if person_id in known.never_buyers:
        return Verdict(False, _("Not a customer: offers are for those who buy."))
    state = known.consent.get(person_id)
    if state is not None and state.is_objected:
        return Verdict(False, _("Asked not to get this."))
    if state is not None and state.is_given:
        return None
    if known.purpose == Purpose.MARKETING:
        return Verdict(False, _("Never agreed to offers."))
    if person_id in known.customers:
        return None
    return Verdict(False, _("Not a customer yet, and has not agreed to be written to."))


def _is_not_silenced(known: _Known, person_id: int) -> Verdict | None:
    if known.purpose == Purpose.SERVICE:
        return None
    person = known.persons[person_id]
    zone = zone_of(person.zone)
    if person.quiet_until and person.quiet_until >= known.on:
        until = datetime.combine(person.quiet_until + timedelta(days=1), time(10), zone)
        day = formats.date_format(person.quiet_until, "SHORT_DATE_FORMAT")
        return Verdict(False, _("Quiet until %(day)s.") % {"day": day}, until)
    why = known.silences.get(person_id)
    return Verdict(False, why, morning_after(known.at, zone)) if why else None


def _is_awake(known: _Known, person_id: int) -> Verdict | None:
    if known.channel not in {Channel.EMAIL, Channel.CALL} or known.purpose == Purpose.SERVICE:
        return None
    free_at = free_again_at(known.at, known.business, zone_of(known.persons[person_id].zone))
    return Verdict(False, _("It is night where they are."), free_at) if free_at else None


def _is_not_pestered(known: _Known, person_id: int) -> Verdict | None:
    for counted, most, span, why in (
        (
            known.asks,
            known.business.asks_per_month,
            MONTH,
            _("They were asked for something %(n)d times in thirty days."),
        ),
        (known.week, known.business.touches_per_week, WEEK, _("They heard from us %(n)d times this week.")),
    ):
        n, oldest_at = counted.get(person_id, (0, known.at))
        if n >= most > 0:
            until = (
                free_again_at(oldest_at + span, known.business, zone_of(known.persons[person_id].zone))
                or oldest_at + span
            )
            return Verdict(False, why % {"n": n}, max(until, known.at + timedelta(minutes=15)))
    return None


def _is_first_under_their_roof(known: _Known, person_id: int) -> Verdict | None:
    household_id = known.persons[person_id].household_id
    others = known.cards.get(household_id, set()) - {person_id} if household_id else set()
    return Verdict(False, under_the_same_roof()) if others else None


RULES: tuple[Rule, ...] = (
    _is_here,
    _can_be_reached,
    _is_not_suppressed,
    _allows_it,
    _is_first_under_their_roof,
    _is_not_silenced,
    _is_awake,
    _is_not_pestered,
)
