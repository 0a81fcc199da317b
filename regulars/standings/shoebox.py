"""Sixty names from memory, one after another: whose turn it is, how far we are, and which amounts to offer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from django.db.models import Exists, OuterRef, Q

from regulars.kit.business import business
from regulars.kit.money import quantized
from regulars.people.bulk import among
from regulars.people.models import Kind, Person, PersonKind, Silence
from regulars.purchases.models import Order, PersonTotals
from regulars.standings.models import Memory, Standing

LOOKED_AT = 1_000
FIRST_CARDS, ONLY_ONCE_DAYS = 3, 3650
AMOUNTS_READ = 200
SETTLED_BY = 10  # as many answers decide what is offered, so that the buttons keep their place under the thumb
SHARES = (Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(4))
UNKNOWN_USUAL = Decimal(40)
NICE = (1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, and how far we are. `person` is None when everybody had theirs."""

    person: Person | None
    done: int
    total: int
    asked: int

    @property
    def place(self) -> int:
        return min(self.done + 1, self.total)


def turn(skipped: Collection[int], person_id: int | None = None) -> Turn:
    """Whose turn it is among the thousand added last who have bought nothing that is written down. Four queries.

    `person_id` goes back to somebody. Who was skipped is not asked about again in this run.
    """
    newest = list(Person.objects.gradable().order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])
    strangers = Person.objects.filter(pk__in=among(newest)).exclude(
        Exists(PersonTotals.objects.filter(person=OuterRef("pk"), buying_days__gt=0))
    )
    customers = strangers.filter(Exists(PersonKind.objects.filter(person=OuterRef("pk"), kind=Kind.CUSTOMER)))
    everybody = list(customers.order_by("pk").values_list("pk", flat=True))
    told = set(Memory.objects.filter(person_id__in=among(everybody)).values_list("person_id", flat=True))
    waiting = [pk for pk in everybody if pk not in told and pk not in skipped]
    at = person_id if person_id in everybody else next(iter(waiting), None)
    person = Person.objects.get(pk=at) if at is not None else None
    return Turn(person, len(everybody) - len(waiting) - (at in told or at in skipped), len(everybody), len(told))


def has_names_to_tell() -> bool:
    """Is there a customer among the latest whose visits are nowhere, written down or told? One query."""
    newest = Person.objects.gradable().order_by("-pk").values("pk")[:LOOKED_AT]
    mine = OuterRef("pk")
    waiting = Person.objects.filter(
        Exists(PersonKind.objects.filter(person=mine, kind=Kind.CUSTOMER)),
        ~Exists(PersonTotals.objects.filter(person=mine, buying_days__gt=0)),
        ~Exists(Memory.objects.filter(person=mine)),
        pk__in=newest,
    )
    return waiting.exists()


@dataclass(frozen=True)
class Dear:
    """Somebody who comes often and brings much, as far as it was told."""

    person: Person
    gap_days: int | None
    usual_amount: Decimal


def first_thanks(on: date) -> list[Dear]:
    """Whom to thank first while fewer than three stay away: the best of those told from memory, as many as lack.

    Nobody who asked for quiet, mourns or complained. Two queries.
    """
    away = Standing.objects.slipped(on).values_list("person_id", flat=True)[:FIRST_CARDS]
    lacking = FIRST_CARDS - len(away)
    if not lacking:
        return []
    mine = OuterRef("person_id")
    silent = Silence.objects.filter(Q(until=None) | Q(until__gte=on), person_id=mine, lifted_at=None)
    rows = Memory.objects.filter(
        ~Exists(Standing.objects.slipped(on).filter(person_id=mine)),
        ~Exists(silent),
        Q(person__quiet_until=None) | Q(person__quiet_until__lt=on),
        person__in=Person.objects.gradable(),
    ).select_related("person")
    told = sorted(rows.order_by("-told_at", "-pk")[:LOOKED_AT], key=_worth, reverse=True)
    return [Dear(one.person, one.usual_gap_days, one.usual_amount) for one in told[:lacking]]


def _worth(memory: Memory) -> tuple[Decimal, int]:
    """What they bring a day; of two alike whoever was here last."""
    return memory.usual_amount / (memory.usual_gap_days or ONLY_ONCE_DAYS), memory.last_seen_on.toordinal()


def amounts_offered() -> list[Decimal]:
    """Five amounts around what a visit usually brings: by the last orders, else the first answers. Two queries."""
    recent = list(Order.objects.purchases().order_by("-pk").values_list("net_amount", flat=True)[:AMOUNTS_READ])
    if not recent:
        first = list(Memory.objects.order_by("told_at", "pk").values_list("usual_amount", flat=True)[:SETTLED_BY])
        recent = first if len(first) == SETTLED_BY else []
    usual = Decimal(median(recent)) if recent else UNKNOWN_USUAL
    currency = business().currency
    return list(dict.fromkeys(nice(max(usual, Decimal(1)) * share, currency) for share in SHARES))


def nice(amount: Decimal, currency: str) -> Decimal:
    """The nearest amount somebody would say: one figure and noughts, never nothing."""
    size = Decimal(10) ** amount.adjusted()
    best = min((Decimal(one) * step for step in (size, size * 10) for one in NICE), key=lambda one: abs(one - amount))
    return max(quantized(best, currency), quantized(Decimal(1), currency))
