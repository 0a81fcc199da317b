"""Who may we write to: how many by each way and for what, why the others not, and how well our letters are taken.

Counted by the very rules that decide when a letter leaves, without those that pass by themselves (night, this week's
letters). A slice of people costs a dozen queries, whatever is asked of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce, TruncMonth

from regulars.kit import clock
from regulars.outreach.models import Bounce, Channel, InboundMail, Purpose, ReachCount, State, Touch
from regulars.outreach.queries.permission import lasting_reasons
from regulars.people.models import Consent, Person
from regulars.rapport.queries import how_many_wait

WAYS = (Channel.EMAIL, Channel.TEXT, Channel.LETTER, Channel.CALL)
PURPOSES = (Purpose.CARE, Purpose.MARKETING)
SLICE = 2_000
COUNTED_LIVE = 1_000
MONTHS_BACK = 12
LAST_DAYS = timedelta(days=30)
WENT = (State.SENT, State.DELIVERED, State.BOUNCED)


@dataclass(frozen=True)
class Reach:
    """What was counted; `counted_at` is None where it was counted just now, and `people` where it never was."""

    people: int | None = None
    ways: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    months: list[dict[str, Any]] = field(default_factory=list)
    letters: int = 0
    bounces: int = 0
    complaints: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    counted_at: datetime | None = None


def reach() -> Reach:
    """Count anew where the book is small; of a large one, what was counted last night."""
    if Person.objects.gradable().values("pk")[: COUNTED_LIVE + 1].count() <= COUNTED_LIVE:
        return Reach(**count_reach())
    row = ReachCount.objects.filter(pk=1).first()
    return Reach(**row.found, counted_at=row.counted_at) if row else Reach()


def count_reach() -> dict[str, Any]:
    """Count everybody, in sums."""
    now = clock.now()
    sums: dict[str, dict[str, Counter[str]]] = {str(one): {str(way): Counter() for way in WAYS} for one in PURPOSES}
    people = last = 0
    here = Person.objects.gradable().order_by("pk").values_list("pk", flat=True)
    while ids := list(here.filter(pk__gt=last)[:SLICE]):
        people, last = people + len(ids), ids[-1]
        for (purpose, way), reasons in lasting_reasons(ids, PURPOSES, WAYS, now).items():
            sums[purpose][way].update(reasons)
    ways = {purpose: {way: dict(found) for way, found in by_way.items()} for purpose, by_way in sums.items()}
    return {"people": people, "ways": ways, "months": _months(now), "waiting": how_many_wait(), **_how_taken(now)}


def _months(now: datetime) -> list[dict[str, Any]]:
    """What people said about offers in each of the last twelve months: yes, and no. One query."""
    first = clock.local(now).date().replace(day=1)
    for _month in range(MONTHS_BACK - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    rows = (
        Consent.objects.filter(purpose="marketing")
        .annotate(day=Coalesce("said_at", "recorded_at"))
        .filter(day__gte=clock.start_of(first))
        .annotate(month=TruncMonth("day", tzinfo=clock.zone()))
        .values("month")
        .annotate(
            yes=Count("person", filter=Q(is_given=True), distinct=True),
            no=Count("person", filter=Q(is_given=False), distinct=True),
        )
    )
    said = {row["month"].date().replace(day=1): row for row in rows}
    found = []
    for _month in range(MONTHS_BACK):
        row: dict[str, Any] = dict(said.get(first, {}))
        found.append({"on": first.isoformat(), "yes": row.get("yes", 0), "no": row.get("no", 0)})
        first = (first + timedelta(days=32)).replace(day=1)
    return found


def _how_taken(now: datetime) -> dict[str, int]:
    """The letters of the last thirty days, how many of them came back and how many were called spam. Three queries."""
    since = now - LAST_DAYS
    letters = Touch.objects.filter(channel=Channel.EMAIL, state__in=WENT, sent_at__gt=since)
    came_back = Bounce.objects.filter(is_delayed=False, touch__sent_at__gt=since, touch__channel=Channel.EMAIL)
    complained = InboundMail.objects.filter(kind="complaint", touch__sent_at__gt=since).exclude(feedback="opt-out")
    return {
        "letters": letters.count(),
        "bounces": came_back.aggregate(n=Count("touch", distinct=True))["n"],
        "complaints": complained.aggregate(n=Count("touch", distinct=True))["n"],
    }
