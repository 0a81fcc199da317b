"""May this person get this, on this channel, for this purpose, at this moment? Decided when planned, approved and sent.

A verdict that is not ok with an `until` means later (the touch is held); without one it means not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from regulars.outreach.models import Channel, Purpose
from regulars.outreach.queries.hours import free_again_at, morning_after, zone_of
from regulars.outreach.queries.permission_reads import WEEK, Known, Reads
from regulars.outreach.queries.roofs import MONTH, under_the_same_roof

# What makes a telephone ring or buzz is left for the day.
HEARD_AT_NIGHT = frozenset({Channel.EMAIL, Channel.CALL, Channel.TEXT})


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
    known = Known(sorted(set(person_ids)), channel, purpose, at, tuple(besides), programme)
    return {person_id: _decide(known, person_id) for person_id in known.ids}


def may_receive_all(
    asked: Mapping[str, Mapping[str, Collection[int]]], at: datetime
) -> dict[str, dict[str, dict[int, Verdict]]]:
    """The same for several purposes, each with its channels and their people: purpose, channel, person, verdict.

    At most twelve queries for all of them: whatever the rules ask is read once.
    """
    channels = {channel for by_channel in asked.values() for channel in by_channel}
    ids = {person_id for by_channel in asked.values() for its in by_channel.values() for person_id in its}
    reads = Reads(sorted(ids), at, tuple(sorted(asked)), tuple(sorted(channels)))
    found: dict[str, dict[str, dict[int, Verdict]]] = {}
    for purpose, by_channel in asked.items():
        found[purpose] = {}
        for channel, its in by_channel.items():
            known = Known(sorted(set(its)), channel, purpose, at, reads=reads)
            found[purpose][channel] = {person_id: _decide(known, person_id) for person_id in known.ids}
    return found


def lasting_reasons(
    ids: Sequence[int], purposes: Sequence[str], channels: Sequence[str], at: datetime
) -> dict[tuple[str, str], dict[str, int]]:
    """How many of these people may get each, and what keeps the others from it for good, by the rules above.

    Left out are the rules that pass by themselves: quiet hours, and what they got lately. At most ten queries.
    """
    reads = Reads(ids, at, tuple(purposes), tuple(channels))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for purpose in purposes:
        for channel in channels:
            known = Known(ids, channel, purpose, at, reads=reads)
            sums = found[purpose, channel] = {}
            for person_id in ids:
                reason = _lasting_reason(known, person_id)
                sums[reason] = sums.get(reason, 0) + 1
    return found


def _lasting_reason(known: Known, person_id: int) -> str:
    if _is_here(known, person_id):
        return "gone"
    if _can_be_reached(known, person_id):
        return "no_way"
    if _is_not_suppressed(known, person_id):
        return "suppressed"
    if _allows_it(known, person_id):
        return _why_not_allowed(known, person_id)
    return "quiet" if _is_not_silenced(known, person_id) else "may"


def _why_not_allowed(known: Known, person_id: int) -> str:
    state = known.consent.get(person_id)
    if person_id in known.never_buyers:
        return "no_customer"
    if state is not None and state.is_objected:
        return "said_no"
    return "never_agreed" if known.purpose == Purpose.MARKETING else "no_customer"


Rule = Callable[[Known, int], Verdict | None]


def _decide(known: Known, person_id: int) -> Verdict:
    for rule in RULES:
        verdict = rule(known, person_id)
        if verdict is not None:
            return verdict
    return YES


def _is_here(known: Known, person_id: int) -> Verdict | None:
    person = known.persons.get(person_id)
    if person is None or person.erased_at:
        return Verdict(False, _("This person was erased."))
    if person.merged_into_id:
        return Verdict(False, _("This entry was joined with another one."))
    return Verdict(False, _("This is a collection of unknown customers.")) if person.is_bucket else None


def _can_be_reached(known: Known, person_id: int) -> Verdict | None:
    return None if person_id in known.reachable else Verdict(False, known.unreachable_why.get(person_id, ""))


def _is_not_suppressed(known: Known, person_id: int) -> Verdict | None:
    why = known.suppressed.get(person_id)
    return Verdict(False, why) if why else None


def _allows_it(known: Known, person_id: int) -> Verdict | None:
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


def _is_not_silenced(known: Known, person_id: int) -> Verdict | None:
    if known.purpose == Purpose.SERVICE:
        return None
    person = known.persons[person_id]
    if person.quiet_until and person.quiet_until >= known.on:
        until = datetime.combine(_day_after(person.quiet_until), time(10), zone_of(person.zone))
        day = formats.date_format(person.quiet_until, "SHORT_DATE_FORMAT")
        return Verdict(False, _("Quiet until %(day)s.") % {"day": day}, until)
    why = known.silences.get(person_id)
    return Verdict(False, why, morning_after(known.at, zone_of(person.zone))) if why else None


def _day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _is_awake(known: Known, person_id: int) -> Verdict | None:
    if known.channel not in HEARD_AT_NIGHT or known.purpose == Purpose.SERVICE:
        return None
    zone = known.persons[person_id].zone
    if zone not in known.free_at:
        known.free_at[zone] = free_again_at(known.at, known.business, zone_of(zone))
    free_at = known.free_at[zone]
    return Verdict(False, _("It is night where they are."), free_at) if free_at else None


def _is_not_pestered(known: Known, person_id: int) -> Verdict | None:
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


def _is_first_under_their_roof(known: Known, person_id: int) -> Verdict | None:
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
