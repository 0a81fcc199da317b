"""Recognise what was sold: by sku, else by name without case and spacing; what nobody knows is added."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from regulars.purchases.models import Product
from regulars.purchases.services.baskets import Line

Sold = tuple[str, str]  # name, sku


def name_key(name: str) -> str:
    return " ".join(name.casefold().split())[:200]


def recognise(lines: Iterable[Line]) -> dict[Sold, int | None]:
    """The product of every (name, sku) in these lines. Three queries, whatever their number.

    A product known by name alone takes on the first sku it is sold with; another sku under the same name is another
    product. A line with neither name nor sku has no product.
    """
    sold = {(line[0], line[1]): line[4] for line in lines}
    shelf = _Shelf(sold)
    new = []
    for (name, sku), kind in sorted(sold.items(), key=lambda item: not item[0][1]):
        if (name or sku) and shelf.find(name, sku) is None:
            new.append(Product(name=name or sku, name_key=name_key(name or sku), sku=sku, kind=kind))
            shelf.add(new[-1:])
    Product.objects.bulk_create(new, batch_size=1000)
    Product.objects.bulk_update(shelf.adopted, ["sku"], batch_size=500)
    return {words: product.pk if (product := shelf.find(*words)) else None for words in sold}


class _Shelf:
    """The known products that these words may mean."""

    def __init__(self, sold: Collection[Sold]) -> None:
        self.by_sku: dict[str, Product] = {}
        self.by_name: dict[str, Product] = {}
        self.adopted: list[Product] = []
        for skus in _portions({sku for _, sku in sold if sku}):
            self.add(Product.objects.filter(sku__in=skus))
        for keys in _portions({name_key(name or sku) for name, sku in sold}):
            self.add(Product.objects.filter(name_key__in=keys).order_by("-id"))

    def add(self, products: Iterable[Product]) -> None:
        for product in products:
            if product.sku:
                self.by_sku[product.sku] = product
                self.by_name.setdefault(product.name_key, product)
            else:
                self.by_name[product.name_key] = product

    def find(self, name: str, sku: str) -> Product | None:
        if not sku:
            return self.by_name.get(name_key(name)) if name else None
        if sku not in self.by_sku:
            self._adopt(name_key(name), sku)
        return self.by_sku.get(sku)

    def _adopt(self, key: str, sku: str) -> None:
        known = self.by_name.get(key)
        if key and known is not None and not known.sku:
            known.sku = sku
            self.by_sku[sku] = known
            self.adopted.append(known)


def _portions(words: Collection[str]) -> Iterable[list[str]]:
    """SQLite takes some thirty thousand values in one statement."""
    known = sorted(words)
    return (known[first : first + 10_000] for first in range(0, len(known), 10_000))
