"""What somebody buys next: the same again when it is used up, or what people like this one bought next."""

from regulars.insight.next_product.association import goes_with
from regulars.insight.next_product.replenishment import replenishment
from regulars.insight.next_product.suggesting import next_product

__all__ = ["goes_with", "next_product", "replenishment"]
