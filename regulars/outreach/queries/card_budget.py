"""What the cards of this month cost against what the owner set, and which could be left out: never a promised one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When

from regulars.kit import clock
from regulars.outreach.models import Purpose, State, Stationery, Touch, YearDay
from regulars.outreach.queries.literals import in_state
from regulars.outreach.queries.printing import ON_PAPER, WAITING
from regulars.outreach.queries.year import spent_this_month
from regulars.people.models import Reminder

NAMED = 100


@dataclass(frozen=True)
class OverBudget:
    """A month whose cards cost more than was set, in business currency.

    Without those in `leave_out` it would keep to it; `still_over_amount` is what is too much even so.
    """

    budget_amount: Decimal
    cost_amount: Decimal
    leave_out: Sequence[Touch]
    still_over_amount: Decimal

    @property
    def over_amount(self) -> Decimal:
        return self.cost_amount - self.budget_amount


def over_this_month(on: date) -> OverBudget | None:
    """None while the month keeps to what was set, or nothing was. At most four queries."""
    budget = Stationery.objects.filter(pk=1).values_list("budget_amount", flat=True).first()
    if budget is None:
        return None
    waiting = _waiting(on).aggregate(total=Sum("cost_amount"))["total"] or Decimal(0)
    cost = spent_this_month(on) + waiting
    if cost <= budget:
        return None
    too_much, chosen = cost - budget, []
    for touch in may_be_left_out(on).select_related("person")[:NAMED]:
        if too_much <= 0:
            break
        chosen.append(touch)
        too_much -= touch.cost_amount
    return OverBudget(budget, cost, chosen, max(too_much, Decimal(0)))


def _waiting(on: date) -> QuerySet[Touch]:
    """Cards and letters on paper to be made by the end of the month that are not too late already."""
    now, end = clock.now(), _end_of(on)
    rows = Touch.objects.filter(in_state(*WAITING), channel__in=ON_PAPER, due_at__lt=end)
    return rows.filter(Q(not_after=None) | Q(not_after__gt=now))


def _end_of(on: date) -> datetime:
    return clock.start_of((on.replace(day=1) + timedelta(days=32)).replace(day=1))


def may_be_left_out(on: date) -> QuerySet[Touch]:
    """Greetings nobody has said yes to, of people we promised nothing: what is missed least first, then the dearest.

    A word in between goes before the new year, that before the years with us, and a birthday last of all.
    """
    promised = Reminder.objects.filter(person=OuterRef("person"), kind=Reminder.Kind.PROMISE, done_at=None)
    between = [f"season:{key}" for key in YearDay.objects.filter(is_for_all=False).values_list("key", flat=True)]
    missed: Any = Case(
        When(programme__in=between, then=Value(0)),
        When(programme__startswith="season:", then=Value(1)),
        When(programme=YearDay.Kind.YEARS.value, then=Value(2)),
        When(programme=YearDay.Kind.NAME_DAY.value, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows = _waiting(on).filter(in_state(State.PLANNED), purpose=Purpose.GREETING, cost_amount__gt=0)
    return rows.filter(~Exists(promised)).annotate(missed=missed).order_by("missed", "-cost_amount", "-due_at", "-pk")
