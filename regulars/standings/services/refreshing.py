"""The facts of a few people, at once: a sale must show on the page before the night's grading."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from statistics import median

from django.db import transaction
from django.db.models import Sum

from regulars.insight.memory import FORGOTTEN_AT
from regulars.insight.rhythm import MINIMUM_BUYING_DAYS, slips_after_days
from regulars.insight.rhythms import Rhythms
from regulars.insight.seasonality import Seasonality
from regulars.kit import clock
from regulars.people.models import Person
from regulars.purchases.models import Order
from regulars.standings.models import Basis, Grading, Memory, Standing
from regulars.standings.services import card
from regulars.standings.services.writing import FIELDS, announce, save

AT_ONCE = 500
OF_GRADING = (
    "group", "r", "f", "m", "p_alive", "expected_purchases", "expected_purchases_low",
    "expected_purchases_high", "value_amount", "value_low_amount", "value_high_amount", "next_low_on", "next_on",
    "next_high_on",
)  # fmt: skip
BuyingDay = tuple[date, Decimal]


@dataclass(frozen=True)
class Pace:
    """How regular people are, and the season their silences are measured by; either may not be known."""

    rhythms: Rhythms | None
    season: Seasonality | None

    def days_between(self, first: date, last: date) -> float:
        return (last - first).days if self.season is None else self.season.felt_days(first, last)


def refresh_facts(person_ids: Sequence[int]) -> int:
    """Reckon dates, money and rhythm of these people from their orders; grades wait for the next grading.

    Returns how many standings were written; safe to repeat. One query; for each 500 people four, and two that write.
    """
    wanted_ids = sorted(set(person_ids))
    kept = card.kept()
    pace = Pace(card.rhythms_of(kept), card.season_of(kept))
    return sum(_refresh(wanted_ids[start : start + AT_ONCE], pace) for start in range(0, len(wanted_ids), AT_ONCE))


def _refresh(person_ids: list[int], pace: Pace) -> int:
    as_of = clock.today()
    days = _buying_days(person_ids, as_of)
    memories = {memory.person_id: memory for memory in Memory.objects.filter(person_id__in=person_ids)}
    here = set(Person.objects.gradable().filter(id__in=[*days, *memories]).values_list("id", flat=True))
    with transaction.atomic():
        stored = {standing.person_id: standing for standing in Standing.objects.filter(person_id__in=person_ids)}
        fresh = [
            _standing(pk, days.get(pk, []), memories.get(pk), stored.get(pk), as_of, pace)
            for pk in person_ids
            if pk in here
        ]
        changed = [s for s in fresh if _facts(s) != _facts(stored.get(s.person_id))]
        lost = [s for pk, s in stored.items() if pk not in here and s.basis != Basis.CONTACT]
        if changed:
            save(changed)
        if lost:
            Standing.objects.filter(person_id__in=[standing.person_id for standing in lost]).delete()
        _tell(changed, lost, stored, as_of)
    return len(changed) + len(lost)


def _tell(changed: list[Standing], lost: list[Standing], stored: dict[int, Standing], as_of: date) -> None:
    """Tell whose standings are new, and who is won back: had slipped by the last grading, and came again since."""
    last = Grading.objects.filter(pk=1).values_list("as_of", flat=True).first()
    before = {pk: s for pk, s in stored.items() if last is not None and s.is_slipping(last)}
    announce(
        as_of,
        changed=[standing.person_id for standing in (*changed, *lost)],
        regrouped=[(standing.person_id, standing.group, "") for standing in lost if standing.group],
        won_back=[s.person_id for s in changed if _is_back(s, before.get(s.person_id), as_of)],
    )


def _is_back(now: Standing, slipped: Standing | None, as_of: date) -> bool:
    if slipped is None or now.last_on is None or now.is_slipping(as_of):
        return False
    return slipped.last_on is None or now.last_on > slipped.last_on


def _buying_days(person_ids: list[int], as_of: date) -> dict[int, list[BuyingDay]]:
    """Each person's buying days in order, with what was paid on them, net."""
    rows = (
        Order.objects.purchases()
        .filter(person_id__in=person_ids, bought_on__lte=as_of)
        .values_list("person_id", "bought_on")
        .annotate(net=Sum("net_amount"))
        .order_by("person_id", "bought_on")
    )
    return {
        person_id: [(day, net) for _, day, net in found]
        for person_id, found in groupby(rows, key=lambda row: row[0])
        if person_id is not None
    }


def _standing(
    person_id: int,
    days: list[BuyingDay],
    memory: Memory | None,
    stored: Standing | None,
    as_of: date,
    pace: Pace,
) -> Standing:
    """Say what is known now; the grades, the group and the scores are those of the last grading."""
    kept = stored if stored is not None and stored.basis != Basis.CONTACT else None
    standing = Standing(person_id=person_id, as_of=as_of)
    if kept is not None:
        for name in OF_GRADING:
            setattr(standing, name, getattr(kept, name))
    standing.first_on, standing.last_on = (days[0][0], days[-1][0]) if days else (None, None)
    standing.buying_days = len(days)
    standing.net_amount = sum((net for _, net in days), Decimal(0))
    standing.basis = Basis.ORDERS
    if memory is not None:
        _recall(standing, memory)
    _say_rhythm(standing, days, memory, pace)
    return standing


def _recall(standing: Standing, memory: Memory) -> None:
    """Lay over it what the owner remembers, by insight's rule (`insight.with_memory`)."""
    real = standing.buying_days
    if real < FORGOTTEN_AT:
        standing.first_on = min(filter(None, (standing.first_on, memory.last_seen_on)))
        standing.last_on = max(filter(None, (standing.last_on, memory.last_seen_on)))
    standing.basis = Basis.MEMORY if real <= 1 else Basis.ORDERS


def _say_rhythm(standing: Standing, days: list[BuyingDay], memory: Memory | None, pace: Pace) -> None:
    """Reckon the usual gap and the day of slipping as a grading does; a told gap is said as it was told."""
    real = len(days)
    told = memory.usual_gap_days if memory is not None and real < FORGOTTEN_AT else None
    if pace.rhythms is None:
        _by_thumb(standing, days, told)
        return
    usual = pace.rhythms.of_person(
        max(0, real - 1),
        pace.days_between(days[0][0], days[-1][0]) if days else 0,
        told_gap_days=told,
        memory_weight=1 / (1 + real),
        season=pace.season,
        last_on=standing.last_on,
    )
    if usual is None:
        return
    standing.usual_gap_days, standing.gap_low_days, standing.gap_high_days = map(_tenths, usual[:3])
    if standing.basis == Basis.MEMORY:
        standing.usual_gap_days = None if told is None else float(told)
    if usual.slips_after_days is not None and standing.last_on is not None:
        standing.slips_on = standing.last_on + timedelta(days=usual.slips_after_days)


def _by_thumb(standing: Standing, days: list[BuyingDay], told: int | None) -> None:
    real = len(days)
    gap = float(median((b - a).days for (a, _), (b, _) in pairwise(days))) if real > 1 else None
    if real < MINIMUM_BUYING_DAYS and told is not None:
        gap = float(told)
    standing.usual_gap_days = gap
    if gap is None or standing.last_on is None:
        return
    if standing.basis == Basis.MEMORY or real >= MINIMUM_BUYING_DAYS:
        standing.slips_on = standing.last_on + timedelta(days=slips_after_days(gap))


def _tenths(days: float) -> float:
    """Round as the engines do, halves up."""
    return math.floor(days * 10 + 0.5) / 10


def _facts(standing: Standing | None) -> list[object] | None:
    return None if standing is None else [getattr(standing, field) for field in FIELDS]
