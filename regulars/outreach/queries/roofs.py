"""One card a household: which cards are meant for all under one roof, and who there has one already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.outreach.models import SETTLED, Channel, Purpose, State, Touch

MONTH = timedelta(days=30)
POSTED = (Channel.CARD, Channel.LETTER)
ON_THEIR_WAY = (State.APPROVED, State.CLAIMED, State.SENDING, State.UNKNOWN)
# Greetings that are one person's own day: two who live together have two birthdays.
PERSONS_OWN = frozenset({"birthday", "name_day"})
SHARED_CARE = frozenset({"thank-you"})


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


def under_the_same_roof() -> str:
    return _("Somebody under the same roof gets one already.")
