"""What the rules of permission ask of people: how they can be reached, what they agreed to, what they got lately.

Each thing is read once for as many people, purposes and channels as are asked for, and only if a rule asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.secrets import keyed_hash
from regulars.outreach.models import SETTLED, Channel, Purpose, State, Suppression, Touch
from regulars.outreach.queries.reach import mobiles_of
from regulars.outreach.queries.roofs import MONTH, cards_under_roofs, is_one_a_household
from regulars.people.bulk import among, rows_of
from regulars.people.models import Email, Kind, Person, PersonKind, Phone, PostalAddress
from regulars.people.queries import ConsentState, consent_states, silenced_for
from regulars.purchases.models import PersonTotals

WEEK = timedelta(days=7)
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

MOVING = Q(state__in=(State.CLAIMED, State.SENDING, State.UNKNOWN))


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
class Reads:
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
        return {row[0]: _Person._make(row) for row in rows_of(rows, len(self.ids))}

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
        rows = PostalAddress.objects.postable().filter(person_id__in=among(self.ids))
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
class Known:
    """Everything the rules ask about these people for one channel and purpose."""

    ids: Sequence[int]
    channel: str
    purpose: str
    at: datetime
    besides: tuple[int, ...] = ()
    programme: str = ""
    reads: Reads | None = None

    def __post_init__(self) -> None:
        self.business = business()
        self.on: date = clock.local(self.at).date()
        reads = self.reads or Reads(self.ids, self.at, (self.purpose,), (self.channel,), self.besides)
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

    def _reach(self, reads: Reads) -> tuple[Mapping[int, str], dict[int, str]]:
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

    def _suppressed(self, reads: Reads) -> dict[int, str]:
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


def _first(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    found: dict[int, str] = {}
    for person_id, way in rows:
        found.setdefault(person_id, way)
    return found


def _counted(rows: object, at: datetime) -> dict[int, tuple[int, datetime]]:
    grouped = rows.values("person_id").annotate(n=Count("pk"), oldest_at=Min("sent_at"))  # type: ignore[attr-defined]
    return {row["person_id"]: (row["n"], row["oldest_at"] or at) for row in grouped}
