"""News from below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from regulars.intake.events import ImportFinished, ImportUndone, VisitsRemembered
from regulars.kit.bulletin import hears
from regulars.people.events import PeopleMerged, PeopleUnmerged
from regulars.purchases.events import OrderCancelled, OrderRefunded, OrdersRecorded, OrdersRemoved
from regulars.standings.services import (
    NewMemory,
    refresh_facts,
    remember_many,
    reopen_enquiries,
    request_grading,
    request_grading_in_a_small_shop,
    settle_enquiries,
)

SOON_SECONDS = 120


@hears(OrdersRecorded, OrderRefunded, OrderCancelled, OrdersRemoved, name="standings.refresh")
def refresh(events: Sequence[OrdersRecorded | OrderRefunded | OrderCancelled | OrdersRemoved]) -> None:
    """Bring the facts of the people in a few orders up to date; a bulk batch waits for its grading."""
    refresh_facts([person_id for event in events for person_id in _people(event)])
    if any(isinstance(event, OrdersRecorded) and event.is_bulk for event in events):
        request_grading(after_seconds=SOON_SECONDS)
    else:
        request_grading_in_a_small_shop(after_seconds=SOON_SECONDS)


@hears(ImportFinished, ImportUndone, name="standings.grade_after_import")
def grade_after_import(events: Sequence[ImportFinished | ImportUndone]) -> None:
    request_grading()


@hears(VisitsRemembered, name="standings.remember_visits")
def remember_visits(events: Sequence[VisitsRemembered]) -> None:
    """Keep what was said of visits while people were pasted; who was told of again since keeps the later word."""
    for event in events:
        told = [NewMemory(pk, date.fromisoformat(seen), gap, Decimal(amount)) for pk, seen, gap, amount in event.visits]
        remember_many(told, told_at=datetime.fromisoformat(event.told_at), by_id=event.by_id)


@hears(PeopleMerged, PeopleUnmerged, name="standings.refresh_merged")
def refresh_merged(events: Sequence[PeopleMerged | PeopleUnmerged]) -> None:
    refresh_facts([person_id for event in events for person_id in (event.keep_id, event.other_id)])
    request_grading_in_a_small_shop(after_seconds=SOON_SECONDS)


@hears(OrdersRecorded, name="standings.win_enquiries")
def win_enquiries(events: Sequence[OrdersRecorded]) -> None:
    """Close the enquiries that an order has answered."""
    settle_enquiries([event.change_number for event in events])


@hears(OrderCancelled, OrdersRemoved, name="standings.unwin_enquiries")
def unwin_enquiries(events: Sequence[OrderCancelled | OrdersRemoved]) -> None:
    """Let enquiries wait again whose order is none."""
    reopen_enquiries(
        [pk for event in events for pk in ((event.order_id,) if isinstance(event, OrderCancelled) else event.order_ids)]
    )


def _people(event: OrdersRecorded | OrderRefunded | OrderCancelled | OrdersRemoved) -> tuple[int, ...]:
    if isinstance(event, OrderRefunded | OrderCancelled):
        return () if event.person_id is None else (event.person_id,)
    return event.person_ids
