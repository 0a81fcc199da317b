"""What is owed between us and somebody, and how well we kept what was asked of us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from regulars.people.models import Person
from regulars.rapport.models import Outcome, Owed, Side

MOST_OPEN, MOST_SETTLED = 40, 10


@dataclass(frozen=True)
class Between:
    """Open on either side, what was settled lately, and how many of their wishes we kept of those that ended."""

    we_owe: list[Owed]
    they_owe: list[Owed]
    asked: list[Owed]
    settled: list[Owed]
    asked_times: int = 0
    kept: int = 0
    partly: int = 0
    not_kept: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.we_owe or self.they_owe or self.asked or self.settled)

    @property
    def open(self) -> list[Owed]:
        return [*self.we_owe, *self.asked, *self.they_owe]


def between(person: Person) -> Between:
    """Everything owed between us and somebody. Three queries, by index."""
    rows = Owed.objects.filter(person=person)
    open_ones = sorted(
        rows.filter(settled_at=None).order_by("pk")[:MOST_OPEN], key=lambda one: (one.due_on or date.max, one.pk)
    )
    settled = list(rows.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")[:MOST_SETTLED])
    if not open_ones and not settled:
        return Between([], [], [], [])
    counts = rows.filter(side=Side.ASKED).aggregate(
        times=Count("pk"),
        **{outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome},
    )
    return Between(
        we_owe=[one for one in open_ones if one.side == Side.WE],
        they_owe=[one for one in open_ones if one.side == Side.THEY],
        asked=[one for one in open_ones if one.side == Side.ASKED],
        settled=settled,
        asked_times=counts["times"],
        kept=counts["kept"],
        partly=counts["partly"],
        not_kept=counts["not_kept"],
    )


def owed_due(first: date, last: date) -> QuerySet[Owed]:
    """What is open and due from `first` to `last`, the longest due first. One query, by index, to be narrowed."""
    rows = Owed.objects.filter(outcome="", due_on__gte=first, due_on__lte=last)
    return rows.filter(person__merged_into=None, person__erased_at=None).order_by("due_on", "pk")
