"""May this person get this, on this channel, for this purpose, at this moment? Decided when planned, approved and sent.

A verdict that is not ok with an `until` means later (the touch is held); without one it means not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.secrets import keyed_hash
from regulars.outreach.models import SETTLED, Channel, Purpose, State, Suppression, Touch
from regulars.outreach.queries.hours import free_again_at, morning_after, zone_of
from regulars.outreach.queries.reach import mobiles_of
from regulars.people.bulk import among
from regulars.people.models import Email, Kind, Person, PersonKind, Phone, PostalAddress
from regulars.people.queries import ConsentState, consent_states, silenced_for
from regulars.purchases.models import PersonTotals

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
ASKING = frozenset({Purpose.FEEDBACK, Purpose.MARKETING})
# The consent sheet: which kind of evidence stands for a purpose, and which channel it was given for.
CONSENT_PURPOSE: dict[str, str] = {Purpose.GREETING: "care"}
CONSENT_CHANNEL: dict[str, str] = {
    Channel.LETTER: "post",
    Channel.CARD: "post",
    Channel.NOTICE: "portal",
    Channel.BY_HAND: "",
    Channel.SOCIAL: "",
}
# What makes a telephone ring or buzz is left for the day.
HEARD_AT_NIGHT = frozenset({Channel.EMAIL, Channel.CALL, Channel.TEXT})

POSTED = (Channel.CARD, Channel.LETTER)
ON_THEIR_WAY = (State.APPROVED, State.CLAIMED, State.SENDING, State.UNKNOWN)
# Greetings that are one person's own day: two who live together have two birthdays.
PERSONS_OWN = frozenset({"birthday", "name_day"})
SHARED_CARE = frozenset({"thank-you"})
MOVING = Q(state__in=(State.CLAIMED, State.SENDING, State.UNKNOWN))


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


def may_receive_all(
    asked: Mapping[str, Mapping[str, Collection[int]]], at: datetime
) -> dict[str, dict[str, dict[int, Verdict]]]:
    """The same for several purposes, each with its channels and their people: purpose, channel, person, verdict.

    At most twelve queries for all of them: whatever the rules ask is read once.
    """
    channels = {channel for by_channel in asked.values() for channel in by_channel}
    ids = {person_id for by_channel in asked.values() for its in by_channel.values() for person_id in its}
    reads = _Reads(sorted(ids), at, tuple(sorted(asked)), tuple(sorted(channels)))
    found: dict[str, dict[str, dict[int, Verdict]]] = {}
    for purpose, by_channel in asked.items():
        found[purpose] = {}
        for channel, its in by_channel.items():
            known = _Known(sorted(set(its)), channel, purpose, at, reads=reads)
            found[purpose][channel] = {person_id: _decide(known, person_id) for person_id in known.ids}
    return found


def lasting_reasons(
    ids: Sequence[int], purposes: Sequence[str], channels: Sequence[str], at: datetime
) -> dict[tuple[str, str], dict[str, int]]:
    """How many of these people may get each, and what keeps the others from it for good, by the rules above.

    Left out are the rules that pass by themselves: quiet hours, and what they got lately. At most ten queries.
    """
    reads = _Reads(ids, at, tuple(purposes), tuple(channels))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for purpose in purposes:
        for channel in channels:
            known = _Known(ids, channel, purpose, at, reads=reads)
            sums = found[purpose, channel] = {}
            for person_id in ids:
                reason = _lasting_reason(known, person_id)
                sums[reason] = sums.get(reason, 0) + 1
    return found


def _lasting_reason(known: _Known, person_id: int) -> str:
    if _is_here(known, person_id):
        return "gone"
    if _can_be_reached(known, person_id):
        return "no_way"
    if _is_not_suppressed(known, person_id):
        return "suppressed"
    if _allows_it(known, person_id):
        return _why_not_allowed(known, person_id)
    return "quiet" if _is_not_silenced(known, person_id) else "may"


def _why_not_allowed(known: _Known, person_id: int) -> str:
    state = known.consent.get(person_id)
    if person_id in known.never_buyers:
        return "no_customer"
    if state is not None and state.is_objected:
        return "said_no"
    return "never_agreed" if known.purpose == Purpose.MARKETING else "no_customer"


def address_hash(normalised: str) -> str:
    """The name under which an address is suppressed, also after its owner was erased."""
    return keyed_hash(normalised, "outreach.suppression")


class _Person(NamedTuple):
    """What the rules ask of the person."""

    pk: int
    is_bucket: bool
    erased_at: datetime | None
    merged_into_id: int | None
    quiet_until: date | None
    zone: str
    household_id: int | None


@dataclass
class _Reads:
    """What the rules ask about these people, whatever the channel and the purpose: each thing read once, if at all."""

    ids: Sequence[int]
    at: datetime
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    besides: tuple[int, ...] = ()
    _suppressions: dict[str, list[tuple[int, Suppression]]] = field(default_factory=dict)

    @cached_property
    def persons(self) -> dict[int, _Person]:
        rows = Person.objects.filter(pk__in=among(self.ids)).values_list(*_Person._fields)
        return {row[0]: _Person._make(row) for row in rows.iterator(chunk_size=2000)}

    @cached_property
    def silences(self) -> dict[str, dict[int, str]]:
        purposes = {CONSENT_PURPOSE.get(purpose, purpose) for purpose in self.purposes}
        return silenced_for(self.ids, clock.local(self.at).date(), purposes)

    @cached_property
    def played(self) -> dict[int, set[str]]:
        """What each person is to us."""
        played: dict[int, set[str]] = {}
        for person_id, kind in PersonKind.objects.filter(person_id__in=among(self.ids)).values_list(
            "person_id", "kind"
        ):
            played.setdefault(person_id, set()).add(kind)
        return played

    @cached_property
    def customers(self) -> set[int]:
        return {person_id for person_id, kinds in self.played.items() if Kind.CUSTOMER in kinds}

    @cached_property
    def never_buyers(self) -> set[int]:
        """Who is only a supplier, a neighbour or the like and never bought."""
        others = {person_id for person_id, kinds in self.played.items() if not kinds & {Kind.CUSTOMER, Kind.LEAD}}
        bought = PersonTotals.objects.filter(person_id__in=others, orders__gt=0) if others else ()
        return others - {totals.person_id for totals in bought}

    @cached_property
    def emails(self) -> tuple[dict[int, str], set[int]]:
        """The address that works for each person, and who has one that does not."""
        rows = list(
            Email.objects.filter(person_id__in=among(self.ids))
            .exclude(normalised="")
            .order_by("person_id", "-is_primary", "id")
            .values_list("person_id", "normalised", "is_bad")
        )
        good = _first((pk, address) for pk, address, is_bad in rows if not is_bad and "@" in address)
        return good, {pk for pk, _address, is_bad in rows if is_bad}

    @cached_property
    def numbers(self) -> dict[int, str]:
        rows = Phone.objects.filter(person_id__in=among(self.ids), is_bad=False).order_by(
            "person_id", "-is_primary", "id"
        )
        return _first(rows.values_list("person_id", "as_typed"))

    @cached_property
    def mobiles(self) -> dict[int, str]:
        """The number each person can be texted at."""
        return mobiles_of(self.ids)

    @cached_property
    def places(self) -> dict[int, str]:
        rows = PostalAddress.objects.filter(person_id__in=among(self.ids), is_bad=False)
        return _first(rows.order_by("person_id", "-is_primary", "id").values_list("person_id", "city"))

    def suppressions(self, channel: str) -> list[tuple[int, Suppression]]:
        """Which of the addresses in question must not be written to. One query a channel, asked once."""
        if channel not in self._suppressions:
            self._suppressions[channel] = self._suppressed(channel)
        return self._suppressions[channel]

    def _suppressed(self, channel: str) -> list[tuple[int, Suppression]]:
        addresses = self.emails[0] if channel == Channel.EMAIL else self.mobiles if channel == Channel.TEXT else {}
        hashes: dict[str, list[int]] = {}
        for person_id, address in addresses.items():
            hashes.setdefault(address_hash(address), []).append(person_id)
        if not hashes:
            return []
        rows = Suppression.objects.filter(channel=channel, address_hash__in=hashes, undone_at=None)
        return [(person_id, row) for row in rows for person_id in hashes[row.address_hash]]

    @cached_property
    def consents(self) -> dict[tuple[str, str], dict[int, ConsentState]]:
        channels = {CONSENT_CHANNEL.get(channel, channel) for channel in self.channels} - {""}
        purposes = {CONSENT_PURPOSE.get(purpose, purpose) for purpose in self.purposes}
        return consent_states(self.ids, [(channel, purpose) for channel in channels for purpose in purposes])

    @cached_property
    def lately(self) -> dict[int, tuple[int, datetime]]:
        """What reached each person in the last week."""
        return _counted(self._touches.filter(Q(state__in=SETTLED, sent_at__gt=self.at - WEEK) | MOVING), self.at)

    @cached_property
    def asks(self) -> dict[int, tuple[int, datetime]]:
        """What each person was asked for in the last thirty days."""
        asked = self._touches.filter(Q(state__in=SETTLED, sent_at__gt=self.at - MONTH) | MOVING, purpose__in=ASKING)
        return _counted(asked, self.at)

    @property
    def _touches(self) -> QuerySet[Touch]:
        return Touch.objects.filter(person_id__in=among(self.ids)).exclude(pk__in=among(self.besides))


@dataclass
class _Known:
    """Everything the rules ask about these people for one channel and purpose."""

    ids: Sequence[int]
    channel: str
    purpose: str
    at: datetime
    besides: tuple[int, ...] = ()
    programme: str = ""
    reads: _Reads | None = None

    def __post_init__(self) -> None:
        self.business = business()
        self.on: date = clock.local(self.at).date()
        reads = self.reads or _Reads(self.ids, self.at, (self.purpose,), (self.channel,), self.besides)
        asked_for = CONSENT_PURPOSE.get(self.purpose, self.purpose)
        self.persons, self.customers = reads.persons, reads.customers
        self.silences: Mapping[int, str] = reads.silences[asked_for]
        self.never_buyers = reads.never_buyers if self.purpose == Purpose.MARKETING else set()
        self.reachable, self.unreachable_why = self._reach(reads)
        self.suppressed = self._suppressed(reads)
        given_for = CONSENT_CHANNEL.get(self.channel, self.channel)
        self.consent: Mapping[int, ConsentState] = reads.consents[given_for, asked_for] if given_for else {}
        is_counted = self.purpose != Purpose.SERVICE and self.channel != Channel.BY_HAND
        self.week = reads.lately if is_counted else {}
        self.asks = reads.asks if is_counted and self.purpose in ASKING else {}
        self.cards = self._cards_under_roofs()
        self.free_at: dict[str, datetime | None] = {}

    def _reach(self, reads: _Reads) -> tuple[Mapping[int, str], dict[int, str]]:
        """Return the way to each person, and why there is none."""
        if self.channel == Channel.EMAIL:
            good, bad = reads.emails
            worn_out = dict.fromkeys(bad, _("The e-mail address we have does not work any more."))
            return good, {**dict.fromkeys(self.ids, _("We have no e-mail address.")), **worn_out}
        if self.channel == Channel.CALL:
            return reads.numbers, dict.fromkeys(self.ids, _("We have no telephone number."))
        if self.channel == Channel.TEXT:
            return reads.mobiles, dict.fromkeys(self.ids, _("We have no mobile number."))
        if self.channel == Channel.LETTER:
            return reads.places, dict.fromkeys(self.ids, _("We have no postal address."))
        return dict.fromkeys(self.ids, ""), {}

    def _suppressed(self, reads: _Reads) -> dict[int, str]:
        found: dict[int, str] = {}
        for person_id, row in reads.suppressions(self.channel):
            dead = row.reason in {Suppression.Reason.HARD_BOUNCE, Suppression.Reason.SOFT_BOUNCES}
            asking_only = row.scope == Suppression.Scope.MARKETING
            if dead or (self.purpose != Purpose.SERVICE and (not asking_only or self.purpose in ASKING)):
                label = Suppression.Reason(row.reason).label
                found[person_id] = _("Not written to: %(reason)s.") % {"reason": label}
        return found

    def _cards_under_roofs(self) -> dict[int, set[int]]:
        """Who in each household got, or is about to get, a card of this family of programmes."""
        if not is_one_a_household(self.channel, self.purpose, self.programme):
            return {}
        roofs = {person.household_id for person in self.persons.values() if person.household_id}
        if not roofs:
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
    if person.quiet_until and person.quiet_until >= known.on:
        until = datetime.combine(person.quiet_until + timedelta(days=1), time(10), zone_of(person.zone))
        day = formats.date_format(person.quiet_until, "SHORT_DATE_FORMAT")
        return Verdict(False, _("Quiet until %(day)s.") % {"day": day}, until)
    why = known.silences.get(person_id)
    return Verdict(False, why, morning_after(known.at, zone_of(person.zone))) if why else None


def _is_awake(known: _Known, person_id: int) -> Verdict | None:
    if known.channel not in HEARD_AT_NIGHT or known.purpose == Purpose.SERVICE:
        return None
    zone = known.persons[person_id].zone
    if zone not in known.free_at:
        known.free_at[zone] = free_again_at(known.at, known.business, zone_of(zone))
    free_at = known.free_at[zone]
    return Verdict(False, _("It is night where they are."), free_at) if free_at else None


def _is_not_pestered(known: _Known, person_id: int) -> Verdict | None:
    if person_id not in known.week and person_id not in known.asks:
        return None
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
