"""What a run made and changed, kept small: ids as ranges, and orders as they stood before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from regulars.intake.models import ImportRun, RunEffect
from regulars.purchases.models import Order


def note_effects(run: ImportRun, kind: str, made: Iterable[int], *, before: Sequence[dict[str, Any]] = ()) -> None:
    """Keep what a stretch did; call it in the stretch's own transaction."""
    ranges = as_ranges(made)
    if ranges or before:
        RunEffect.objects.create(run=run, kind=kind, made=ranges, before=list(before))


def as_ranges(ids: Iterable[int]) -> list[list[int]]:
    """Return [[first, last], ...] for ids in any order."""
    ranges: list[list[int]] = []
    for number in sorted(ids):
        if ranges and ranges[-1][1] + 1 >= number:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges


def from_ranges(ranges: Iterable[Sequence[int]]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


def orders_as_they_stand(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return these orders with their lines and refunds, as JSON."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), 500):
        orders = Order.objects.filter(pk__in=ids[start : start + 500]).prefetch_related("lines__product", "refunds")
        found += [_as_json(order) for order in orders]
    return found


def _as_json(order: Order) -> dict[str, Any]:
    lines = sorted(order.lines.all(), key=lambda line: line.position)
    places = {line.pk: place for place, line in enumerate(lines)}
    return {
        "id": order.pk,
        "source": order.source,
        "reference": order.reference,
        "person_id": order.person_id,
        "bought_on": order.bought_on.isoformat(),
        "bought_at": order.bought_at.isoformat() if order.bought_at else None,
        "paid_amount": str(order.paid_amount),
        "tax_amount": str(order.tax_amount),
        "shipping_amount": str(order.shipping_amount),
        "discount_amount": str(order.discount_amount),
        "channel": order.channel,
        "served_by_id": order.served_by_id,
        "is_cancelled": order.is_cancelled,
        "note": order.note,
        "lines": [
            [line.name, line.product.sku if line.product else "", str(line.quantity), str(line.amount), line.kind]
            for line in lines
        ],
        "refunds": [
            [r.reference, r.refunded_on.isoformat(), str(r.amount), places.get(r.line_id or 0)]
            for r in order.refunds.all()
        ],
    }
