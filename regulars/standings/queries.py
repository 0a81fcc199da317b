"""Reads of this room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.money import quantized
from regulars.people.models import Email, ExternalId
from regulars.standings.models import SIMPLE_GROUPS, Basis, Finding, Grading, Standing, StandingMonth
from regulars.standings.models.groups import NAMES

EXPORT_COLUMNS = (
    "person",
    "email",
    "external_ids",
    "last_on",
    "recency_days",
    "frequency",
    "monetary_amount",
    "r",
    "f",
    "m",
    "group",
    "usual_gap_days",
    "gap_low_days",
    "gap_high_days",
    "slips_on",
    "slipping",
    "p_alive",
    "expected_purchases",
    "expected_purchases_low",
    "expected_purchases_high",
    "value_amount",
    "value_low_amount",
    "value_high_amount",
    "next_low_on",
    "next_high_on",
)
AS_STORED = (
    "usual_gap_days", "gap_low_days", "gap_high_days", "slips_on", "p_alive", "expected_purchases",
    "expected_purchases_low", "expected_purchases_high", "next_low_on", "next_high_on",
)  # fmt: skip
SLICE = 2000
SIMPLE_UNDER = 200


class Slipped(NamedTuple):
    """Somebody silent for longer than their rhythm allows."""

    person_id: int
    last_on: date
    usual_gap_days: float
    buying_days: int
    slipping_since: date
    gap_low_days: float | None


@dataclass(frozen=True)
class GroupCounts:
    """How many people stood in each stored group when everybody was last graded; "" could not be graded."""

    as_of: date
    people: int
    buyers: int
    groups: dict[str, int]

    @property
    def is_simple(self) -> bool:
        """A small shop is shown four groups."""
        return self.people < SIMPLE_UNDER

    def simple(self) -> dict[str, int]:
        return {name: sum(self.groups.get(group, 0) for group in groups) for name, groups in SIMPLE_GROUPS.items()}


def standing_of(person_id: int) -> Standing | None:
    """One query."""
    return Standing.objects.filter(person_id=person_id).first()


def group_counts() -> GroupCounts | None:
    """Give the counts of the last grading of everybody; none before the first. One query, whatever the size."""
    last = Grading.objects.filter(pk=1).first()
    return None if last is None else GroupCounts(last.as_of, last.people, last.buyers, dict(last.groups))


def finding(name: str) -> Finding | None:
    """Give what the last grading found under this name (see `models.findings`); none before the first. One query."""
    return Finding.objects.filter(name=name).first()


def findings(*names: str) -> dict[str, Finding]:
    """Give several findings at once, by name. One query."""
    return {found.name: found for found in Finding.objects.filter(name__in=names)}


def has_season() -> bool:
    """Do two years of sales show a season, which silences are measured by? One query."""
    card = finding(Finding.Name.MODEL)
    return bool(card and card.data.get("season"))


def is_small_shop() -> bool:
    """Say whether four groups are shown instead of eleven. One query."""
    counts = group_counts()
    return counts is None or counts.is_simple


def slipped_people(as_of: date, only: Collection[int] | None = None) -> QuerySet[Standing, Any]:
    """Who has slipped by this day, latest first, as rows like `Slipped`. One query by index when read; slice it."""
    slipped = Standing.objects.slipped(as_of)
    if only is not None:
        slipped = slipped.filter(person_id__in=only)
    rows = slipped.order_by("-slips_on", "-person_id").annotate(slipping_since=F("slips_on"))
    return rows.values_list(*Slipped._fields, named=True)


def months_of(person_id: int) -> list[StandingMonth]:
    """Where somebody stood, month by month, only where it changed; newest first. One query."""
    return list(StandingMonth.objects.filter(person_id=person_id).order_by("-month"))


def export_rows(as_of: date | None = None) -> Iterator[dict[str, Any]]:
    """Every standing as a row of EXPORT_COLUMNS, in slices of 2,000 with three queries each.

    `recency_days` counts up to the day of the last grading (or `as_of`). For people who have not bought, the last
    day and what follows from it are empty.
    """
    last = Grading.objects.filter(pk=1).values_list("as_of", flat=True).first()
    day, currency, after = as_of or last or clock.today(), business().currency, 0
    while rows := list(
        Standing.objects.filter(person_id__gt=after).order_by("person_id").select_related("person")[:SLICE]
    ):
        after = rows[-1].person_id
        emails, others = _keys([row.person_id for row in rows])
        for row in rows:
            yield _exported(row, day, currency, emails.get(row.person_id, ""), others.get(row.person_id, []))


def _keys(person_ids: list[int]) -> tuple[dict[int, str], dict[int, list[str]]]:
    emails: dict[int, str] = {}
    for person_id, address in (
        Email.objects.filter(person_id__in=person_ids).order_by("-is_primary", "id").values_list("person_id", "address")
    ):
        emails.setdefault(person_id, address)
    others: dict[int, list[str]] = defaultdict(list)
    for known in ExternalId.objects.filter(person_id__in=person_ids).order_by("source", "external_id"):
        others[known.person_id].append(f"{known.source}:{known.external_id}")
    return emails, others


def _exported(row: Standing, day: date, currency: str, email: str, others: list[str]) -> dict[str, Any]:
    has_visited = row.basis != Basis.CONTACT
    said = {
        "person": row.person.full_name,
        "email": email,
        "external_ids": "; ".join(others),
        "last_on": row.last_on if has_visited else None,
        "recency_days": row.silent_days(day) if has_visited else None,
        "frequency": row.buying_days,
        "monetary_amount": quantized(Decimal(row.net_amount), currency),
        "r": row.r,
        "f": row.f,
        "m": row.m,
        "group": NAMES.get(row.group, ""),
        "slipping": row.is_slipping(day) if has_visited else None,
        **{name: getattr(row, name) for name in EXPORT_COLUMNS if name in AS_STORED},
        **{name: _money(getattr(row, name), currency) for name in EXPORT_COLUMNS if name.startswith("value_")},
    }
    return {name: said[name] for name in EXPORT_COLUMNS}


def _money(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else quantized(Decimal(amount), currency)


def in_group(value: str) -> Q:
    """A condition on standings: one of the fourteen groups, or one of the four simple ones."""
    return Q(group__in=SIMPLE_GROUPS.get(value, (value,)))
