"""What waits for the owner's own hands: calls, texts from their phone, words by hand, notices, and the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from regulars.kit import clock
from regulars.outreach.models import Channel, State, TextAccount, Touch
from regulars.outreach.queries.literals import in_state, of_channel
from regulars.outreach.queries.permission import Verdict, may_receive
from regulars.people.models import Phone, PostalAddress
from regulars.purchases.models import Order, PersonTotals
from regulars.purchases.queries import bought_in_words

PAGE = 20
COUNTED_TO = 100
TABS: dict[str, tuple[str, ...]] = {
    "calls": (Channel.CALL,),
    "texts": (Channel.TEXT,),
    "hand": (Channel.BY_HAND,),
    "elsewhere": (Channel.NOTICE, Channel.SOCIAL),
}
ALL = (Channel.TEXT, Channel.CALL, Channel.BY_HAND, Channel.NOTICE, Channel.SOCIAL)


def tab_of(channel: str) -> str:
    """The tab on which a channel stands; "" for what is printed or sent by the machine."""
    return next((tab for tab, channels in TABS.items() if channel in channels), "")


def waiting_for_hands(channels: Collection[str] = ALL) -> QuerySet[Touch]:
    """What somebody has to do, the earliest first: read from its own small index.

    A text that was approved since a provider was connected goes by itself and is not among them.
    """
    return _waiting(channels, texts_go_since() if Channel.TEXT in channels else None)


def texts_go_since() -> datetime | None:
    """Since when texts go by themselves, where they do. One query."""
    return TextAccount.objects.filter(is_active=True).values_list("connected_at", flat=True).first()


def _waiting(channels: Collection[str], since: datetime | None) -> QuerySet[Touch]:
    rows = Touch.objects.filter(in_state(State.PLANNED, State.APPROVED), of_channel(*ALL), channel__in=channels)
    if since is not None:
        rows = rows.exclude(Q(channel=Channel.TEXT) & Q(state=State.APPROVED) & Q(approved_at__gte=since))
    return rows.order_by("due_at", "pk")


def due_for_hands(on: date) -> QuerySet[Touch]:
    """The same, as far as it is due on a day."""
    return waiting_for_hands().filter(due_at__lt=clock.end_of(on))


def due_in(channel: str, on: date, since: datetime | None) -> QuerySet[Touch]:
    """Those of one channel, walked in their order by its index; `since` is `texts_go_since`."""
    rows = _waiting((channel,), since if channel == Channel.TEXT else None)
    return rows.filter(due_at__lt=clock.end_of(on))


def due_count() -> int:
    """How many are due today, counted no further than a hundred."""
    return due_for_hands(clock.today()).order_by().values("pk")[:COUNTED_TO].count()


def tab_counts() -> dict[str, int]:
    """How many are due in each tab, counted no further than a hundred. One query."""
    rows = due_for_hands(clock.today()).order_by().values_list("channel", flat=True)[: 4 * COUNTED_TO]
    counted = dict.fromkeys(TABS, 0)
    for channel in rows:
        counted[tab_of(channel)] += 1
    return counted


@dataclass(frozen=True)
class HandsPage:
    rows: Sequence[Touch]
    number: int
    has_more: bool


def hands_page(tab: str, number: int, size: int = PAGE) -> HandsPage:
    """One page of a tab. Two queries."""
    number = min(max(number, 1), 10_000)
    start = (number - 1) * size
    found = list(waiting_for_hands(TABS[tab]).select_related("person")[start : start + size + 1])
    return HandsPage(found[:size], number, len(found) > size)


@dataclass(frozen=True)
class Around:
    """What is at hand for the people of one page, by person."""

    numbers: Mapping[int, Phone]
    mobiles: Mapping[int, Phone]
    places: Mapping[int, PostalAddress]
    visits: Mapping[int, PersonTotals]
    bought: Mapping[int, str]
    verdicts: Mapping[int, Verdict]


def around(touches: Sequence[Touch], at: datetime) -> Around:
    """Read what the lines need for all of them at once. Seven queries, and those of permission for each kind."""
    from regulars.outreach.queries.reach import takes_texts

    ids = {touch.person_id for touch in touches}
    channels = {touch.channel for touch in touches}
    phones = Phone.objects.filter(person_id__in=ids, is_bad=False).order_by("person_id", "-is_primary", "pk")
    numbers: dict[int, Phone] = {}
    mobiles: dict[int, Phone] = {}
    for phone in phones if channels & {Channel.CALL, Channel.TEXT} else ():
        if phone.is_for_voice:
            numbers.setdefault(phone.person_id, phone)
        if phone.e164 and takes_texts(phone.e164, phone.label):
            mobiles.setdefault(phone.person_id, phone)
    places: dict[int, PostalAddress] = {}
    if Channel.BY_HAND in channels:
        rows = PostalAddress.objects.postable().filter(person_id__in=ids).order_by("person_id", "-is_primary", "pk")
        for place in rows:
            places.setdefault(place.person_id, place)
    return Around(
        numbers, mobiles, places, PersonTotals.objects.in_bulk(ids), _last_bought(ids), verdicts_on(touches, at)
    )


def _last_bought(person_ids: Collection[int]) -> dict[int, str]:
    """What each of them bought last, in words. Two queries."""
    orders = Order.objects.purchases().filter(person_id__in=person_ids).order_by("person_id", "bought_on", "pk")
    last = dict(orders.values_list("person_id", "pk"))
    words = bought_in_words(last.values())
    return {person_id: words[pk] for person_id, pk in last.items() if pk in words}


def verdicts_on(touches: Sequence[Touch], at: datetime) -> dict[int, Verdict]:
    """May each of them still have it, now? By touch."""
    found: dict[int, Verdict] = {}
    for channel, purpose in sorted({(touch.channel, touch.purpose) for touch in touches}):
        group = [touch for touch in touches if (touch.channel, touch.purpose) == (channel, purpose)]
        said = may_receive(
            [touch.person_id for touch in group], channel, purpose, at, besides=[touch.pk for touch in group]
        )
        found |= {touch.pk: said[touch.person_id] for touch in group}
    return found
