"""Which lines of an order may become things somebody owns, and which have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.purchases.models import ItemKind, Order, OrderLine, Product
from regulars.rapport.models import Belonging


@dataclass(frozen=True)
class OwnableLine:
    """One line with the usual months of its product; `is_noted` once it stands among their things."""

    position: int
    name: str
    warranty_months: int | None
    service_months: int | None
    is_noted: bool

    @property
    def has_usual(self) -> bool:
        return bool(self.warranty_months or self.service_months)


def key_of(order: Order, position: int) -> str:
    """What makes one line one thing, also after the order was taken in again."""
    return f"order {order.pk} line {position}"


def ownable_lines(order: Order, lines: Sequence[OrderLine]) -> list[OwnableLine]:
    """The products of an order that counts, of somebody known. Two queries."""
    if order.person_id is None or not order.is_purchase:
        return []
    sold = [line for line in lines if line.kind == ItemKind.PRODUCT and line.name]
    products = Product.objects.in_bulk([line.product_id for line in sold if line.product_id])
    keys = [key_of(order, line.position) for line in sold]
    noted = set(Belonging.objects.filter(key__in=keys).values_list("key", flat=True))
    return [
        OwnableLine(
            line.position,
            line.name,
            products[line.product_id].warranty_months if line.product_id in products else None,
            products[line.product_id].service_months if line.product_id in products else None,
            key in noted,
        )
        for line, key in zip(sold, keys, strict=True)
    ]
