"""What the boutique sells: name, sku, price in euro, kind."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Good:
    name: str
    sku: str
    price: Decimal
    kind: str = "product"
    season: tuple[int, ...] = ()


def _good(name: str, sku: str, price: str, kind: str = "product", *season: int) -> Good:
    return Good(name, sku, Decimal(price), kind, season)


GOODS = [
    _good("Green silk scarf", "SC-01", "64.00"),
    _good("Linen shirt", "SH-03", "89.00", "product", 4, 5, 6, 7, 8),
    _good("Wool cardigan", "KN-02", "128.00", "product", 9, 10, 11, 12, 1, 2),
    _good("Silver chain", "JW-11", "84.00"),
    _good("Pearl earrings", "JW-04", "46.00"),
    _good("Leather belt", "AC-07", "52.00"),
    _good("Cotton dress", "DR-05", "139.00", "product", 4, 5, 6, 7, 8),
    _good("Tweed jacket", "JK-01", "248.00", "product", 9, 10, 11, 12, 1, 2),
    _good("Felt hat", "AC-02", "72.00", "product", 9, 10, 11, 12, 1, 2),
    _good("Wool socks", "AC-12", "14.50"),
    _good("Hand cream", "CO-01", "18.00"),
    _good("Beeswax candle", "GI-03", "16.50"),
    _good("Gift wrapping", "SV-01", "4.00", "service"),
    _good("Alteration of a hem", "SV-02", "22.00", "service"),
    _good("Watch strap fitted", "SV-03", "38.00", "service"),
    _good("Corduroy trousers", "TR-02", "98.00", "product", 9, 10, 11, 12, 1, 2),
    _good("Straw bag", "AC-09", "58.00", "product", 4, 5, 6, 7, 8),
    _good("Gift card 50", "GC-50", "50.00", "gift card"),
]


def in_season(month: int) -> list[Good]:
    return [good for good in GOODS if not good.season or month in good.season]
