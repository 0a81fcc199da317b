"""What one should have in front of oneself before ringing somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from regulars.outreach.models import Channel, Outcome, Touch
from regulars.people.models import Person, Phone, Preference, Reminder
from regulars.purchases.queries import bought_in_words, orders_of
from regulars.purchases.saying import say_to
from regulars.rapport.queries import Say, between, encounters_of

BOUGHT = 5
CALLS = 5


@dataclass(frozen=True)
class Bought:
    on: date
    what: str
    amount: Decimal


@dataclass(frozen=True)
class Earlier:
    """An earlier call: when, what came of it, what was noted."""

    at: datetime
    outcome: str
    note: str


@dataclass(frozen=True)
class CallSheet:
    person: Person
    say: Say | None
    phones: Sequence[Phone]
    bought: Sequence[Bought]
    likes: Sequence[str]
    dislikes: Sequence[str]
    promises: Sequence[tuple[str, date | None]]
    waiting: Sequence[str]
    earlier: Sequence[Earlier]


def call_sheet(person: Person, *, may_know_all: bool) -> CallSheet:
    """Gather it. At most twelve queries."""
    tastes = list(Preference.objects.filter(person=person).order_by("pk").values_list("taste", "text"))
    return CallSheet(
        person,
        say_to(person, may_know_all=may_know_all),
        [phone for phone in person.phones.order_by("-is_primary", "pk") if phone.is_for_voice and not phone.is_bad],
        _bought(person),
        [text for taste, text in tastes if taste == Preference.Taste.LIKE],
        [text for taste, text in tastes if taste == Preference.Taste.DISLIKE],
        _promises(person),
        [encounter.words for encounter in encounters_of(person)],
        _earlier(person),
    )


def _bought(person: Person) -> list[Bought]:
    orders = list(orders_of(person)[:BOUGHT])
    words = bought_in_words([order.pk for order in orders])
    return [Bought(order.bought_on, words.get(order.pk, ""), order.paid_amount) for order in orders]


def _promises(person: Person) -> list[tuple[str, date | None]]:
    """What was promised to them and is not done: reminders they wait for, and what we owe them."""
    reminders = Reminder.objects.filter(person=person, done_at=None, kind=Reminder.Kind.PROMISE).order_by("due_on")
    owed = between(person)
    return [
        *reminders.values_list("what", "due_on")[:CALLS],
        *((one.what, one.due_on) for one in [*owed.we_owe, *owed.asked][:CALLS]),
    ]


def _earlier(person: Person) -> list[Earlier]:
    rows = Touch.objects.filter(person=person, channel=Channel.CALL).exclude(outcome="").order_by("-changed_at")
    return [
        Earlier(at, str(Outcome(outcome).label), note)
        for at, outcome, note in rows.values_list("changed_at", "outcome", "note")[:CALLS]
    ]
