"""Enquiries that an order has answered, as the rooms above tell: set-based, and safe to tell twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.bulk import among
from regulars.people.models import Reminder
from regulars.rapport.models import LIVE, Enquiry, State
from regulars.rapport.services.enquiries import CLOSED, ROOM

Bought = tuple[int, date, int]


def live_askers(person_ids: Collection[int] | None = None) -> set[int]:
    """Who waits for something, among these people or everybody. One query."""
    rows = Enquiry.objects.filter(state__in=LIVE)
    if person_ids is not None:
        rows = rows.filter(person_id__in=among(person_ids))
    return set(rows.values_list("person_id", flat=True))


@transaction.atomic
def win_enquiries(bought: Iterable[Bought]) -> int:
    """Close the open enquiries of people who bought since: (person, day, number of the order). Returns how many.

    An order older than the enquiry, or one that somebody said was about something else, closes nothing.
    """
    by_person: dict[int, list[tuple[date, int]]] = {}
    for person_id, day, order_id in bought:
        by_person.setdefault(person_id, []).append((day, order_id))
    if not by_person:
        return 0
    live = Enquiry.objects.select_for_update().filter(state__in=LIVE, person_id__in=among(by_person))
    now, won = clock.now(), []
    for enquiry in live.order_by("pk"):
        orders = [pair for pair in by_person[enquiry.person_id] if pair[0] >= enquiry.asked_on]
        counting = sorted(pair for pair in orders if pair[1] > enquiry.after_order_id)
        if counting:
            enquiry.won_on, enquiry.won_order_id = counting[0]
            enquiry.state, enquiry.state_at, enquiry.parked_until = State.WON, now, None
            enquiry.waits_from = None
            won.append(enquiry)
    Enquiry.objects.bulk_update(
        won, ["state", "state_at", "waits_from", "won_on", "won_order_id", "parked_until"], batch_size=500
    )
    _settle(won)
    return len(won)


@transaction.atomic
def unwin_enquiries(order_ids: Collection[int]) -> int:
    """Let enquiries wait again whose order was cancelled or taken out; those answered stay answered. Safe to repeat."""
    rows = list(Enquiry.objects.filter(state=State.WON, won_order_id__in=among(order_ids)))
    for enquiry in rows:
        enquiry.state = State.ANSWERED if enquiry.answered_at else State.OPEN
        enquiry.state_at, enquiry.won_on, enquiry.won_order_id = clock.now(), None, None
        enquiry.waits_from = None if enquiry.answered_at else enquiry.asked_at
    Enquiry.objects.bulk_update(rows, ["state", "state_at", "waits_from", "won_on", "won_order_id"], batch_size=500)
    if rows:
        people.remove_from_timeline(ROOM, CLOSED, [row.person_id for row in rows], [row.pk for row in rows])
    return len(rows)


def _settle(won: list[Enquiry]) -> None:
    """Take the reminders out that were the next steps, and tell the timeline."""
    steps = [row.next_step_id for row in won if row.next_step_id]
    if steps:
        Reminder.objects.filter(pk__in=among(steps), done_at=None).delete()
    people.write_timeline(
        [
            people.NewEntry(row.person_id, row.state_at, CLOSED, ROOM, row.pk, _("Bought after asking: %(wants)s") % {
                "wants": row.wants
            })
            for row in won
        ]
    )  # fmt: skip
